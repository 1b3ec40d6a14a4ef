using System.Buffers.Binary;
using Portage.Lucene.Files;

namespace Portage.Lucene.Segments;

/// <summary>What a commit says about one of its segments.</summary>
/// <param name="Id">16 bytes that every file of the segment repeats; null for segments of Lucene 4.</param>
/// <param name="DeletionGeneration">Of the <c>.liv</c> or <c>.del</c>; -1: nothing was deleted for good.</param>
/// <param name="FieldInfosGeneration">Of the newest <c>.fnm</c>; -1: the one that was written with the segment.</param>
/// <param name="SoftDeletedCount">Documents that are soft-deleted and not deleted for good; 0 before Lucene 7.4, which had none.</param>
/// <param name="DocValuesUpdateFiles">By field number, the files outside the segment that now hold its doc values.</param>
internal sealed record SegmentEntry(
    string Name,
    ReadOnlyMemory<byte>? Id,
    string CodecName,
    long DeletionGeneration,
    int DeletedCount,
    long FieldInfosGeneration,
    int SoftDeletedCount,
    IReadOnlyDictionary<int, IReadOnlySet<string>> DocValuesUpdateFiles);

/// <summary>A commit: <c>segments_N</c>.</summary>
/// <remarks>
/// All integers are big-endian, in every version. F is the header's version: 0 to 3 Lucene 4, 4 to 6 Lucene 5 and 6, 7 to 9 Lucene 7
/// and 8, 10 from 8.6 on. Counts of sets and maps are int32 up to F = 4, then vint.
/// <code>
/// header "segments"; F >= 4: byte[16] id, byte length, suffix = N in base 36
/// F >= 6: vint major, minor, bugfix of Lucene; F >= 7: vint major that created the index
/// int64 version; counter: F > 7 vlong, else int32; int32 segments; F >= 6 and segments > 0: 3 vints (oldest segment's Lucene)
/// each segment:
///   string name; F 4 to 6: byte hasId; F >= 7, or hasId = 1: byte[16] id
///   string codec; int64 deletion generation; int32 deleted
///   F >= 1: int64 field infos generation; F >= 3: int64 doc values generation; F > 8: int32 soft-deleted
///   F > 9: byte, and if it is 1 byte[16] id of this state of the segment
///   F >= 3: set of field infos files; int32 n, n x { int32 field, set of files }
///   F 1 and 2: int32 n, n x { int64 generation, set of files }
/// map user data; footer (F >= 2), or int64 CRC-32 of all before
/// </code>
/// </remarks>
internal sealed class SegmentsFile
{
    private const int VersionMax = 10;

    private SegmentsFile(IReadOnlyList<SegmentEntry> segments, IReadOnlyDictionary<string, string> userData) =>
        (Segments, UserData) = (segments, userData);

    public IReadOnlyList<SegmentEntry> Segments { get; }

    public IReadOnlyDictionary<string, string> UserData { get; }

    public static SegmentsFile Read(string file, byte[] bytes)
    {
        // Lucene 3 and earlier begin with a negative version and have no header.
        if (bytes.Length >= 4 && BinaryPrimitives.ReadInt32BigEndian(bytes) is < 0 and > -256)
        {
            throw new UnsupportedFormatException(file, "segments of Lucene 3 or earlier");
        }

        var input = new ByteInput(file, bytes);
        var header = CodecHeader.ReadName(ref input);
        if (header.Codec != "segments")
        {
            throw new CorruptIndexException(file, 4, "the codec 'segments'", $"'{header.Codec}'");
        }

        header.RequireVersion(file, 0, VersionMax);
        var version = header.Version;
        VerifyChecksum(file, bytes, version);
        if (version >= 4)
        {
            CodecHeader.ReadIndexPart(ref input, [], file["segments_".Length..]);
        }

        if (version >= 6)
        {
            SkipLuceneVersion(ref input);
        }

        if (version >= 7)
        {
            input.ReadVInt();
        }

        input.ReadInt64();
        _ = version > 7 ? input.ReadVLong() : input.ReadInt32();
        var count = input.CheckCount(input.ReadInt32(), 14, "segments");
        if (version >= 6 && count > 0)
        {
            SkipLuceneVersion(ref input);
        }

        var segments = new List<SegmentEntry>(count);
        for (var i = 0; i < count; i++)
        {
            segments.Add(ReadEntry(ref input, version));
        }

        var userData = input.ReadStringMap(CountIsVInt(version));
        return new(segments, userData);
    }

    private static SegmentEntry ReadEntry(ref ByteInput input, int version)
    {
        var name = input.ReadString();
        ReadOnlyMemory<byte>? id = null;
        if (version >= 7 || (version >= 4 && input.ReadByte() == 1))
        {
            id = input.ReadBytes(16).ToArray();
        }

        var codec = input.ReadString();
        var deletionGeneration = input.ReadInt64();
        var deletedCount = input.ReadInt32();
        var fieldInfosGeneration = version >= 1 ? input.ReadInt64() : -1;
        if (version >= 3)
        {
            input.ReadInt64();
        }

        var softDeletedCount = version > 8 ? input.ReadInt32() : 0;
        if (version > 9 && input.ReadByte() == 1)
        {
            input.Skip(16);
        }

        if (deletedCount < 0 || softDeletedCount < 0)
        {
            throw input.Corrupt("numbers of deleted documents that are not negative", $"{deletedCount} and {softDeletedCount}");
        }

        var updates = ReadUpdateFiles(ref input, version);
        return new(name, id, codec, deletionGeneration, deletedCount, fieldInfosGeneration, softDeletedCount, updates);
    }

    private static Dictionary<int, IReadOnlySet<string>> ReadUpdateFiles(ref ByteInput input, int version)
    {
        var files = new Dictionary<int, IReadOnlySet<string>>();
        if (version >= 3)
        {
            input.ReadStringSet(CountIsVInt(version));
            var count = input.CheckCount(input.ReadInt32(), 5, "updated fields");
            for (var i = 0; i < count; i++)
            {
                var field = input.ReadInt32();
                files[field] = input.ReadStringSet(CountIsVInt(version));
            }
        }
        else if (version >= 1)
        {
            var count = input.CheckCount(input.ReadInt32(), 12, "update generations");
            for (var i = 0; i < count; i++)
            {
                input.ReadInt64();
                input.ReadStringSet(CountIsVInt(version));
            }
        }

        return files;
    }

    private static void VerifyChecksum(string file, byte[] bytes, int version)
    {
        if (version >= 2)
        {
            CodecFooter.Verify(file, bytes);
            return;
        }

        var computed = Crc32.Compute(bytes.AsSpan(0, bytes.Length - 8));
        var stored = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(bytes.Length - 8));
        if (stored != computed)
        {
            throw new CorruptIndexException(file, bytes.Length - 8, $"the checksum {computed:X8} of its bytes", $"{stored:X8}");
        }
    }

    private static bool CountIsVInt(int version) => version >= 5;

    private static void SkipLuceneVersion(ref ByteInput input)
    {
        input.ReadVInt();
        input.ReadVInt();
        input.ReadVInt();
    }
}
