using System.Buffers.Binary;
using Portage.Lucene.Compression;
using Portage.Lucene.Files;

namespace Portage.Lucene.StoredFields;

/// <summary>The <c>.fdm</c> of Lucene 8.5 and later; its layout is described at <see cref="StoredFieldsIndex"/>.</summary>
internal sealed class StoredFieldsMetadata
{
    private readonly string _file;
    private readonly int _blockShift;
    private readonly int _valueCount;
    private readonly bool _littleEndian;
    private readonly Block[] _documents;
    private readonly Block[] _positions;
    private readonly long _documentsStart;
    private readonly long _documentsEnd;
    private readonly long _positionsEnd;

    private StoredFieldsMetadata(ref ByteInput input, CompressedFormat format, int documentCount)
    {
        (_file, _littleEndian) = (input.File, input.LittleEndian);
        (ChunkSize, PackedVersion) = (format.ChunkSize, format.PackedVersion);
        if (format.HasMetadata)
        {
            ChunkSize = CompressedFormat.ReadChunkSize(ref input);
            if (!_littleEndian)
            {
                PackedVersion = CompressedFormat.ReadPackedVersion(ref input);
            }
        }

        var documents = input.ReadInt32();
        if (documents != documentCount)
        {
            throw input.Corrupt($"{documentCount} documents", documents);
        }

        _blockShift = input.ReadInt32();
        if (_blockShift is < 1 or > 30)
        {
            throw input.Corrupt("a block shift from 1 to 30", _blockShift);
        }

        _valueCount = input.ReadInt32();
        if (_valueCount < 1)
        {
            throw input.Corrupt("a number of chunks", _valueCount - 1L);
        }

        _documentsStart = input.ReadInt64();
        _documents = ReadBlocks(ref input);
        _documentsEnd = input.ReadInt64();
        _positions = ReadBlocks(ref input);
        _positionsEnd = input.ReadInt64();
        MaxPointer = input.ReadInt64();
    }

    public int ChunkSize { get; }

    public int PackedVersion { get; }

    /// <summary>Where the chunks end in the <c>.fdt</c>.</summary>
    public long MaxPointer { get; }

    public static StoredFieldsMetadata Read(string file, byte[] bytes, ReadOnlyMemory<byte>? id, CompressedFormat format, int documentCount)
    {
        var input = new ByteInput(file, bytes);
        var header = CodecHeader.Read(ref input, id);
        if (header.Codec is not ("Lucene85FieldsIndexMeta" or "Lucene90FieldsIndexMeta"))
        {
            throw new UnsupportedFormatException(file, header.ToString());
        }

        CodecFooter.Verify(file, bytes);
        input.LittleEndian = header.Codec == "Lucene90FieldsIndexMeta";
        return new(ref input, format, documentCount);
    }

    /// <summary>The last chunk that begins at or before a document.</summary>
    /// <param name="index">The whole <c>.fdx</c>.</param>
    public ChunkStart Find(string file, byte[] index, ReadOnlyMemory<byte>? id, int document)
    {
        var input = new ByteInput(file, index);
        var header = CodecHeader.Read(ref input, id);
        if (header.Codec is not ("Lucene85FieldsIndexIdx" or "Lucene90FieldsIndexIdx"))
        {
            throw new UnsupportedFormatException(file, header.ToString());
        }

        CodecFooter.Verify(file, index);
        if (_documentsStart < 0 || _documentsStart > _documentsEnd || _documentsEnd > _positionsEnd || _positionsEnd > index.Length)
        {
            throw new CorruptIndexException(_file, 0, $"arrays within the {index.Length} bytes of '{file}'", $"{_documentsStart}, {_documentsEnd}, {_positionsEnd}");
        }

        var documents = index.AsSpan((int)_documentsStart, (int)(_documentsEnd - _documentsStart));
        var positions = index.AsSpan((int)_documentsEnd, (int)(_positionsEnd - _documentsEnd));
        // The last value is the number of documents; the first, of chunk 0, is 0.
        var (low, high) = (0, _valueCount - 1);
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (Get(documents, _documents, middle) <= document)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return new((int)Get(documents, _documents, low), Get(positions, _positions, low));
    }

    private long Get(ReadOnlySpan<byte> bytes, Block[] blocks, int index)
    {
        var block = blocks[index >> _blockShift];
        var inBlock = index & ((1 << _blockShift) - 1);
        if (block.Offset < 0 || block.Offset > bytes.Length
            || !PackedInts.TryGet(bytes[(int)block.Offset..], block.BitsPerValue, inBlock, _littleEndian, out var delta))
        {
            throw new CorruptIndexException(_file, 0, $"value {index} within {bytes.Length} bytes of the index", $"an offset of {block.Offset}");
        }

        // In single precision, as the writer did.
        return block.Min + (long)(block.Average * inBlock) + (long)delta;
    }

    private Block[] ReadBlocks(ref ByteInput input)
    {
        var count = input.CheckCount((((long)_valueCount - 1) >> _blockShift) + 1, 21, "blocks");
        var blocks = new Block[count];
        for (var i = 0; i < count; i++)
        {
            blocks[i] = new(input.ReadInt64(), BitConverter.Int32BitsToSingle(input.ReadInt32()), input.ReadInt64(), input.ReadByte());
            if (blocks[i].BitsPerValue > 64)
            {
                throw input.Corrupt("0 to 64 bits per value", blocks[i].BitsPerValue);
            }
        }

        return blocks;
    }

    private readonly record struct Block(long Min, float Average, long Offset, int BitsPerValue);
}
