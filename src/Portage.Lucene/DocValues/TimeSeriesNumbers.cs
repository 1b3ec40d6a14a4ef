using System.Buffers.Binary;
using System.Numerics;
using Portage.Lucene.Files;

namespace Portage.Lucene.DocValues;

/// <summary>Numbers in the format that Elasticsearch keeps for logs and time series (<c>ES819TSDB</c>): blocks of 128, each with what suits it.</summary>
/// <remarks>
/// <code>
/// numbers   vint bits &lt;&lt; 3 | differences &lt;&lt; 2 | offset &lt;&lt; 1 | divisor; packed; divisor: vlong divisor - 2; offset: zigzag vlong;
///           differences: zigzag vlong first. Each step is undone in the order in which it stands here
/// ordinals  vlong n, whose lowest ones say what follows: 0: all are n >> 1; 01: n >> 2 as often as a vint says, then that + a zigzag vlong;
///           011: packed; 0111: n >> 4 vlongs that come again and again
/// packed    up to 24 bits: 2 × bits int64, each of 8 lanes (up to 8 bits), 4 (up to 16) or 2: in each lane as many numbers as fit, from the highest bit
///           on, then what is left of the lanes together; number i of the lane's order goes to the block's lanes one after the other
///           up to 32 bits: 64 int64 with two numbers, i and 64 + i; else 128 times as many bytes as hold one
/// </code>
/// All integers are little-endian.
/// </remarks>
/// <param name="Index">Where the blocks begin, within the values; null where all numbers are 0.</param>
/// <param name="OrdinalBits">Of the number of a text; -1 for numbers that stand for themselves.</param>
internal sealed record TimeSeriesNumbers(long Count, MonotonicRange? Index, long Offset, long Length, int OrdinalBits) : NumberValues(Count)
{
    public const int BlockShift = 7;
    private const int BlockSize = 1 << BlockShift;
    private const int LanedBitsMax = 24;

    protected override async ValueTask<long[]> ReadSomeAsync(DataRanges data, long first, int count, CancellationToken cancellationToken)
    {
        var numbers = new long[count];
        if (Index is null || count == 0)
        {
            return numbers;
        }

        var (from, to) = (first >> BlockShift, (first + count - 1) >> BlockShift);
        var addresses = await Index.ReadAsync(data, from, (int)Math.Min(to - from + 2, Index.Count - from), cancellationToken);
        var block = new long[BlockSize];
        for (var at = from; at <= to; at++)
        {
            var (start, end) = (addresses[at - from], at - from + 1 < addresses.Length ? addresses[at - from + 1] : Length);
            if (start < 0 || end < start || end > Length)
            {
                throw data.Corrupt(Offset, $"a block within {Length} bytes", $"{start} to {end}");
            }

            Decode(data, await data.ReadAsync(Offset + start, end - start, cancellationToken), Offset + start, block);
            var (low, high) = (Math.Max(first, at << BlockShift), Math.Min(first + count, (at + 1) << BlockShift));
            block.AsSpan((int)(low - (at << BlockShift)), (int)(high - low)).CopyTo(numbers.AsSpan((int)(low - first)));
        }

        return numbers;
    }

    private void Decode(DataRanges data, byte[] bytes, long position, long[] block)
    {
        var input = new ByteInput(data.Name, bytes, position) { LittleEndian = true };
        if (OrdinalBits < 0)
        {
            DecodeNumbers(ref input, block);
        }
        else
        {
            DecodeOrdinals(ref input, block);
        }
    }

    private static void DecodeNumbers(ref ByteInput input, long[] block)
    {
        var token = input.ReadVInt();
        Unpack(ref input, token >>> 3, block);
        if ((token & 1) != 0)
        {
            var divisor = unchecked(2 + ReadVLong(ref input));
            for (var i = 0; i < BlockSize; i++)
            {
                block[i] = unchecked(block[i] * divisor);
            }
        }

        if ((token & 2) != 0)
        {
            var offset = ReadZLong(ref input);
            for (var i = 0; i < BlockSize; i++)
            {
                block[i] = unchecked(block[i] + offset);
            }
        }

        if ((token & 4) != 0)
        {
            block[0] = unchecked(block[0] + ReadZLong(ref input));
            for (var i = 1; i < BlockSize; i++)
            {
                block[i] = unchecked(block[i] + block[i - 1]);
            }
        }
    }

    private void DecodeOrdinals(ref ByteInput input, long[] block)
    {
        var head = ReadVLong(ref input);
        var kind = BitOperations.TrailingZeroCount(~head);
        var value = kind < 64 ? head >>> (kind + 1) : 0;
        switch (kind)
        {
            case 0:
                block.AsSpan().Fill(value);
                break;
            case 1:
                var length = input.ReadVInt();
                if (length is < 0 or > BlockSize)
                {
                    throw input.Corrupt($"a run of at most {BlockSize}", length);
                }

                block.AsSpan(0, length).Fill(value);
                block.AsSpan(length).Fill(unchecked(value + ReadZLong(ref input)));
                break;
            case 2:
                Unpack(ref input, OrdinalBits, block);
                break;
            case 3 when value is > 0 and <= BlockSize:
                for (var i = 0; i < BlockSize; i++)
                {
                    block[i] = i < value ? ReadVLong(ref input) : block[i - (int)value];
                }

                break;
            default:
                throw input.Corrupt("a block of ordinals", head);
        }
    }

    private static void Unpack(ref ByteInput input, int bits, long[] block)
    {
        switch (bits)
        {
            case 0:
                block.AsSpan().Clear();
                break;
            case > 0 and <= LanedBitsMax:
                UnpackLanes(ref input, bits, bits <= 8 ? 8 : bits <= 16 ? 16 : 32, block);
                break;
            case > LanedBitsMax and <= 32:
                for (var i = 0; i < BlockSize / 2; i++)
                {
                    var pair = input.ReadInt64();
                    (block[i], block[(BlockSize / 2) + i]) = (pair >>> 32, pair & uint.MaxValue);
                }

                break;
            case 40 or 48 or 56 or 64:
                UnpackBytes(ref input, bits / 8, block);
                break;
            default:
                throw input.Corrupt("up to 32 bits, 40, 48, 56 or 64", bits);
        }
    }

    private static void UnpackBytes(ref ByteInput input, int each, long[] block)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        for (var i = 0; i < BlockSize; i++)
        {
            number.Clear();
            input.ReadBytes(each).CopyTo(number);
            block[i] = BinaryPrimitives.ReadInt64LittleEndian(number);
        }
    }

    private static void UnpackLanes(ref ByteInput input, int bits, int lane, long[] block)
    {
        Span<ulong> packed = stackalloc ulong[2 * LanedBitsMax];
        packed = packed[..(2 * bits)];
        for (var i = 0; i < packed.Length; i++)
        {
            packed[i] = (ulong)input.ReadInt64();
        }

        // Of each lane the lowest bits that are left when whole numbers have been taken from its top.
        var left = lane % bits;
        var (next, available) = (0, left);
        for (int i = 0, words = BlockSize * lane / 64, whole = lane / bits * packed.Length; i < words; i++)
        {
            ulong word;
            if (i < whole)
            {
                word = (packed[i % packed.Length] >> (lane - (((i / packed.Length) + 1) * bits))) & Mask(lane, bits);
            }
            else
            {
                word = 0;
                for (var missing = bits; missing > 0;)
                {
                    var take = Math.Min(missing, available);
                    word |= ((packed[next] >> (available - take)) & Mask(lane, take)) << (missing - take);
                    (missing, available) = (missing - take, available - take);
                    if (available == 0)
                    {
                        (next, available) = (next + 1, left);
                    }
                }
            }

            for (int of = 0, lanes = 64 / lane; of < lanes; of++)
            {
                block[(of * words) + i] = (long)((word >> (64 - ((of + 1) * lane))) & ((1UL << lane) - 1));
            }
        }
    }

    /// <summary>So many low bits in each lane.</summary>
    private static ulong Mask(int lane, int bits)
    {
        var mask = 0UL;
        for (var at = 0; at < 64; at += lane)
        {
            mask |= ((1UL << bits) - 1) << at;
        }

        return mask;
    }

    private static long ReadZLong(ref ByteInput input)
    {
        var value = ReadVLong(ref input);
        return (value >>> 1) ^ -(value & 1);
    }

    // Of all 64 bits: up to 10 bytes.
    private static long ReadVLong(ref ByteInput input)
    {
        var (value, shift) = (0L, 0);
        while (shift < 64)
        {
            var one = input.ReadByte();
            value |= (long)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                return value;
            }

            shift += 7;
        }

        throw input.Corrupt("a number of at most 64 bits", "more");
    }
}
