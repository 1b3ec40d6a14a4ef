using System.Collections.Concurrent;

namespace Portage.Clusters.Bulk;

/// <summary>What a pipeline's senders have done and what they wait for, put together for whoever looks. Thread-safe.</summary>
internal sealed class BulkProgress
{
    private readonly ConcurrentDictionary<long, BulkWait> _waits = new();
    private long _decided;
    private long _bytes;
    private long _retries;
    private int _bodyBytesMax = int.MaxValue;

    /// <summary>Body bytes that the target takes, as far as a refusal (413) has told.</summary>
    public int BodyBytesMax => Volatile.Read(ref _bodyBytesMax);

    public void Decided(int operations) => Interlocked.Add(ref _decided, operations);

    public void Sent(long bytes, bool isRetry)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Add(ref _retries, isRetry ? 1 : 0);
    }

    /// <summary>The target refused a body of so many bytes: the batches to come are half as large.</summary>
    public void Refused(long bodyBytes)
    {
        var half = (int)Math.Max(1, bodyBytes / 2);
        for (var max = BodyBytesMax; half < max; max = BodyBytesMax)
        {
            if (Interlocked.CompareExchange(ref _bodyBytesMax, half, max) == max)
            {
                return;
            }
        }
    }

    public void Waits(long sequence, BulkWait wait) => _waits[sequence] = wait;

    public void GoesOn(long sequence) => _waits.TryRemove(sequence, out _);

    public BulkPipelineState Look(BulkTuning tuning, SendGate gate)
    {
        var oldest = _waits.OrderBy(wait => wait.Key).Select(wait => wait.Value).FirstOrDefault();
        return new(
            gate.InFlight, gate.Allowed, Math.Min(BodyBytesMax, tuning.Limits.BodyBytesMax), Volatile.Read(ref _decided), Volatile.Read(ref _bytes),
            Volatile.Read(ref _retries), tuning.Connections == 0, oldest);
    }
}
