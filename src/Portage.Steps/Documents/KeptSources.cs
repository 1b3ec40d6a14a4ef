using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Evaluation;

namespace Portage.Steps.Documents;

/// <summary>Tells whether a document that a target gives back may be one that was sent, where the target's mapping keeps a part of sources out (<c>_source.includes</c>, <c>_source.excludes</c>).</summary>
/// <remarks>
/// What a target kept of a source cannot be told from one that never had the rest. So it says only what may be: whoever asks must know besides who
/// wrote the document, by the number of its last write.
/// </remarks>
internal sealed class KeptSources(ClusterClient client)
{
    private readonly Dictionary<string, bool> _filters = new(StringComparer.Ordinal);

    /// <summary>True where the target keeps out a part of what it is sent, and has nothing that was not sent.</summary>
    /// <param name="target">The index.</param>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public async Task<bool> MayBeAsync(string target, ReadOnlyMemory<byte> sent, ReadOnlyMemory<byte> there, CancellationToken cancellationToken) =>
        await FiltersAsync(target, cancellationToken) && IsPart(there, sent);

    /// <summary>True where every field of a source is in the other, with the same value; of objects in lists too, in their order.</summary>
    public static bool IsPart(ReadOnlyMemory<byte> part, ReadOnlyMemory<byte> whole)
    {
        try
        {
            // What a server filters it writes anew: neither blanks nor the way a string is escaped stay.
            using var left = JsonDocument.Parse(part, Lenient);
            using var right = JsonDocument.Parse(whole, Lenient);
            return IsPart(left.RootElement, right.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonDocumentOptions Lenient => new() { CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = true, MaxDepth = 1_000 };

    private static bool IsPart(JsonElement part, JsonElement whole)
    {
        switch (part.ValueKind)
        {
            case JsonValueKind.Object when whole.ValueKind == JsonValueKind.Object:
                return part.EnumerateObject().All(field => whole.TryGetProperty(field.Name, out var other) && IsPart(field.Value, other));
            case JsonValueKind.Array when whole.ValueKind == JsonValueKind.Array:
                using (var others = whole.EnumerateArray().GetEnumerator())
                {
                    foreach (var item in part.EnumerateArray())
                    {
                        bool isIn;
                        do
                        {
                            isIn = others.MoveNext();
                        }
                        while (isIn && !IsPart(item, others.Current));
                        if (!isIn)
                        {
                            return false;
                        }
                    }
                }

                return true;
            case JsonValueKind.Number when whole.ValueKind == JsonValueKind.Number:
                return part.GetRawText() == whole.GetRawText() || (part.TryGetDouble(out var a) && whole.TryGetDouble(out var b) && a.Equals(b));
            default:
                return JsonElement.DeepEquals(part, whole);
        }
    }

    private async Task<bool> FiltersAsync(string target, CancellationToken cancellationToken)
    {
        if (!_filters.TryGetValue(target, out var filters))
        {
            var found = await new ClusterMetadata(client).GetIndexAsync(target, cancellationToken);
            filters = found is not null && FilteredSources.Source(TargetState.Parse(found.Json)) is { } source
                && (source["includes"] is JsonArray { Count: > 0 } || source["excludes"] is JsonArray { Count: > 0 });
            _filters[target] = filters;
        }

        return filters;
    }
}
