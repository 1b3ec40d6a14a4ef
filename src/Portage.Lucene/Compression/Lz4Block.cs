using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Portage.Lucene.Compression;

/// <summary>Decodes one LZ4 block whose decoded length is known, as Lucene writes them: without any frame.</summary>
/// <remarks>
/// A block is sequences of: a token (high 4 bits: number of literals, low 4 bits: match length - 4; 15 means that bytes to add
/// follow, up to one that is not 255), the literals, a match offset (uint16 little-endian, 1 to 65,535 back). It ends when the decoded
/// length is reached, usually after literals; even a block of nothing has its token. Format: lz4_Block_format.md of the LZ4 project.
/// </remarks>
internal static class Lz4Block
{
    private const int MatchLengthMin = 4;
    private const int Vector = 16;

    /// <summary>The most bytes that a block of so many decoded bytes takes: all literals.</summary>
    public static long CompressedBytesMax(long length) => length + (length / 255) + 16;

    /// <summary>Decodes into <paramref name="buffer"/>, of which bytes after the end of the block may be overwritten too.</summary>
    /// <param name="source">Begins with the block, may go on after it.</param>
    /// <param name="start">Where the decoded bytes go.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="dictionaryStart">Where in the buffer the bytes lie that matches may reach back to, as if they stood before <paramref name="start"/>.</param>
    /// <returns>The number of bytes of <paramref name="source"/> that the block takes; -1 when it is malformed.</returns>
    public static int Decode(ReadOnlySpan<byte> source, Span<byte> buffer, int start, int length, int dictionaryStart = 0, int dictionaryLength = 0)
    {
        var end = start + length;
        ref var input = ref MemoryMarshal.GetReference(source);
        ref var output = ref MemoryMarshal.GetReference(buffer);
        var (from, to) = (0, start);
        do
        {
            if (from >= source.Length)
            {
                return -1;
            }

            var token = Unsafe.Add(ref input, from++);
            var literals = token >> 4;
            if (literals == 15 && !TryExtend(source, ref from, ref literals, end - to))
            {
                return -1;
            }

            if (literals > end - to || literals > source.Length - from)
            {
                return -1;
            }

            if (literals <= Vector && source.Length - from >= Vector && buffer.Length - to >= Vector)
            {
                Copy16(ref input, from, ref output, to);
            }
            else
            {
                source.Slice(from, literals).CopyTo(buffer[to..]);
            }

            from += literals;
            to += literals;
            if (to == end)
            {
                break;
            }

            if (source.Length - from < 2)
            {
                return -1;
            }

            var offset = Unsafe.Add(ref input, from) | (Unsafe.Add(ref input, from + 1) << 8);
            from += 2;
            var matched = token & 15;
            if (matched == 15 && !TryExtend(source, ref from, ref matched, end - to))
            {
                return -1;
            }

            matched += MatchLengthMin;
            if (matched > end - to || offset == 0)
            {
                return -1;
            }

            var back = to - offset;
            if (back < start)
            {
                // The part that lies in the dictionary; what follows it is the start of this block's own output.
                var inDictionary = start - back;
                if (inDictionary > dictionaryLength)
                {
                    return -1;
                }

                var copied = Math.Min(matched, inDictionary);
                buffer.Slice(dictionaryStart + dictionaryLength - inDictionary, copied).CopyTo(buffer[to..]);
                to += copied;
                matched -= copied;
                back = start;
                if (matched == 0)
                {
                    continue;
                }
            }

            CopyMatch(buffer, ref output, back, to, matched);
            to += matched;
        }
        while (to < end);
        return from;
    }

    private static bool TryExtend(ReadOnlySpan<byte> source, scoped ref int from, scoped ref int length, int max)
    {
        byte next;
        do
        {
            // Also keeps the sum from overflowing.
            if (from >= source.Length || length > max)
            {
                return false;
            }

            next = source[from++];
            length += next;
        }
        while (next == 255);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyMatch(Span<byte> buffer, ref byte output, int back, int to, int length)
    {
        var distance = to - back;
        if (distance >= Vector && buffer.Length - to >= length + Vector)
        {
            for (var copied = 0; copied < length; copied += Vector)
            {
                Copy16(ref output, back + copied, ref output, to + copied);
            }
        }
        else
        {
            CopyOverlapping(buffer, back, to, length);
        }
    }

    // What lies between back and to is a period: each copy doubles what is there to copy from.
    private static void CopyOverlapping(Span<byte> buffer, int back, int to, int length)
    {
        var end = to + length;
        while (to < end)
        {
            var count = Math.Min(to - back, end - to);
            buffer.Slice(back, count).CopyTo(buffer[to..]);
            to += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy16(ref byte source, int from, ref byte destination, int to) =>
        Vector128.LoadUnsafe(ref source, (nuint)from).StoreUnsafe(ref destination, (nuint)to);
}
