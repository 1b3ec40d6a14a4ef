using System.Globalization;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Rules;

/// <summary>Analysis that Elasticsearch has renamed, removed or limited up to 7.0. Every new name is known to all targets (tried on OpenSearch 2.19.1).</summary>
internal static class AnalysisRules
{
    private const string Analysis = "index.analysis.";

    // Of filters, tokenizers and character filters alike: in definitions, and where an analyzer names a built-in one.
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["nGram"] = "ngram",
        ["edgeNGram"] = "edge_ngram",
        ["PathHierarchy"] = "path_hierarchy",
        ["htmlStrip"] = "html_strip",
        ["delimited_payload_filter"] = "delimited_payload",
    };

    public static void Rename(Draft draft)
    {
        foreach (var (name, value) in Members(draft))
        {
            var part = PartOf(name);
            switch (part.Property)
            {
                case "type" when part.Group is "filter" or "tokenizer" or "char_filter" && Renamed.TryGetValue(FlatSettings.Text(value), out var type):
                    draft.Change($"{part.Group} {part.Name}: type {FlatSettings.Text(value)} → {type}");
                    draft.Settings[name] = JsonValue.Create(type)!;
                    break;
                case "filter" or "tokenizer" or "char_filter" when part.Group is "analyzer" or "normalizer":
                    RenameUses(draft, name, value, part);
                    break;
            }
        }
    }

    /// <summary>The <c>standard</c> token filter did nothing, and is gone since 7.0.</summary>
    public static void LeaveOutStandardFilter(Draft draft)
    {
        var own = Members(draft).Where(setting => PartOf(setting.Key) is { Group: "filter", Property: "type" } && FlatSettings.Text(setting.Value) == "standard")
            .Select(setting => PartOf(setting.Key).Name).ToHashSet(StringComparer.Ordinal);
        foreach (var filter in own)
        {
            draft.Change($"filter {filter}: of type standard, which did nothing → left out");
            foreach (var name in draft.Settings.Keys.Where(name => name.StartsWith($"{Analysis}filter.{filter}.", StringComparison.Ordinal)).ToArray())
            {
                draft.Settings.Remove(name);
            }
        }

        if (!IsDefined(draft, "filter", "standard"))
        {
            own.Add("standard");
        }

        foreach (var (name, value) in Members(draft))
        {
            if (PartOf(name) is { Group: "analyzer", Property: "filter" } part && value is var used && Names(used).Any(own.Contains))
            {
                draft.Change($"analyzer {part.Name}: filter {string.Join(", ", Names(used).Where(own.Contains))}, which did nothing → left out");
                draft.Settings[name] = new JsonArray([.. Names(used).Where(filter => !own.Contains(filter)).Select(filter => (JsonNode)JsonValue.Create(filter)!)]);
            }
        }
    }

    /// <summary>Since 7.0 an index says how far the lengths of its grams and shingles may be apart; before, it only warned.</summary>
    public static void AllowDifferences(Draft draft)
    {
        Allow(draft, "index.max_ngram_diff", 1, Defined(draft, ["filter", "tokenizer"], "ngram").Select(settings =>
            settings("max_gram", 2) - settings("min_gram", 1)));
        Allow(draft, "index.max_shingle_diff", 3, Defined(draft, ["filter"], "shingle").Select(settings =>
            settings("max_shingle_size", 2) - settings("min_shingle_size", 2) + settings("output_unigrams", 1)));
    }

    private static void Allow(Draft draft, string setting, int free, IEnumerable<int> needed)
    {
        var most = needed.DefaultIfEmpty(0).Max();
        if (most > (Number(draft.Setting(setting)) ?? free))
        {
            draft.Change($"setting {setting}: {draft.Setting(setting) ?? "not set"} → {most}, which its analysis needs");
            draft.Settings[setting] = JsonValue.Create(most.ToString(CultureInfo.InvariantCulture))!;
        }
    }

    private static IEnumerable<Func<string, int, int>> Defined(Draft draft, string[] groups, string type) =>
        from setting in Members(draft)
        let part = PartOf(setting.Key)
        where groups.Contains(part.Group) && part.Property == "type" && FlatSettings.Text(setting.Value) == type
        select new Func<string, int, int>((property, otherwise) => draft.Setting($"{Analysis}{part.Group}.{part.Name}.{property}") switch
        {
            "true" => 1,
            "false" => 0,
            var text => Number(text) ?? otherwise,
        });

    private static void RenameUses(Draft draft, string name, JsonNode value, (string Group, string Name, string Property) part)
    {
        var used = Names(value).ToArray();
        var renamed = used.Select(use => !IsDefined(draft, part.Property, use) && Renamed.TryGetValue(use, out var to) ? to : use).ToArray();
        if (!used.SequenceEqual(renamed))
        {
            foreach (var (had, has) in used.Zip(renamed).Where(pair => pair.First != pair.Second))
            {
                draft.Change($"{part.Group} {part.Name}: {part.Property} {had} → {has}");
            }

            draft.Settings[name] = value is JsonArray ? new JsonArray([.. renamed.Select(use => (JsonNode)JsonValue.Create(use)!)]) : JsonValue.Create(renamed[0])!;
        }
    }

    private static bool IsDefined(Draft draft, string group, string name) =>
        draft.Settings.Keys.Any(key => key.StartsWith($"{Analysis}{group}.{name}.", StringComparison.Ordinal));

    private static KeyValuePair<string, JsonNode>[] Members(Draft draft) =>
        [.. draft.Settings.Where(setting => setting.Key.StartsWith(Analysis, StringComparison.Ordinal))];

    // A list may also be one text with commas.
    private static string[] Names(JsonNode value) => value is JsonArray list
        ? [.. list.Select(FlatSettings.Text)]
        : FlatSettings.Text(value).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary><c>index.analysis.GROUP.NAME.PROPERTY</c>, where the name may have dots.</summary>
    private static (string Group, string Name, string Property) PartOf(string setting)
    {
        var rest = setting[Analysis.Length..];
        var (first, last) = (rest.IndexOf('.', StringComparison.Ordinal), rest.LastIndexOf('.'));
        return first < 0 || first == last ? (rest, "", "") : (rest[..first], rest[(first + 1)..last], rest[(last + 1)..]);
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
