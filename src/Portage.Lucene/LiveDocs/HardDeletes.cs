using System.Numerics;
using Portage.Lucene.Files;

namespace Portage.Lucene.LiveDocs;

/// <summary>Documents deleted for good: <c>SEGMENT_GENERATION.liv</c>, and <c>.del</c> in Lucene 4.</summary>
/// <remarks>
/// <code>
/// .liv  header Lucene50LiveDocs (big-endian) or Lucene90LiveDocs (little-endian), ceil(documents / 64) x int64, footer; bit set: live
/// .del  int32 -2, header BitVector version 1 or 2 (footer),
///       int32 size, int32 live, ceil(size / 8) bytes of which the low bit comes first; bit set: live
///       or int32 -1, int32 size, int32 live, and until all deletions are found: vint distance to the next byte that is not FF, that byte
/// </code>
/// </remarks>
internal static class HardDeletes
{
    /// <summary>A bit for each live document.</summary>
    /// <param name="deletedCount">How many the commit says are deleted.</param>
    public static ulong[] Read(string file, byte[] bytes, ReadOnlyMemory<byte>? id, string suffix, int documentCount, int deletedCount)
    {
        var input = new ByteInput(file, bytes);
        var words = id is null ? ReadDel(ref input, bytes, documentCount) : ReadLiv(ref input, bytes, id, suffix, documentCount);
        if ((documentCount & 63) != 0 && (words[^1] & ~((1UL << documentCount) - 1)) != 0)
        {
            throw input.Corrupt($"no bits beyond {documentCount} documents", "some");
        }

        var found = documentCount - LiveDocuments.CountBits(words);
        return found == deletedCount ? words : throw input.Corrupt($"{deletedCount} deleted documents", found);
    }

    private static ulong[] ReadLiv(ref ByteInput input, byte[] bytes, ReadOnlyMemory<byte>? id, string suffix, int documentCount)
    {
        var header = CodecHeader.Read(ref input, id, suffix);
        if (header.Codec is not ("Lucene50LiveDocs" or "Lucene90LiveDocs"))
        {
            throw new UnsupportedFormatException(input.File, header.ToString());
        }

        header.RequireVersion(input.File, 0, 0);
        CodecFooter.Verify(input.File, bytes);
        input.LittleEndian = header.Codec == "Lucene90LiveDocs";
        var count = LiveDocuments.WordCount(documentCount);
        if (input.Remaining - CodecFooter.Bytes != count * 8L)
        {
            throw input.Corrupt($"{count * 8L} bytes for {documentCount} documents", input.Remaining - CodecFooter.Bytes);
        }

        var words = new ulong[count];
        for (var i = 0; i < count; i++)
        {
            words[i] = (ulong)input.ReadInt64();
        }

        return words;
    }

    private static ulong[] ReadDel(ref ByteInput input, byte[] bytes, int documentCount)
    {
        if (input.ReadInt32() != -2)
        {
            throw new UnsupportedFormatException(input.File, "deletions of Lucene 3 or earlier");
        }

        var header = CodecHeader.ReadName(ref input);
        if (header.Codec != "BitVector")
        {
            throw new UnsupportedFormatException(input.File, header.ToString());
        }

        // Version 0 existed only before the release of 4.0, and noted what is deleted instead of what lives.
        header.RequireVersion(input.File, 1, 2);
        if (header.Version >= 2)
        {
            CodecFooter.Verify(input.File, bytes);
        }

        var size = input.ReadInt32();
        var isSparse = size == -1;
        if (isSparse)
        {
            size = input.ReadInt32();
        }

        if (size != documentCount)
        {
            throw input.Corrupt($"{documentCount} documents", size);
        }

        var live = input.ReadInt32();
        if (live < 0 || live > size)
        {
            throw input.Corrupt($"0 to {size} live documents", live);
        }

        return isSparse ? ReadSparse(ref input, size, size - live) : ReadDense(ref input, size);
    }

    private static ulong[] ReadDense(ref ByteInput input, int size)
    {
        var packed = input.ReadBytes(((long)size + 7) / 8);
        var words = new ulong[LiveDocuments.WordCount(size)];
        for (var i = 0; i < packed.Length; i++)
        {
            words[i >> 3] |= (ulong)packed[i] << ((i & 7) * 8);
        }

        return words;
    }

    private static ulong[] ReadSparse(ref ByteInput input, int size, int deleted)
    {
        var words = LiveDocuments.AllSet(size);
        var at = 0L;
        while (deleted > 0)
        {
            at += (uint)input.ReadVInt();
            if (at * 8 >= size)
            {
                throw input.Corrupt($"a byte for one of {size} documents", at);
            }

            var cleared = (ulong)(byte)~input.ReadByte() << (int)((at & 7) * 8);
            ref var word = ref words[at >> 3];
            var before = BitOperations.PopCount(word);
            word &= ~cleared;
            var found = before - BitOperations.PopCount(word);
            deleted -= found;
            if (found == 0)
            {
                throw input.Corrupt("a byte with a deleted document", "none");
            }
        }

        return words;
    }
}
