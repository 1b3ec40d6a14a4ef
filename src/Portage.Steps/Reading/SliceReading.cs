using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Steps.Snapshot;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Reading;

/// <summary>Opens what a slice reads.</summary>
internal static class SliceReading
{
    /// <summary>The selected indices of the very snapshot that the snapshot step verified.</summary>
    /// <exception cref="StepException">It is gone or damaged, or the slice cannot be read as configured.</exception>
    public static async Task<ImmutableArray<SelectedIndex>> OpenAsync(SliceOnTarget on, IReadOnlyDictionary<StepAddress, StepOutputs> outputs, CancellationToken cancellationToken)
    {
        // By its uuid: a snapshot of the same name may have been taken meanwhile.
        var verified = SnapshotOutputs.Of(outputs, on.SnapshotStep);
        var repository = await SnapshotAccess.OpenRepositoryAsync(on.Snapshot, on.SnapshotPath, cancellationToken);
        var snapshot = await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await repository.OpenSnapshotAsync(verified.Uuid, cancellationToken));
        return await SliceContents.OpenAsync(on.Slice, snapshot, on.SlicePath, cancellationToken);
    }

    /// <summary>The snapshot, where it exists already; for estimates.</summary>
    public static async Task<RepositorySnapshot?> FindSnapshotAsync(SliceOnTarget on, IReadOnlyDictionary<StepAddress, StepOutputs> outputs, CancellationToken cancellationToken)
    {
        var name = on.Snapshot.Existing ?? (outputs.ContainsKey(on.SnapshotStep) ? SnapshotOutputs.Of(outputs, on.SnapshotStep).Uuid : null);
        if (name is null)
        {
            return null;
        }

        var repository = await SnapshotAccess.OpenRepositoryAsync(on.Snapshot, on.SnapshotPath, cancellationToken);
        return await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await repository.OpenSnapshotAsync(name, cancellationToken));
    }

    /// <summary>Every shard of the indices.</summary>
    public static ImmutableArray<WorkItem> Items(ImmutableArray<SelectedIndex> indices) =>
        [.. indices.SelectMany(index => Enumerable.Range(0, index.Index.NumberOfShards).Select(shard => new WorkItem(index.Name, shard)))];

    /// <summary>Live Lucene documents of the indices: the number of documents, or more where there are nested objects.</summary>
    public static async Task<long> CountAsync(ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var index in indices)
        {
            for (var number = 0; number < index.Index.NumberOfShards; number++)
            {
                var opened = number;
                count += await SnapshotAccess.TryAsync(null, async () =>
                    (await (await index.Index.OpenShardAsync(opened, cancellationToken)).CountAsync(cancellationToken)).LiveLuceneDocuments);
            }
        }

        return count;
    }
}
