using System.Text.Json;
using Portage.Clusters.Failures;

namespace Portage.Clusters.Validation;

/// <summary>Deletes of <c>_bulk</c> that each name the write that they mean.</summary>
internal static class ConditionalDeletes
{
    public static ReadOnlyMemory<byte> Body(IReadOnlyList<FoundDocument> seen)
    {
        using var body = new MemoryStream();
        foreach (var document in seen)
        {
            using (var json = new Utf8JsonWriter(body))
            {
                json.WriteStartObject();
                json.WriteStartObject("delete");
                json.WriteString("_index", document.Key.Index);
                json.WriteString("_id", document.Key.Id);
                if (document.Routing is { } routing)
                {
                    json.WriteString("routing", routing);
                }

                json.WriteNumber("if_seq_no", document.SequenceNumber!.Value);
                json.WriteNumber("if_primary_term", document.PrimaryTerm!.Value);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            body.WriteByte((byte)'\n');
        }

        return body.ToArray();
    }

    /// <exception cref="KeyNotFoundException">It is of another shape.</exception>
    public static List<DeleteOutcome> Read(ReadOnlyMemory<byte> body, IReadOnlyList<FoundDocument> seen, Func<string, int, ClusterError, ClusterException> failure)
    {
        using var document = JsonDocument.Parse(body);
        var outcomes = new List<DeleteOutcome>(seen.Count);
        foreach (var item in document.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("delete")))
        {
            var status = item.GetProperty("status").GetInt32();
            outcomes.Add(status switch
            {
                200 or 404 => DeleteOutcome.Deleted,

                // Also where somebody else deleted it: then it is found to be gone when it is looked for again.
                409 => DeleteOutcome.Changed,
                _ => throw failure(seen[outcomes.Count].Key.Index, status, ClusterError.Read(System.Text.Encoding.UTF8.GetBytes(item.GetRawText())) ?? new(null, null, [])),
            });
        }

        return outcomes.Count == seen.Count ? outcomes : throw new JsonException($"There are {outcomes.Count} outcomes where {seen.Count} were asked for.");
    }
}
