using System.Collections.Concurrent;

namespace Portage.Clusters.Bulk;

/// <summary>What a pipeline's senders have done and what they wait for, put together for whoever looks. Thread-safe.</summary>
internal sealed class BulkProgress
{
    private readonly ConcurrentDictionary<long, BulkWait> _waits = new();
    private long _decided;
    private long _bytes;
    private long _retries;

    /// <summary>How large a request may be.</summary>
    public BodyLimit Body { get; } = new();

    public void Decided(int operations) => Interlocked.Add(ref _decided, operations);

    public void Sent(long bytes, bool isRetry)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Add(ref _retries, isRetry ? 1 : 0);
    }

    public void Waits(long sequence, BulkWait wait) => _waits[sequence] = wait;

    public void GoesOn(long sequence) => _waits.TryRemove(sequence, out _);

    public BulkPipelineState Look(BulkTuning tuning, SendGate gate)
    {
        var oldest = _waits.OrderBy(wait => wait.Key).Select(wait => wait.Value).FirstOrDefault();
        return new(
            gate.InFlight, gate.Allowed, Math.Min(Body.Max, tuning.Limits.BodyBytesMax), Volatile.Read(ref _decided), Volatile.Read(ref _bytes),
            Volatile.Read(ref _retries), tuning.Connections == 0, oldest, Body.WhySmaller(tuning.Limits.BodyBytesMax));
    }
}
