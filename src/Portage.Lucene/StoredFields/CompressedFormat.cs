using Portage.Lucene.Files;

namespace Portage.Lucene.StoredFields;

/// <summary>Which of the compressed stored-fields formats a <c>.fdt</c> is in, out of its header.</summary>
/// <remarks>
/// <code>
/// codec                               version                 Lucene      compression
/// Lucene41StoredFieldsData            0, 1, 2 (2: footer)     4.1 - 4.10  LZ4
/// Lucene50StoredFields{Fast,High}Data 0, 1; 2 (with .fdm)     5.0 - 8.6   LZ4, DEFLATE
/// Lucene87StoredFields{Fast,High}Data 3, 4                    8.7 - 8.11  LZ4 and DEFLATE with a dictionary
/// Lucene90StoredFields{Fast,High}Data 1                       9.0 -       the same
/// ZstdStoredFields814                 1                       9.9 -       Zstandard (Elasticsearch 8.14 and later)
/// CustomStoredFieldsZstd{,NoDict}     1                       9.7 -       Zstandard with and without a dictionary (OpenSearch 2.9 and later)
/// </code>
/// After the header: Lucene41 version 0 a vint version of packed ints (and chunks are never sliced); else, up to version 2, vint chunk
/// size and vint version of packed ints. From Lucene87 version 3 on both are in the <c>.fdm</c>; Lucene90 has the chunk size there, and no
/// packed ints; what servers add is Lucene90 in all but the compression.
/// </remarks>
/// <param name="DataStart">Where the first chunk begins.</param>
/// <param name="ChunkSize">Bytes of a slice in a sliced chunk; 0 where chunks are never sliced.</param>
/// <param name="TokenShift">Bits below the number of documents in a chunk's second vint.</param>
/// <param name="MaxPointer">Where the chunks end; -1 where that is not known.</param>
internal sealed record CompressedFormat(
    CodecHeader Header,
    bool HasFooter,
    long DataStart,
    int ChunkSize,
    int PackedVersion,
    int TokenShift,
    DocumentEncoding Encoding,
    bool HasMetadata,
    long MaxPointer)
{
    private const string DataSuffix = "Data";
    private const string Zstd814 = "ZstdStoredFields814";
    private const string ZstdCustom = "CustomStoredFieldsZstd";
    private const string ZstdCustomNoDictionary = "CustomStoredFieldsZstdNoDict";

    /// <summary>Name of the codec of the legacy <c>.fdx</c> that belongs to this file.</summary>
    public string IndexCodec => string.Concat(Header.Codec.AsSpan(0, Header.Codec.Length - DataSuffix.Length), "Index");

    /// <summary>Everything that follows from the header, and what stands behind it.</summary>
    public static CompressedFormat Read(CodecHeader header, ref ByteInput input, ReadOnlyMemory<byte>? id)
    {
        var (min, max) = header.Codec switch
        {
            "Lucene41StoredFieldsData" when id is null => (0, 2),
            "Lucene50StoredFieldsFastData" or "Lucene50StoredFieldsHighData" when id is not null => (0, 4),
            "Lucene87StoredFieldsFastData" or "Lucene87StoredFieldsHighData" when id is not null => (2, 4),
            "Lucene90StoredFieldsFastData" or "Lucene90StoredFieldsHighData" when id is not null => (1, 1),
            Zstd814 or ZstdCustom or ZstdCustomNoDictionary when id is not null => (1, 1),
            _ => throw new UnsupportedFormatException(input.File, header.ToString()),
        };
        header.RequireVersion(input.File, min, max);
        var is90 = header.Codec.StartsWith("Lucene90", StringComparison.Ordinal) || header.Codec is Zstd814 or ZstdCustom or ZstdCustomNoDictionary;
        var is41 = header.Codec.StartsWith("Lucene41", StringComparison.Ordinal);
        var hasMetadata = is90 || header.Version >= 3;
        var chunkSize = 0;
        var packedVersion = 0;
        if (!hasMetadata)
        {
            if (!is41 || header.Version >= 1)
            {
                chunkSize = ReadChunkSize(ref input);
            }

            packedVersion = ReadPackedVersion(ref input);
        }

        return new(
            header,
            HasFooter: !is41 || header.Version >= 2,
            input.Position,
            chunkSize,
            packedVersion,
            TokenShift: is41 ? 0 : is90 || header.Version >= 4 ? 2 : 1,
            is41 ? DocumentEncoding.Lucene41 : is90 ? DocumentEncoding.Lucene90 : DocumentEncoding.Lucene50,
            hasMetadata,
            MaxPointer: -1);
    }

    public ChunkDecompressor CreateDecompressor() => Header.Codec switch
    {
        "Lucene41StoredFieldsData" or "Lucene50StoredFieldsFastData" => new ChunkDecompressor.Lz4(),
        "Lucene50StoredFieldsHighData" => new ChunkDecompressor.Deflate(),
        "Lucene87StoredFieldsFastData" or "Lucene90StoredFieldsFastData" => new ChunkDecompressor.Lz4WithDictionary(),
        Zstd814 => new ZstdDecompressor.Whole(),
        ZstdCustom => new ZstdDecompressor.BlocksWithDictionary(),
        ZstdCustomNoDictionary => new ZstdDecompressor.Blocks(),
        _ => new ChunkDecompressor.DeflateWithDictionary(),
    };

    /// <summary>Chunk size, at least 1.</summary>
    public static int ReadChunkSize(ref ByteInput input)
    {
        var size = input.ReadVInt();
        return size > 0 ? size : throw input.Corrupt("a chunk size", size);
    }

    /// <summary>Version of packed ints: 0 to 2.</summary>
    public static int ReadPackedVersion(ref ByteInput input)
    {
        var version = input.ReadVInt();
        return version is >= 0 and <= 2 ? version : throw input.Corrupt("a version of packed ints from 0 to 2", version);
    }
}
