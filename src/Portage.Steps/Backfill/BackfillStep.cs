using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Clusters.Validation;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Connecting;
using Portage.Steps.Metadata;
using Portage.Steps.Reading;
using Portage.Steps.Snapshot;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Reads the segments of a snapshot straight from its repository and writes their documents to a target's <c>_bulk</c>.</summary>
public sealed class BackfillStep : IStep
{
    /// <inheritdoc/>
    public IStepDefinition Definition { get; } = new BackfillInputs();

    /// <inheritdoc/>
    public async ValueTask<StepEstimate?> EstimateAsync(StepContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        if (await SliceReading.FindSnapshotAsync(on, context.Outputs, cancellationToken) is not { } snapshot)
        {
            return null;
        }

        var sizes = await SnapshotSizes.OfAsync(snapshot, SliceContents.Select(on.Slice, snapshot.IndexNames), cancellationToken);
        return new($"{sizes.DocumentsText}, {Amounts.Bytes(sizes.Bytes)}", sizes.Documents, sizes.Bytes);
    }

    /// <inheritdoc/>
    public ValueTask<StepReport> EvaluateAsync(StepContext context, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A backfill has no evaluation.");

    /// <inheritdoc/>
    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        var indices = await SliceReading.OpenAsync(on, context.Outputs, cancellationToken);
        using var client = ClusterAccess.Target(context.Config, on.TargetName, context.Secrets, context.Time, context.Tuning);
        using var journal = ItemJournal.Open(context.WorkFolder);
        var before = await ClusterAccess.TryAsync(on.TargetPath, () => BeforeAsync(context, indices, client, cancellationToken));
        await ClusterAccess.TryAsync(on.TargetPath, () => RefuseGoneIndicesAsync(context, on, client, cancellationToken));
        var items = SliceReading.Items(indices);
        var byName = indices.ToDictionary(index => index.Name, StringComparer.Ordinal);
        var progress = new BackfillProgress(await SliceReading.CountAsync(indices, cancellationToken), indices.Any(index => index.Index.HasNestedObjects), journal, context.Time, context.Progress);
        var copies = new ConcurrentDictionary<WorkItem, ShardCopy>();

        async Task CopyAsync(WorkItem item, CancellationToken abort)
        {
            // The readers share one thread of control otherwise, and the first would keep it.
            await Task.Yield();
            var index = byName[item.Index];
            var wasEmpty = index.TargetNames.All(target => before.Documents.GetValueOrDefault(target) == 0);
            using var copy = new ShardCopy(context, index, item, journal, client, on.Slice.Backfill.Conflict, wasEmpty);
            copies[item] = copy;
            Tune(context, on, copies);
            try
            {
                await ClusterAccess.TryAsync(on.TargetPath, () => copy.RunAsync(abort));
            }
            finally
            {
                copies.TryRemove(item, out _);
            }
        }

        progress.Publish(waiting: null);
        await ItemCrew.WorkAsync(
            items.Where(item => !journal.Of(item).IsDone),
            () => Math.Min(Newest(context, on).Slice.Backfill.Workers, Newest(context, on).Slice.Backfill.Connections),
            CopyAsync,
            _ =>
            {
                Tune(context, on, copies);
                progress.Publish(copies.Values.Select(copy => copy.WhySlow).FirstOrDefault(why => why is not null));
            },
            context.Time,
            context.StopRequested,
            cancellationToken);
        if (items.Any(item => !journal.Of(item).IsDone))
        {
            return new StepResult.Stopped();
        }

        foreach (var target in indices.SelectMany(index => index.TargetNames))
        {
            await ClusterAccess.TryAsync(on.TargetPath, () => RefreshAsync(client, target, cancellationToken));
        }

        progress.PublishEnd();
        return Done(context, indices, journal, progress);
    }

    /// <inheritdoc/>
    public async ValueTask RevertAsync(StepContext context, CancellationToken cancellationToken)
    {
        var file = Path.Combine(context.WorkFolder, "before.json");
        if (!File.Exists(file))
        {
            // Nothing was written yet.
            return;
        }

        var on = SliceOnTarget.Of(context.Config, context.Address);
        var before = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(file, cancellationToken), BackfillJson.Default.BackfillBefore)!;
        using var client = ClusterAccess.Target(context.Config, on.TargetName, context.Secrets, context.Time);
        var now = await ClusterAccess.TryAsync(on.TargetPath, () => CountAsync(before.Documents.Keys, client, cancellationToken));
        var full = before.Documents.Where(index => index.Value > 0 && now[index.Key] > 0).Select(index => index.Key).ToArray();
        if (full.Length > 0)
        {
            throw new StepException(
                DiagnosticCatalog.CannotRevert.Error(on.SlicePath, $"{string.Join(", ", full)} had documents before the backfill began, so emptying {(full.Length == 1 ? "it" : "them")} would lose more than the backfill wrote. Empty {(full.Length == 1 ? "it" : "them")} yourself and start again, or send this slice to another target."),
                isTransient: false,
                null);
        }

        foreach (var index in before.Documents.Keys)
        {
            await ClusterAccess.TryAsync(on.TargetPath, () => EmptiedIndex.EmptyAsync(client, index, cancellationToken));
        }

        Directory.Delete(context.WorkFolder, recursive: true);
    }

    private static SliceOnTarget Newest(StepContext context, SliceOnTarget on) => SliceOnTarget.Of(context.Tuning(), on.Step(StepKind.Backfill));

    /// <summary>Shares the connections among the readers at work.</summary>
    private static void Tune(StepContext context, SliceOnTarget on, ConcurrentDictionary<WorkItem, ShardCopy> copies)
    {
        var config = Newest(context, on).Slice.Backfill;
        var share = Math.Max(1, config.Connections / Math.Max(1, copies.Count));
        foreach (var tuning in copies.Values.Select(copy => copy.Tuning))
        {
            if (tuning.Connections != share)
            {
                tuning.Connections = share;
            }

            if (tuning.Limits.BodyBytesMax != config.BodyBytesMax || tuning.Limits.OperationCountMax != config.OperationCountMax)
            {
                tuning.Limits = new() { BodyBytesMax = config.BodyBytesMax, OperationCountMax = config.OperationCountMax };
            }
        }
    }

    /// <summary>What was on the target before the first document was written; asked once and kept.</summary>
    private static async Task<BackfillBefore> BeforeAsync(StepContext context, ImmutableArray<SelectedIndex> indices, ClusterClient client, CancellationToken cancellationToken)
    {
        var file = Path.Combine(context.WorkFolder, "before.json");
        if (File.Exists(file))
        {
            return JsonSerializer.Deserialize(await File.ReadAllBytesAsync(file, cancellationToken), BackfillJson.Default.BackfillBefore)!;
        }

        var before = new BackfillBefore(await CountAsync(indices.SelectMany(index => index.TargetNames), client, cancellationToken));
        var next = file + ".next";
        await File.WriteAllBytesAsync(next, JsonSerializer.SerializeToUtf8Bytes(before, BackfillJson.Default.BackfillBefore), cancellationToken);
        File.Move(next, file, overwrite: true);
        return before;
    }

    /// <summary>What metadata made is there, or the target would make it up again by guessing.</summary>
    private static async Task RefuseGoneIndicesAsync(StepContext context, SliceOnTarget on, ClusterClient client, CancellationToken cancellationToken)
    {
        if (!context.Outputs.TryGetValue(on.Step(StepKind.Metadata), out var metadata))
        {
            return;
        }

        foreach (var index in metadata.Parts.Where(part => part.Group == MetadataOutputs.Indices).Select(part => part.Name))
        {
            if (!await new ClusterMetadata(client).IndexExistsAsync(index, cancellationToken))
            {
                throw new StepException(
                    DiagnosticCatalog.TargetIndexGone.Error(on.TargetPath, $"{on.Step(StepKind.Metadata)} left '{index}' on {on.Config.Targets[on.TargetName].Endpoint}, and it is not there any more. Create it again with the mapping that it should have, then start again."),
                    isTransient: false,
                    null);
            }
        }
    }

    /// <summary>How many documents indices have; none where there is no such index.</summary>
    private static async Task<ImmutableSortedDictionary<string, long>> CountAsync(IEnumerable<string> indices, ClusterClient client, CancellationToken cancellationToken)
    {
        var (metadata, documents) = (new ClusterMetadata(client), new ClusterDocuments(client));
        var counts = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        foreach (var index in indices)
        {
            var exists = await metadata.IndexExistsAsync(index, cancellationToken);
            if (exists)
            {
                await documents.RefreshAsync(index, cancellationToken);
            }

            counts[index] = exists ? await documents.CountAsync(index, cancellationToken) : 0;
        }

        return counts.ToImmutable();
    }

    private static async Task RefreshAsync(ClusterClient client, string index, CancellationToken cancellationToken)
    {
        // An index of which every document was refused may never have come into being.
        if (await new ClusterMetadata(client).IndexExistsAsync(index, cancellationToken))
        {
            await new ClusterDocuments(client).RefreshAsync(index, cancellationToken);
        }
    }

    private static StepResult.Done Done(StepContext context, ImmutableArray<SelectedIndex> indices, ItemJournal journal, BackfillProgress progress)
    {
        var parts = ImmutableArray.CreateBuilder<OutputPart>();
        var accepted = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        var lines = new List<string>();
        var numbers = progress.Numbers;
        lines.Add($"{numbers["documents"]:N0} documents: {numbers[BackfillProgress.Accepted]:N0} accepted, {numbers[BackfillProgress.Rejected]:N0} rejected, {numbers[BackfillProgress.Filtered]:N0} filtered{(numbers[BackfillProgress.Existing] > 0 ? $"; {numbers[BackfillProgress.Existing]:N0} were there already" : "")}");
        foreach (var index in indices)
        {
            var positions = Enumerable.Range(0, index.Index.NumberOfShards).Select(shard => journal.Of(new(index.Name, shard)).Numbers).ToArray();
            var count = positions.Sum(shard => shard.GetValueOrDefault(BackfillProgress.Accepted));
            var rejected = positions.Sum(shard => shard.GetValueOrDefault(BackfillProgress.Rejected));
            accepted[index.Name] = count;
            lines.Add($"{index.Name}: {count:N0} accepted{(rejected > 0 ? $", {rejected:N0} rejected (see {ItemJournal.FindingsOf(context.WorkFolder)})" : "")}");
            parts.Add(new(BackfillOutputs.Written, index.Name, Fingerprint.Of($"{context.Inputs!.Fingerprints.Result.Hex} {count} {rejected}")));
        }

        var outputs = new BackfillOutputs(accepted.ToImmutable(), numbers[BackfillProgress.Rejected], ItemJournal.FindingsOf(context.WorkFolder));
        return new(new(numbers, [.. lines]), outputs.With(parts.DrainToImmutable()));
    }
}
