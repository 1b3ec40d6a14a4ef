using Portage.Snapshots.Shards;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Documents of a shard that are to be sent, and where it is written down how far that is.</summary>
internal interface ICopied
{
    /// <summary>How far it is.</summary>
    ItemPosition Position { get; }

    /// <summary>Opens what is left.</summary>
    ValueTask<ICopiedDocuments> OpenAsync(ShardSnapshot shard, CancellationToken cancellationToken);

    /// <summary>Writes down how far it is, and returns when that survives a power loss.</summary>
    /// <param name="position">The place of the last document in the shard, and what became of all of them.</param>
    /// <param name="findings">Whole lines, ends included, about documents up to it that are refused.</param>
    /// <returns>Where it stands.</returns>
    Task<ItemPosition> MoveToAsync(ItemPosition position, ReadOnlyMemory<byte> findings);
}

/// <summary>One document after the other.</summary>
internal interface ICopiedDocuments : IAsyncDisposable
{
    /// <summary>The one that was moved to last.</summary>
    SourceDocument Current { get; }

    /// <summary>Moves to the next one.</summary>
    /// <returns>False after the last one.</returns>
    /// <exception cref="Snapshots.Repositories.RepositoryException">The snapshot cannot be read.</exception>
    ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken);
}

/// <summary>All documents of a work item.</summary>
internal sealed class LeasedShard(IWorkLease lease, IWholeFiles whole) : ICopied
{
    public ItemPosition Position => lease.Position;

    public async ValueTask<ICopiedDocuments> OpenAsync(ShardSnapshot shard, CancellationToken cancellationToken) =>
        new Documents(await shard.OpenReaderAsync(lease.Left, whole, cancellationToken));

    public async Task<ItemPosition> MoveToAsync(ItemPosition position, ReadOnlyMemory<byte> findings)
    {
        await lease.MoveToAsync(position, findings);
        return position;
    }

    private sealed class Documents(ShardReader reader) : ICopiedDocuments
    {
        public SourceDocument Current => reader.Current;

        public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken) => reader.MoveNextAsync(cancellationToken);

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
