namespace Portage.Clusters.Bulk;

/// <summary>
/// The batches that exist at a time: one for each connection, and a few more that are filled, or
/// wait for an older one to be done, while those are in flight. Thread-safe; one reader waits at a time.
/// </summary>
internal sealed class BatchWindow(BulkTuning tuning, ByteBudget budget) : IDisposable
{
    /// <summary>With fewer, connections idle while the oldest batch takes its time; with more, only the memory grows.</summary>
    private const int AheadCount = 4;

    /// <summary>No window is larger.</summary>
    public const int BatchesMax = BulkTuning.ConnectionsMax + AheadCount;

    private readonly Lock _lock = new();
    private readonly Stack<BulkBatch> _idle = new();
    private TaskCompletionSource<BulkBatch>? _reader;
    private long _next;
    private int _used;

    private bool HasRoom => _used < Math.Max(1, tuning.Connections) + AheadCount;

    /// <summary>An empty batch, as soon as there is room for one.</summary>
    public async Task<BulkBatch> RentAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<BulkBatch> reader;
        lock (_lock)
        {
            if (HasRoom)
            {
                return Take();
            }

            reader = _reader = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        await using var registration = cancellationToken.Register(() => reader.TrySetCanceled(cancellationToken));
        return await reader.Task;
    }

    /// <summary>The batch is done with.</summary>
    public void Return(BulkBatch batch)
    {
        // At once: another window may wait for them.
        batch.Dispose();
        lock (_lock)
        {
            _used--;
            _idle.Push(batch);
        }

        LetGo();
    }

    /// <summary>Lets the reader go on if it may; to be called when the tuning has changed.</summary>
    public void LetGo()
    {
        lock (_lock)
        {
            if (_reader is not { } reader || !HasRoom)
            {
                return;
            }

            _reader = null;
            var batch = Take();
            if (!reader.TrySetResult(batch))
            {
                _used--;
                _idle.Push(batch);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            while (_idle.TryPop(out var batch))
            {
                batch.Dispose();
            }
        }
    }

    private BulkBatch Take()
    {
        _used++;
        var batch = _idle.TryPop(out var idle) ? idle : new(budget);
        batch.Begin(_next++);
        return batch;
    }
}
