using System.Text.Json.Nodes;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Tells which objects of a target are ours, and what of them a change of what is wanted concerns.</summary>
/// <remarks>
/// Three things are compared: what an object was made of, what it is wanted to be made of, and what is there. Only what differs
/// between the first two is changed; what somebody set on the target by hand since stays as it is.
/// </remarks>
internal sealed class OwnObjects
{
    private readonly CreationJournal _journal;
    private readonly TargetState _state;
    private readonly IReadOnlySet<string>? _redone;
    private readonly HashSet<string> _emptied;

    private OwnObjects(CreationJournal journal, TargetState state, IReadOnlySet<string>? redone, HashSet<string> emptied) =>
        (_journal, _state, _redone, _emptied) = (journal, state, redone, emptied);

    /// <summary>Looks which indices are still those that we made.</summary>
    /// <param name="redone">Items that are taken back first; null for everything.</param>
    public static async Task<OwnObjects> OfAsync(CreationJournal journal, TargetState state, IReadOnlySet<string>? redone, CancellationToken cancellationToken)
    {
        var emptied = new HashSet<string>(StringComparer.Ordinal);
        foreach (var created in journal.Created.Where(created => created is { Name.Kind: ObjectKind.Index, Uuid: not null, As: not null }))
        {
            // Taking documents back may make an index anew as it was; somebody else's is another one.
            if (state.Summary(created.Name.Name) is { } summary && summary.Uuid != created.Uuid
                && await state.IndexAsync(created.Name.Name, cancellationToken) is { } there
                && Evaluation.Differences.Lacking(ObjectKind.Index, there, TargetState.Parse(System.Text.Encoding.UTF8.GetBytes(created.As!)), Rules.TargetFacts.None).IsEmpty)
            {
                emptied.Add(created.Name.Name);
            }
        }

        return new(journal, state, redone, emptied);
    }

    /// <summary>What is known of an object that we made and that is there; null otherwise.</summary>
    public CreatedObject? There(ObjectName name)
    {
        if (_journal.Of(name) is not { } created)
        {
            return null;
        }

        return name.Kind switch
        {
            ObjectKind.Index => _state.Summary(name.Name) is { } summary && IsSame(created, summary) ? created : null,

            // On an index that is not ours any more it is not ours either.
            ObjectKind.Alias => _state.Alias(name.Name).Any(other => other.Index == name.Index)
                && (_journal.Of(new(ObjectKind.Index, name.Index!)) is null || There(new(ObjectKind.Index, name.Index!)) is not null) ? created : null,
            _ => _state.Template(name) is null ? null : created,
        };
    }

    /// <summary>True for what is taken back before it is created.</summary>
    public bool IsRedone(CreatedObject created) => _redone is null || (created.TakenBackWith is { } item && _redone.Contains(item));

    /// <summary>What to send so that an index that is ours is as it is wanted.</summary>
    /// <param name="there">As the target has it.</param>
    /// <param name="written">As the target would write ours.</param>
    /// <param name="replicas">True when the configuration says how many replicas it is to have.</param>
    public static IndexChange ChangeOf(CreatedObject created, MetadataObject wanted, JsonObject there, JsonObject written, bool replicas)
    {
        var (has, wants) = (FlatSettings.Of(there["settings"] as JsonObject), FlatSettings.Of(wanted.Definition["settings"] as JsonObject));
        var had = created.Definition is { } definition ? TargetState.Parse(System.Text.Encoding.UTF8.GetBytes(definition)) : null;
        var settings = new JsonObject();
        if (had is not null)
        {
            var before = FlatSettings.Of(had["settings"] as JsonObject);
            foreach (var name in before.Keys.Union(wants.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                var (old, value) = (before.GetValueOrDefault(name), wants.GetValueOrDefault(name));
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

    private const string Replicas = "index.number_of_replicas";

    private static System.Collections.Immutable.ImmutableArray<string> Lacking(JsonObject there, JsonObject written) =>
        Evaluation.Differences.Lacking(ObjectKind.Index, new JsonObject { ["mappings"] = there["mappings"]?.DeepClone() }, new JsonObject { ["mappings"] = written["mappings"]?.DeepClone() }, Rules.TargetFacts.None);

    private static string Said(JsonNode? value) => value is null ? "not set" : FlatSettings.Text(value);

    /// <summary>What was about to be made, and holds documents, was made by somebody else: ours is confirmed before anybody is told of it.</summary>
    private bool IsSame(CreatedObject created, IndexSummary summary) =>
        created.IsMade ? created.Uuid is null || created.Uuid == summary.Uuid || _emptied.Contains(summary.Name) : summary.DocumentCount is 0 or null;
}
