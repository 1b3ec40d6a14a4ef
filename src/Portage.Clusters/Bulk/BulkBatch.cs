using System.Collections;

namespace Portage.Clusters.Bulk;

/// <summary>Operations that are sent together: their bytes, as sent, and what became of each. Used again and again.</summary>
/// <param name="budget">Where its bytes come from.</param>
internal sealed class BulkBatch(ByteBudget budget) : IReadOnlyList<BulkItemResult>, IDisposable
{
    private readonly int[] _countOf = new int[Enum.GetValues<BulkItemOutcome>().Length];
    private Entry[] _items = new Entry[256];
    private byte[] _bytes = [];

    /// <summary>The batch's place in the order of reading.</summary>
    public long Sequence { get; private set; }

    /// <summary>How many operations it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Body bytes of all operations.</summary>
    public int BodyBytes { get; private set; }

    public long BytesSent { get; set; }

    public int Attempts { get; set; }

    /// <summary>Requests that the target would not take for their size.</summary>
    public int TooLarge { get; set; }

    /// <summary>Requests that were not answered in time.</summary>
    public int TimedOut { get; set; }

    public BulkItemResult this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            ref readonly var item = ref _items[index];
            return new(OperationAt(index), item.Outcome, item.Status, item.ErrorType, item.Reason, item.AnswerWasLost);
        }
    }

    public int CountOf(BulkItemOutcome outcome) => _countOf[(int)outcome];

    /// <summary>Empties it for its next use, and lets go of its bytes.</summary>
    public void Begin(long sequence)
    {
        Dispose();

        // The callers' objects must not live on in an idle batch.
        Array.Clear(_items, 0, Count);
        Array.Clear(_countOf);
        (Sequence, Count, BodyBytes, BytesSent, Attempts, TooLarge, TimedOut) = (sequence, 0, 0, 0, 0, 0, 0);
    }

    /// <summary>
    /// Adds an operation, unless the batch holds some already and would pass the limits with it, or there are no bytes for it at the moment. What holds none
    /// by then may wait for them (<see cref="MakeRoomAsync"/>); what holds some is to be sent first.
    /// </summary>
    /// <exception cref="ArgumentException">The operation has no id, or no source though it writes one.</exception>
    public bool TryAdd(in BulkOperation operation, BulkActionLine line, int operationCountMax, int bodyBytesMax)
    {
        if (Count > 0 && (Count >= operationCountMax || BodyBytes + (long)operation.Source.Length >= bodyBytesMax))
        {
            return false;
        }

        if (operation.Refusal is { } refusal)
        {
            return TryAddRefused(operation, refusal, bodyBytesMax);
        }

        if (operation.Id.Length == 0 || operation.Source.IsEmpty != (operation.Action == BulkAction.Delete))
        {
            throw new ArgumentException($"Operation {operation.Tag} ({operation.Action} '{operation.Id}' in '{operation.Index}') has no id, or no source, or a source with a delete.", nameof(operation));
        }

        var begin = BodyBytes;
        if (!TryReserve(begin + BytesFor(operation, line), bodyBytesMax))
        {
            return false;
        }

        var at = begin + line.Write(operation, _bytes.AsSpan(begin));
        var sourceAt = at;
        if (!operation.Source.IsEmpty)
        {
            var source = _bytes.AsSpan(at, operation.Source.Length);
            operation.Source.Span.CopyTo(source);
            if (source.ContainsAny((byte)'\n', (byte)'\r'))
            {
                source.Replace((byte)'\n', (byte)' ');
                source.Replace((byte)'\r', (byte)' ');
            }

            at += source.Length;
            _bytes[at++] = (byte)'\n';
        }

        if (Count > 0 && at > bodyBytesMax)
        {
            return false;
        }

        Add(operation, begin, sourceAt, at);
        return true;
    }

    /// <summary>The operation, with its source in the batch's buffer.</summary>
    public BulkOperation OperationAt(int index)
    {
        ref readonly var item = ref _items[index];
        var length = item.Operation.Refusal is not null ? item.End - item.SourceBegin : item.Operation.Action == BulkAction.Delete ? 0 : item.End - item.SourceBegin - 1;
        return item.Operation with { Source = _bytes.AsMemory(item.SourceBegin, length) };
    }

    /// <summary>The index that an operation is for.</summary>
    public string IndexAt(int index) => _items[index].Operation.Index;

    /// <summary>The operations that are to be sent.</summary>
    public List<int> Sendable => [.. Enumerable.Range(0, Count).Where(index => _items[index].Operation.Refusal is null)];

    /// <summary>True for a delete, for which 404 is no failure.</summary>
    public bool IsDelete(int index) => _items[index].Operation.Action == BulkAction.Delete;

    /// <summary>The bytes of operations <paramref name="first"/> to <paramref name="last"/>, which lie one after the other.</summary>
    public ReadOnlyMemory<byte> BytesOf(int first, int last) => _bytes.AsMemory(_items[first].Begin, _items[last].End - _items[first].Begin);

    /// <summary>The target has decided on an operation.</summary>
    public void Decide(int index, BulkItemOutcome outcome, int status, string? errorType, string? reason)
    {
        ref var item = ref _items[index];
        (item.Outcome, item.Status, item.ErrorType, item.Reason) = (outcome, status, errorType, reason);
        _countOf[(int)outcome]++;
    }

    /// <summary>An operation was sent and may have been carried out, but the answer is lost.</summary>
    public void MarkAnswerLost(int index) => _items[index].AnswerWasLost = true;

    /// <summary>Counts a failure against an operation; returns how many it has.</summary>
    public int CountServerError(int index) => ++_items[index].ServerErrors;

    public IEnumerator<BulkItemResult> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Waits until there are bytes for an operation. Only for a batch that is empty: it holds none then.</summary>
    public async Task MakeRoomAsync(BulkOperation operation, BulkActionLine line, CancellationToken cancellationToken)
    {
        Dispose();
        _bytes = await budget.RentAsync(Checked(BytesFor(operation, line)), cancellationToken);
    }

    /// <summary>Lets go of its bytes.</summary>
    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            budget.Return(_bytes);
            _bytes = [];
        }
    }

    /// <summary>One that is not sent takes room for its source all the same: it has to be kept until its turn comes.</summary>
    private bool TryAddRefused(in BulkOperation operation, BulkRefusal refusal, int bodyBytesMax)
    {
        var begin = BodyBytes;
        if (Count > 0 && begin + (long)operation.Source.Length > bodyBytesMax)
        {
            return false;
        }

        if (!TryReserve((long)begin + operation.Source.Length, bodyBytesMax))
        {
            return false;
        }

        operation.Source.Span.CopyTo(_bytes.AsSpan(begin));
        Add(operation, begin, begin, begin + operation.Source.Length);
        Decide(Count - 1, BulkItemOutcome.Rejected, status: 0, refusal.Type, refusal.Reason);
        return true;
    }

    private void Add(in BulkOperation operation, int begin, int sourceBegin, int end)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        // The copy's memory is made on demand, because the buffer may still move.
        _items[Count] = new() { Operation = operation with { Source = default }, Begin = begin, SourceBegin = sourceBegin, End = end };
        Count++;
        BodyBytes = end;
    }

    private static long BytesFor(in BulkOperation operation, BulkActionLine line) => line.BytesMax(operation) + (long)operation.Source.Length + 1;

    private static int Checked(long bytes) =>
        bytes <= Array.MaxLength ? (int)Math.Max(1, bytes) : throw new ArgumentException($"An operation of {bytes} bytes cannot be sent.");

    private bool TryReserve(long bytes, int bodyBytesMax)
    {
        if (bytes <= _bytes.Length)
        {
            return true;
        }

        // Twice as much saves copying, but no batch needs more than the limit and a line.
        var exact = Checked(bytes);
        var ample = (int)Math.Max(exact, Math.Min(2L * _bytes.Length, bodyBytesMax));
        if ((budget.TryRent(ample) ?? (ample > exact ? budget.TryRent(exact) : null)) is not { } larger)
        {
            return false;
        }

        _bytes.AsSpan(0, BodyBytes).CopyTo(larger);
        Dispose();
        _bytes = larger;
        return true;
    }

    private struct Entry
    {
        public BulkOperation Operation;
        public int Begin;
        public int SourceBegin;
        public int End;
        public BulkItemOutcome Outcome;
        public int Status;
        public string? ErrorType;
        public string? Reason;
        public bool AnswerWasLost;
        public int ServerErrors;
    }
}
