using System.Buffers.Binary;

namespace Portage.Lucene.Compression;

/// <summary>The arrays of small numbers in chunk headers of Lucene 9 and later.</summary>
/// <remarks>
/// A byte says how: 0 (one vint for all), or bits per value 8, 16 or 32. Then blocks of 128 values as little-endian int64s, of which each
/// holds values of far-apart positions: for 8 bits 16 longs, value 16 j + i being byte 7 - j of long i; for 16 bits 32 longs, value
/// 32 j + i; for 32 bits 64 longs, value 64 j + i. The values after the last whole block follow one by one, little-endian.
/// </remarks>
internal static class StoredFieldsInts
{
    private const int BlockValues = 128;

    public static void Decode(ReadOnlySpan<byte> bytes, int bitsPerValue, Span<int> values)
    {
        while (values.Length >= BlockValues)
        {
            var longs = BlockValues * bitsPerValue / 64;
            var perLong = 64 / bitsPerValue;
            var mask = (1UL << bitsPerValue) - 1;
            for (var i = 0; i < longs; i++)
            {
                var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * 8)..]);
                for (var j = 0; j < perLong; j++)
                {
                    values[(j * longs) + i] = (int)((word >> (64 - ((j + 1) * bitsPerValue))) & mask);
                }
            }

            bytes = bytes[(longs * 8)..];
            values = values[BlockValues..];
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = bitsPerValue switch
            {
                8 => bytes[i],
                16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]),
                _ => BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * 4)..]),
            };
        }
    }
}
