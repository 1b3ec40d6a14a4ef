using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Searching;

/// <summary>One thing to sort by.</summary>
/// <param name="Field">A field, <c>_id</c>, <c>_doc</c> or <c>_score</c>.</param>
/// <param name="MissingFirst">Where documents go that have no value.</param>
/// <param name="IgnoresUnmapped">True when an index without the field is no error.</param>
internal sealed record SortKey(string Field, bool IsDescending, bool MissingFirst, bool IgnoresUnmapped)
{
    /// <summary>The <c>sort</c> of a URL: <c>field</c> or <c>field:desc</c>, with commas between.</summary>
    public static IReadOnlyList<SortKey> ReadText(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part =>
    {
        var colon = part.LastIndexOf(':');
        return colon < 0 ? Of(part, null) : Of(part[..colon], part[(colon + 1)..]);
    })];

    /// <summary>The <c>sort</c> of a body.</summary>
    /// <exception cref="ApiException">There is an option that is not known here.</exception>
    public static IReadOnlyList<SortKey> Read(JsonNode node) => node is JsonArray items
        ? [.. items.SelectMany(item => ReadOne(item!))]
        : [.. ReadOne(node)];

    private static IEnumerable<SortKey> ReadOne(JsonNode node)
    {
        if (node is not JsonObject fields)
        {
            yield return Of(node.ToString(), null);
            yield break;
        }

        foreach (var (field, value) in fields)
        {
            if (value is not JsonObject options)
            {
                yield return Of(field, value?.ToString());
                continue;
            }

            var key = Of(field, options["order"]?.ToString());
            foreach (var (option, setting) in options)
            {
                key = option switch
                {
                    "order" => key,
                    "missing" when setting?.ToString() is "_last" or "_first" => key with { MissingFirst = setting!.ToString() == "_first" },
                    "unmapped_type" => key with { IgnoresUnmapped = true },
                    "numeric_type" or "format" or "mode" or "missing" or "nested" => throw ApiException.IllegalArgument($"the sandbox does not know this [{option}] of a sort"),
                    _ => throw new ApiException(400, "x_content_parse_exception", $"[field_sort] unknown field [{option}]"),
                };
            }

            yield return key;
        }
    }

    private static SortKey Of(string field, string? order) => order?.ToLowerInvariant() switch
    {
        null => new(field, field == "_score", false, false),
        "asc" => new(field, false, false, false),
        "desc" => new(field, true, false, false),
        _ => throw ApiException.IllegalArgument($"Unknown SortOrder [{order}]"),
    };
}

/// <summary>What a document sorts by: one value for each key; null where it has none.</summary>
internal readonly record struct SortedDocument(FoundDocument Found, IComparable?[] Values);

/// <summary>Writes sort values as the real server does.</summary>
internal static class SortValues
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<SortKey> keys, IReadOnlyList<bool> areNumbers, IComparable?[] values)
    {
        json.WriteStartArray("sort");
        for (var i = 0; i < values.Length; i++)
        {
            switch (values[i])
            {
                case null when areNumbers[i]:
                    // A missing number sorts as the largest or the smallest there is.
                    json.WriteNumberValue(keys[i].IsDescending == keys[i].MissingFirst ? long.MaxValue : long.MinValue);
                    break;
                case null:
                    json.WriteNullValue();
                    break;
                case decimal number:
                    json.WriteNumberValue(number);
                    break;
                default:
                    json.WriteStringValue((string)values[i]!);
                    break;
            }
        }

        json.WriteEndArray();
    }
}
