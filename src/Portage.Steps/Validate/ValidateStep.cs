using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Clusters.Validation;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Backfill;
using Portage.Steps.Connecting;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Compares the target with the snapshot: how many documents, every one by id and content, and indices, aliases and templates.</summary>
/// <param name="transport">How requests travel; null for the network.</param>
public sealed class ValidateStep(HttpMessageHandler? transport = null) : IStep
{
    /// <inheritdoc/>
    public IStepDefinition Definition { get; } = new ValidateInputs();

    /// <summary>Documents that are asked for at once, at most.</summary>
    internal int BatchDocumentsMax { get; init; } = ShardComparison.BatchDocumentsMax;

    /// <summary>Ids that are held at a time when what is too much is looked for.</summary>
    internal int ExtraIdsMax { get; init; } = ExtraDocuments.IdsMax;

    /// <inheritdoc/>
    public async ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        var indices = await SliceReading.OpenAsync(on, context, cancellationToken);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken, context.Tuning);
        context = context with { Progress = SilenceTold.By(client, context.Progress, "documents") };
        await RefuseClosedAsync(on, indices, client, cancellationToken);
        var written = BackfillOutputs.Find(context.Outputs, on.Step(StepKind.Backfill));
        if (on.Slice.Validate.Mode == ValidateMode.Counts && written is not null)
        {
            return await ClusterAccess.TryAsync(on.TargetPath, () => CountsAsync(context, on, indices, client, written, cancellationToken));
        }

        using var journal = await WorkJournal.OpenAsync(context.Files, indices.Select(index => index.Name), cancellationToken);
        var byName = indices.ToDictionary(index => index.Name, StringComparer.Ordinal);
        var sizes = await SliceReading.SizesAsync(indices, cancellationToken);
        var items = await SliceReading.CutAsync(indices, sizes, journal, on.Slice.Backfill.RangeBytes, cancellationToken);
        var progress = new ValidateProgress(new(SliceReading.Totals(indices, sizes), items, journal, [ValidateProgress.Checked]), journal, context.Time, context.Progress);
        var comparisons = new ConcurrentDictionary<WorkItem, ShardComparison>();
        var unreadable = new UnreadableItems(context.Logger);

        int Connections() => SliceOnTarget.Of(context.Tuning(), context.Address).Slice.Validate.Connections;

        async Task CompareAsync(IWorkLease lease, CancellationToken abort)
        {
            await Task.Yield();
            var item = lease.Item;
            using var rejected = await RejectedPositions.OpenAsync(context.Files, written?.FindingsOf(item.Index), item, lease.Left, abort);
            var comparison = new ShardComparison(context, byName[item.Index], lease, journal[item.Index].Whole, client, rejected, () => Math.Max(1, Connections() / Math.Max(1, comparisons.Count)), BatchDocumentsMax);
            comparisons[item] = comparison;
            try
            {
                await unreadable.TryAsync(lease, () => ClusterAccess.TryAsync(on.TargetPath, () => comparison.RunAsync(abort)));
            }
            finally
            {
                comparisons.TryRemove(item, out _);
            }
        }

        progress.Publish(waiting: null);

        // Reading is the smaller part of it: two shards keep the connections busy while one of them ends and the next begins.
        await ItemCrew.WorkAsync(
            new LeasedItems(journal, items.Where(item => !journal.Of(item).IsDone)),
            () => Math.Min(2, Connections()),
            CompareAsync,
            _ => progress.Publish(comparisons.Values.Select(comparison => comparison.WhySlow).FirstOrDefault(why => why is not null)),
            context.Time,
            context.StopRequested,
            cancellationToken);
        if (items.Any(item => !journal.Of(item).IsDone))
        {
            if (!context.StopRequested.IsCancellationRequested)
            {
                unreadable.ThrowIfAny(items);
            }

            return new StepResult.Stopped();
        }

        var extra = new ExtraDocuments(context, journal, client, written, ExtraIdsMax);
        foreach (var index in indices)
        {
            await ClusterAccess.TryAsync(on.TargetPath, () => extra.FindAsync(index, cancellationToken));
        }

        progress.PublishEnd();
        string[] named = [ValidateProgress.Missing, ValidateProgress.Differing, ValidateProgress.NotCompared, ValidateProgress.Extra];
        string[] findings = [.. indices.Select(index => journal[index.Name]).Where(index => named.Any(number => index.Sum(number) > 0)).Select(index => index.Findings)];
        var objects = await ClusterAccess.TryAsync(on.TargetPath, () => new ObjectComparison(context, on, client).CompareAsync(indices, cancellationToken));
        var searches = await ClusterAccess.TryAsync(on.TargetPath, () => new SearchComparison(context, on, journal, client, transport).CompareAsync(indices, cancellationToken));
        if (searches is null)
        {
            return new StepResult.Stopped();
        }

        return ValidateReport.Of(progress.Numbers, objects, searches, [.. indices.SelectMany(index => ValidateReport.Lines(index.Name, journal[index.Name]))], [.. findings, .. FileOf(context, objects)]);
    }

    /// <inheritdoc/>
    public async ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken)
    {
        // It changed nothing on any cluster; what it found is of no use any more.
        await EarlierLayout.UpgradeAsync(context.Files, cancellationToken);
        if (context.Items.IsDefault)
        {
            await context.Files.DeleteAllAsync(cancellationToken);
        }
        else
        {
            foreach (var item in context.Items)
            {
                await context.Files.Item(item).DeleteAllAsync(cancellationToken);
            }
        }

        return new RevertResult.Done();
    }

    /// <exception cref="StepException">An index that is to be compared is closed.</exception>
    private static async Task RefuseClosedAsync(SliceOnTarget on, ImmutableArray<SelectedIndex> indices, ClusterClient client, CancellationToken cancellationToken)
    {
        var named = indices.SelectMany(index => index.TargetNames).ToHashSet(StringComparer.Ordinal);
        string[] closed;
        try
        {
            closed = [.. (await new ClusterMetadata(client).ListIndicesAsync(cancellationToken)).Where(index => index.Status == "close" && named.Contains(index.Name)).Select(index => index.Name)];
        }
        catch (ClusterException)
        {
            // Who may read documents may not be allowed to list indices; what is closed shows when it is asked for.
            return;
        }

        if (closed.Length > 0)
        {
            var (are, it) = closed.Length == 1 ? ("is", "it") : ("are", "them");
            throw new StepException(
                DiagnosticCatalog.TargetIndexClosed.Error(on.SlicePath, $"{string.Join(", ", closed)} {are} closed on the target, and cannot be compared. Open {it}: workflow cluster curl {on.TargetName} POST /{string.Join(',', closed)}/_open; then start again, and close {it} afterwards. Or leave {it} out of the slice.") with
                { Command = "workflow start" },
                isTransient: false,
                null);
        }
    }

    private static async Task<StepResult> CountsAsync(RunContext context, SliceOnTarget on, ImmutableArray<SelectedIndex> indices, ClusterClient client, BackfillOutputs written, CancellationToken cancellationToken)
    {
        var (metadata, documents) = (new ClusterMetadata(client), new ClusterDocuments(client));
        var (total, there, fewer, more) = (0L, 0L, 0L, 0L);
        var (indicesFewer, indicesMore) = (0, 0);
        var lines = new List<string>();
        foreach (var index in indices)
        {
            var count = 0L;
            foreach (var target in index.TargetNames)
            {
                if (await metadata.IndexExistsAsync(target, cancellationToken))
                {
                    await documents.RefreshAsync(target, cancellationToken);
                    count += await documents.CountAsync(target, cancellationToken);
                }
            }

            var expected = written.Accepted.GetValueOrDefault(index.Name);
            total += expected;
            there += count;
            fewer += Math.Max(0, expected - count);
            more += Math.Max(0, count - expected);
            indicesFewer += count < expected ? 1 : 0;
            indicesMore += count > expected ? 1 : 0;
            if (count != expected)
            {
                lines.Add($"{index.Name}: {expected:N0} accepted, {count:N0} on the target: {Math.Abs(count - expected):N0} {(count < expected ? "fewer" : "more")}");
            }
        }

        // Which documents they are nobody looked at: others in their place hide that some are missing.
        var numbers = ImmutableSortedDictionary<string, long>.Empty
            .Add(ValidateProgress.Checked, total)
            .Add(ValidateProgress.Fewer, fewer)
            .Add(ValidateProgress.More, more)
            .Add(ValidateProgress.Rejected, written.RejectedCount);
        var objects = await new ObjectComparison(context, on, client).CompareAsync(indices, cancellationToken);
        return ValidateReport.OfCounts(numbers, new(there, indicesFewer, indicesMore), objects, ComparedSearches.None("mode: counts"), lines, FileOf(context, objects));
    }

    private static string[] FileOf(RunContext context, ComparedObjects objects) => objects.Differences.IsEmpty ? [] : [context.Files.LocationOf(ObjectComparison.FileName)];
}
