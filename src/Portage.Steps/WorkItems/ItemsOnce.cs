using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>Items that this process alone works on, each once: how far they are is written down elsewhere than in the journal of positions.</summary>
internal sealed class ItemsOnce(IEnumerable<WorkItem> items) : IWorkItems
{
    private readonly Queue<WorkItem> _waiting = new(items);
    private long _lastToken;

    /// <inheritdoc/>
    public bool IsOver => _waiting.Count == 0;

    /// <inheritdoc/>
    public ValueTask<IWorkLease?> TakeAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IWorkLease?>(_waiting.TryDequeue(out var item) ? new Lease(item, ++_lastToken) : null);

    private sealed class Lease(WorkItem item, long token) : IWorkLease
    {
        public WorkItem Item => item;

        public long Token => token;

        public ItemPosition Position => ItemPosition.Start;

        public PositionRange Left => PositionRange.All;

        public void Assert()
        {
            // Nobody else could have it.
        }

        public ValueTask MoveToAsync(ItemPosition position, ReadOnlyMemory<byte> findings) => throw new InvalidOperationException($"How far {item} is is written down elsewhere.");

        public ValueTask SetAsideAsync() => default;

        public ValueTask DisposeAsync() => default;
    }
}
