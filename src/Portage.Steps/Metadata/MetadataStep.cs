using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Connecting;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata;

/// <summary>Creates the templates, indices and aliases of a slice on a target, after it has shown what the target will have and what it cannot.</summary>
/// <param name="transport">How requests travel; null for the network.</param>
public sealed class MetadataStep(HttpMessageHandler? transport = null) : IStep, IEstimated, IEvaluated
{
    /// <inheritdoc/>
    public IStepDefinition Definition { get; } = new MetadataInputs();

    /// <inheritdoc/>
    public async ValueTask<StepEstimate?> EstimateAsync(EstimateContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        if (await SliceReading.FindSnapshotAsync(on, context.Outputs, cancellationToken) is not { } snapshot)
        {
            return null;
        }

        var indices = await SliceContents.OpenAsync(on.Slice, snapshot, on.SlicePath, cancellationToken);
        var global = await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        var targets = indices.SelectMany(index => index.TargetNames).ToArray();
        var source = SourceObjects.Select(on.Slice.Metadata.Templates, global, targets, indices);
        return new(
            EvaluationReport.Amounts([
                .. targets.Select(_ => ObjectKind.Index),
                .. source.Legacy.Select(_ => ObjectKind.LegacyTemplate),
                .. source.Components.Select(_ => ObjectKind.ComponentTemplate),
                .. source.Templates.Select(_ => ObjectKind.IndexTemplate),
            ]),
            null,
            null);
    }

    /// <inheritdoc/>
    public async ValueTask<StepReport> EvaluateAsync(EvaluateContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        var journal = await CreationJournal.ReadAsync(context.Files, cancellationToken);
        var evaluated = await ClusterAccess.TryAsync(on.TargetPath, () => new Evaluator(context, on, client, journal).EvaluateAsync(cancellationToken));
        return EvaluationReport.Of(evaluated, isDone: false);
    }

    /// <inheritdoc/>
    public async ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        var journal = await CreationJournal.OpenAsync(context.Files, cancellationToken);
        var evaluator = new Evaluator(context, on, client, journal);
        return await ClusterAccess.TryAsync(on.TargetPath, async () =>
        {
            var objects = await evaluator.EvaluateAsync(cancellationToken);
            var evidence = EvaluationReport.Of(objects, isDone: false);
            if (context.Approved is { } approved && approved.Digest != evidence.Digest)
            {
                return new StepResult.EvidenceChanged(evidence);
            }

            Refusals.Throw(on, objects, isApproved: context.Approved is not null);
            if (await CreateAsync(context, client, journal, objects, cancellationToken) is not { } additions)
            {
                // Somebody was quicker by a moment; a person decides about what is there now.
                return new StepResult.EvidenceChanged(EvaluationReport.Of(await evaluator.EvaluateAsync(cancellationToken), isDone: false));
            }

            return (StepResult)Done(objects, additions);
        });
    }

    /// <inheritdoc/>
    public async ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken)
    {
        var journal = await CreationJournal.OpenAsync(context.Files, cancellationToken);
        if (journal.Created.Any())
        {
            var on = SliceOnTarget.Of(context.Config, context.Address);
            using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
            var writer = new ObjectWriter(client);
            foreach (var created in journal.Created.Reverse())
            {
                context.AssertLease();
                await ClusterAccess.TryAsync(on.TargetPath, () => writer.DeleteAsync(created.Name, cancellationToken));
            }
        }

        await context.Files.DeleteAllAsync(cancellationToken);
        return new RevertResult.Done();
    }

    /// <summary>Creates what is to be created, in order.</summary>
    /// <returns>What templates added to the indices; null when something of a name was there already.</returns>
    private static async Task<ImmutableArray<string>?> CreateAsync(
        RunContext context, ClusterClient client, CreationJournal journal, ImmutableArray<EvaluatedObject> objects, CancellationToken cancellationToken)
    {
        var (writer, created, additions) = (new ObjectWriter(client), new CreatedIndex(client), ImmutableArray.CreateBuilder<string>());
        var aliases = objects.Where(evaluated => evaluated.Name.Kind == ObjectKind.Alias).ToLookup(alias => alias.Name.Index!, alias => alias.Name.Name, StringComparer.Ordinal);
        var wanted = objects.Where(evaluated => evaluated.Outcome is ObjectOutcome.Create).ToArray();
        for (var i = 0; i < wanted.Length; i++)
        {
            context.Progress(MetadataProgress.Creating(i, wanted.Length));
            var isOurs = journal.Has(wanted[i].Name);
            if (!isOurs)
            {
                // Before it exists: what a crash leaves behind must be known to be ours.
                await journal.AddAsync(wanted[i].Name, wanted[i].Object.Source);
            }

            if (!await writer.CreateAsync(wanted[i].Object, isOurs, cancellationToken))
            {
                await journal.TakeBackAsync(wanted[i].Name);
                return null;
            }

            if (wanted[i].Name.Kind == ObjectKind.Index)
            {
                var added = await created.StraightenAsync(wanted[i], aliases[wanted[i].Name.Name].ToHashSet(StringComparer.Ordinal), cancellationToken);
                additions.AddRange(added.Select(difference => $"template added to {wanted[i].Name}: {difference}"));
            }
        }

        context.Progress(MetadataProgress.Creating(wanted.Length, wanted.Length));
        return additions.ToImmutable();
    }

    private static StepResult.Done Done(ImmutableArray<EvaluatedObject> objects, ImmutableArray<string> additions)
    {
        ImmutableArray<string> Of<T>() => [.. objects.Where(evaluated => evaluated.Outcome is T).Select(evaluated => evaluated.Name.ToString())];
        var aliases = objects.Where(evaluated => evaluated.Name.Kind == ObjectKind.Alias).ToLookup(alias => alias.Name.Index!, StringComparer.Ordinal);
        var parts = objects.Where(evaluated => evaluated.Name.Kind == ObjectKind.Index).Select(index => new OutputPart(
            MetadataOutputs.Indices,
            index.Name.Name,
            Fingerprint.Of(string.Join('\n', [CanonicalText.Of(index.Object.Definition), .. aliases[index.Name.Name].Select(alias => $"{alias.Name.Name} {CanonicalText.Of(alias.Object.Definition)}")]))));
        var outputs = new MetadataOutputs(Of<ObjectOutcome.Create>(), Of<ObjectOutcome.Keep>(), Of<ObjectOutcome.Differs>(), [.. EvaluationReport.Dropped(objects)]);
        return new(EvaluationReport.Of(objects, isDone: true, additions), outputs.With([.. parts]));
    }
}
