using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>Hands out the items of the journals that this process writes. Who has which is in its memory only: when it dies, all leases are over.</summary>
internal sealed class LeasedItems(WorkJournal journal, IEnumerable<WorkItem> items) : IWorkItems
{
    private readonly Lock _gate = new();
    private readonly ItemOrder _waiting = new(items);
    private readonly Dictionary<WorkItem, Lease> _leases = [];
    private long _lastToken;

    /// <inheritdoc/>
    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _waiting.IsEmpty && _leases.Count == 0;
            }
        }
    }

    /// <summary>True when an item waits.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (_gate)
            {
                return !_waiting.IsEmpty;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<IWorkLease?> TakeAsync(CancellationToken cancellationToken) => TakeAsync(this, cancellationToken);

    /// <summary>The same for a worker whose death is seen here.</summary>
    /// <param name="holder">The worker, as <see cref="Revoke"/> names it.</param>
    public async ValueTask<IWorkLease?> TakeAsync(object holder, CancellationToken cancellationToken)
    {
        Lease lease;
        lock (_gate)
        {
            if (!_waiting.TryTake(out var item))
            {
                return null;
            }

            lease = new(this, holder, item, ++_lastToken);
            _leases.Add(item, lease);
        }

        // What the one before it was about to write down is written by then, or never.
        await journal[lease.Item.Index].SettleAsync();
        lease.Position = journal.Of(lease.Item);
        return lease;
    }

    /// <summary>Ends all leases of a worker that is dead, or must not write any more: its items wait again.</summary>
    public void Revoke(object holder)
    {
        lock (_gate)
        {
            foreach (var lease in _leases.Values.Where(lease => lease.Holder == holder).ToArray())
            {
                End(lease, waitsAgain: true);
            }
        }
    }

    private bool IsHeld(Lease lease)
    {
        lock (_gate)
        {
            return _leases.GetValueOrDefault(lease.Item) == lease;
        }
    }

    private void End(Lease lease, bool waitsAgain)
    {
        lock (_gate)
        {
            if (_leases.GetValueOrDefault(lease.Item) == lease)
            {
                _leases.Remove(lease.Item);
                _waiting.End(lease.Item, waitsAgain && !journal.Of(lease.Item).IsDone);
            }
        }
    }

    private sealed class Lease(LeasedItems all, object holder, WorkItem item, long token) : IWorkLease
    {
        private readonly LeasedItems _all = all;

        public object Holder => holder;

        public WorkItem Item => item;

        public long Token => token;

        public ItemPosition Position { get; set; } = ItemPosition.Start;

        public PositionRange Left => _all.Journal[Item.Index].LeftOf(Item);

        public void Assert()
        {
            if (!_all.IsHeld(this))
            {
                throw new LeaseLostException(Item, Token);
            }
        }

        public async ValueTask MoveToAsync(ItemPosition position, ReadOnlyMemory<byte> findings)
        {
            await _all.Journal[Item.Index].MoveToAsync(Item, position, findings, Assert);
            Position = position;
        }

        public ValueTask SetAsideAsync()
        {
            _all.End(this, waitsAgain: false);
            return default;
        }

        public ValueTask DisposeAsync()
        {
            _all.End(this, waitsAgain: true);
            return default;
        }
    }

    private WorkJournal Journal => journal;
}
