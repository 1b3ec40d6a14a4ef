using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Connecting;
using Portage.Steps.Documents;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Foresight;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Metadata;

/// <summary>Creates the templates, indices and aliases of a slice on a target, and changes its own there in place where it can, after it has shown what the target will have and what it cannot.</summary>
/// <param name="transport">How requests travel; null for the network.</param>
public sealed class MetadataStep(HttpMessageHandler? transport = null) : IStep, IEstimated, IEvaluated, IDestroying
{
    /// <inheritdoc/>
    public IStepDefinition Definition { get; } = new MetadataInputs();

    /// <inheritdoc/>
    public async ValueTask<StepEstimate?> EstimateAsync(EstimateContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        if (await SliceReading.FindSnapshotAsync(on, context, cancellationToken) is not { } snapshot)
        {
            return null;
        }

        var indices = await SliceContents.OpenAsync(on.Slice, snapshot, on.SlicePath, cancellationToken);
        var global = await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        var targets = indices.SelectMany(index => index.TargetNames).ToArray();
        var source = SourceObjects.Select(on.Slice.Metadata.Templates, global, targets, indices);
        var backing = BackingIndices.Find(snapshot, global);
        return new StepEstimate(
            EvaluationReport.Amounts([
                .. targets.Select(_ => ObjectKind.Index),
                .. source.Legacy.Select(_ => ObjectKind.LegacyTemplate),
                .. source.Components.Select(_ => ObjectKind.ComponentTemplate),
                .. source.Templates.Select(_ => ObjectKind.IndexTemplate),
            ]),
            null,
            null)
        {
            Notes =
            [
                .. await SnapshotForesight.SayAsync(on, indices, cancellationToken),
                .. new SnapshotForesight(on, indices, isQuick: true).Changes(backing),
                .. TemplateForesight.Say(source, snapshot.Version, backing, hasDocuments: !on.Slice.Backfill.Skip),
            ],
        };
    }

    /// <inheritdoc/>
    public async ValueTask<StepReport> EvaluateAsync(EvaluateContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        context = context with { Progress = SilenceTold.By(client, context.Progress, "objects") };
        var journal = await CreationJournal.ReadAsync(context.Files, cancellationToken);
        var evaluated = await ClusterAccess.TryAsync(on.TargetPath, () => new Evaluator(context, on, client, journal).EvaluateAsync(context.Redo, cancellationToken));
        return evaluated.Report;
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<Destruction>> LookAsync(LookContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        var journal = await CreationJournal.ReadAsync(context.Files, cancellationToken);
        if (!journal.Created.Any())
        {
            return [];
        }

        // A plan that changes nothing but what can be changed in place needs no word from the target.
        var wanted = context.Items.IsDefault ? [] : await new StillWanted(context, on).FindAsync(journal, cancellationToken);
        if (context.Items is { IsDefault: false, IsEmpty: true } && wanted.IsDefault)
        {
            return [];
        }

        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        return await ClusterAccess.TryAsync(on.TargetPath, async () => (await MetadataRevert.LookAsync(client, on, new(context, on), journal, context.Items, wanted, cancellationToken)).Destroys);
    }

    /// <inheritdoc/>
    public async ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        context = context with { Progress = SilenceTold.By(client, context.Progress, "objects") };
        await RevertNotes.ForgetAsync(context.Files, cancellationToken);
        var journal = await CreationJournal.OpenAsync(context.Files, cancellationToken);
        var evaluator = new Evaluator(context, on, client, journal);
        return await ClusterAccess.TryAsync(on.TargetPath, async () =>
        {
            // What had to go first is gone by now.
            var approved = context.Approved is { } shown ? (HalfDone.Without(shown) with { Destroys = [] }).Digest : (Fingerprint?)null;
            var key = (approved ?? context.Inputs.Fingerprints.Result).Hex;
            var begun = await Applying.ReadAsync(context.Files, cancellationToken);
            var evaluated = await evaluator.EvaluateAsync([], cancellationToken);
            var objects = begun?.Key == key ? begun.AsBegun(evaluated.Objects) : evaluated.Objects;
            var evidence = EvaluationReport.Of(objects, isDone: false, evaluated.Foreseen, evaluated.Trial, evaluated.Room);
            var isUnasked = evaluated.Removed.Any(one => one.IsBeyond(context.Approved?.Destroys ?? []));
            if ((approved is { } digest && digest != evidence.Digest) || !evaluated.GoesFirst.IsEmpty || isUnasked)
            {
                return new StepResult.EvidenceChanged(begun?.Key == key ? HalfDone.Of(begun, evaluated) : evaluated.Report);
            }

            Refusals.Throw(on, objects, isApproved: context.Approved is not null);
            if (begun?.Key != key)
            {
                await Applying.Of(key, objects).WriteAsync(context.Files);
            }

            if (await new ObjectApplier(context, client, journal).ApplyAsync(evaluated.Objects, objects, cancellationToken) is not { } additions)
            {
                // Somebody was quicker by a moment; a person decides about what is there now.
                return new StepResult.EvidenceChanged(HalfDone.Of(await Applying.ReadAsync(context.Files, cancellationToken), await evaluator.EvaluateAsync([], cancellationToken)));
            }

            return (StepResult)Done(objects, evaluated, additions, Untouched(context.Inputs, journal));
        });
    }

    /// <inheritdoc/>
    public async ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken)
    {
        var journal = await CreationJournal.OpenAsync(context.Files, cancellationToken);
        if (!journal.Created.Any())
        {
            await MetadataRevert.ForgetAsync(context, keepsOwn: false, cancellationToken);
            return new RevertResult.Done();
        }

        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        context = context with { Progress = SilenceTold.By(client, context.Progress, "objects") };
        return await ClusterAccess.TryAsync(on.TargetPath, () => new MetadataRevert(context, on, client, journal).TakeBackAsync(cancellationToken));
    }

    /// <summary>The indices of the snapshot of which nothing was made or changed.</summary>
    private static ImmutableArray<string> Untouched(StepInputs inputs, CreationJournal journal)
    {
        // Earlier builds did not write down which index of the snapshot something came from.
        var ours = journal.Created.Where(created => created.TakenBackWith is not null).ToArray();
        return inputs.Items.IsDefault || ours.Any(created => created.Item is null) ? [] : [.. inputs.Items.Select(item => item.Name).Except(ours.Select(created => created.Item!), StringComparer.Ordinal)];
    }

    private static StepResult.Done Done(ImmutableArray<EvaluatedObject> objects, EvaluationResult evaluated, ImmutableArray<string> additions, ImmutableArray<string> untouched)
    {
        ImmutableArray<string> Of<T>()
            where T : ObjectOutcome => [.. objects.Where(evaluated => evaluated.Outcome is T).Select(evaluated => evaluated.Name.ToString())];
        var aliases = objects.Where(evaluated => evaluated is { Name.Kind: ObjectKind.Alias, Outcome: not (ObjectOutcome.Remove or ObjectOutcome.Stay) }).ToLookup(alias => alias.Name.Index!, StringComparer.Ordinal);
        var parts = objects.Where(evaluated => evaluated.Name.Kind == ObjectKind.Index).Select(index => new OutputPart(
            MetadataOutputs.Indices,
            index.Name.Name,
            Fingerprint.Of(string.Join('\n', [CanonicalText.Of(index.Object.Definition), .. aliases[index.Name.Name].Select(alias => $"{alias.Name.Name} {CanonicalText.Of(alias.Object.Definition)}")]))));
        ImmutableArray<string> Kept(bool isOurs) => [.. objects.Where(evaluated => evaluated.Outcome is ObjectOutcome.Keep && evaluated.IsOurs == isOurs).Select(evaluated => evaluated.Name.ToString())];
        var outputs = new MetadataOutputs(
            [.. objects.Where(evaluated => evaluated.Outcome is ObjectOutcome.Create or ObjectOutcome.Update || (evaluated.Outcome is ObjectOutcome.Keep && evaluated.IsOurs)).Select(evaluated => evaluated.Name.ToString())],
            Kept(isOurs: false),
            Of<ObjectOutcome.Differs>(),
            [.. EvaluationReport.Dropped(objects)])
        {
            Refused = evaluated.Refused.IsEmpty ? null : [.. evaluated.Refused.Select(one => new RefusedValue(one.Key.Name, one.Key.Value, one.Value)).OrderBy(one => one.Setting, StringComparer.Ordinal).ThenBy(one => one.Value, StringComparer.Ordinal)],
        };
        return new(EvaluationReport.Of(objects, isDone: true, evaluated.Foreseen, evaluated.Trial, additions), outputs.With([.. parts]) with { Untouched = untouched.IsEmpty ? null : untouched });
    }
}
