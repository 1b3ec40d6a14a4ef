using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.Remote;
using Portage.Snapshots.Shards;
using Portage.Steps.Documents;
using Portage.Steps.Snapshot;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Reading;

/// <summary>Opens what a slice reads.</summary>
internal static class SliceReading
{
    /// <summary>The selected indices of the very snapshot that the snapshot step verified.</summary>
    /// <exception cref="StepException">It is gone or damaged, or the slice cannot be read as configured.</exception>
    public static async Task<ImmutableArray<SelectedIndex>> OpenAsync(SliceOnTarget on, StepContext context, CancellationToken cancellationToken)
    {
        var snapshot = await OpenVerifiedAsync(on, context, cancellationToken);
        await RefuseUnreadableAsync(on, context, snapshot, cancellationToken);
        return await SliceContents.OpenAsync(on.Slice, snapshot, on.SlicePath, cancellationToken);
    }

    /// <summary>What the snapshot step could not read may have been mended since; what the slice wants of it is looked at again.</summary>
    private static async Task RefuseUnreadableAsync(SliceOnTarget on, StepContext context, RepositorySnapshot snapshot, CancellationToken cancellationToken)
    {
        var verified = SnapshotOutputs.Of(context.Outputs, on.SnapshotStep);
        var looks = await IndexLook.AllAsync(snapshot, SliceContents.Select(on.Slice, snapshot.IndexNames).Where(verified.WasUnreadable), isWhole: true, cancellationToken).ToListAsync(cancellationToken);

        IndexLook.Refuse(looks, on.SlicePath);
    }

    /// <summary>Some indices of the very snapshot that the snapshot step verified, whether the slice still selects them or not.</summary>
    /// <exception cref="StepException">The snapshot or one of them is gone or damaged.</exception>
    public static async Task<ImmutableArray<SelectedIndex>> OpenOnlyAsync(SliceOnTarget on, StepContext context, IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        var snapshot = await OpenVerifiedAsync(on, context, cancellationToken);
        var opened = ImmutableArray.CreateBuilder<SelectedIndex>();
        await foreach (var index in ParallelReads.InOrderAsync(names.Order(StringComparer.Ordinal), snapshot.ReadsAtOnce, (name, token) => OpenIndexAsync(on, snapshot, name, token), cancellationToken))
        {
            opened.Add(index);
        }

        return opened.DrainToImmutable();
    }

    /// <summary>An index of the snapshot that it was copied from, whether the slice still selects it or not.</summary>
    /// <param name="uuid">Of that snapshot; null where an earlier build did not write it down.</param>
    /// <returns>As the snapshot has it that the snapshot step verified last, where that one is gone: what was copied differently is not found in it.</returns>
    /// <exception cref="StepException">The snapshot or the index is gone or damaged.</exception>
    public static async Task<SelectedIndex> OpenCopiedAsync(SliceOnTarget on, StepContext context, string? uuid, string name, CancellationToken cancellationToken)
    {
        var snapshot = await FindCopiedAsync(on, context, uuid, cancellationToken) ?? await OpenVerifiedAsync(on, context, cancellationToken);
        return await OpenIndexAsync(on, snapshot, name, cancellationToken);
    }

    private static async Task<SelectedIndex> OpenIndexAsync(SliceOnTarget on, RepositorySnapshot snapshot, string name, CancellationToken cancellationToken) =>
        new(await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await snapshot.OpenIndexAsync(name, cancellationToken)), on.Slice.Types) { Transforms = SliceTransforms.Of(on.Slice, on.SlicePath) };

    /// <summary>A snapshot by its uuid, in the repository of the slice first: the slice may have read from another one. Null where it is gone.</summary>
    public static async Task<RepositorySnapshot?> FindCopiedAsync(SliceOnTarget on, StepContext context, string? uuid, CancellationToken cancellationToken)
    {
        if (uuid is null)
        {
            return null;
        }

        foreach (var (name, config) in on.Migration.Snapshots.OrderBy(snapshot => snapshot.Key != on.SnapshotName))
        {
            try
            {
                var store = await SnapshotAccess.StoreAsync(config.Repository!, $"migrations.{on.SourceName}.snapshots.{name}", context.Secrets, cancellationToken);
                var repository = await SnapshotRepository.OpenAsync(store, cancellationToken);
                return await repository.OpenSnapshotAsync(uuid, cancellationToken);
            }
            catch (RepositoryException missing) when (missing is SnapshotNotFoundException || name != on.SnapshotName)
            {
                // Perhaps another one has it.
            }
            catch (RepositoryException failure)
            {
                throw new StepException(SnapshotAccess.Describe(failure, on.SnapshotPath), SnapshotAccess.IsTransient(failure), failure);
            }
        }

        return null;
    }

    /// <summary>The snapshot, where it exists already; for estimates.</summary>
    public static async Task<RepositorySnapshot?> FindSnapshotAsync(SliceOnTarget on, StepContext context, CancellationToken cancellationToken)
    {
        var name = on.Snapshot.Existing ?? (context.Outputs.ContainsKey(on.SnapshotStep) ? SnapshotOutputs.Of(context.Outputs, on.SnapshotStep).Uuid : null);
        if (name is null)
        {
            return null;
        }

        var repository = await SnapshotAccess.OpenRepositoryAsync(on.Snapshot, on.SnapshotPath, context.Secrets, cancellationToken);
        return await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await repository.OpenSnapshotAsync(name, cancellationToken));
    }

    /// <summary>The very snapshot that the snapshot step verified.</summary>
    /// <exception cref="StepException">It is gone or damaged.</exception>
    public static async Task<RepositorySnapshot> OpenVerifiedAsync(SliceOnTarget on, StepContext context, CancellationToken cancellationToken)
    {
        // By its uuid: a snapshot of the same name may have been taken meanwhile.
        var verified = SnapshotOutputs.Of(context.Outputs, on.SnapshotStep);
        var repository = await SnapshotAccess.OpenRepositoryAsync(on.Snapshot, on.SnapshotPath, context.Secrets, cancellationToken);
        return await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await repository.OpenSnapshotAsync(verified.Uuid, cancellationToken));
    }

    /// <summary>Opens every shard, sees that each of its files is in the repository with its length, and that it can be read; reads no documents.</summary>
    /// <param name="report">Takes how many indices are done, of how many.</param>
    /// <returns>How large each of the indices is, in order.</returns>
    /// <exception cref="StepException">Some cannot be read; all of them are named.</exception>
    public static async Task<ImmutableArray<SnapshotSizes>> VerifyAsync(SliceOnTarget on, ImmutableArray<SelectedIndex> indices, Action<int, int> report, CancellationToken cancellationToken)
    {
        if (indices.IsEmpty)
        {
            return [];
        }

        // They were opened together, of one snapshot.
        var looks = new List<IndexLook>(indices.Length);
        report(0, indices.Length);
        await foreach (var look in IndexLook.AllAsync(indices[0].Index.Snapshot, indices.Select(index => index.Name), isWhole: true, cancellationToken))
        {
            looks.Add(look);
            report(looks.Count, indices.Length);
        }

        IndexLook.Refuse(looks, on.SlicePath);
        return [.. looks.Select(look => look.Size)];
    }

    /// <summary>Cuts the shards of indices that nobody has begun, each written down before its first document, and gives every item of all of them.</summary>
    /// <param name="rangeBytes">About how many bytes of stored fields each item is to have.</param>
    public static async Task<ImmutableArray<WorkItem>> CutAsync(ImmutableArray<SelectedIndex> indices, ImmutableArray<IndexSizes> sizes, WorkJournal journal, long rangeBytes, CancellationToken cancellationToken)
    {
        foreach (var (index, size) in indices.Zip(sizes))
        {
            await journal[index.Name].CutAsync(ShardCuts.Of(size.Shards, rangeBytes), cancellationToken);
        }

        return [.. indices.SelectMany(index => journal[index.Name].Items(index.Index.NumberOfShards))];
    }

    /// <summary>How large each of the indices is, in order; documents are live Lucene documents: as many as there are, or more where there are nested objects.</summary>
    /// <exception cref="StepException">A shard cannot be opened.</exception>
    public static async Task<ImmutableArray<IndexSizes>> SizesAsync(ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        var atOnce = indices.IsEmpty ? 1 : indices[0].Index.Snapshot.ReadsAtOnce;
        var all = indices.SelectMany(index => Enumerable.Range(0, index.Index.NumberOfShards), (index, number) => (index, number));
        var shards = await ParallelReads.InOrderAsync(all, atOnce, (shard, token) => SizeAsync(shard.index, shard.number, token), cancellationToken).ToListAsync(cancellationToken);

        // They come in the order of the indices.
        var sizes = ImmutableArray.CreateBuilder<IndexSizes>(indices.Length);
        var done = 0;
        foreach (var index in indices)
        {
            var own = shards.GetRange(done, index.Index.NumberOfShards);
            done += own.Count;
            sizes.Add(new(own.Aggregate(SnapshotSizes.Empty with { Indices = 1, HasNested = index.Index.HasNestedObjects }, (sum, shard) => sum + shard.Size), [.. own.Select(shard => shard.Segments)]));
        }

        return sizes.MoveToImmutable();
    }

    private static Task<(SnapshotSizes Size, ImmutableArray<SegmentSize> Segments)> SizeAsync(SelectedIndex index, int number, CancellationToken cancellationToken) => SnapshotAccess.TryAsync(null, async () =>
    {
        var shard = await index.Index.OpenShardAsync(number, cancellationToken);
        var counts = await shard.CountAsync(cancellationToken);
        return (SnapshotSizes.Empty with { Documents = counts.LiveLuceneDocuments, Bytes = shard.TotalBytes }, counts.Sizes);
    });

    /// <summary>The same by name, for progress.</summary>
    public static ImmutableSortedDictionary<string, IndexTotal> Totals(ImmutableArray<SelectedIndex> indices, ImmutableArray<IndexSizes> sizes) =>
        indices.Zip(sizes).ToImmutableSortedDictionary(pair => pair.First.Name, pair => new IndexTotal(pair.Second.Total.Documents, pair.First.Index.HasNestedObjects), StringComparer.Ordinal);
}

/// <summary>How large an index is.</summary>
/// <param name="Total">All of it.</param>
/// <param name="Shards">The segments of each shard.</param>
internal sealed record IndexSizes(SnapshotSizes Total, ImmutableArray<ImmutableArray<SegmentSize>> Shards);
