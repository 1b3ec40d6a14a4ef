using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Validate;

/// <summary>One thing in which an index, an alias or a template of the target is not as it was to become.</summary>
/// <param name="Object">Which one.</param>
/// <param name="Text">As <c>field title: type is keyword on the target, text expected</c>.</param>
/// <param name="Counts">False for what is told and is no fault: known since the review, or there besides what was brought.</param>
internal sealed record ObjectDifference(ObjectName Object, string Text, bool Counts = true)
{
    public override string ToString() => $"{Object}: {Text}";
}

/// <summary>Compares indices, aliases and templates of a target with what the rules made of the snapshot's. Pure.</summary>
internal static class ObjectDifferences
{
    // Whether searches find it at all.
    private const string Hidden = "index.hidden";

    /// <summary>How an index differs: in its settings, its mapping, and its blocks.</summary>
    /// <remarks>What only tunes an index is told and does not count: people set it as they like.</remarks>
    /// <param name="wanted">As the rules made it.</param>
    /// <param name="source">Its settings in the snapshot.</param>
    /// <param name="there">As the target has it.</param>
    public static IEnumerable<ObjectDifference> OfIndex(MetadataObject wanted, JsonObject source, JsonObject there, TargetFacts target)
    {
        var (has, wants, had) = (Settings(there), Settings(wanted.Definition), FlatSettings.Of(source));
        foreach (var name in has.Keys.Union(wants.Keys).Union(had.Keys.Where(IsBlock)).Order(StringComparer.Ordinal))
        {
            var (left, right, before) = (Text(has, name), Text(wants, name), Text(had, name));

            // What came back to what it was at the source, after a rule had left it out for the time of the copy, is as it should be.
            if (left == right || left == before)
            {
                if (IsBlock(name) && left != before && (left ?? "false") != (before ?? "false"))
                {
                    yield return new(wanted.Name, $"{name} is {left ?? "not set"} on the target, {before ?? "not set"} in the snapshot", Counts: false);
                }
            }
            else if (!SettingRules.IsGenerated(name) && !IsSetByItself(name, wants))
            {
                yield return new(wanted.Name, Said($"setting {name}", left, right), Counts: name == Hidden || !Differences.IsTuning(name));
            }
        }

        var ours = Mapping(wanted.Definition);
        foreach (var (name, left, right) in Differences.Each(ObjectKind.Index, Mapping(there), ours, target))
        {
            yield return new(wanted.Name, Said(name, left, right), Counts: right is not null || !IsOfAddedField(name, ours));
        }
    }

    /// <summary>How an alias or a template differs.</summary>
    /// <param name="there">As the target has it; null where it has none.</param>
    public static IEnumerable<ObjectDifference> Of(MetadataObject wanted, JsonObject? there, TargetFacts target) => there is null
        ? [new(wanted.Name, "it is not on the target")]
        : Differences.Each(wanted.Name.Kind, there, wanted.Definition, target).Select(one => new ObjectDifference(wanted.Name, Said(one.Name, one.There, one.Ours)));

    private static string Said(string name, string? there, string? ours) => $"{name} is {there ?? "not set"} on the target, {ours ?? "not set"} expected";

    private static SortedDictionary<string, JsonNode> Settings(JsonObject index) => FlatSettings.Of(index["settings"] as JsonObject);

    private static JsonObject Mapping(JsonObject index) => new() { ["mappings"] = index["mappings"]?.DeepClone() };

    private static string? Text(SortedDictionary<string, JsonNode> settings, string name) => settings.TryGetValue(name, out var value) ? FlatSettings.Text(value) : null;

    private static bool IsBlock(string name) => name.StartsWith("index.blocks.", StringComparison.Ordinal);

    /// <summary>The target counts replicas itself where it is to expand them, and writes down what an index is given that is made without a word about it.</summary>
    private static bool IsSetByItself(string name, SortedDictionary<string, JsonNode> wants) => name switch
    {
        "index.number_of_replicas" => !wants.ContainsKey(name) || Text(wants, "index.auto_expand_replicas") is not (null or "false"),
        "index.number_of_shards" => !wants.ContainsKey(name),
        _ => false,
    };

    /// <summary>Documents that clients write may add fields.</summary>
    private static bool IsOfAddedField(string name, JsonObject ours)
    {
        if (!name.StartsWith("field ", StringComparison.Ordinal) || name.LastIndexOf(": ", StringComparison.Ordinal) is not (> 0 and var end))
        {
            return false;
        }

        var fields = ours["mappings"]?["properties"] as JsonObject;
        var path = name["field ".Length..end].Split('.');
        foreach (var (i, part) in path.Index())
        {
            if (fields?[part] is not JsonObject field)
            {
                return true;
            }

            fields = i < path.Length - 1 ? field["properties"] as JsonObject : fields;
        }

        return false;
    }
}
