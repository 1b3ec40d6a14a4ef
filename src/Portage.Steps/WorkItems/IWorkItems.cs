using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>The work items of a step, handed out to any number of workers, of which every one may die at any moment.</summary>
/// <remarks>
/// At every moment one worker at most has an item. What one has moved forward is never done again; what it had sent and not moved forward is done
/// again by the next one, and nothing is passed over. Every implementation passes one kit (<c>WorkItemsKit</c>).
/// </remarks>
public interface IWorkItems
{
    /// <summary>True when no item waits, and nobody has one that might wait again: nothing is left to come back for.</summary>
    bool IsOver { get; }

    /// <summary>Takes the next item that waits, of the shard that the fewest workers are at.</summary>
    /// <returns>Null when none waits at this moment; one may later, where its worker died or stopped.</returns>
    ValueTask<IWorkLease?> TakeAsync(CancellationToken cancellationToken);
}

/// <summary>The right to work on one item. Disposing gives it back: what is left of the item waits again.</summary>
public interface IWorkLease : IAsyncDisposable
{
    /// <summary>The item.</summary>
    WorkItem Item { get; }

    /// <summary>The fencing token: higher than that of every lease before it.</summary>
    long Token { get; }

    /// <summary>How far the item is.</summary>
    ItemPosition Position { get; }

    /// <summary>The positions that are left to do.</summary>
    PositionRange Left { get; }

    /// <summary>Called before anything is written to a target.</summary>
    /// <exception cref="LeaseLostException">The lease is over: somebody else may have the item.</exception>
    void Assert();

    /// <summary>Moves the item forward, and returns when that survives a power loss. Moved to a position that is done, it waits no more.</summary>
    /// <param name="findings">Whole lines, ends included, about documents up to the position.</param>
    /// <exception cref="LeaseLostException">The lease is over, and nothing was moved.</exception>
    ValueTask MoveToAsync(ItemPosition position, ReadOnlyMemory<byte> findings);

    /// <summary>The item cannot be done now: it does not wait again as long as this step runs.</summary>
    ValueTask SetAsideAsync();
}

/// <summary>A worker has lost an item, and may write nothing more for it.</summary>
public sealed class LeaseLostException(WorkItem item, long token) : Exception($"Lease {token} of {item} is over.");
