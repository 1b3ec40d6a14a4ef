using System.Buffers;
using System.Text.Json;

namespace Portage.Steps.Backfill;

/// <summary>A document that was refused, as it is kept.</summary>
/// <remarks>What is source in it is valid until the next one is read.</remarks>
public sealed record RejectedLine
{
    private bool _isBase64;

    /// <summary>The index of the snapshot.</summary>
    public required string Index { get; init; }

    /// <summary>The number of the shard.</summary>
    public required int Shard { get; init; }

    /// <summary>The segment of the shard.</summary>
    public required string? Segment { get; init; }

    /// <summary>Its number within the segment.</summary>
    public required int Document { get; init; }

    /// <summary>Its place in the shard.</summary>
    public required long Position { get; init; }

    /// <summary>The mapping type that it had; null where there is none.</summary>
    public required string? Type { get; init; }

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its routing; null where it had none.</summary>
    public required string? Routing { get; init; }

    /// <summary>The old parent; null where it had none.</summary>
    public required string? Parent { get; init; }

    /// <summary>What was sent: <c>create</c> or <c>index</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Where it was to go.</summary>
    public required string TargetIndex { get; init; }

    /// <summary>The id that it was to have there.</summary>
    public required string TargetId { get; init; }

    /// <summary>The routing that it was to have there; null for none.</summary>
    public required string? TargetRouting { get; init; }

    /// <summary>The target's answer; 0 where the answer is our own.</summary>
    public required int Status { get; init; }

    /// <summary>Why not, as a word; null where the target gave none.</summary>
    public required string? ErrorType { get; init; }

    /// <summary>Why not, as a sentence; null where the target gave none.</summary>
    public required string? Reason { get; init; }

    /// <summary>The exact text of the source as a JSON string; empty where the source is no text, or there is none.</summary>
    public ReadOnlyMemory<byte> SourceText { get; private init; }

    /// <summary>The source in base 64 as a JSON string; empty where it is text, or there is none.</summary>
    public ReadOnlyMemory<byte> SourceBase64 { get; private init; }

    /// <summary>The place of the document in the snapshot, by which it is shown and found: <c>INDEX/SHARD/POSITION</c>.</summary>
    public string Place => $"{Index}/{Shard}/{Position}";

    /// <summary>The word that reasons are told apart by: the error type, or else the status.</summary>
    public string Cause => ErrorType ?? $"status {Status}";

    /// <summary>True where the target took it without a fault, and did not write it.</summary>
    internal bool WasNoop => Status / 100 == 2;

    /// <summary>The bytes of the source; null where there is none.</summary>
    public byte[]? ReadSource()
    {
        var json = new Utf8JsonReader(_isBase64 ? SourceBase64.Span : SourceText.Span);
        if ((_isBase64 ? SourceBase64 : SourceText).IsEmpty || !json.Read())
        {
            return null;
        }

        if (_isBase64)
        {
            return json.GetBytesFromBase64();
        }

        var text = new byte[json.ValueSpan.Length];
        return text[..json.CopyString(text)];
    }

    /// <param name="line">One line of the file, without its end.</param>
    /// <exception cref="JsonException">It is no such line.</exception>
    internal static RejectedLine Parse(ReadOnlyMemory<byte> line)
    {
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        var (source, isBase64) = (default(ReadOnlyMemory<byte>), false);
        var json = new Utf8JsonReader(line.Span);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            if (name is "source" or "sourceBase64")
            {
                (source, isBase64) = json.TokenType == JsonTokenType.Null ? default : (line[(int)json.TokenStartIndex..(int)json.BytesConsumed], name == "sourceBase64");
            }
            else if (json.TokenType is JsonTokenType.String or JsonTokenType.Null)
            {
                texts[name] = json.GetString();
            }
            else if (json.TokenType == JsonTokenType.Number)
            {
                numbers[name] = json.GetInt64();
            }
            else
            {
                // A later build's; not for us.
                json.Skip();
            }
        }

        return new()
        {
            Index = Needed("index"), Shard = (int)Number("shard"), Segment = texts.GetValueOrDefault("segment"), Document = (int)Number("document"), Position = Number("position"),
            Type = texts.GetValueOrDefault("type"), Id = Needed("id"), Routing = texts.GetValueOrDefault("routing"), Parent = texts.GetValueOrDefault("parent"),
            Operation = Needed("operation"), TargetIndex = Needed("targetIndex"), TargetId = Needed("targetId"), TargetRouting = texts.GetValueOrDefault("targetRouting"),
            Status = (int)Number("status"), ErrorType = texts.GetValueOrDefault("errorType"), Reason = texts.GetValueOrDefault("reason"),
            SourceText = isBase64 ? default : source, SourceBase64 = isBase64 ? source : default, _isBase64 = isBase64,
        };

        string Needed(string name) => texts.GetValueOrDefault(name) ?? throw new JsonException($"A document that was rejected lacks '{name}'.");
        long Number(string name) => numbers.TryGetValue(name, out var number) ? number : throw new JsonException($"A document that was rejected lacks '{name}'.");
    }
}
