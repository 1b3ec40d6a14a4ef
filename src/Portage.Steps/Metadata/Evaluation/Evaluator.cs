using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Capabilities;
using Portage.Clusters.Failures;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What an evaluation found.</summary>
/// <param name="Destroys">What must go first, with what is in it.</param>
internal sealed record EvaluationResult(ImmutableArray<EvaluatedObject> Objects, ImmutableArray<Destruction> Destroys)
{
    public StepReport Report => EvaluationReport.Of(Objects, isDone: false) with { Destroys = Destroys };
}

/// <summary>Finds out what becomes of every object of a slice on its target. What it makes there for that is gone when it returns.</summary>
internal sealed class Evaluator(WorkContext context, SliceOnTarget on, ClusterClient client, CreationJournal journal)
{
    private readonly ScratchSpace _scratch = ScratchOf(context, client);
    private OwnObjects _own = null!;
    private HashSet<ObjectName> _letsGo = [];

    public static ScratchSpace ScratchOf(WorkContext context, ClusterClient client) => new(client, context.Inputs.Fingerprints.Identity.Short);

    /// <param name="redone">Items that are taken back first, and are looked at as if they were gone; default for everything.</param>
    /// <exception cref="StepException">The snapshot or the slice cannot be used, or the target is too old.</exception>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public async Task<EvaluationResult> EvaluateAsync(ImmutableArray<string> redone, CancellationToken cancellationToken)
    {
        var can = await CapabilitiesAsync(client, on, cancellationToken);
        var indices = await SliceReading.OpenAsync(on, context.Outputs, cancellationToken);
        var global = await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await indices[0].Index.Snapshot.ReadGlobalMetadataAsync(cancellationToken));
        var names = indices.SelectMany(index => index.TargetNames.Append(index.Name)).Distinct(StringComparer.Ordinal).ToArray();
        var source = SourceObjects.Select(on.Slice.Metadata.Templates, global, names, indices);
        await _scratch.ClearAsync(can.HasComposableTemplates, cancellationToken);
        try
        {
            var facts = new TargetFacts(can, await DefaultsAsync(cancellationToken));
            var state = await TargetState.ReadAsync(client, can, cancellationToken);
            ImmutableArray<MetadataObject> wanted = [.. source.Translate(facts, on.Slice.Metadata.Replicas)];
            var gone = redone.IsDefault ? null : redone.ToHashSet(StringComparer.Ordinal);
            for (; ; )
            {
                _own = await OwnObjects.OfAsync(journal, state, gone, cancellationToken);
                _letsGo = [.. wanted.Where(alias => alias.Name.Kind == ObjectKind.Alias && alias.Definition["is_write_index"]?.ToString() != "true" && _own.There(alias.Name) is not null).Select(alias => alias.Name)];
                var objects = await TryAllAsync(wanted, facts, state, cancellationToken);

                // What cannot be changed in place takes along whatever else was made of the same index.
                var more = gone is null ? [] : objects.Where(evaluated => evaluated.Replaces).Select(evaluated => journal.Of(evaluated.Name)?.TakenBackWith).OfType<string>().Except(gone, StringComparer.Ordinal).ToArray();
                if (more.Length == 0)
                {
                    return new(objects, await Destroyed.CountAsync(client, Destroyed.Of(journal, state, on.TargetName, _own, objects.Where(evaluated => evaluated.Replaces).Select(evaluated => evaluated.Name).ToHashSet()), cancellationToken));
                }

                gone!.UnionWith(more);
            }
        }
        finally
        {
            await ClearAtLastAsync(can);
        }
    }

    private static async Task<ClusterCapabilities> CapabilitiesAsync(ClusterClient client, SliceOnTarget on, CancellationToken cancellationToken)
    {
        var can = new ClusterCapabilities((await client.GetInfoAsync(cancellationToken)).Version);
        return can.TakesBulkWithoutType
            ? can
            : throw new StepException(
                DiagnosticCatalog.TargetTooOld.Error($"{on.TargetPath}.endpoint", $"{on.Config.Targets[on.TargetName].Endpoint} is {can.Version}, which still has mapping types. A target is an OpenSearch, or an Elasticsearch 7 or later."),
                isTransient: false,
                null);
    }

    /// <summary>Every index setting that the target knows, by its own word.</summary>
    private async Task<FrozenDictionary<string, string>> DefaultsAsync(CancellationToken cancellationToken)
    {
        var name = _scratch.Name("an index without anything");
        await client.RequestAsync(HttpMethod.Put, $"/{name}?wait_for_active_shards=0", """{"settings":{"index.number_of_shards":"1","index.number_of_replicas":"0"}}"""u8.ToArray(), cancellationToken);
        var answer = JsonNode.Parse((await client.RequestAsync(HttpMethod.Get, $"/{name}/_settings?include_defaults=true&flat_settings=true", null, cancellationToken)).Span);
        await _scratch.DeleteIndexAsync(name, cancellationToken);
        var defaults = FlatSettings.Of(answer?[name]?["defaults"] as JsonObject).ToDictionary(setting => setting.Key, setting => FlatSettings.Text(setting.Value), StringComparer.Ordinal);
        if (defaults.Count > 0)
        {
            // What is set is known as well, and is not among the defaults.
            foreach (var (setting, _) in FlatSettings.Of(answer?[name]?["settings"] as JsonObject))
            {
                defaults.TryAdd(setting, "");
            }
        }

        return defaults.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private async Task<ImmutableArray<EvaluatedObject>> TryAllAsync(ImmutableArray<MetadataObject> objects, TargetFacts facts, TargetState state, CancellationToken cancellationToken)
    {
        var trial = new Trial(client, _scratch);
        var collisions = new TemplateCollisions(objects, state.Templates);
        var byIndex = objects.Where(wanted => wanted.Name.Kind == ObjectKind.Alias).ToLookup(alias => alias.Name.Index!, StringComparer.Ordinal);
        var own = objects.Where(wanted => wanted.Name.Kind == ObjectKind.Index).Select(index => index.Name.Name).ToHashSet(StringComparer.Ordinal);
        var (evaluated, aliases) = (new List<EvaluatedObject>(), new List<EvaluatedObject>());
        foreach (var wanted in objects)
        {
            context.Progress(MetadataProgress.Trying(evaluated.Count + aliases.Count, objects.Length));
            switch (wanted.Name.Kind)
            {
                case ObjectKind.Alias:
                    break;
                case ObjectKind.Index:
                    var (index, its) = await TryIndexAsync(trial, wanted, [.. byIndex[wanted.Name.Name]], facts, state, collisions, own, cancellationToken);
                    evaluated.Add(index);
                    aliases.AddRange(its);
                    break;
                default:
                    evaluated.Add(await TryTemplateAsync(trial, wanted, facts, state, collisions, cancellationToken));
                    break;
            }
        }

        return [.. evaluated, .. aliases];
    }

    private async Task<EvaluatedObject> TryTemplateAsync(
        Trial trial, MetadataObject wanted, TargetFacts facts, TargetState state, TemplateCollisions collisions, CancellationToken cancellationToken)
    {
        var own = _own.There(wanted.Name);
        var tried = Impossible(wanted) is { } impossible ? TrialResult.Refused(impossible) : await trial.TemplateAsync(wanted, cancellationToken);
        var outcome = own is { IsMade: true } && !_own.IsRedone(own)
            ? OwnOutcome(own, wanted, tried, state.Template(wanted.Name)!)
            : Outcome(wanted, tried, own is null ? state.Template(wanted.Name) : null, facts);
        return new(wanted, outcome is ObjectOutcome.Create or ObjectOutcome.Update && collisions.OfTemplate(wanted) is { } rival ? new ObjectOutcome.Refused(rival) : outcome)
        {
            IsOurs = own is not null,
            Replaces = own is { IsMade: true } && _own.IsRedone(own),
        };
    }

    private async Task<(EvaluatedObject Index, IEnumerable<EvaluatedObject> Aliases)> TryIndexAsync(
        Trial trial, MetadataObject wanted, ImmutableArray<MetadataObject> aliases, TargetFacts facts, TargetState state, TemplateCollisions collisions, HashSet<string> own, CancellationToken cancellationToken)
    {
        var name = wanted.Name.Name;
        var ours = _own.There(wanted.Name);
        var stays = ours is { IsMade: true } && !_own.IsRedone(ours);
        if (stays && IsAsMade(ours!, wanted) && aliases.All(alias => _own.There(alias.Name) is { IsMade: true } its && !_own.IsRedone(its) && IsAsMade(its, alias)))
        {
            // There is nothing to try.
            return (new(wanted, new ObjectOutcome.Keep()) { IsOurs = true }, aliases.Select(alias => Alias(alias, new ObjectOutcome.Keep(), null)));
        }

        var there = (ours is null || stays) && state.HasIndex(name) ? await state.IndexAsync(name, cancellationToken) : null;
        var (tried, refusals) = Impossible(wanted) is { } impossible
            ? (TrialResult.Refused(impossible), ImmutableDictionary<string, string?>.Empty)
            : await trial.IndexAsync(wanted, aliases, cancellationToken);
        var (outcome, change, replaces) = stays && there is not null && tried.Written is { } written
            ? await ChangeAsync(trial, ours!, wanted, there, written, cancellationToken)
            : (stays && tried.Refusal is { } refusal ? new ObjectOutcome.Refused(refusal) : Outcome(wanted, tried, there, facts), null, ours is { IsMade: true });
        if (there is null && state.Alias(name).Select(alias => alias.Index).Where(index => !own.Contains(index)).ToArray() is { Length: > 0 } pointed)
        {
            outcome = new ObjectOutcome.Refused($"the target has an alias of that name, of {string.Join(", ", pointed)}");
        }

        if (outcome is ObjectOutcome.Create && collisions.OfIndex(name) is { } rival)
        {
            outcome = new ObjectOutcome.Refused(rival);
        }

        var evaluated = new EvaluatedObject(wanted, outcome, tried.Written)
        {
            IsOurs = ours is not null,
            Replaces = replaces && outcome is ObjectOutcome.Create,
            Change = change,
            Notes = outcome is ObjectOutcome.Create ? [.. collisions.Applying(name).Select(template => $"{template} of the target adds to it when it is created")] : [],
        };
        return (evaluated, aliases.Select(alias => Alias(alias, outcome, refusals.GetValueOrDefault(alias.Name.Name))));

        EvaluatedObject Alias(MetadataObject alias, ObjectOutcome index, string? refused)
        {
            var its = _own.There(alias.Name);
            return new(alias, AliasOutcome(alias, index, refused, facts, state)) { IsOurs = its is not null, Replaces = its is { IsMade: true } && _own.IsRedone(its) };
        }
    }

    /// <summary>What becomes of an index that is ours: changed where it is, or made anew where the target does not change that.</summary>
    private async Task<(ObjectOutcome Outcome, IndexChange? Change, bool Replaces)> ChangeAsync(
        Trial trial, CreatedObject ours, MetadataObject wanted, JsonObject there, JsonObject written, CancellationToken cancellationToken)
    {
        var change = OwnObjects.ChangeOf(ours, wanted, there, written, on.Slice.Metadata.Replicas is not null);
        if (change.IsNothing)
        {
            return (new ObjectOutcome.Keep(), null, false);
        }

        return await trial.ChangeAsync(wanted.Name.Name, there, change, cancellationToken) switch
        {
            { Refusal: { } refusal, IsOfCopy: true } => (new ObjectOutcome.Refused($"the change cannot be tried, as the target takes no index like the one that is there: {refusal}"), null, false),
            { Refusal: null } => (new ObjectOutcome.Update([.. OwnObjects.Differences(change, there, written)]), change, false),
            _ => (new ObjectOutcome.Create(), null, true),
        };
    }

    private ObjectOutcome AliasOutcome(MetadataObject alias, ObjectOutcome index, string? refusal, TargetFacts facts, TargetState state)
    {
        if (index is not (ObjectOutcome.Create or ObjectOutcome.Keep or ObjectOutcome.Update))
        {
            return new ObjectOutcome.LeftOut(index is ObjectOutcome.Differs ? "its index is left as it is" : "its index is refused");
        }

        var (name, own) = (alias.Name.Name, _own.There(alias.Name));
        if (own is { IsMade: true } && !_own.IsRedone(own) && IsAsMade(own, alias))
        {
            return new ObjectOutcome.Keep();
        }

        // Of an alias of ours that lets go of writing in this very run, another may take over.
        var others = state.Alias(name).Where(other => other.Index != alias.Name.Index && !_letsGo.Contains(new(ObjectKind.Alias, name, other.Index))).ToArray();
        if (state.HasIndex(name))
        {
            return new ObjectOutcome.Refused("the target has an index of that name");
        }

        if (alias.Definition["is_write_index"]?.ToString() == "true" && others.FirstOrDefault(other => other.Definition["is_write_index"]?.ToString() == "true") is { Index: { } writes })
        {
            return new ObjectOutcome.Refused($"the alias writes to {writes} on the target already");
        }

        var there = state.Alias(name).FirstOrDefault(other => other.Index == alias.Name.Index).Definition;
        var tried = new TrialResult(refusal, alias.Definition);
        return own is { IsMade: true } && !_own.IsRedone(own) ? OwnOutcome(own, alias, tried, there!) : Outcome(alias, tried, own is null ? there : null, facts);
    }

    /// <summary>What becomes of a template or an alias that is ours: these are replaced where they are.</summary>
    private static ObjectOutcome OwnOutcome(CreatedObject own, MetadataObject wanted, TrialResult tried, JsonObject there)
    {
        if (IsAsMade(own, wanted))
        {
            return new ObjectOutcome.Keep();
        }

        if (tried.Refusal is { } refusal)
        {
            return new ObjectOutcome.Refused(refusal);
        }

        var differences = Differences.Between(wanted.Name.Kind, there, tried.Written!, TargetFacts.None);
        return differences.IsEmpty ? new ObjectOutcome.Keep() : new ObjectOutcome.Update(differences);
    }

    private ObjectOutcome Outcome(MetadataObject wanted, TrialResult tried, JsonObject? there, TargetFacts facts)
    {
        if (there is null)
        {
            return tried.Refusal is { } refusal ? new ObjectOutcome.Refused(refusal) : new ObjectOutcome.Create();
        }

        ImmutableArray<string> differences =
        [
            .. tried.Refusal is { } why ? [$"ours cannot be compared: {why}"] : Differences.Between(wanted.Name.Kind, there, tried.Written!, facts),
            .. wanted.Name.Kind == ObjectKind.Index && on.Slice.Metadata.Replicas is not null && OwnObjects.ReplicasDiffer(there, wanted) is { } replicas ? [replicas] : (string[])[],
        ];
        return differences.IsEmpty ? new ObjectOutcome.Keep() : new ObjectOutcome.Differs(differences);
    }

    private static bool IsAsMade(CreatedObject own, MetadataObject wanted) => own.Definition == CanonicalText.Of(wanted.Definition);

    private static string? Impossible(MetadataObject wanted) =>
        wanted.Findings.Where(finding => finding.Kind == FindingKind.Impossible).Select(finding => finding.Text).ToArray() is { Length: > 0 } why ? string.Join("; ", why) : null;

    /// <summary>Cleans up though the evaluation may have been cancelled, and though the target may be gone: then the next one does.</summary>
    private async Task ClearAtLastAsync(ClusterCapabilities can)
    {
        try
        {
            await _scratch.ClearAsync(can.HasComposableTemplates, CancellationToken.None);
        }
        catch (ClusterException)
        {
        }
    }
}
