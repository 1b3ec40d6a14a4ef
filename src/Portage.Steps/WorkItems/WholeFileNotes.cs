using System.Globalization;
using System.Text.Json;
using Portage.Engine.Ports;
using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>Remembers durably which files of an index a step has found whole: who goes on after a kill need not read them again.</summary>
/// <remarks>
/// <c>whole.jsonl</c>: one line a file, <c>{"shard","file","length","checksum"}</c>; a line that a crash cut off is ignored. A file of
/// the same name in another snapshot has another checksum, and is read.
/// </remarks>
internal sealed class WholeFileNotes : IWholeFiles, IDisposable
{
    public const string Name = "whole.jsonl";

    private readonly SemaphoreSlim _gate = new(1);
    private readonly HashSet<WholeFile> _found = [];
    private readonly IStepFiles _files;

    private WholeFileNotes(IStepFiles files) => _files = files;

    /// <param name="isMended">Whether what a crash cut off is taken away, so that more can be added.</param>
    public static async Task<WholeFileNotes> ReadAsync(IStepFiles files, bool isMended, CancellationToken cancellationToken)
    {
        var notes = new WholeFileNotes(files);
        if (await files.ReadAsync(Name, cancellationToken) is not { } text)
        {
            return notes;
        }

        var good = 0;
        for (int end; (end = text.AsSpan(good).IndexOf((byte)'\n')) >= 0; good += end + 1)
        {
            using var line = JsonDocument.Parse(text.AsMemory(good, end));
            var root = line.RootElement;
            notes._found.Add(new(
                root.GetProperty("shard").GetInt32(),
                root.GetProperty("file").GetString()!,
                root.GetProperty("length").GetInt64(),
                uint.Parse(root.GetProperty("checksum").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        }

        if (isMended && good < text.Length)
        {
            await files.CutAsync(Name, good, cancellationToken);
        }

        return notes;
    }

    /// <inheritdoc/>
    public bool Contains(WholeFile file)
    {
        lock (_found)
        {
            return _found.Contains(file);
        }
    }

    /// <inheritdoc/>
    public async ValueTask AddAsync(WholeFile file, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            // A line that is half written would spoil the next one.
            await _files.AppendAsync(Name, Line(file), CancellationToken.None);
            lock (_found)
            {
                _found.Add(file);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static byte[] Line(WholeFile file)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber("shard", file.Shard);
            json.WriteString("file", file.Name);
            json.WriteNumber("length", file.Length);
            json.WriteString("checksum", file.Checksum.ToString("x8", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
