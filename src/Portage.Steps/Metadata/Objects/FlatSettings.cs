using System.Globalization;
using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Objects;

/// <summary>Index settings with flat names, values as texts or lists of texts, whatever form they came in.</summary>
internal static class FlatSettings
{
    /// <summary>Reads nested or flat settings; names get <c>index.</c> where it is left out, as servers do.</summary>
    public static SortedDictionary<string, JsonNode> Of(JsonObject? settings)
    {
        var flat = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        if (settings is not null)
        {
            Add(settings, "", flat);
        }

        GatherNumbered(flat);
        return flat;
    }

    /// <summary>The settings as they are sent.</summary>
    public static JsonObject ToJson(SortedDictionary<string, JsonNode> flat) =>
        new(flat.Select(setting => KeyValuePair.Create<string, JsonNode?>(setting.Key, setting.Value.DeepClone())));

    /// <summary>A value as people read it, and as two values compare.</summary>
    public static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list => $"[{string.Join(", ", list.Select(Text))}]",
        JsonValue text when text.TryGetValue(out string? found) => found,
        _ => value.ToJsonString(),
    };

    private static void Add(JsonObject settings, string prefix, SortedDictionary<string, JsonNode> flat)
    {
        foreach (var (name, value) in settings)
        {
            var full = prefix + name;
            switch (value)
            {
                case null:
                    break;
                case JsonObject inner:
                    Add(inner, full + ".", flat);
                    break;
                case JsonArray list:
                    flat[Prefixed(full)] = new JsonArray([.. list.Select(element => (JsonNode)JsonValue.Create(Text(element))!)]);
                    break;
                default:
                    flat[Prefixed(full)] = JsonValue.Create(Text(value))!;
                    break;
            }
        }
    }

    private static string Prefixed(string name) => name.StartsWith("index.", StringComparison.Ordinal) ? name : "index." + name;

    /// <summary>Elasticsearch up to 5 keeps a list as <c>name.0</c>, <c>name.1</c>.</summary>
    private static void GatherNumbered(SortedDictionary<string, JsonNode> flat)
    {
        foreach (var first in flat.Keys.Where(name => name.EndsWith(".0", StringComparison.Ordinal)).ToArray())
        {
            var list = first[..^2];
            var elements = new JsonArray();
            while (flat.Remove(Numbered(list, elements.Count), out var element))
            {
                elements.Add(element);
            }

            flat[list] = elements;
        }
    }

    private static string Numbered(string list, int number) => string.Create(CultureInfo.InvariantCulture, $"{list}.{number}");
}
