using System.Buffers.Binary;

namespace Portage.Lucene.Compression;

/// <summary>Integers of a fixed number of bits, one after the other without gaps.</summary>
/// <remarks>
/// Big-endian: the first value is the high bits of the first byte (Lucene's PackedInts, format PACKED, and DirectWriter up to
/// Lucene 8). Little-endian: the first value is the low bits of the first byte (DirectWriter from Lucene 9 on).
/// </remarks>
internal static class PackedInts
{
    /// <summary>Bytes of so many values. Version 0 (Lucene 4.0 and 4.1) filled up to whole 64-bit words.</summary>
    public static long ByteCount(int packedVersion, int count, int bitsPerValue)
    {
        var bits = (long)count * bitsPerValue;
        return packedVersion == 0 ? (bits + 63) / 64 * 8 : (bits + 7) / 8;
    }

    /// <summary>Decodes values of 1 to 31 bits.</summary>
    public static void Decode(ReadOnlySpan<byte> bytes, int bitsPerValue, Span<int> values)
    {
        var window = 0UL;
        var (bitsInWindow, next) = (0, 0);
        var mask = (1UL << bitsPerValue) - 1;
        for (var i = 0; i < values.Length; i++)
        {
            while (bitsInWindow < bitsPerValue)
            {
                window = (window << 8) | bytes[next++];
                bitsInWindow += 8;
            }

            bitsInWindow -= bitsPerValue;
            values[i] = (int)((window >> bitsInWindow) & mask);
        }
    }

    /// <summary>One value of 0 to 64 bits; more than 56 only where a value begins with a byte, as those of 64 do.</summary>
    /// <returns>False when it lies outside of the bytes.</returns>
    public static bool TryGet(ReadOnlySpan<byte> bytes, int bitsPerValue, long index, bool littleEndian, out ulong value)
    {
        value = 0;
        if (bitsPerValue == 0)
        {
            return true;
        }

        var firstBit = index * bitsPerValue;
        if (index < 0 || firstBit + bitsPerValue > bytes.Length * 8L)
        {
            return false;
        }

        Span<byte> word = stackalloc byte[16];
        word.Clear();
        var (firstByte, shift) = ((int)(firstBit >> 3), (int)(firstBit & 7));
        bytes.Slice(firstByte, Math.Min(word.Length, bytes.Length - firstByte)).CopyTo(word);
        value = (ulong)(littleEndian
            ? BinaryPrimitives.ReadUInt128LittleEndian(word) >> shift
            : BinaryPrimitives.ReadUInt128BigEndian(word) >> (128 - shift - bitsPerValue));
        if (bitsPerValue < 64)
        {
            value &= (1UL << bitsPerValue) - 1;
        }

        return true;
    }
}
