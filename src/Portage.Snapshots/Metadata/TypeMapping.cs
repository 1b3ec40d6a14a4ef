using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Metadata;

/// <summary>The mapping of one type of an index or template.</summary>
/// <param name="Type">The type's name: what people chose up to Elasticsearch 7, and <c>_doc</c> where there are no types any more.</param>
/// <param name="Body">The mapping itself: <c>properties</c>, <c>_source</c>, <c>dynamic</c> and so on; always an object.</param>
public sealed record TypeMapping(string Type, JsonElement Body)
{
    /// <summary>The type under which indices without types keep their mapping.</summary>
    public const string NoType = "_doc";

    /// <summary>True when a field of type <c>nested</c> is in it: each of its objects is then a Lucene document of its own.</summary>
    public bool HasNestedObjects { get; } = HasNested(Body);

    /// <summary>
    /// Reads <c>mappings</c> as snapshots keep it: an array of objects with one type each, in which some writers have an
    /// object compressed (DEFLATE behind <c>DFL\0</c>, in base64 where the metadata is JSON).
    /// </summary>
    internal static IReadOnlyList<TypeMapping> ParseAll(BlobJson? json) => json?.Value.ValueKind switch
    {
        null => [],
        JsonValueKind.Object => [.. FromObject(json)],
        _ => [.. json.Elements().SelectMany(element => FromObject(element.Value.ValueKind == JsonValueKind.String ? Decompress(element) : element))],
    };

    private static bool HasNested(JsonElement field) =>
        field.ValueKind == JsonValueKind.Object
        && ((field.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("nested"))
            || (field.TryGetProperty("properties", out var inner) && inner.ValueKind == JsonValueKind.Object && inner.EnumerateObject().Any(property => HasNested(property.Value))));

    private static IEnumerable<TypeMapping> FromObject(BlobJson json)
    {
        foreach (var (type, body) in json.Members())
        {
            yield return body.Value.ValueKind == JsonValueKind.Object ? new(type, body.Value) : throw body.Unlike("a mapping");
        }
    }

    private static BlobJson Decompress(BlobJson json)
    {
        var text = Encoding.ASCII.GetBytes(json.Text());
        var status = Base64.DecodeFromUtf8InPlace(text, out var length);
        if (status != OperationStatus.Done || !text.AsSpan(0, length).StartsWith(MetadataBody.DeflateMark))
        {
            throw json.Unlike("a mapping, or one compressed");
        }

        var inner = MetadataBody.ToJson(text.AsMemory(0, length), json.Blob);
        return BlobJson.Parse(inner.Span, json.Blob) with { Place = json.Place };
    }
}
