using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portage.Sandbox.Tests;

/// <summary>Takes out of a reply what no two servers share: identities, times, sizes, and the words of their JSON parser.</summary>
public static partial class Normaliser
{
    private static readonly JsonSerializerOptions Shown = new() { WriteIndented = true, IndentSize = 1, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly HashSet<string> Identities = new(StringComparer.Ordinal)
    {
        "took", "uuid", "index_uuid", "cluster_uuid", "cluster_name", "node", "creation_date", "index.creation_date", "index.uuid", "_scroll_id", "pit_id", "creation_time",
        "build_type", "build_hash", "build_date", "epoch", "timestamp", "store.size", "pri.store.size", "size_in_bytes", "active_shards_percent_as_number",
    };

    public static string Normalise(string text, string? mediaType)
    {
        if (mediaType != "application/json" || text.Length == 0)
        {
            // Columns are as wide as what stands in them.
            return Size().Replace(Uuid().Replace(Blanks().Replace(text.Trim(), " ").Replace(" \n", "\n", StringComparison.Ordinal), "*"), "*");
        }

        return Sorted(JsonNode.Parse(text), "")!.ToJsonString(Shown);
    }

    private static JsonNode? Sorted(JsonNode? node, string name) => node switch
    {
        JsonObject members => SortedObject(members),
        JsonArray items => new JsonArray([.. items.Select(item => Sorted(item, name))]),
        JsonValue value when Identities.Contains(name) || (name == "name" && value.ToString() is "node-0" or "sandbox-0") => "*",
        JsonValue value when name is "_score" or "max_score" => value.ToJsonString() is "0.0" ? "none" : "some",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Sentence(value.ToString(), name),
        null => null,
        _ => node.DeepClone(),
    };

    private static JsonObject SortedObject(JsonObject members)
    {
        var sorted = new JsonObject();
        foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            // Where in the request a parser stood.
            if (name is not ("line" or "col"))
            {
                sorted[name] = Sorted(value, name);
            }
        }

        // The real server's parser and ours find the same fault, in their own words.
        if (sorted["type"]?.ToString() is "json_parse_exception" or "json_e_o_f_exception" or "input_coercion_exception" or "e_o_f_exception"
            || sorted["reason"]?.ToString().StartsWith("not an id of", StringComparison.Ordinal) == true)
        {
            sorted["type"] = "(parser)";
            sorted["reason"] = "(parser)";
        }

        return sorted;
    }

    private static string Sentence(string text, string name)
    {
        if (name == "_id" && GeneratedId().IsMatch(text))
        {
            return "(generated)";
        }

        if (name is not ("reason" or "error"))
        {
            return text;
        }

        text = Place().Replace(ParserPlace().Replace(text, ""), "");
        text = Allowed().Replace(text, match => $"allowed: [{string.Join(", ", match.Groups[1].Value.Split(", ").Order(StringComparer.Ordinal))}]");
        return UuidInSentence().Replace(text, "/*]");
    }

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"(?<=\s)(?=[\w-]*[A-Z])[\w-]{22}(?=\s)")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"(?<=\s)[0-9.]+[kmg]?b(?=\s|$)")]
    private static partial Regex Size();

    [GeneratedRegex(@"\A[\w-]{20}\z")]
    private static partial Regex GeneratedId();

    [GeneratedRegex(@"\n at \[Source.*\z", RegexOptions.Singleline)]
    private static partial Regex ParserPlace();

    [GeneratedRegex(@"\[\d+:\d+\] | at \d+:\d+| at \[\d+:\d+\]")]
    private static partial Regex Place();

    [GeneratedRegex(@"allowed: \[(.*)\]")]
    private static partial Regex Allowed();

    [GeneratedRegex(@"/[\w-]{22}\]")]
    private static partial Regex UuidInSentence();
}
