using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Connecting;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata;

/// <summary>Creates the templates, indices and aliases of a slice on a target, after it has shown what the target will have and what it cannot.</summary>
public sealed class MetadataStep : IStep
{
    /// <inheritdoc/>
    public IStepDefinition Definition { get; } = new MetadataInputs();

    /// <inheritdoc/>
    public async ValueTask<StepEstimate?> EstimateAsync(StepContext context, CancellationToken cancellationToken)
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
    public async ValueTask<StepReport> EvaluateAsync(StepContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = ClusterAccess.Target(context.Config, on.TargetName, context.Secrets, context.Time);
        var evaluated = await ClusterAccess.TryAsync(on.TargetPath, () => new Evaluator(context, on, client, CreationJournal.Open(context.WorkFolder)).EvaluateAsync(cancellationToken));
        return EvaluationReport.Of(evaluated, isDone: false);
    }

    /// <inheritdoc/>
    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = ClusterAccess.Target(context.Config, on.TargetName, context.Secrets, context.Time);
        var journal = CreationJournal.Open(context.WorkFolder);
        var evaluator = new Evaluator(context, on, client, journal);
        return await ClusterAccess.TryAsync(on.TargetPath, async () =>
        {
            var objects = await evaluator.EvaluateAsync(cancellationToken);
            var evidence = EvaluationReport.Of(objects, isDone: false);
            if (context.Approved is { } approved && approved.Digest != evidence.Digest)
            {
                return new StepResult.EvidenceChanged(evidence);
            }

            Refuse(context, on, objects);
            if (!await CreateAsync(context, new(client), journal, objects, cancellationToken))
            {
                // Somebody was quicker by a moment; a person decides about what is there now.
                return new StepResult.EvidenceChanged(EvaluationReport.Of(await evaluator.EvaluateAsync(cancellationToken), isDone: false));
            }

            return (StepResult)Done(objects);
        });
    }

    /// <inheritdoc/>
    public async ValueTask RevertAsync(StepContext context, CancellationToken cancellationToken)
    {
        var journal = CreationJournal.Open(context.WorkFolder);
        if (journal.Created.Count == 0)
        {
            journal.Delete();
            return;
        }

        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = ClusterAccess.Target(context.Config, on.TargetName, context.Secrets, context.Time);
        var writer = new ObjectWriter(client);
        foreach (var name in journal.Created.Reverse())
        {
            await ClusterAccess.TryAsync(on.TargetPath, () => writer.DeleteAsync(name, cancellationToken));
        }

        journal.Delete();
    }

    /// <summary>What the target refuses stops the step; what it has otherwise stops it unless somebody saw that and let it pass.</summary>
    private static void Refuse(StepContext context, SliceOnTarget on, ImmutableArray<EvaluatedObject> objects)
    {
        if (Text(objects, static outcome => outcome is ObjectOutcome.Refused refused ? refused.Reason : null) is { } refused)
        {
            throw new StepException(
                DiagnosticCatalog.ObjectRefused.Error($"{on.SlicePath}.metadata", $"The target refuses {refused}. Exclude it from the slice, or create it on the target in a form that suits you: what is there is left as it is.") with
                { Command = $"workflow configure update {on.SlicePath}.indices.exclude" },
                isTransient: false,
                null);
        }

        if (context.Approved is null && Text(objects, static outcome => outcome is ObjectOutcome.Differs differs ? differs.Differences[0] : null) is { } differing)
        {
            throw new StepException(
                DiagnosticCatalog.ObjectDiffers.Error($"{on.SlicePath}.metadata", $"The target has another {differing}. Nothing there is touched; whether documents may go into it is for a person to say.") with
                { Command = $"workflow configure update {on.SlicePath}.metadata.approve manual" },
                isTransient: false,
                null);
        }
    }

    /// <summary>Creates what is to be created, in order; false when something of a name was there already.</summary>
    private static async Task<bool> CreateAsync(StepContext context, ObjectWriter writer, CreationJournal journal, ImmutableArray<EvaluatedObject> objects, CancellationToken cancellationToken)
    {
        var wanted = objects.Where(evaluated => evaluated.Outcome is ObjectOutcome.Create).Select(evaluated => evaluated.Object).ToArray();
        for (var i = 0; i < wanted.Length; i++)
        {
            context.Progress(MetadataProgress.Creating(i, wanted.Length));
            var isOurs = journal.Has(wanted[i].Name);
            if (!isOurs)
            {
                // Before it exists: what a crash leaves behind must be known to be ours.
                journal.Add(wanted[i].Name);
            }

            if (!await writer.CreateAsync(wanted[i], isOurs, cancellationToken))
            {
                journal.TakeBack(wanted[i].Name);
                return false;
            }
        }

        context.Progress(MetadataProgress.Creating(wanted.Length, wanted.Length));
        return true;
    }

    private static StepResult.Done Done(ImmutableArray<EvaluatedObject> objects)
    {
        ImmutableArray<string> Of<T>() => [.. objects.Where(evaluated => evaluated.Outcome is T).Select(evaluated => evaluated.Name.ToString())];
        var aliases = objects.Where(evaluated => evaluated.Name.Kind == ObjectKind.Alias).ToLookup(alias => alias.Name.Index!, StringComparer.Ordinal);
        var parts = objects.Where(evaluated => evaluated.Name.Kind == ObjectKind.Index).Select(index => new OutputPart(
            MetadataOutputs.Indices,
            index.Name.Name,
            Fingerprint.Of(string.Join('\n', [CanonicalText.Of(index.Object.Definition), .. aliases[index.Name.Name].Select(alias => $"{alias.Name.Name} {CanonicalText.Of(alias.Object.Definition)}")]))));
        var outputs = new MetadataOutputs(Of<ObjectOutcome.Create>(), Of<ObjectOutcome.Keep>(), Of<ObjectOutcome.Differs>(), [.. EvaluationReport.Dropped(objects)]);
        return new(EvaluationReport.Of(objects, isDone: true), outputs.With([.. parts]));
    }

    /// <summary>The objects of an outcome with their reasons, as <c>index a (why), index b (why) and 3 more</c>.</summary>
    private static string? Text(ImmutableArray<EvaluatedObject> objects, Func<ObjectOutcome, string?> why)
    {
        const int NamedMax = 3;
        var found = objects.Select(evaluated => (evaluated.Name, Why: why(evaluated.Outcome))).Where(pair => pair.Why is not null).ToArray();
        return found.Length == 0
            ? null
            : string.Join(", ", found.Take(NamedMax).Select(pair => $"{pair.Name} ({pair.Why})")) + (found.Length > NamedMax ? $" and {found.Length - NamedMax} more" : "");
    }
}
