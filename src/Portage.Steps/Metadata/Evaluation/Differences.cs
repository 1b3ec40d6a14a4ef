using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Compares what a target has with what it would make of ours. Both are the target's own writing of it.</summary>
internal static class Differences
{
    // They decide how an index works, not what is found in it; people set them as they like.
    private static readonly string[] Tuning =
    [
        "index.number_of_replicas", "index.auto_expand_replicas", "index.refresh_interval", "index.priority", "index.write.", "index.translog.", "index.merge.",
        "index.merge_on_flush.", "index.routing.", "index.search.slowlog.", "index.indexing.slowlog.", "index.unassigned.", "index.requests.", "index.queries.",
        "index.number_of_routing_shards", "index.soft_deletes.", "index.gc_deletes", "index.codec", "index.store.", "index.warmer.", "index.hidden", "index.allocation.",
    ];

    /// <summary>What differs, in words; empty when nothing that matters does.</summary>
    /// <param name="there">As the target has it.</param>
    /// <param name="ours">As the target would have ours.</param>
    /// <param name="target">Knows what a setting is where it is not set.</param>
    /// <param name="withTuning">True where what only decides how an index works is told as well.</param>
    public static ImmutableArray<string> Between(ObjectKind kind, JsonObject there, JsonObject ours, TargetFacts target, bool withTuning = false) =>
        [.. Each(kind, there, ours, target, withTuning).Select(Said)];

    /// <summary>One of them in words.</summary>
    public static string Said((string Name, string? There, string? Ours) one) => $"{one.Name} is {one.There ?? "not set"} there, {one.Ours ?? "not set"} here";

    /// <summary>The same, one by one, in order; null for what is not set.</summary>
    public static IEnumerable<(string Name, string? There, string? Ours)> Each(ObjectKind kind, JsonObject there, JsonObject ours, TargetFacts target, bool withTuning = false)
    {
        var (left, right) = (Normal(kind, there, target, withTuning), Normal(kind, ours, target, withTuning));
        return
            from name in left.Keys.Union(right.Keys).Order(StringComparer.Ordinal)
            let had = left.GetValueOrDefault(name)
            let has = right.GetValueOrDefault(name)
            where had != has
            select (name, had, has);
    }

    /// <summary>What of ours is not there, or not so, in words; what is there besides does not count.</summary>
    public static ImmutableArray<string> Lacking(ObjectKind kind, JsonObject there, JsonObject ours, TargetFacts target)
    {
        var (left, right) = (Normal(kind, there, target), Normal(kind, ours, target));
        return
        [
            .. from wanted in right.OrderBy(wanted => wanted.Key, StringComparer.Ordinal)
               let had = left.GetValueOrDefault(wanted.Key)
               where had != wanted.Value
               select $"{wanted.Key} is {had ?? "not set"} there, {wanted.Value} here",
        ];
    }

    /// <summary>True for a setting that decides how an index works, and not what is found in it.</summary>
    public static bool IsTuning(string name) => Tuning.Any(prefix => prefix.EndsWith('.') ? name.StartsWith(prefix, StringComparison.Ordinal) : name == prefix);

    /// <summary>Every value by the name under which people know it.</summary>
    private static Dictionary<string, string> Normal(ObjectKind kind, JsonObject definition, TargetFacts target, bool withTuning = false)
    {
        var flat = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in definition)
        {
            switch (name)
            {
                case "settings":
                    AddSettings(value as JsonObject, target, withTuning || kind != ObjectKind.Index, flat);
                    break;
                case "mappings":
                    AddMapping(value as JsonObject ?? [], "", flat);
                    break;
                case "template" when value is JsonObject inner && kind is not ObjectKind.LegacyTemplate:
                    foreach (var (innerName, innerValue) in Normal(kind, inner, target, withTuning))
                    {
                        flat[innerName] = innerValue;
                    }

                    break;
                case "aliases" when kind == ObjectKind.Index:
                    // They are objects of their own.
                    break;
                default:
                    Add(name, value, flat);
                    break;
            }
        }

        return flat;
    }

    private static void AddSettings(JsonObject? settings, TargetFacts target, bool withTuning, Dictionary<string, string> flat)
    {
        foreach (var (name, value) in FlatSettings.Of(settings))
        {
            var text = FlatSettings.Text(value);
            if ((withTuning || !IsTuning(name)) && !SettingRules.IsGenerated(name) && target.Defaults.GetValueOrDefault(name) != text)
            {
                flat[$"setting {name}"] = text;
            }
        }
    }

    private static void AddMapping(JsonObject mapping, string prefix, Dictionary<string, string> flat)
    {
        foreach (var (name, value) in mapping)
        {
            if (name == "properties" && value is JsonObject fields)
            {
                foreach (var (field, body) in fields)
                {
                    AddField(body as JsonObject ?? [], prefix + field, flat);
                }
            }
            else
            {
                Add(name, value, flat);
            }
        }
    }

    private static void AddField(JsonObject field, string path, Dictionary<string, string> flat)
    {
        flat[$"field {path}: type"] = field["type"]?.ToString() ?? "object";
        foreach (var (name, value) in field)
        {
            if (name == "properties" && value is JsonObject)
            {
                AddMapping(new JsonObject { [name] = value.DeepClone() }, path + ".", flat);
            }
            else if (name != "type")
            {
                Add($"field {path}: {name}", value, flat);
            }
        }
    }

    private static void Add(string name, JsonNode? value, Dictionary<string, string> flat)
    {
        switch (value)
        {
            case null or JsonObject { Count: 0 } or JsonArray { Count: 0 }:
                break;
            case JsonObject members:
                foreach (var (inner, innerValue) in members)
                {
                    Add($"{name}.{inner}", innerValue, flat);
                }

                break;
            default:
                flat[name] = value is JsonArray ? CanonicalText.Of(value) : value.ToString();
                break;
        }
    }
}
