using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Portage.Snapshots.Shards;

namespace Portage.Steps.Backfill;

/// <summary>Writes documents that were refused as lines that hold everything needed to understand them and to send them again.</summary>
/// <remarks>
/// One JSON object a line: <c>formatVersion</c>; where it came from: <c>index, shard, segment, document, position, type, id, routing,
/// parent</c>; what was asked: <c>operation, targetIndex, targetId, targetRouting</c>; why not: <c>status, errorType, reason</c>; its
/// <c>source</c>, the exact text (or <c>sourceBase64</c> when it is no UTF-8), null when there is none; and where it is transformed <c>transform</c>, the hash of
/// the transforms, and <c>sent</c>, what they made of it.
/// </remarks>
internal static class RejectedDocuments
{
    private const int FormatVersion = 1;

    // A source is text that somebody reads, and half of it is quotation marks.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Append(MemoryStream into, RejectedDocument rejected)
    {
        using (var json = new Utf8JsonWriter(into, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("formatVersion", FormatVersion);
            json.WriteString("index", rejected.From.Index);
            json.WriteNumber("shard", rejected.From.Shard);
            json.WriteString("segment", rejected.From.Segment);
            json.WriteNumber("document", rejected.From.SegmentDocument);
            json.WriteNumber("position", rejected.From.Position);
            json.WriteString("type", rejected.From.Type);
            json.WriteString("id", rejected.From.Id);
            json.WriteString("routing", rejected.From.Routing);
            json.WriteString("parent", rejected.From.Parent);
            json.WriteString("operation", rejected.Operation);
            json.WriteString("targetIndex", rejected.TargetIndex);
            json.WriteString("targetId", rejected.TargetId);
            json.WriteString("targetRouting", rejected.TargetRouting);
            json.WriteNumber("status", rejected.Status);
            json.WriteString("errorType", rejected.ErrorType);
            json.WriteString("reason", rejected.Reason);
            if (rejected.Source is not { } source)
            {
                json.WriteNull("source");
            }
            else if (Utf8.IsValid(source.Span))
            {
                json.WriteString("source", Encoding.UTF8.GetString(source.Span));
            }
            else
            {
                json.WriteBase64String("sourceBase64", source.Span);
            }

            if (rejected.Transform is not null)
            {
                json.WriteString("transform", rejected.Transform);
            }

            if (rejected.Sent is { } sent)
            {
                json.WriteString("sent", Encoding.UTF8.GetString(sent.Span));
            }

            json.WriteEndObject();
        }

        into.WriteByte((byte)'\n');
    }
}

/// <summary>Where a document came from.</summary>
internal sealed record DocumentOrigin(string Index, int Shard, string Segment, int SegmentDocument, long Position, string? Type, string Id, string? Routing, string? Parent)
{
    public static DocumentOrigin Of(SourceDocument document) =>
        new(document.Index, document.Shard, document.Segment, document.SegmentDocument, document.Position, document.Type, document.Id, document.Routing, document.Parent);
}

/// <summary>A document that was refused.</summary>
internal sealed record RejectedDocument(
    DocumentOrigin From,
    string Operation,
    string TargetIndex,
    string TargetId,
    string? TargetRouting,
    int Status,
    string? ErrorType,
    string? Reason,
    ReadOnlyMemory<byte>? Source)
{
    /// <summary>The hash of the transforms of its slice; null where there are none.</summary>
    public string? Transform { get; init; }

    /// <summary>What was sent, where that is not the source.</summary>
    public ReadOnlyMemory<byte>? Sent { get; init; }
}
