namespace Portage.Engine.Ledger;

/// <summary>The durable record of one home: events in order. Whoever appends holds the lease.</summary>
/// <remarks>
/// Contract, checked by the conformance kit: an append is all or nothing, and durable when it returns (it survives
/// power loss); sequences have no gaps; an append with an outdated token changes nothing and throws
/// <see cref="LeaseLostException"/>; reading sees exactly what was appended, in order, also while another process appends.
/// </remarks>
public interface ILedger : IAsyncDisposable
{
    /// <summary>The fencing token of this writer: higher than that of every writer before it.</summary>
    long Token { get; }

    /// <summary>Appends events, and returns when they are durable. May be called again before an earlier call has returned: calls that wait at the same time share one commit.</summary>
    /// <returns>The events in their places.</returns>
    /// <exception cref="LeaseLostException">Another writer has taken the ledger; nothing was written.</exception>
    /// <exception cref="LedgerFullException">There is no room; nothing was written.</exception>
    ValueTask<IReadOnlyList<RecordedEvent>> AppendAsync(IReadOnlyList<LedgerEvent> events, CancellationToken cancellationToken);

    /// <summary>The events after <paramref name="sequence"/>, in order.</summary>
    IEnumerable<RecordedEvent> Read(long sequence);
}

/// <summary>Another writer has taken the ledger: stop writing at once.</summary>
public sealed class LeaseLostException(string message) : Exception(message);

/// <summary>The disk below the ledger is full.</summary>
public sealed class LedgerFullException(string message, Exception? cause) : Exception(message, cause);

/// <summary>The ledger cannot be used: written by a newer release, or damaged.</summary>
public sealed class LedgerUnusableException(string message, bool isNewer, Exception? cause) : Exception(message, cause)
{
    /// <summary>True when a newer release wrote it; false when it is damaged.</summary>
    public bool IsNewer { get; } = isNewer;
}
