using System.Buffers.Binary;
using Portage.Lucene.Files;

namespace Portage.Lucene.StoredFields;

/// <summary>Scans the stored fields of Lucene 4.0, which are not compressed; documents are handed out in chunks of about 64 KiB.</summary>
/// <remarks>
/// <code>
/// .fdt  header Lucene40StoredFieldsData version 0; each document: vint fields, then its fields (StoredFieldCursor)
/// .fdx  header Lucene40StoredFieldsIndex version 0; int64 BE position in the .fdt of each document
/// </code>
/// No checksums.
/// </remarks>
internal sealed class PlainReader : StoredFieldsReader
{
    public const string DataCodec = "Lucene40StoredFieldsData";
    private const string IndexCodec = "Lucene40StoredFieldsIndex";
    private const int ChunkDocuments = 512;
    private const int ChunkBytes = 64 * 1024;
    private const int PositionBytes = 8;

    private readonly SequentialInput _data;
    private readonly SequentialInput _index;
    private readonly int _documentCount;
    private readonly ChunkBuffer _output = new();
    private readonly StoredChunk _chunk;
    private readonly int[] _ends = new int[ChunkDocuments + 1];
    private readonly int[] _fieldCounts = new int[ChunkDocuments];
    private int _nextDocument;

    private PlainReader(SequentialInput data, SequentialInput index, int documentCount, int fromDocument)
    {
        (_data, _index, _documentCount, _nextDocument) = (data, index, documentCount, fromDocument);
        Length = data.Position + data.Remaining;
        _chunk = new(data.Name);
    }

    public override int NextDocument => _nextDocument;

    public override long Position => _data.Position;

    public override long Length { get; }

    public static async ValueTask<PlainReader> OpenAsync(
        SegmentFiles files, string segment, int documentCount, StoredFieldsOptions options, CancellationToken cancellationToken)
    {
        var (dataName, indexName) = (segment + ".fdt", segment + ".fdx");
        var index = new SequentialInput(await files.OpenAsync(indexName, cancellationToken), indexName, 0, options.ReadAhead, ownsFile: true);
        SequentialInput? data = null;
        try
        {
            await index.FillAsync(CodecHeader.BytesMax, cancellationToken);
            var headerBytes = ReadIndexHeader(index, documentCount);
            await index.SkipToAsync(headerBytes + ((long)options.FromDocument * PositionBytes), cancellationToken);
            await index.FillAsync(PositionBytes, cancellationToken);
            var start = options.FromDocument < documentCount ? BinaryPrimitives.ReadInt64BigEndian(index.Buffered) : files.LengthOf(dataName);
            if (start < 0 || start > files.LengthOf(dataName))
            {
                throw index.Corrupt($"a position within the {files.LengthOf(dataName)} bytes of '{dataName}'", $"{start}");
            }

            data = new(await files.OpenAsync(dataName, cancellationToken), dataName, start, options.ReadAhead, ownsFile: true);
            return new(data, index, documentCount, options.FromDocument);
        }
        catch
        {
            await index.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask<StoredChunk?> ReadChunkAsync(CancellationToken cancellationToken)
    {
        if (_nextDocument >= _documentCount)
        {
            return null;
        }

        var position = _data.Position;
        var (count, used) = (0, 0);
        _ends[0] = 0;
        _output.Clear(ChunkBytes);
        while (count < ChunkDocuments && used < ChunkBytes && _nextDocument + count < _documentCount)
        {
            // Its own position, and that of the next one.
            await _index.FillAsync(2 * PositionBytes, cancellationToken);
            var length = ReadLength();
            await _data.EnsureAsync(length, cancellationToken);
            _output.Reserve(checked(used + length), used, int.MaxValue, 0);
            var header = CopyDocument(length, used, count);
            // The number of fields is kept apart, so that a document begins with its first field in every format.
            used += length - header;
            _ends[++count] = used;
        }

        _chunk.Set(position, _nextDocument, count, 0, _output.Bytes, _ends, _fieldCounts, DocumentEncoding.Lucene40);
        _nextDocument += count;
        return _chunk;
    }

    public override async ValueTask DisposeAsync()
    {
        await _data.DisposeAsync();
        await _index.DisposeAsync();
    }

    private static int ReadIndexHeader(SequentialInput index, int documentCount)
    {
        var input = index.Reader();
        var header = CodecHeader.ReadName(ref input);
        if (header.Codec != IndexCodec)
        {
            throw new UnsupportedFormatException(index.Name, header.ToString());
        }

        header.RequireVersion(index.Name, 0, 0);
        var expected = input.Offset + ((long)documentCount * PositionBytes);
        return index.Remaining == expected
            ? input.Offset
            : throw input.Corrupt($"a file of {expected} bytes for {documentCount} documents", index.Remaining);
    }

    private int ReadLength()
    {
        var reader = _index.Reader();
        var start = reader.ReadInt64();
        var end = reader.Remaining >= PositionBytes ? reader.ReadInt64() : Length;
        if (start != _data.Position || end < start || end > Length || end - start > Array.MaxLength / 2)
        {
            throw reader.Corrupt($"a document at {_data.Position}, within {Length} bytes", $"one from {start} to {end}");
        }

        _index.Advance(PositionBytes);
        return (int)(end - start);
    }

    private int CopyDocument(int length, int offset, int slot)
    {
        var bytes = _data.Buffered[..length];
        var reader = new ByteInput(_data.Name, bytes, _data.Position);
        _fieldCounts[slot] = reader.CheckCount(reader.ReadVInt(), 3, "fields");
        bytes[reader.Offset..].CopyTo(_output.Bytes.AsSpan(offset));
        _data.Advance(length);
        return reader.Offset;
    }
}
