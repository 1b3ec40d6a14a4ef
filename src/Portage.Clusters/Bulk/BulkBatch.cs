using System.Buffers;
using System.Collections;

namespace Portage.Clusters.Bulk;

/// <summary>Operations that are sent together: their bytes, as sent, and what became of each. Used again and again.</summary>
internal sealed class BulkBatch : IReadOnlyList<BulkItemResult>, IDisposable
{
    /// <summary>A larger buffer, which one huge document made necessary, is not kept.</summary>
    private const int KeptBytesMax = 32 * 1024 * 1024;

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

    /// <summary>Empties it for its next use.</summary>
    public void Begin(long sequence)
    {
        // The callers' objects must not live on in an idle batch.
        Array.Clear(_items, 0, Count);
        Array.Clear(_countOf);
        if (_bytes.Length > KeptBytesMax)
        {
            ReplaceBytes([]);
        }

        (Sequence, Count, BodyBytes, BytesSent, Attempts, TooLarge, TimedOut) = (sequence, 0, 0, 0, 0, 0, 0);
    }

    /// <summary>Adds an operation, unless the batch holds some already and would pass the limits with it.</summary>
    /// <exception cref="ArgumentException">The operation has no id, or no source though it writes one.</exception>
    public bool TryAdd(in BulkOperation operation, BulkActionLine line, int operationCountMax, int bodyBytesMax)
    {
        if (Count > 0 && (Count >= operationCountMax || BodyBytes >= bodyBytesMax))
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
        Reserve((long)begin + line.BytesMax(operation) + operation.Source.Length + 1);
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

    public void Dispose() => ReplaceBytes([]);

    /// <summary>One that is not sent takes room for its source all the same: it has to be kept until its turn comes.</summary>
    private bool TryAddRefused(in BulkOperation operation, BulkRefusal refusal, int bodyBytesMax)
    {
        var begin = BodyBytes;
        if (Count > 0 && begin + (long)operation.Source.Length > bodyBytesMax)
        {
            return false;
        }

        Reserve((long)begin + operation.Source.Length);
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

    private void Reserve(long bytes)
    {
        if (bytes > _bytes.Length)
        {
            if (bytes > Array.MaxLength)
            {
                throw new ArgumentException($"An operation of {bytes} bytes cannot be sent.");
            }

            ReplaceBytes(ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(bytes, 2L * _bytes.Length))));
        }
    }

    private void ReplaceBytes(byte[] bytes)
    {
        _bytes.AsSpan(0, Math.Min(BodyBytes, bytes.Length)).CopyTo(bytes);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = bytes;
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
