namespace Portage.Lucene.DocValues;

/// <summary>The doc values of one field of a segment, some documents at a time.</summary>
/// <remarks>Numbers are as the field's type encodes them. Texts and bytes are as they were indexed, each once and in order where the field may have several.</remarks>
public sealed class DocValuesColumn
{
    private readonly DataRanges _data;
    private readonly DocValuesEntry _entry;
    private readonly List<long> _numbers = [];
    private readonly List<byte[]> _bytes = [];
    private int[] _counts = [];
    private int[] _starts = [0];
    private int _first;

    internal DocValuesColumn(DataRanges data, DocValuesEntry entry) => (_data, _entry) = (data, entry);

    /// <summary>True where the values are texts or bytes.</summary>
    public bool HasBytes => _entry.Numbers is null || _entry.Terms is not null;

    /// <summary>Reads the values of some documents.</summary>
    /// <exception cref="CorruptIndexException">The bytes are not what the format says.</exception>
    public async ValueTask LoadAsync(int firstDocument, int count, CancellationToken cancellationToken)
    {
        _first = firstDocument;
        _starts = new int[count + 1];
        _numbers.Clear();
        _bytes.Clear();
        var ranks = await _entry.Presence.RanksAsync(_data, firstDocument, count, cancellationToken);
        var (from, to) = (Array.FindIndex(ranks, rank => rank >= 0), Array.FindLastIndex(ranks, rank => rank >= 0));
        if (from >= 0)
        {
            await LoadAsync(ranks[from], (int)(ranks[to] - ranks[from] + 1), cancellationToken);
        }

        for (var i = 0; i < count; i++)
        {
            _starts[i + 1] = _starts[i] + (ranks[i] < 0 ? 0 : _counts[(int)(ranks[i] - ranks[from])]);
        }
    }

    /// <summary>How many values a document has, of those that were read last.</summary>
    public int CountOf(int document) => _starts[document - _first + 1] - _starts[document - _first];

    /// <summary>One of its numbers.</summary>
    public long NumberOf(int document, int index) => _numbers[_starts[document - _first] + index];

    /// <summary>One of its texts.</summary>
    public ReadOnlyMemory<byte> BytesOf(int document, int index) => _bytes[_starts[document - _first] + index];

    /// <param name="first">Number of the first document among those with a value.</param>
    private async ValueTask LoadAsync(long first, int count, CancellationToken cancellationToken)
    {
        _counts = new int[count];
        _counts.AsSpan().Fill(1);
        var (start, end) = (first, first + count);
        long[]? addresses = null;
        if (_entry.Addresses is { } places)
        {
            addresses = await places.ReadAsync(_data, first, count + 1, cancellationToken);
            (start, end) = (addresses[0], addresses[^1]);
        }

        if (_entry.Bytes is { } bytes)
        {
            await LoadBytesAsync(bytes, first, addresses, cancellationToken);
            return;
        }

        var numbers = await _entry.Numbers!.ReadAsync(_data, start, end - start, cancellationToken);
        for (var i = 0; i < count && addresses is not null; i++)
        {
            _counts[i] = (int)(addresses[i + 1] - addresses[i]);
        }

        if (_entry.Terms is not { } terms)
        {
            _numbers.AddRange(numbers);
            return;
        }

        foreach (var number in numbers)
        {
            _bytes.Add(await terms.ReadAsync(_data, number, cancellationToken));
        }
    }

    private async ValueTask LoadBytesAsync(BytesPlace bytes, long first, long[]? addresses, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            var (at, length) = addresses is null ? ((first + i) * bytes.LengthMax, bytes.LengthMax) : (addresses[i], addresses[i + 1] - addresses[i]);
            if (at < 0 || length > bytes.LengthMax || at > bytes.Length - length)
            {
                throw _data.Corrupt(bytes.Offset, $"at most {bytes.LengthMax} bytes of {bytes.Length}", $"{length} at {at}");
            }

            _bytes.Add(await _data.ReadAsync(bytes.Offset + at, length, cancellationToken));
        }
    }
}
