using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Portage.Lucene.Compression;

/// <summary>Decodes raw DEFLATE data (RFC 1951) of known length from memory to memory, also with a preset dictionary.</summary>
/// <remarks>
/// Not with .NET's DeflateStream: that takes no dictionary (a stored block before the data would do, at the price of decoding it again for
/// each block), allocates and sets itself up for every 48 KiB that Lucene compresses at a time, and took 20 to 25 % longer for the same
/// blocks of log lines. Bits are taken from a 64-bit window that is filled without branches; for that, and for copying 16 bytes at a
/// time, both buffers must go on for <see cref="SlackBytes"/> behind what is decoded. That everything is checked which the data says is
/// tested against DeflateStream, with sound and with damaged data.
/// Not safe for two threads.
/// </remarks>
internal sealed class DeflateBlock
{
    /// <summary>Bytes behind the end of source and destination that may be read, or overwritten.</summary>
    public const int SlackBytes = 64;

    private const int LiteralBits = 10;
    private const int DistanceBits = 8;
    private const int PrecodeBits = 7;
    private const int LiteralSymbols = 288;
    private const int DistanceSymbols = 32;
    private const int PrecodeSymbols = 19;
    private const int Vector = 16;
    private const int WindowBytes = 8;

    private static readonly uint[] LiteralResults = MakeLiteralResults();
    private static readonly uint[] DistanceResults = MakeDistanceResults();
    private static readonly uint[] PrecodeResults = [.. Enumerable.Range(0, PrecodeSymbols).Select(symbol => (uint)symbol << HuffmanTable.ValueShift)];

    private readonly HuffmanTable _precode = new(PrecodeBits, PrecodeResults);
    private readonly HuffmanTable _literals = new(LiteralBits, LiteralResults);
    private readonly HuffmanTable _distances = new(DistanceBits, DistanceResults);
    private readonly byte[] _lengths = new byte[LiteralSymbols + DistanceSymbols];

    // Where decoding stands: kept in fields between blocks, in locals within one.
    private int _next;
    private ulong _window;
    private int _bits;

    private static ReadOnlySpan<byte> PrecodeOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>Decodes into <paramref name="buffer"/>.</summary>
    /// <param name="source">The data, and <see cref="SlackBytes"/> more.</param>
    /// <param name="compressedLength">Of the data.</param>
    /// <param name="buffer">Goes on for <see cref="SlackBytes"/> behind the last byte decoded.</param>
    /// <param name="start">Where the decoded bytes go.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="dictionaryStart">Where in the buffer the bytes lie that matches may reach back to, as if they stood before <paramref name="start"/>.</param>
    /// <returns>Whether the data is sound, and takes and yields exactly these numbers of bytes.</returns>
    public bool TryDecode(
        ReadOnlySpan<byte> source, int compressedLength, Span<byte> buffer, int start, int length, int dictionaryStart = 0, int dictionaryLength = 0)
    {
        Debug.Assert(source.Length >= compressedLength + SlackBytes, "The source must go on behind its end.");
        Debug.Assert(buffer.Length >= start + length + SlackBytes, "The buffer must go on behind its end.");
        (_next, _window, _bits) = (0, 0, 0);
        var target = new Target(start, start + length, dictionaryStart + dictionaryLength, dictionaryLength);
        var to = start;
        bool isLast;
        do
        {
            if (_next > compressedLength + WindowBytes)
            {
                return false;
            }

            Refill(source);
            isLast = Take(1) == 1;
            var isSound = Take(2) switch
            {
                0 => TryCopyStored(source, compressedLength, buffer, ref to, target.End),
                1 => TryBuildFixed() && TryDecodeSymbols(source, compressedLength, buffer, ref to, target),
                2 => TryBuildDynamic(source, compressedLength) && TryDecodeSymbols(source, compressedLength, buffer, ref to, target),
                _ => false,
            };
            if (!isSound)
            {
                return false;
            }
        }
        while (!isLast);
        return to == target.End && _next - (_bits >> 3) == compressedLength;
    }

    private bool TryDecodeSymbols(ReadOnlySpan<byte> source, int compressedLength, Span<byte> buffer, ref int position, in Target target)
    {
        ref var input = ref MemoryMarshal.GetReference(source);
        ref var output = ref MemoryMarshal.GetReference(buffer);
        ref var literals = ref MemoryMarshal.GetArrayDataReference(_literals.Entries);
        ref var distances = ref MemoryMarshal.GetArrayDataReference(_distances.Entries);
        const ulong literalMask = (1UL << LiteralBits) - 1;
        const ulong distanceMask = (1UL << DistanceBits) - 1;
        var (literalSecondaryMask, distanceSecondaryMask) = (_literals.SecondaryMask, _distances.SecondaryMask);
        var (next, window, bits, to, start, end) = (_next, _window, _bits, position, target.Start, target.End);
        Refill(ref input, ref next, ref window, ref bits);
        var entry = Unsafe.Add(ref literals, (nint)(window & literalMask));
        while (true)
        {
            // Behind its end the source has room for what one round reads, and the buffer for what it writes before the next check.
            // Here the window holds the bits of the entry and enough for two more literals, or for the rest of a match.
            if (next > compressedLength + WindowBytes || to > end)
            {
                return false;
            }

            if ((int)entry < 0)
            {
                Consume(entry, ref window, ref bits);
                Unsafe.Add(ref output, to++) = (byte)(entry >> HuffmanTable.ValueShift);
                entry = Unsafe.Add(ref literals, (nint)(window & literalMask));
                if ((int)entry < 0)
                {
                    Consume(entry, ref window, ref bits);
                    Unsafe.Add(ref output, to++) = (byte)(entry >> HuffmanTable.ValueShift);
                    entry = Unsafe.Add(ref literals, (nint)(window & literalMask));
                    if ((int)entry < 0)
                    {
                        Consume(entry, ref window, ref bits);
                        Unsafe.Add(ref output, to++) = (byte)(entry >> HuffmanTable.ValueShift);
                        Refill(ref input, ref next, ref window, ref bits);
                        entry = Unsafe.Add(ref literals, (nint)(window & literalMask));
                        continue;
                    }
                }

                // The entry stays what it is: refilling only adds bits above.
                Refill(ref input, ref next, ref window, ref bits);
            }

            if ((entry & HuffmanTable.Exceptional) != 0)
            {
                if ((entry & HuffmanTable.Secondary) != 0)
                {
                    window >>= LiteralBits;
                    bits -= LiteralBits;
                    entry = Unsafe.Add(ref literals, (nint)((entry >> HuffmanTable.ValueShift) + (window & literalSecondaryMask)));
                    if ((int)entry < 0)
                    {
                        Consume(entry, ref window, ref bits);
                        Unsafe.Add(ref output, to++) = (byte)(entry >> HuffmanTable.ValueShift);
                        Refill(ref input, ref next, ref window, ref bits);
                        entry = Unsafe.Add(ref literals, (nint)(window & literalMask));
                        continue;
                    }
                }

                if ((entry & HuffmanTable.EndOfBlock) != 0)
                {
                    Consume(entry, ref window, ref bits);
                    break;
                }

                if ((entry & HuffmanTable.Exceptional) != 0)
                {
                    return false;
                }
            }

            var length = Value(entry, window);
            Consume(entry, ref window, ref bits);
            entry = Unsafe.Add(ref distances, (nint)(window & distanceMask));
            if ((entry & HuffmanTable.Exceptional) != 0)
            {
                if ((entry & HuffmanTable.Secondary) == 0)
                {
                    return false;
                }

                window >>= DistanceBits;
                bits -= DistanceBits;
                entry = Unsafe.Add(ref distances, (nint)((entry >> HuffmanTable.ValueShift) + (window & distanceSecondaryMask)));
                if ((entry & HuffmanTable.Exceptional) != 0)
                {
                    return false;
                }
            }

            var back = to - Value(entry, window);
            Consume(entry, ref window, ref bits);

            // Looked up before the copy, so that the processor does both at the same time.
            Refill(ref input, ref next, ref window, ref bits);
            entry = Unsafe.Add(ref literals, (nint)(window & literalMask));
            if (length > end - to || (back < start && !TryCopyFromDictionary(buffer, target, ref back, ref to, ref length)))
            {
                return false;
            }

            if (to - back >= Vector)
            {
                var copied = 0;
                do
                {
                    Vector128.LoadUnsafe(ref output, (nuint)(back + copied)).StoreUnsafe(ref output, (nuint)(to + copied));
                    copied += Vector;
                }
                while (copied < length);
            }
            else
            {
                CopyOverlapping(buffer, back, to, length);
            }

            to += length;
        }

        (_next, _window, _bits, position) = (next, window, bits, to);
        return true;
    }

    // The part of a match that lies in the dictionary; what follows it is the start of this data's own output.
    private static bool TryCopyFromDictionary(Span<byte> buffer, in Target target, scoped ref int back, scoped ref int to, scoped ref int length)
    {
        var inDictionary = target.Start - back;
        if (inDictionary > target.DictionaryLength)
        {
            return false;
        }

        var count = Math.Min(length, inDictionary);
        buffer.Slice(target.DictionaryEnd - inDictionary, count).CopyTo(buffer[to..]);
        to += count;
        length -= count;
        back = target.Start;
        return true;
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

    private bool TryCopyStored(ReadOnlySpan<byte> source, int compressedLength, Span<byte> buffer, ref int to, int end)
    {
        // From the next whole byte on, of which some are in the window already.
        var from = _next - (_bits >> 3);
        if (from > compressedLength - 4)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(source[from..]);
        var complement = BinaryPrimitives.ReadUInt16LittleEndian(source[(from + 2)..]);
        from += 4;
        if (length != (ushort)~complement || length > compressedLength - from || length > end - to)
        {
            return false;
        }

        source.Slice(from, length).CopyTo(buffer[to..]);
        to += length;
        (_next, _window, _bits) = (from + length, 0, 0);
        return true;
    }

    private bool TryBuildFixed()
    {
        var lengths = _lengths.AsSpan();
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..LiteralSymbols].Fill(8);
        lengths[LiteralSymbols..].Fill(5);
        return _literals.TryBuild(lengths[..LiteralSymbols]) && _distances.TryBuild(lengths[LiteralSymbols..]);
    }

    private bool TryBuildDynamic(ReadOnlySpan<byte> source, int compressedLength)
    {
        var literalCount = Take(5) + 257;
        var distanceCount = Take(5) + 1;
        var precodeCount = Take(4) + 4;
        if (literalCount > 286 || distanceCount > 30)
        {
            return false;
        }

        Span<byte> precodeLengths = stackalloc byte[PrecodeSymbols];
        precodeLengths.Clear();
        for (var i = 0; i < precodeCount; i++)
        {
            Refill(source);
            precodeLengths[PrecodeOrder[i]] = (byte)Take(3);
        }

        return _precode.TryBuild(precodeLengths)
            && TryReadLengths(source, compressedLength, literalCount + distanceCount)
            && _lengths[256] > 0
            && _literals.TryBuild(_lengths.AsSpan(0, literalCount))
            && _distances.TryBuild(_lengths.AsSpan(literalCount, distanceCount));
    }

    private bool TryReadLengths(ReadOnlySpan<byte> source, int compressedLength, int count)
    {
        for (var i = 0; i < count;)
        {
            if (_next > compressedLength + WindowBytes)
            {
                return false;
            }

            Refill(source);
            var entry = _precode.Entries[_window & ((1 << PrecodeBits) - 1)];
            if ((entry & HuffmanTable.Exceptional) != 0)
            {
                return false;
            }

            Take((int)(entry & 63));
            var symbol = (int)(entry >> HuffmanTable.ValueShift);
            if (symbol < 16)
            {
                _lengths[i++] = (byte)symbol;
                continue;
            }

            var (repeat, value) = symbol switch
            {
                16 => (3 + Take(2), i == 0 ? -1 : _lengths[i - 1]),
                17 => (3 + Take(3), 0),
                _ => (11 + Take(7), 0),
            };
            if (value < 0 || repeat > count - i)
            {
                return false;
            }

            _lengths.AsSpan(i, repeat).Fill((byte)value);
            i += repeat;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Refill(ref byte input, ref int next, ref ulong window, ref int bits)
    {
        // Bits above the count are those that follow anyway, so that adding them again changes nothing.
        var following = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref input, next));
        window |= (BitConverter.IsLittleEndian ? following : BinaryPrimitives.ReverseEndianness(following)) << bits;
        next += (63 - bits) >> 3;
        bits |= 56;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Consume(uint entry, ref ulong window, ref int bits)
    {
        // A shift takes the low 6 bits of its count only, which is where an entry has it.
        window >>= (int)entry;
        bits -= (int)(entry & 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Value(uint entry, ulong window) =>
        (int)(entry >> HuffmanTable.ValueShift)
        + (int)((window & ((1UL << (int)entry) - 1)) >> (int)((entry >> HuffmanTable.CodeLengthShift) & HuffmanTable.CodeLengthMask));

    private void Refill(ReadOnlySpan<byte> source) => Refill(ref MemoryMarshal.GetReference(source), ref _next, ref _window, ref _bits);

    private int Take(int count)
    {
        var value = (int)(_window & ((1UL << count) - 1));
        _window >>= count;
        _bits -= count;
        return value;
    }

    private static uint[] MakeLiteralResults()
    {
        var results = new uint[LiteralSymbols];
        Array.Fill(results, HuffmanTable.Exceptional);
        for (var symbol = 0u; symbol < 256; symbol++)
        {
            results[symbol] = HuffmanTable.Literal | (symbol << HuffmanTable.ValueShift);
        }

        results[256] = HuffmanTable.Exceptional | HuffmanTable.EndOfBlock;
        // RFC 1951 §3.2.5: four lengths for each number of extra bits, after the first eight; the last symbol is 258 alone.
        var length = 3u;
        for (var symbol = 257; symbol < 285; symbol++)
        {
            var extra = Math.Max((symbol - 261) / 4, 0);
            results[symbol] = (length << HuffmanTable.ValueShift) | (uint)extra;
            length += 1u << extra;
        }

        results[285] = 258u << HuffmanTable.ValueShift;
        return results;
    }

    private static uint[] MakeDistanceResults()
    {
        var results = new uint[DistanceSymbols];
        Array.Fill(results, HuffmanTable.Exceptional);
        var distance = 1u;
        for (var symbol = 0; symbol < 30; symbol++)
        {
            var extra = Math.Max((symbol - 2) / 2, 0);
            results[symbol] = (distance << HuffmanTable.ValueShift) | (uint)extra;
            distance += 1u << extra;
        }

        return results;
    }

    private readonly record struct Target(int Start, int End, int DictionaryEnd, int DictionaryLength);
}
