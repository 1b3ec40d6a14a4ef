namespace Portage.Clusters.Bulk;

/// <summary>A batch of operations, all of which the target has decided on; in the order in which they were read.</summary>
/// <remarks>
/// <see cref="Items"/> and the sources in it lie in buffers that the next batch uses again: they are good until the
/// enumeration goes on. Copy what must last.
/// </remarks>
public sealed class BulkBatchResult
{
    private readonly BulkBatch _batch;

    internal BulkBatchResult(BulkBatch batch, TimeSpan duration) => (_batch, Duration) = (batch, duration);

    /// <summary>One result for each operation, in the order in which they were read.</summary>
    public IReadOnlyList<BulkItemResult> Items => _batch;

    /// <summary>True when every document was written or deleted as asked: there is no conflict, no rejection, and none that nothing was done about.</summary>
    public bool AllAccepted => CountOf(BulkItemOutcome.Conflict) + CountOf(BulkItemOutcome.Noop) + CountOf(BulkItemOutcome.Rejected) == 0;

    /// <summary>Body bytes over all attempts, as sent (after compression).</summary>
    public long BytesSent => _batch.BytesSent;

    /// <summary>How many requests it took; 1 when all went well.</summary>
    public int Attempts => _batch.Attempts;

    /// <summary>How many of them the target would not take for their size (413), and got in parts.</summary>
    public int TooLarge => _batch.TooLarge;

    /// <summary>How many of them were not answered in time, by the target or a proxy before it; larger ones were sent again in parts.</summary>
    public int TimedOut => _batch.TimedOut;

    /// <summary>From the first sending to the last answer, with the waits between.</summary>
    public TimeSpan Duration { get; }

    /// <summary>How many operations ended so.</summary>
    public int CountOf(BulkItemOutcome outcome) => _batch.CountOf(outcome);
}
