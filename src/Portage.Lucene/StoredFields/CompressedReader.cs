using System.Globalization;
using Portage.Lucene.Compression;
using Portage.Lucene.Files;

namespace Portage.Lucene.StoredFields;

/// <summary>Scans a <c>.fdt</c> of Lucene 4.1 or later: compressed chunks, back to back.</summary>
/// <remarks>
/// <code>
/// vint first document; vint token
///   Lucene41                          documents = token;      sliced when total >= 2 * chunk size (version 0: never)
///   Lucene50 and 87 up to version 3   documents = token >> 1; bit 0: sliced
///   Lucene87 version 4, Lucene90      documents = token >> 2; bit 0: sliced, bit 1: not full
/// one document: vint fields, vint bytes
/// more: fields of each, then bytes of each:
///   up to Lucene 8: vint bits per value; 0: one vint for all; else packed ints, big-endian
///   from Lucene 9:  StoredFieldsInts
/// compressed data; sliced: one piece after the other, each of chunk size bytes decompressed, the last one of the rest
/// </code>
/// Behind the last chunk, and before the footer, some versions count chunks; nothing here needs that.
/// </remarks>
internal sealed class CompressedReader : StoredFieldsReader
{
    // Lucene closes a chunk at 128 to 4,096 documents, by format.
    private const int ChunkDocumentsMax = 1 << 20;

    // Six vints.
    private const int ChunkHeaderBytesMax = 30;

    private readonly SequentialInput _input;
    private readonly CompressedFormat _format;
    private readonly int _documentCount;
    private readonly int _fromDocument;
    private readonly ChunkDecompressor _decompressor;
    private readonly ChunkBuffer _output = new();
    private readonly StoredChunk _chunk;
    private int _firstDocument;
    private int _count;
    private bool _isSliced;
    private int[] _fieldCounts = new int[128];
    private int[] _lengths = new int[128];
    private int[] _ends = new int[129];
    private int _nextDocument;

    /// <param name="input">Stands at the chunk that begins with <paramref name="firstDocument"/>.</param>
    public CompressedReader(SequentialInput input, CompressedFormat format, int documentCount, int firstDocument, int fromDocument, long length)
    {
        (_input, _format, _documentCount, _nextDocument, _fromDocument, Length) = (input, format, documentCount, firstDocument, fromDocument, length);
        _decompressor = format.CreateDecompressor();
        _chunk = new(input.Name);
    }

    public override int NextDocument => Math.Max(_nextDocument, Math.Min(_fromDocument, _documentCount));

    public override long Position => _input.Position;

    public override long Length { get; }

    public override async ValueTask<StoredChunk?> ReadChunkAsync(CancellationToken cancellationToken)
    {
        while (_nextDocument < _documentCount && _fromDocument < _documentCount)
        {
            var position = _input.Position;
            await ReadHeaderAsync(cancellationToken);
            var total = SumLengths();
            await DecompressAsync(total, cancellationToken);
            _nextDocument += _count;
            if (_nextDocument == _documentCount)
            {
                await FinishAsync(cancellationToken);
            }

            if (_nextDocument > _fromDocument)
            {
                var skipped = Math.Max(_fromDocument - _firstDocument, 0);
                _chunk.Set(position, _firstDocument, _count, skipped, _output.Bytes, _ends, _fieldCounts, _format.Encoding);
                return _chunk;
            }
        }

        return null;
    }

    public override ValueTask DisposeAsync()
    {
        _decompressor.Dispose();
        _output.LetGo();
        return _input.DisposeAsync();
    }

    private async ValueTask ReadHeaderAsync(CancellationToken cancellationToken)
    {
        await _input.FillAsync(ChunkHeaderBytesMax, cancellationToken);
        ReadFixedHeader();
        if (_count > 1)
        {
            await ReadArrayAsync(_fieldCounts, cancellationToken);
            await ReadArrayAsync(_lengths, cancellationToken);
        }
    }

    private void ReadFixedHeader()
    {
        var reader = _input.Reader();
        _firstDocument = reader.ReadVInt();
        if (_firstDocument != _nextDocument)
        {
            throw reader.Corrupt($"a chunk that begins with document {_nextDocument}", _firstDocument);
        }

        var token = reader.ReadVInt();
        _count = token >>> _format.TokenShift;
        if (_count < 1 || _count > ChunkDocumentsMax || _count > _documentCount - _firstDocument)
        {
            throw reader.Corrupt($"1 to {_documentCount - _firstDocument} documents in the chunk", _count);
        }

        _isSliced = _format.TokenShift > 0 && (token & 1) != 0;
        if (_ends.Length <= _count)
        {
            var room = Math.Max(_count, 2 * _lengths.Length);
            (_fieldCounts, _lengths, _ends) = (new int[room], new int[room], new int[room + 1]);
        }

        if (_count == 1)
        {
            _fieldCounts[0] = reader.ReadVInt();
            _lengths[0] = reader.ReadVInt();
        }

        _input.Advance(reader.Offset);
    }

    private async ValueTask ReadArrayAsync(int[] values, CancellationToken cancellationToken)
    {
        await _input.FillAsync(ChunkHeaderBytesMax, cancellationToken);
        var bits = ReadBitsPerValue(values);
        if (bits > 0)
        {
            var bytes = _format.Encoding == DocumentEncoding.Lucene90
                ? (long)_count * bits / 8
                : PackedInts.ByteCount(_format.PackedVersion, _count, bits);
            await _input.EnsureAsync(bytes, cancellationToken);
            Unpack(_input.Buffered[..(int)bytes], bits, values.AsSpan(0, _count));
            _input.Advance((int)bytes);
        }
    }

    private void Unpack(ReadOnlySpan<byte> bytes, int bits, Span<int> values)
    {
        if (_format.Encoding == DocumentEncoding.Lucene90)
        {
            StoredFieldsInts.Decode(bytes, bits, values);
        }
        else
        {
            PackedInts.Decode(bytes, bits, values);
        }
    }

    /// <returns>0 when all values are the same, and set.</returns>
    private int ReadBitsPerValue(int[] values)
    {
        var reader = _input.Reader();
        var is90 = _format.Encoding == DocumentEncoding.Lucene90;
        var bits = is90 ? reader.ReadByte() : reader.ReadVInt();
        if (is90 ? bits is not (0 or 8 or 16 or 32) : bits is < 0 or > 31)
        {
            throw reader.Corrupt(is90 ? "0, 8, 16 or 32 bits per value" : "0 to 31 bits per value", bits);
        }

        if (bits == 0)
        {
            values.AsSpan(0, _count).Fill(reader.ReadVInt());
        }

        _input.Advance(reader.Offset);
        return bits;
    }

    private int SumLengths()
    {
        var total = 0L;
        _ends[0] = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_lengths[i] < 0 || _fieldCounts[i] < 0)
            {
                throw _input.Corrupt("lengths that are not negative", string.Create(CultureInfo.InvariantCulture, $"{_fieldCounts[i]} fields of {_lengths[i]} bytes"));
            }

            total += _lengths[i];
            _ends[i + 1] = (int)Math.Min(total, int.MaxValue);
        }

        ChunkBuffer.RequirePlausible(_input, total);
        if (_format.TokenShift == 0)
        {
            _isSliced = _format.ChunkSize > 0 && total >= 2L * _format.ChunkSize;
        }

        return (int)total;
    }

    private async ValueTask DecompressAsync(int total, CancellationToken cancellationToken)
    {
        _output.Clear(total);
        var slice = _isSliced ? _format.ChunkSize : total;
        var done = 0;
        do
        {
            var length = Math.Min(slice, total - done);
            _output.Reserve(done + length, done, total, _input.Remaining);
            await _decompressor.DecompressAsync(_input, _output, done, length, cancellationToken);
            done += length;
        }
        while (done < total);
    }

    private async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_format.MaxPointer >= 0 && _input.Position != _format.MaxPointer)
        {
            throw _input.Corrupt($"the end of the chunks at {_format.MaxPointer}", $"it at {_input.Position}");
        }

        if (_format.HasFooter && _input.IsChecksummed)
        {
            await _input.SkipToFooterAsync(cancellationToken);
            await _input.VerifyFooterAsync(cancellationToken);
        }
    }
}
