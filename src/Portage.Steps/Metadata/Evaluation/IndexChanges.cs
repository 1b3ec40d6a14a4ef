using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Says what of an index that is ours a change of what is wanted concerns. Pure.</summary>
/// <remarks>
/// Three things are compared: what an object was made of, what it is wanted to be made of, and what is there. Only what differs
/// between the first two is changed; what somebody set on the target by hand since stays as it is.
/// </remarks>
internal static class IndexChanges
{
    private const string Replicas = "index.number_of_replicas";

    /// <summary>What to send so that an index that is ours is as it is wanted.</summary>
    /// <param name="there">As the target has it.</param>
    /// <param name="written">As the target would write ours.</param>
    /// <param name="replicas">True when the configuration says how many replicas it is to have.</param>
    public static IndexChange Of(CreatedObject created, MetadataObject wanted, JsonObject there, JsonObject written, bool replicas)
    {
        var (has, wants) = (FlatSettings.Of(there["settings"] as JsonObject), FlatSettings.Of(wanted.Definition["settings"] as JsonObject));
        var had = created.Definition is { } definition ? TargetState.Parse(definition) : null;
        var settings = new JsonObject();
        if (had is not null)
        {
            var before = FlatSettings.Of(had["settings"] as JsonObject);
            var begun = created.Begun.Select(text => FlatSettings.Of(TargetState.Parse(text)["settings"] as JsonObject)).ToArray();
            foreach (var name in before.Keys.Union(wants.Keys, StringComparer.Ordinal).Union(begun.SelectMany(one => one.Keys), StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                // What a killed change had set already is ours as well.
                var isBegun = begun.Any(one => FlatSettings.Text(one.GetValueOrDefault(name)) == FlatSettings.Text(has.GetValueOrDefault(name)));
                var (old, value) = ((isBegun ? has : before).GetValueOrDefault(name), wants.GetValueOrDefault(name));
                if (FlatSettings.Text(old) != FlatSettings.Text(value) && FlatSettings.Text(has.GetValueOrDefault(name)) != FlatSettings.Text(value))
                {
                    settings[name] = value?.DeepClone();
                }
            }
        }
        else if (replicas && FlatSettings.Text(has.GetValueOrDefault(Replicas)) != FlatSettings.Text(wants.GetValueOrDefault(Replicas)))
        {
            settings[Replicas] = wants.GetValueOrDefault(Replicas)?.DeepClone();
        }

        var isMappingSame = had is not null && CanonicalText.Of(had["mappings"]) == CanonicalText.Of(wanted.Definition["mappings"]);
        var lacks = !isMappingSame && !Lacking(there, written).IsEmpty;
        return new(settings, lacks ? (wanted.Definition["mappings"] as JsonObject ?? []).DeepClone().AsObject() : null);
    }

    /// <summary>What a change does to an index, in words.</summary>
    public static IEnumerable<string> Differences(IndexChange change, JsonObject there, JsonObject written)
    {
        var has = FlatSettings.Of(there["settings"] as JsonObject);
        return
        [
            .. from setting in change.Settings
               select $"setting {setting.Key} is {Said(has.GetValueOrDefault(setting.Key))} there, {Said(setting.Value)} here",
            .. change.Mapping is null ? [] : Lacking(there, written),
        ];
    }

    /// <summary>How the replicas of an index that is not ours differ from what the configuration says; null when they do not.</summary>
    public static string? ReplicasDiffer(JsonObject there, MetadataObject wanted)
    {
        var (has, wants) = (FlatSettings.Of(there["settings"] as JsonObject).GetValueOrDefault(Replicas), FlatSettings.Of(wanted.Definition["settings"] as JsonObject).GetValueOrDefault(Replicas));
        return FlatSettings.Text(has) == FlatSettings.Text(wants) ? null : $"setting {Replicas} is {Said(has)} there, {Said(wants)} here";
    }

    private static ImmutableArray<string> Lacking(JsonObject there, JsonObject written) =>
        Evaluation.Differences.Lacking(ObjectKind.Index, new JsonObject { ["mappings"] = there["mappings"]?.DeepClone() }, new JsonObject { ["mappings"] = written["mappings"]?.DeepClone() }, TargetFacts.None);

    private static string Said(JsonNode? value) => value is null ? "not set" : FlatSettings.Text(value);
}
