using System.Buffers.Binary;
using Portage.Lucene.DocValues;
using Portage.Lucene.Files;

namespace Portage.Lucene.Tests.DocValues;

/// <summary>Blocks of every width and kind; those of the fixtures have few of them.</summary>
public sealed class TimeSeriesNumbersTests
{
    private const int Size = 128;
    private const int Offset = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Widths => [.. Enumerable.Range(1, 24), 32, 40, 48, 56, 64];

    [Theory]
    [MemberData(nameof(Widths))]
    public async Task ReadAsync_BlockOfAnyWidth_GivesTheNumbers(int bits)
    {
        var random = new Random(bits);
        long[] numbers = [.. Enumerable.Range(0, Size).Select(_ => (long)((ulong)random.NextInt64(long.MinValue, long.MaxValue) >> (64 - bits)))];
        Assert.Equal(numbers, await ReadAsync([.. VLong(bits << 3), .. Pack(numbers, bits)], -1));
        if (bits <= 32)
        {
            Assert.Equal(numbers, await ReadAsync([.. VLong(3), .. Pack(numbers, bits)], bits));
        }
    }

    [Fact]
    public async Task ReadAsync_DivisorOffsetAndDifferences_AreUndoneInTurn()
    {
        long[] numbers = [.. Enumerable.Range(0, Size).Select(i => 1_700_000_000_000L + (i * i * 60_000L))];
        // Differences of 60,000 × (2 i - 1): the first is that between the first two; less the smallest, divided by 120,000.
        long[] packed = [0, .. Enumerable.Range(1, Size - 1).Select(i => i - 1L)];
        var first = numbers[0] - (numbers[1] - numbers[0]);
        Assert.Equal(numbers, await ReadAsync([.. VLong((7 << 3) | 7), .. Pack(packed, 7), .. VLong(120_000 - 2), .. ZLong(60_000), .. ZLong(first)], -1));
    }

    [Fact]
    public async Task ReadAsync_OrdinalsOfEveryKind_AreReadWithoutPacking()
    {
        Assert.Equal(Enumerable.Repeat(9L, Size), await ReadAsync(VLong(9 << 1), 4));
        Assert.Equal((long[])[.. Enumerable.Repeat(9L, 50), .. Enumerable.Repeat(3L, 78)], await ReadAsync([.. VLong((9 << 2) | 1), .. VLong(50), .. ZLong(-6)], 4));
        Assert.Equal(Enumerable.Range(0, Size).Select(i => (long)((i % 3) + 5)), await ReadAsync([.. VLong((3 << 4) | 7), .. VLong(5), .. VLong(6), .. VLong(7)], 4));
    }

    [Theory]
    [InlineData("07")]
    [InlineData("1F")]
    [InlineData("05 8101")]
    [InlineData("")]
    public async Task ReadAsync_OrdinalsThatAreNone_AreCorrupt(string hex) =>
        await Assert.ThrowsAsync<CorruptIndexException>(() => ReadAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), 4));

    private static async Task<long[]> ReadAsync(byte[] block, int ordinalBits)
    {
        await using var data = await PackedRangeTests.OpenAsync(block);
        var input = new ByteInput("_0.dvm", new byte[21]);
        var index = MonotonicRange.Read(ref input, 1, 16);
        return await new TimeSeriesNumbers(Size, index, Offset, block.Length, ordinalBits).ReadAsync(data, 0, Size, Cancellation);
    }

    /// <summary>Number i of the block is in lane i / words of word i % words; the lanes of all words are filled from their highest bits on, the rest of the words into what is left.</summary>
    private static byte[] Pack(long[] numbers, int bits)
    {
        switch (bits)
        {
            case > 32:
                return [.. numbers.SelectMany(number => Bytes(number).Take(bits / 8))];
            case > 24:
                return [.. Enumerable.Range(0, Size / 2).SelectMany(i => Bytes((numbers[i] << 32) | numbers[i + (Size / 2)]))];
        }

        var lane = bits <= 8 ? 8 : bits <= 16 ? 16 : 32;
        var (words, packed, whole, left) = (Size * lane / 64, new ulong[2 * bits], lane / bits, lane % bits);
        for (var of = 0; of < 64 / lane; of++)
        {
            // Bit by bit, in the order in which they are read.
            var places = Enumerable.Range(0, packed.Length).SelectMany(word => Enumerable.Range(0, left).Select(bit => (word, left - 1 - bit))).GetEnumerator();
            for (var i = 0; i < words; i++)
            {
                var number = (ulong)numbers[(of * words) + i];
                for (var bit = bits - 1; bit >= 0; bit--)
                {
                    var (word, at) = i < whole * packed.Length ? (i % packed.Length, lane - (((i / packed.Length) + 1) * bits) + bit) : places.MoveNext() ? places.Current : throw new InvalidOperationException();
                    packed[word] |= ((number >> bit) & 1) << (64 - ((of + 1) * lane) + at);
                }
            }
        }

        return [.. packed.SelectMany(word => Bytes((long)word))];
    }

    private static byte[] Bytes(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    private static byte[] ZLong(long value) => VLong((value << 1) ^ (value >> 63));

    private static byte[] VLong(long value) => (ulong)value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. VLong(value >>> 7)];
}
