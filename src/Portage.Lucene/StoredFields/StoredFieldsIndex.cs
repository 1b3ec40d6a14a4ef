using Portage.Lucene.Compression;
using Portage.Lucene.Files;

namespace Portage.Lucene.StoredFields;

/// <summary>Where a chunk begins: its first document, and its position in the <c>.fdt</c>.</summary>
internal readonly record struct ChunkStart(int FirstDocument, long Position);

/// <summary>Finds the chunk of a document: <c>.fdx</c>, and <c>.fdm</c> from Lucene 8.5 on. Only scans that begin in the middle need it.</summary>
/// <remarks>
/// Up to Lucene 8.4, codec as in the <c>.fdt</c> with Index instead of Data (footer from Lucene41 version 2 on):
/// <code>
/// header, vint version of packed ints, blocks until 0:
///   vint chunks; vint first document, vint average documents, vint bits, packed zigzag deltas;
///   vlong first position, vlong average bytes, vint bits, packed zigzag deltas           value i = first + average * i + delta i
/// vlong end of the chunks
/// </code>
/// From 8.5 on, <c>.fdm</c>: header Lucene85FieldsIndexMeta or Lucene90FieldsIndexMeta, then (.fdt version 3 and Lucene90) vint chunk size,
/// (not Lucene90) vint version of packed ints, then
/// <code>
/// int32 documents, int32 block shift, int32 chunks + 1, int64 start of the documents' array in the .fdx, its monotonic blocks,
/// int64 its end, monotonic blocks of the positions' array, int64 its end, int64 end of the chunks in the .fdt
/// monotonic blocks: for every 2^shift values int64 min, float32 average, int64 offset, byte bits
///                                                     value i of a block = min + (int64)(average * i) + packed delta i
/// </code>
/// Packed deltas are big-endian up to Lucene 8, little-endian later. The last value of each array is a sentinel.
/// </remarks>
internal static class StoredFieldsIndex
{
    // Above this, a scan from the start costs less memory than the index. About 20 million chunks.
    public const long IndexBytesMax = 64L << 20;

    /// <summary>The last chunk that begins at or before a document, by the legacy index.</summary>
    public static ChunkStart FindLegacy(string file, byte[] bytes, ReadOnlyMemory<byte>? id, CompressedFormat format, int document)
    {
        var input = new ByteInput(file, bytes);
        var header = CodecHeader.Read(ref input, id);
        if (header.Codec != format.IndexCodec)
        {
            throw new UnsupportedFormatException(file, header.ToString());
        }

        if (format.HasFooter)
        {
            CodecFooter.Verify(file, bytes);
        }

        var packedVersion = CompressedFormat.ReadPackedVersion(ref input);
        var found = new ChunkStart(0, format.DataStart);
        var (documents, positions) = (Array.Empty<long>(), Array.Empty<long>());
        for (int chunks; (chunks = input.ReadVInt()) != 0;)
        {
            // Blocks hold 1,024 chunks at most; a delta of no bits has no bytes, so the file's size says nothing here.
            if (chunks is < 0 or > 1 << 20)
            {
                throw input.Corrupt("at most 1,048,576 chunks in a block", chunks);
            }

            if (documents.Length < chunks)
            {
                (documents, positions) = (new long[chunks], new long[chunks]);
            }

            ReadValues(ref input, input.ReadVInt(), input.ReadVInt(), packedVersion, documents.AsSpan(0, chunks));
            ReadValues(ref input, input.ReadVLong(), input.ReadVLong(), packedVersion, positions.AsSpan(0, chunks));
            for (var i = 0; i < chunks; i++)
            {
                if (documents[i] > document)
                {
                    return found;
                }

                found = new((int)documents[i], positions[i]);
            }
        }

        return found;
    }

    private static void ReadValues(ref ByteInput input, long first, long average, int packedVersion, Span<long> values)
    {
        var bits = input.ReadVInt();
        if (bits is < 0 or > 64)
        {
            throw input.Corrupt("0 to 64 bits per value", bits);
        }

        var packed = input.ReadBytes(PackedInts.ByteCount(packedVersion, values.Length, bits));
        for (var i = 0; i < values.Length; i++)
        {
            PackedInts.TryGet(packed, bits, i, littleEndian: false, out var delta);
            values[i] = first + (average * i) + ((long)(delta >> 1) ^ -(long)(delta & 1));
        }
    }
}
