using System.Buffers.Binary;
using Portage.Lucene.Compression;

namespace Portage.Lucene.Tests.Compression;

public sealed class PackedIntsTests
{
    [Fact]
    public void Decode_ThreeBits_TakesTheHighOnesFirst()
    {
        var values = new int[5];

        // 101 001 111 000 010 0
        PackedInts.Decode([0b10100111, 0b10000100], 3, values);

        Assert.Equal([5, 1, 7, 0, 2], values);
    }

    [Theory]
    [InlineData(0, 3, 5, 8)]
    [InlineData(1, 3, 5, 2)]
    [InlineData(2, 31, 1, 4)]
    [InlineData(0, 31, 3, 16)]
    [InlineData(2, 0, 1000, 0)]
    public void ByteCount_OldVersion_IsInWholeWords(int version, int bits, int count, long expected) =>
        Assert.Equal(expected, PackedInts.ByteCount(version, count, bits));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryGet_AnyWidth_IsWhatWasPacked(bool littleEndian)
    {
        var random = new Random(7);
        foreach (var bits in Enumerable.Range(1, 56).Append(64))
        {
            var values = new ulong[40];
            var bytes = new byte[((values.Length * bits) + 7) / 8];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> (64 - bits);
                for (var bit = 0; bit < bits; bit++)
                {
                    var position = (i * bits) + (littleEndian ? bit : bits - 1 - bit);
                    var one = (byte)((values[i] >> bit) & 1);
                    bytes[position / 8] |= (byte)(one << (littleEndian ? position % 8 : 7 - (position % 8)));
                }
            }

            for (var i = 0; i < values.Length; i++)
            {
                Assert.True(PackedInts.TryGet(bytes, bits, i, littleEndian, out var value));
                Assert.Equal(values[i], value);
            }

            Assert.False(PackedInts.TryGet(bytes, bits, values.Length + 8, littleEndian, out _));
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    public void StoredFieldsInts_BlocksAndTail_AreWhatWasWritten(int bits)
    {
        var random = new Random(8);
        var values = new int[300];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = random.Next((int)Math.Min(int.MaxValue, 1L << bits));
        }

        var decoded = new int[values.Length];
        StoredFieldsInts.Decode(Encode(values, bits), bits, decoded);

        Assert.Equal(values, decoded);
    }

    private static byte[] Encode(int[] values, int bits)
    {
        var bytes = new List<byte>();
        var (longs, perLong) = (128 * bits / 64, 64 / bits);
        var word = new byte[8];
        for (var block = 0; block < values.Length / 128; block++)
        {
            for (var i = 0; i < longs; i++)
            {
                var packed = 0UL;
                for (var j = 0; j < perLong; j++)
                {
                    packed = (bits == 64 ? 0 : packed << bits) | (uint)values[(block * 128) + (j * longs) + i];
                }

                BinaryPrimitives.WriteUInt64LittleEndian(word, packed);
                bytes.AddRange(word);
            }
        }

        foreach (var value in values.AsSpan(values.Length / 128 * 128))
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, value);
            bytes.AddRange(word.AsSpan(0, bits / 8));
        }

        return [.. bytes];
    }
}
