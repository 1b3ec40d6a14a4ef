using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Foresight;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What templates keep out of the stored sources of an index that is created: documents would arrive, and could not be read whole from there ever again. Pure.</summary>
/// <remarks>
/// An index cannot speak against it everywhere: OpenSearch and Elasticsearch join the lists of a legacy template with those of the index, an empty
/// one too. So it is told as lost, and the index is left as the source has it.
/// </remarks>
internal static class FilteredSources
{
    private const string Enabled = "_source.enabled";
    private const string Includes = "_source.includes";
    private const string Excludes = "_source.excludes";
    private const string Mode = "_source.mode";
    private const string SettingOfMode = "setting index.mapping.source.mode";

    /// <summary>What of the differences that templates make is a loss, as <c>_source.enabled is false</c>.</summary>
    /// <param name="differences">As the index is with them, and without.</param>
    /// <param name="without">The index without them.</param>
    public static ImmutableArray<string> Among(IEnumerable<(string Name, string? There, string? Ours)> differences, JsonObject without) => HasNone(without)
        ? []
        : [.. differences.Where(one => IsLoss(one.Name, one.There)).Select(one => Said(one.Name, one.There!))];

    /// <summary>True for a difference that is a loss, by its words.</summary>
    public static bool Tells(string difference) => ((string[])[Enabled, Includes, Excludes, Mode, SettingOfMode]).Any(name => difference.StartsWith($"{name} is ", StringComparison.Ordinal));

    /// <summary>As <c>template theirs of the target keeps …</c>, for what is said of an index.</summary>
    /// <param name="by">Who does it.</param>
    /// <param name="losses">As <c>_source.enabled is false</c>.</param>
    public static string Text(string by, bool isMany, IReadOnlyCollection<string> losses)
    {
        var isAll = losses.Any(loss => loss.StartsWith(Enabled, StringComparison.Ordinal) || loss.EndsWith(" is disabled", StringComparison.Ordinal));
        return $"documents arrive without {(isAll ? "their sources" : "a part of their sources")}, as {by} {(isMany ? "set" : "sets")} so when the target makes the index ({string.Join(", ", losses)})";
    }

    /// <summary>What is lost of all objects, for a person and a gate.</summary>
    public static IEnumerable<Foreseen> Of(IEnumerable<EvaluatedObject> objects) =>
        from evaluated in objects
        where evaluated.Outcome is ObjectOutcome.Create
        from lost in evaluated.Lost
        group evaluated by lost into same
        // What has a part of its sources only is counted by the snapshot.
        select new Foreseen(ForeseenKind.Lost, same.Count(one => IsWhole(one.Object.Definition)), $"{Foreseen.Indices([.. same.Select(one => one.Name.Name)])}: {same.Key}");

    /// <summary>What index templates, and their components, set of sources together: the last that sets any of it is taken alone.</summary>
    public static JsonObject? Last(IEnumerable<JsonObject> templates) => templates.Select(Source).LastOrDefault(source => source is not null);

    /// <summary>What legacy templates set of sources together, the weakest first: lists are joined.</summary>
    public static JsonObject? Joined(IEnumerable<JsonObject> templates)
    {
        var joined = new JsonObject();
        foreach (var (name, value) in templates.Select(Source).OfType<JsonObject>().SelectMany(source => source))
        {
            joined[name] = value is JsonArray list && joined[name] is JsonArray before ? new JsonArray([.. before.Concat(list).Select(one => one?.DeepClone())]) : value?.DeepClone();
        }

        return joined.Count > 0 ? joined : null;
    }

    /// <summary>What a template sets of the sources of an index.</summary>
    public static JsonObject? Source(JsonObject definition) => ((definition["template"]?["mappings"] ?? definition["mappings"]) as JsonObject)?["_source"] as JsonObject;

    private static bool IsLoss(string name, string? value) => name switch
    {
        Enabled => value == "false",
        Excludes => value is not null,
        Includes => value is not (null or "[\"*\"]"),
        Mode or SettingOfMode => value is not (null or "stored"),
        _ => false,
    };

    private static string Said(string name, string value) => $"{(name == SettingOfMode ? name["setting ".Length..] : name)} is {value}";

    private static bool HasNone(JsonObject index) => Source(index)?["enabled"]?.ToString() == "false";

    private static bool IsWhole(JsonObject index) => Source(index) is not { } source || !(HasNone(index) || source["includes"] is JsonArray { Count: > 0 } || source["excludes"] is JsonArray { Count: > 0 });
}
