using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Model.Diagnostics;

namespace Portage.Steps.WorkItems;

/// <summary>One line between a worker and a process that helps it. Both are of one build.</summary>
/// <param name="Id">Of the question, which its answer repeats; 0 for what the worker says unasked.</param>
/// <param name="Word">What is asked, or answered.</param>
internal sealed record HelperMessage(long Id, string Word)
{
    // Asked by a helper.
    public const string Take = "take";
    public const string Move = "move";
    public const string GiveBack = "giveBack";
    public const string SetAside = "setAside";
    public const string Check = "check";
    public const string Fail = "fail";

    // Answered.
    public const string Done = "done";
    public const string None = "none";
    public const string Lost = "lost";

    // Said unasked.
    public const string Stop = "stop";

    public string? Item { get; init; }

    public long Token { get; init; }

    public ItemPosition? Position { get; init; }

    public long From { get; init; }

    public long End { get; init; }

    public byte[]? Findings { get; init; }

    /// <summary>Of an answer <see cref="None"/>: nothing will wait any more.</summary>
    public bool IsOver { get; init; }

    public Diagnostic? Because { get; init; }

    public bool IsTransient { get; init; }
}

/// <summary>Lines to the other side, one at a time.</summary>
internal sealed class HelperLines(Stream to) : IDisposable
{
    private static readonly ReadOnlyMemory<byte> LineEnd = "\n"u8.ToArray();
    private readonly SemaphoreSlim _gate = new(1);

    /// <exception cref="IOException">The other side is gone.</exception>
    public async Task SayAsync(HelperMessage message)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, HelperJson.Default.HelperMessage);
        try
        {
            await _gate.WaitAsync(CancellationToken.None);
            try
            {
                await to.WriteAsync(json, CancellationToken.None);
                await to.WriteAsync(LineEnd, CancellationToken.None);
                await to.FlushAsync(CancellationToken.None);
            }
            finally
            {
                _gate.Release();
            }
        }
        catch (Exception gone) when (gone is ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("The other side is gone.", gone);
        }
    }

    /// <summary>What the other side says, until it is gone; a line that it did not end is ignored.</summary>
    public static async IAsyncEnumerable<HelperMessage> ReadAsync(Stream from)
    {
        using var reader = new StreamReader(from, leaveOpen: true);
        while (await NextAsync(reader) is { } message)
        {
            yield return message;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static async Task<HelperMessage?> NextAsync(StreamReader reader)
    {
        try
        {
            return await reader.ReadLineAsync() is { } line ? JsonSerializer.Deserialize(line, HelperJson.Default.HelperMessage) : null;
        }
        catch (Exception gone) when (gone is IOException or JsonException or ObjectDisposedException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(HelperMessage))]
internal sealed partial class HelperJson : JsonSerializerContext;
