namespace Portage.Clusters;

/// <summary>
/// How many bytes of documents a process holds at a time, over all of its readers, requests and answers: buffers are rented from it, and come back to
/// it. Thread-safe.
/// </summary>
/// <remarks>
/// One buffer is always granted, however large, so that a document of any size gets through: alone. Who is refused more (<see cref="TryRent"/>) lets
/// go of what it has before it waits (<see cref="RentAsync"/>); then nobody can wait for ever. Those who wait get theirs in the order in which they came.
/// Buffers that came back are used again, or given up where another size is needed.
/// </remarks>
/// <param name="bytesMax">The most bytes at a time; positive.</param>
public sealed class ByteBudget(long bytesMax)
{
    private const int SmallestBytes = 64 * 1024;
    private const int StepBytes = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly List<byte[]> _idle = [];
    private readonly Queue<(TaskCompletionSource<byte[]> Turn, int Bytes)> _waiting = new();
    private long _bytesMax = bytesMax;
    private long _idleBytes;

    /// <summary>The most bytes at a time; what is changed holds for what is rented from then on.</summary>
    public long BytesMax
    {
        get => Volatile.Read(ref _bytesMax);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Volatile.Write(ref _bytesMax, value);
            LetGo();
        }
    }

    /// <summary>Bytes that are rented or borrowed.</summary>
    public long BytesHeld { get; private set; }

    /// <summary>A buffer of at least so many bytes; null when that would be too much now, or others wait already.</summary>
    /// <param name="bytes">Positive.</param>
    public byte[]? TryRent(int bytes)
    {
        lock (_lock)
        {
            return _waiting.Count == 0 ? Take(bytes) : null;
        }
    }

    /// <summary>A buffer of at least so many bytes, as soon as there is room for it. Not to be waited for by who holds one.</summary>
    /// <param name="bytes">Positive.</param>
    public async Task<byte[]> RentAsync(int bytes, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Enqueue((turn, bytes));
        }

        LetGo();
        await using var registration = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        return await turn.Task;
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(byte[] buffer)
    {
        lock (_lock)
        {
            BytesHeld -= buffer.Length;
            _idle.Add(buffer);
            _idleBytes += buffer.Length;
        }

        LetGo();
    }

    /// <summary>
    /// Counts bytes that are held elsewhere, as those of an answer, until it is disposed. Granted at once: who asks has to come to an end before others
    /// can let go of theirs. Until then nobody is given more.
    /// </summary>
    public IDisposable Borrow(long bytes)
    {
        lock (_lock)
        {
            BytesHeld += bytes;
            GiveUp();
        }

        return new Loan(this, bytes);
    }

    private void LetGo()
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out var first))
            {
                // Whoever gave up waiting is passed over.
                if (first.Turn.Task.IsCompleted)
                {
                    _waiting.Dequeue();
                    continue;
                }

                if (Take(first.Bytes) is not { } buffer)
                {
                    return;
                }

                _waiting.Dequeue();
                if (!first.Turn.TrySetResult(buffer))
                {
                    BytesHeld -= buffer.Length;
                    _idle.Add(buffer);
                    _idleBytes += buffer.Length;
                }
            }
        }
    }

    private byte[]? Take(int bytes)
    {
        var length = LengthFor(bytes);
        if (BytesHeld > 0 && BytesHeld + length > BytesMax)
        {
            return null;
        }

        // One that is much larger is kept for who needs it.
        var fitting = _idle.Where(buffer => buffer.Length >= bytes && buffer.Length <= 2L * length).MinBy(buffer => buffer.Length);
        if (fitting is not null && (BytesHeld == 0 || BytesHeld + fitting.Length <= BytesMax))
        {
            _idle.Remove(fitting);
            _idleBytes -= fitting.Length;
        }
        else
        {
            fitting = GC.AllocateUninitializedArray<byte>(length);
        }

        BytesHeld += fitting.Length;
        GiveUp();
        return fitting;
    }

    /// <summary>What lies idle counts as well.</summary>
    private void GiveUp()
    {
        while (_idle.Count > 0 && BytesHeld + _idleBytes > BytesMax)
        {
            var largest = _idle.MaxBy(buffer => buffer.Length)!;
            _idle.Remove(largest);
            _idleBytes -= largest.Length;
        }
    }

    /// <summary>Doubled while small and in whole steps when large, so that a buffer fits the next document as well, and is little larger than its own.</summary>
    private static int LengthFor(int bytes)
    {
        var length = (long)SmallestBytes;
        while (length < bytes && length < StepBytes)
        {
            length *= 2;
        }

        return (int)Math.Min(Array.MaxLength, length >= bytes ? length : (bytes + (long)StepBytes - 1) / StepBytes * StepBytes);
    }

    private sealed class Loan(ByteBudget budget, long bytes) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 1)
            {
                return;
            }

            lock (budget._lock)
            {
                budget.BytesHeld -= bytes;
            }

            budget.LetGo();
        }
    }
}
