using Portage.Lucene.Files;

namespace Portage.Lucene.Segments;

/// <summary>What was written once with a segment: <c>.si</c>.</summary>
/// <remarks>
/// <code>
/// Lucene40, 46 (46 version 1: footer)  string Lucene version, int32 documents, byte compound, map diagnostics, (40: map attributes,) set files
/// Lucene50, 62                         3 x int32 Lucene version, int32 documents, byte compound, map diagnostics, set files, map attributes
/// Lucene70, 86, 90                     3 x int32 Lucene version, byte 1 and 3 x int32 oldest version, or byte 0; int32 documents,
///                                      byte compound, (from Lucene 9.9: byte blocks,) map diagnostics, set files, map attributes
/// </code>
/// then the index sort, which nothing here needs. Counts of maps and sets are int32 up to Lucene50 version 0, then vint. Fixed integers
/// are little-endian in Lucene90. That format has one name and one version for the forms with and without the byte that says whether
/// documents come in blocks; codecs of servers have names of their own, so the likelier form by Lucene version is read first, and
/// is the right one when its set of files contains the <c>.si</c> itself, by whatever name of a segment.
/// </remarks>
/// <param name="LuceneVersion">As <c>8.7.0</c>.</param>
/// <param name="IsCompound">Whether most files are inside <c>.cfs</c>.</param>
internal sealed record SegmentInfoFile(string LuceneVersion, int DocumentCount, bool IsCompound)
{
    public static SegmentInfoFile Read(string file, byte[] bytes, ReadOnlyMemory<byte>? id)
    {
        var input = new ByteInput(file, bytes);
        var header = CodecHeader.Read(ref input, id);
        if (id is not null)
        {
            CodecFooter.Verify(file, bytes);
        }

        switch (header.Codec)
        {
            case "Lucene40SegmentInfo" when id is null:
                header.RequireVersion(file, 0, 0);
                return ReadLucene4(ref input, hasAttributes: true);
            case "Lucene46SegmentInfo" when id is null:
                header.RequireVersion(file, 0, 1);
                if (header.Version >= 1)
                {
                    CodecFooter.Verify(file, bytes);
                }

                return ReadLucene4(ref input, hasAttributes: false);
            case "Lucene50SegmentInfo":
                header.RequireVersion(file, 0, 1);
                return ReadLucene5(ref input, hasOldestVersion: false, hasBlocks: false, countIsVInt: header.Version >= 1);
            case "Lucene62SegmentInfo":
                header.RequireVersion(file, 0, 1);
                return ReadLucene5(ref input, hasOldestVersion: false, hasBlocks: false, countIsVInt: true);
            case "Lucene70SegmentInfo" or "Lucene86SegmentInfo":
                header.RequireVersion(file, 0, 1);
                return ReadLucene5(ref input, hasOldestVersion: true, hasBlocks: false, countIsVInt: true);
            case "Lucene90SegmentInfo":
                header.RequireVersion(file, 0, 1);
                input.LittleEndian = true;
                return ReadLucene9(ref input);
            default:
                throw new UnsupportedFormatException(file, header.ToString());
        }
    }

    private static SegmentInfoFile ReadLucene4(ref ByteInput input, bool hasAttributes)
    {
        var version = input.ReadString();
        var documents = ReadDocumentCount(ref input);
        var isCompound = input.ReadByte() == 1;
        input.ReadStringMap(countIsVInt: false);
        if (hasAttributes)
        {
            input.ReadStringMap(countIsVInt: false);
        }

        RequireItself(ref input, input.ReadStringSet(countIsVInt: false));
        return new(version, documents, isCompound);
    }

    private static SegmentInfoFile ReadLucene5(ref ByteInput input, bool hasOldestVersion, bool hasBlocks, bool countIsVInt)
    {
        var version = $"{input.ReadInt32()}.{input.ReadInt32()}.{input.ReadInt32()}";
        if (hasOldestVersion && input.ReadByte() == 1)
        {
            input.Skip(3 * sizeof(int));
        }

        var documents = ReadDocumentCount(ref input);
        var isCompound = input.ReadByte() == 1;
        if (hasBlocks)
        {
            input.ReadByte();
        }

        input.ReadStringMap(countIsVInt);
        RequireItself(ref input, input.ReadStringSet(countIsVInt));
        return new(version, documents, isCompound);
    }

    private static SegmentInfoFile ReadLucene9(ref ByteInput input)
    {
        var peek = input;
        var isLikelyWithBlocks = (peek.ReadInt32(), peek.ReadInt32()) is ( > 9, _) or (9, >= 9);
        var second = input;
        try
        {
            return ReadLucene5(ref input, hasOldestVersion: true, isLikelyWithBlocks, countIsVInt: true);
        }
        catch (CorruptIndexException)
        {
            return ReadLucene5(ref second, hasOldestVersion: true, !isLikelyWithBlocks, countIsVInt: true);
        }
    }

    private static int ReadDocumentCount(ref ByteInput input)
    {
        var count = input.ReadInt32();
        return count >= 0 ? count : throw input.Corrupt("a number of documents", count);
    }

    private static void RequireItself(ref ByteInput input, HashSet<string> files)
    {
        var own = WithoutSegment(input.File);
        if (!files.Any(file => WithoutSegment(file) == own))
        {
            throw input.Corrupt($"'{input.File}' among the files of the segment", string.Join(", ", files.Take(3)));
        }
    }

    /// <summary>
    /// As <c>.si</c> of <c>_3.si</c>. A segment that was linked into another index (shrink, split, clone, adding whole indices) has another
    /// name there, and still lists its files under the old one.
    /// </summary>
    private static string WithoutSegment(string file) => file.Length > 0 && file.AsSpan(1).IndexOfAny('.', '_') is >= 0 and var end ? file[(end + 1)..] : file;
}
