using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Validation;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Connecting;
using Portage.Steps.Documents;
using Portage.Steps.Metadata.Foresight;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Reads the segments of a snapshot straight from its repository and writes their documents to a target's <c>_bulk</c>.</summary>
/// <param name="transport">How requests travel; null for the network.</param>
public sealed class BackfillStep(HttpMessageHandler? transport = null) : IStep, IEstimated, IEvaluated, IDestroying, IPutsBack, IHelped
{
    /// <inheritdoc/>
    public IStepDefinition Definition { get; } = new BackfillInputs();

    /// <inheritdoc/>
    public async ValueTask<StepEstimate?> EstimateAsync(EstimateContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        if (await SliceReading.FindSnapshotAsync(on, context, cancellationToken) is not { } snapshot)
        {
            return null;
        }

        var look = await SnapshotLook.OfAsync(snapshot, SliceContents.Select(on.Slice, snapshot.IndexNames), cancellationToken);
        return new($"{look.Size.DocumentsText}, {look.Size.BytesText}{look.Problems}", look.Size.Documents, look.Size.Bytes)
        {
            // Said of the metadata where that is made here.
            Notes = on.Slice.Metadata.Skip
                ? [.. await SnapshotForesight.SayAsync(on, await SliceContents.OpenAsync(on.Slice, snapshot, on.SlicePath, cancellationToken), cancellationToken)]
                : [],
        };
    }

    /// <inheritdoc/>
    public async ValueTask<StepReport> EvaluateAsync(EvaluateContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        context = context with { Progress = SilenceTold.By(client, context.Progress, "indices") };
        return await ClusterAccess.TryAsync(on.TargetPath, () => new BackfillEvaluation(context, on, client).EvaluateAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<Destruction>> LookAsync(LookContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        var gone = await ClusterAccess.TryAsync(on.TargetPath, () => BackfillRevert.LookAsync(context.Files, client, on.TargetName, context.Items, cancellationToken));
        if (!context.Overwrites)
        {
            return gone;
        }

        // It is written where it is wanted, which need not be where it was.
        var config = context.Wanted ?? context.Config;
        var wanted = SliceOnTarget.Of(config, context.Address);
        using var there = await ClusterAccess.TargetAsync(config, wanted.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        return await ClusterAccess.TryAsync(wanted.TargetPath, async () => gone.AddRange(await OverwriteLook.BeforehandAsync(context, wanted, there, wanted.IsSamePlaceAs(on), cancellationToken)));
    }

    /// <inheritdoc/>
    public async ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        var indices = await SliceReading.OpenAsync(on, context, cancellationToken);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken, context.Tuning);
        context = context with { Progress = SilenceTold.By(client, context.Progress, "documents") };
        if (on.Slice.Backfill.Conflict == ConflictChoice.Overwrite
            && await ClusterAccess.TryAsync(on.TargetPath, () => new OverwriteLook(context, on, client).FindMoreAsync(indices, cancellationToken)) is { } evidence)
        {
            return new StepResult.EvidenceChanged(evidence);
        }

        await RevertNotes.ForgetAsync(context.Files, cancellationToken);
        await ClusterAccess.TryAsync(on.TargetPath, () => PutBackUnselectedAsync(context, client, indices, cancellationToken));
        using var journal = await WorkJournal.OpenAsync(context.Files, indices.Select(index => index.Name), cancellationToken);
        var sizes = await SliceReading.SizesAsync(indices, cancellationToken);
        var fresh = indices.Zip(sizes).Where(pair => !journal[pair.First.Name].HasAny).Select(pair => (pair.First, pair.Second.Total.Bytes)).ToArray();
        await TransformTrial.RunAsync(on, [.. fresh.Select(pair => pair.First)], cancellationToken);
        await ClusterAccess.TryAsync(on.TargetPath, () => RoomOnDisk.LookAsync(client, on, fresh, freedBytes: 0, cancellationToken));
        var targets = new TargetIndices(context, on, client, context.AssertLease);
        var before = await ClusterAccess.TryAsync(on.TargetPath, () => targets.BeginAsync(indices, cancellationToken));
        var items = await SliceReading.CutAsync(indices, sizes, journal, Newest(context, on).Slice.Backfill.RangeBytes, cancellationToken);
        var byName = indices.ToDictionary(index => index.Name, StringComparer.Ordinal);
        var progress = new BackfillProgress(new(SliceReading.Totals(indices, sizes), items, journal, BackfillProgress.Decisions), journal, context.Time, context.Progress);
        var resending = new Resending(context, journal, indices, items);
        var crew = new CopyCrew(context, on, client, indices, before, (index, token) => targets.CheckAsync(index.TargetNames, token), name => journal[name].Whole);
        var queue = new LeasedItems(journal, items.Where(item => !journal.Of(item).IsDone));
        await using var helpers = new HelperCrew(
            context.Helpers,
            queue,
            name => ClusterAccess.TryAsync(on.TargetPath, () => targets.CheckAsync(byName[name].TargetNames, cancellationToken)),
            crew.Unreadable.Add,
            context.Logger);

        void Tick()
        {
            helpers.Adjust(context.StopRequested.IsCancellationRequested ? 0 : CopyCrew.ProcessesOf(Newest(context, on).Slice.Backfill) - 1);
            progress.Publish(crew.WhySlow, resending.Progress);
        }

        if (context.Resends is null)
        {
            // A worker is known to get on by a number that grows.
            progress.Publish(waiting: null, resent: null);
        }

        try
        {
            await crew.WorkAsync(queue, static _ => null, Tick, cancellationToken);
            await helpers.StopAsync();
            while (!context.StopRequested.IsCancellationRequested && await resending.NextAsync(cancellationToken) is { IsEmpty: false } again)
            {
                await crew.WorkAsync(new ItemsOnce(again), resending.Of, Tick, cancellationToken);
            }
        }
        catch (StepException)
        {
            // None may send any more when pipelines are set again.
            await helpers.DisposeAsync();
            await TryPutBackAsync(targets, cancellationToken);
            throw;
        }

        var isDone = items.All(item => journal.Of(item).IsDone) && resending.IsOver;
        try
        {
            await ClusterAccess.TryAsync(on.TargetPath, () => targets.PutBackAsync(cancellationToken));
            foreach (var name in indices.Select(index => index.Name))
            {
                await ClusterAccess.TryAsync(on.TargetPath, () => targets.MarkAsync(journal[name], byName[name], on.Slice.Backfill.Conflict, cancellationToken));
            }
        }
        catch (StepException failure) when (failure.IsTransient && !isDone && context.StopRequested.IsCancellationRequested)
        {
            // As after a kill: whoever goes on, or takes it back, does that when it ends.
        }

        if (!isDone)
        {
            if (!context.StopRequested.IsCancellationRequested)
            {
                crew.Unreadable.ThrowIfAny(items);
            }

            return new StepResult.Stopped();
        }

        progress.PublishEnd();
        ImmutableArray<string> more = [.. resending.Say(), .. TransformCost.Say(journal.Sum, progress.Decided) is { } cost ? [cost] : (string[])[], .. SizeLines(on, journal), .. await PipelineLinesAsync(context, indices, cancellationToken)];
        return Done(context, indices, journal, progress, more, await UntouchedAsync(context, indices, cancellationToken), resending.Changed);
    }

    /// <inheritdoc/>
    public Task HelpAsync(RunContext context, Stream from, Stream to, CancellationToken cancellationToken) => new BackfillHelp(context, transport).HelpAsync(from, to, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken)
    {
        await EarlierLayout.UpgradeAsync(context.Files, cancellationToken);
        if ((await TakenBack.ItemsAsync(context.Files, cancellationToken)).IsEmpty)
        {
            // Nothing was written yet, or all of it is taken back.
            await RevertNotes.ForgetAsync(context.Files, cancellationToken);
            return new RevertResult.Done();
        }

        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        context = context with { Progress = SilenceTold.By(client, context.Progress, "documents") };
        return await ClusterAccess.TryAsync(on.TargetPath, () => new BackfillRevert(context, on, client).TakeBackAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask PutBackAsync(PutBackContext context, CancellationToken cancellationToken)
    {
        var aside = await FinalPipelines.AsideAsync(context.Files, cancellationToken);
        if (aside.IsEmpty)
        {
            return;
        }

        var on = SliceOnTarget.Of(context.Config, context.Address);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken);
        await ClusterAccess.TryAsync(on.TargetPath, () => FinalPipelines.PutBackAsync(context.Files, aside, client, context.AssertLease, cancellationToken));
    }

    /// <summary>Nobody may go on after a failure; the failure itself is what is told.</summary>
    private static async Task TryPutBackAsync(TargetIndices targets, CancellationToken cancellationToken)
    {
        try
        {
            await targets.PutBackAsync(cancellationToken);
        }
        catch (ClusterException)
        {
            // The next attempt, or taking it back, does it: what is set aside is written down.
        }
    }

    private static IEnumerable<string> SizeLines(SliceOnTarget on, WorkJournal journal)
    {
        if (journal.Sum(BackfillProgress.TooLarge) is > 0 and var tooLarge)
        {
            yield return $"{tooLarge:N0} {(tooLarge == 1 ? "request was" : "requests were")} larger than the target takes (413), and {(tooLarge == 1 ? "was" : "were")} sent in parts: less than {on.SlicePath}.backfill.bodyBytesMax is sent at once";
        }

        if (journal.Sum(BackfillProgress.TimedOut) is > 0 and var timedOut)
        {
            yield return $"{timedOut:N0} {(timedOut == 1 ? "request was" : "requests were")} not answered in time, and {(timedOut == 1 ? "was" : "were")} sent again, in parts where {(timedOut == 1 ? "it was" : "they were")} large: {on.TargetPath}.timeouts.bulkSeconds says how long one may take, and a proxy may have a limit of its own";
        }
    }

    private static async Task<ImmutableArray<string>> PipelineLinesAsync(RunContext context, ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (var index in indices)
        {
            lines.AddRange((await new BackfillNotes(context.Files.Item(index.Name)).FinalPipelinesAsync(cancellationToken))
                .Select(had => $"{had.Key}: its final pipeline '{had.Value.Pipeline}' was set aside while documents were sent{(had.Value.IsSetAgain ? ", and is set again" : "; somebody has changed the setting since, and it is left like that")}"));
        }

        return lines.ToImmutable();
    }

    private static SliceOnTarget Newest(RunContext context, SliceOnTarget on) => SliceOnTarget.Of(context.Tuning(), on.Step(StepKind.Backfill));

    /// <summary>A killed worker may have left pipelines aside of indices that the slice does not select any more: nobody else sets them again.</summary>
    private static async Task PutBackUnselectedAsync(RunContext context, ClusterClient client, ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        var aside = await FinalPipelines.AsideAsync(context.Files, cancellationToken);
        await FinalPipelines.PutBackAsync(context.Files, aside.Except(indices.Select(index => index.Name), StringComparer.Ordinal), client, context.AssertLease, cancellationToken);
    }

    private static async Task<ImmutableArray<string>> UntouchedAsync(RunContext context, ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        var untouched = ImmutableArray.CreateBuilder<string>();
        foreach (var index in indices)
        {
            if (await TakenBack.ReadAsync(context.Files, index.Name, cancellationToken) is { WroteNothing: true })
            {
                untouched.Add(index.Name);
            }
        }

        return untouched.DrainToImmutable();
    }

    private static StepResult.Done Done(RunContext context, ImmutableArray<SelectedIndex> indices, WorkJournal journal, BackfillProgress progress, ImmutableArray<string> more, ImmutableArray<string> untouched, ImmutableArray<string> resent)
    {
        var parts = ImmutableArray.CreateBuilder<OutputPart>();
        var accepted = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        var findings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var lines = new List<string>();
        var numbers = progress.Numbers;
        lines.Add(BackfillProgress.Say(numbers));
        foreach (var index in indices.Select(index => journal[index.Name]))
        {
            var (count, rejected, differing) = (index.Sum(BackfillProgress.Accepted), index.Sum(BackfillProgress.Rejected), index.Sum(BackfillProgress.Differing));
            accepted[index.Index] = count;
            if (rejected > 0)
            {
                findings[index.Index] = index.Findings;
            }

            lines.Add($"{index.Index}: {count:N0} accepted{(differing > 0 ? $", {differing:N0} differing" : "")}{(rejected > 0 ? $", {rejected:N0} rejected (see {index.Findings})" : "")}");
            parts.Add(new(BackfillOutputs.Written, index.Index, Fingerprint.Of($"{context.Inputs.Fingerprints.Result.Hex} {count} {rejected}")));
        }

        var outputs = new BackfillOutputs(accepted.ToImmutable(), numbers[BackfillProgress.Rejected], "") { FindingsByIndex = findings.ToImmutable() };
        return new(new(numbers, [.. lines, .. more]), outputs.With(parts.DrainToImmutable()) with { Untouched = untouched.IsEmpty ? null : untouched, Resent = resent.IsEmpty ? null : resent });
    }
}
