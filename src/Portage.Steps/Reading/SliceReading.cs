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
        var snapshot = await OpenVerifiedAsync(on, outputs, cancellationToken);
        return await SliceContents.OpenAsync(on.Slice, snapshot, on.SlicePath, cancellationToken);
    }

    /// <summary>Some indices of the very snapshot that the snapshot step verified, whether the slice still selects them or not.</summary>
    /// <exception cref="StepException">The snapshot or one of them is gone or damaged.</exception>
    public static async Task<ImmutableArray<SelectedIndex>> OpenOnlyAsync(SliceOnTarget on, IReadOnlyDictionary<StepAddress, StepOutputs> outputs, IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        var snapshot = await OpenVerifiedAsync(on, outputs, cancellationToken);
        var opened = ImmutableArray.CreateBuilder<SelectedIndex>();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            opened.Add(new(await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await snapshot.OpenIndexAsync(name, cancellationToken)), on.Slice.Types));
        }

        return opened.DrainToImmutable();
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

    private static async Task<RepositorySnapshot> OpenVerifiedAsync(SliceOnTarget on, IReadOnlyDictionary<StepAddress, StepOutputs> outputs, CancellationToken cancellationToken)
    {
        // By its uuid: a snapshot of the same name may have been taken meanwhile.
        var verified = SnapshotOutputs.Of(outputs, on.SnapshotStep);
        var repository = await SnapshotAccess.OpenRepositoryAsync(on.Snapshot, on.SnapshotPath, cancellationToken);
        return await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await repository.OpenSnapshotAsync(verified.Uuid, cancellationToken));
    }

    /// <summary>Opens every shard and sees that each of its files is in the repository with its length; reads no documents.</summary>
    /// <param name="report">Takes how many shards are done, of how many.</param>
    /// <exception cref="StepException">A shard cannot be read.</exception>
    public static async Task<SnapshotSizes> VerifyAsync(ImmutableArray<SelectedIndex> indices, Action<int, int> report, CancellationToken cancellationToken)
    {
        var sizes = SnapshotSizes.Empty with { Indices = indices.Length, HasNested = indices.Any(index => index.Index.HasNestedObjects) };
        var items = Items(indices);
        var byName = indices.ToDictionary(index => index.Name, StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            var item = items[i];
            report(i, items.Length);
            var (documents, bytes) = await SnapshotAccess.TryAsync(null, async () =>
            {
                var shard = await byName[item.Index].Index.OpenShardAsync(item.Shard, cancellationToken);
                await shard.VerifyLengthsAsync(cancellationToken);
                return ((await shard.CountAsync(cancellationToken)).LiveLuceneDocuments, shard.TotalBytes);
            });
            sizes = sizes with { Documents = sizes.Documents + documents, Bytes = sizes.Bytes + bytes };
        }

        report(items.Length, items.Length);
        return sizes;
    }

    /// <summary>Every shard of the indices.</summary>
    public static ImmutableArray<WorkItem> Items(ImmutableArray<SelectedIndex> indices) =>
        [.. indices.SelectMany(index => Enumerable.Range(0, index.Index.NumberOfShards).Select(shard => new WorkItem(index.Name, shard)))];

    /// <summary>Live Lucene documents of each index: the number of documents, or more where there are nested objects.</summary>
    public static async Task<ImmutableSortedDictionary<string, IndexTotal>> CountAsync(ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        var counts = ImmutableSortedDictionary.CreateBuilder<string, IndexTotal>(StringComparer.Ordinal);
        foreach (var index in indices)
        {
            var count = 0L;
            for (var number = 0; number < index.Index.NumberOfShards; number++)
            {
                var opened = number;
                count += await SnapshotAccess.TryAsync(null, async () =>
                    (await (await index.Index.OpenShardAsync(opened, cancellationToken)).CountAsync(cancellationToken)).LiveLuceneDocuments);
            }

            counts.Add(index.Name, new(count, index.Index.HasNestedObjects));
        }

        return counts.ToImmutable();
    }
}
