using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Capabilities;
using Portage.Clusters.Failures;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Snapshots.Metadata;
using Portage.Steps.Documents;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Foresight;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What an evaluation found.</summary>
/// <param name="GoesFirst">What must go before anything is made, with what is in it.</param>
/// <param name="Removed">What goes along with the run, because nobody wants it any more.</param>
/// <param name="Foreseen">What is known to go wrong.</param>
/// <param name="Room">What a person should know of the room on the target.</param>
/// <param name="Trial">What transforms do to a few documents.</param>
internal sealed record EvaluationResult(
    ImmutableArray<EvaluatedObject> Objects, ImmutableArray<Destruction> GoesFirst, ImmutableArray<Destruction> Removed, ImmutableArray<Foreseen> Foreseen, ImmutableArray<string> Room, TransformTrial Trial)
{
    /// <summary>Values of settings that the target does not take, with its words.</summary>
    public ImmutableDictionary<(string Name, string Value), string> Refused { get; init; } = ImmutableDictionary<(string Name, string Value), string>.Empty;

    public StepReport Report => EvaluationReport.Of(Objects, isDone: false, Foreseen, Trial, Room) with { Destroys = [.. GoesFirst, .. Removed] };
}

/// <summary>Finds out what becomes of every object of a slice on its target. What it makes there for that is gone when it returns.</summary>
internal sealed class Evaluator(WorkContext context, SliceOnTarget on, ClusterClient client, CreationJournal journal)
{
    private const string NotWanted = "it is not wanted any more";

    private readonly ScratchSpace _scratch = ScratchOf(context, client);

    public static ScratchSpace ScratchOf(WorkContext context, ClusterClient client) => new(client, context.Inputs.Fingerprints.Identity.Short);

    /// <param name="redone">Items that are taken back first, and are looked at as if they were gone; default for everything.</param>
    /// <exception cref="StepException">The snapshot or the slice cannot be used, or the target is too old, or has no room.</exception>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public async Task<EvaluationResult> EvaluateAsync(ImmutableArray<string> redone, CancellationToken cancellationToken)
    {
        var can = await CapabilitiesAsync(client, on, cancellationToken);
        var indices = await SliceReading.OpenAsync(on, context, cancellationToken);
        var global = await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await indices[0].Index.Snapshot.ReadGlobalMetadataAsync(cancellationToken));
        var names = indices.SelectMany(index => index.TargetNames.Append(index.Name)).Distinct(StringComparer.Ordinal).ToArray();
        var source = SourceObjects.Select(on.Slice.Metadata.Templates, global, names, indices);
        var backing = BackingIndices.Find(indices[0].Index.Snapshot, global);
        await _scratch.ClearAsync(can.HasComposableTemplates, cancellationToken);
        try
        {
            var facts = new TargetFacts(can, await TargetDefaults.ReadAsync(client, on, _scratch, cancellationToken));
            var state = await TargetState.ReadAsync(client, can, cancellationToken);
            ImmutableArray<MetadataObject> Wanted() => [.. source.Translate(facts, indices[0].Index.Snapshot.Version, backing, on.Slice.Metadata.Replicas)];
            var wanted = Wanted();
            facts = facts with { Refused = await RefusedSettings.FindAsync(_scratch, wanted, cancellationToken) };
            wanted = facts.Refused.IsEmpty ? wanted : Wanted();
            var documents = on.Slice.Backfill.Skip ? TransformTrial.None : await TransformTrial.RunAsync(on, indices, cancellationToken);
            var foreseen = await ForeseeAsync(indices, wanted, global, backing, cancellationToken);
            var gone = redone.IsDefault ? null : redone.ToHashSet(StringComparer.Ordinal);
            var elsewhere = new WantedElsewhere(context, on);
            var spared = gone is null ? await elsewhere.SparedAsync(journal, state, cancellationToken) : ImmutableDictionary<ObjectName, string>.Empty;
            var because = new Dictionary<ObjectName, string>();
            for (; ; )
            {
                var ground = new EvaluationGround(state, facts, await OwnObjects.OfAsync(journal, state, gone, spared.ContainsKey, cancellationToken), on.Slice.Metadata.Replicas is not null, !on.Slice.Backfill.Skip);
                var trial = new Trial(client, _scratch);
                var unwanted = await new UnwantedObjects(journal, state, ground.Own, wanted, elsewhere).FindAsync(trial, cancellationToken);
                var under = new TemplateTrial(client, _scratch, name => wanted.FirstOrDefault(one => one.Name == new ObjectName(ObjectKind.ComponentTemplate, name))?.Definition ?? state.Template(new(ObjectKind.ComponentTemplate, name)));
                var objects = await new ObjectEvaluation(trial, under, ground, wanted, unwanted).EvaluateAsync(done => context.Progress(MetadataProgress.Trying(done, wanted.Length)), cancellationToken);

                // What cannot be changed in place takes along whatever else was made of the same index.
                var more = gone is null ? [] : objects.Where(evaluated => evaluated.Replaces).Select(evaluated => journal.Of(evaluated.Name)?.TakenBackWith).OfType<string>().Except(gone, StringComparer.Ordinal).ToArray();
                foreach (var evaluated in objects.Where(evaluated => evaluated.NotInPlace is not null))
                {
                    because[evaluated.Name] = $"the target does not change it where it is: {evaluated.NotInPlace}";
                }

                if (more.Length == 0)
                {
                    var destroyed = Destroyed.Of(journal, state, on.TargetName, ground.Own, objects.Where(evaluated => evaluated.Replaces).Select(evaluated => evaluated.Name).ToHashSet(), because);
                    return new(
                        objects,
                        await Destroyed.CountAsync(client, destroyed, cancellationToken),
                        Destroyed.Removed(objects, on.TargetName, NotWanted),
                        foreseen,
                        await RoomForShards.LookAsync(client, on, state, objects, cancellationToken),
                        documents)
                    {
                        Refused = facts.Refused,
                    };
                }

                gone!.UnionWith(more);
            }
        }
        finally
        {
            await ClearAtLastAsync(can);
        }
    }

    private async Task<ImmutableArray<Foreseen>> ForeseeAsync(
        ImmutableArray<SelectedIndex> indices, ImmutableArray<MetadataObject> wanted, GlobalMetadata global, BackingIndices backing, CancellationToken cancellationToken)
    {
        var snapshot = new SnapshotForesight(on, indices, isQuick: false);
        return
        [
            .. await snapshot.LostAsync(cancellationToken),
            .. await new NamedPipelines(client, on).LackingAsync(wanted, global.Pipelines, cancellationToken),
            .. await new ExternalVersions(on, indices, isQuick: false).FindAsync(cancellationToken),
            .. await snapshot.LeftOutAsync(backing, cancellationToken),
        ];
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
