using Portage.Lucene.DocValues;
using Portage.Lucene.Files;

namespace Portage.Lucene.Tests.DocValues;

public sealed class PackedRangeTests
{
    private const int Offset = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Widths => [.. Enumerable.Range(1, 64)];

    // Lucene writes some of them only; the formula is one for all.
    [Theory]
    [MemberData(nameof(Widths))]
    public async Task ReadAsync_AnyWidthFromAnyPlace_GivesTheNumbers(int bits)
    {
        var random = new Random(bits);
        long[] numbers = [.. Enumerable.Range(0, 200).Select(_ => (long)((ulong)random.NextInt64(long.MinValue, long.MaxValue) & (bits == 64 ? ulong.MaxValue : (1UL << bits) - 1)))];
        await using var data = await OpenAsync(Pack(numbers, bits));
        foreach (var (first, count) in ((int, int)[])[(0, 200), (0, 1), (199, 1), (7, 64), (63, 100), (5, 0)])
        {
            Assert.Equal(numbers.AsSpan(first, count).ToArray(), await PackedRange.ReadAsync(data, Offset, bits, first, count, Cancellation));
        }
    }

    [Theory]
    [InlineData(65, 0, 1)]
    [InlineData(8, -1, 1)]
    [InlineData(8, 190, 20)]
    [InlineData(64, long.MaxValue - 1, 1)]
    public async Task ReadAsync_MoreThanThereIs_IsCorrupt(int bits, long first, int count)
    {
        await using var data = await OpenAsync(Pack(new long[200], 8));
        await Assert.ThrowsAsync<CorruptIndexException>(async () => await PackedRange.ReadAsync(data, Offset, bits, first, count, Cancellation));
    }

    internal static async Task<DataRanges> OpenAsync(byte[] content) =>
        new(await new MemoryDirectory(new() { ["_0.dvd"] = Footers.Add([.. new byte[Offset], .. content]) }).OpenAsync("_0.dvd", Cancellation), "_0.dvd");

    private static byte[] Pack(long[] numbers, int bits)
    {
        var bytes = new byte[((numbers.Length * bits) + 7) / 8];
        for (var bit = 0; bit < numbers.Length * bits; bit++)
        {
            bytes[bit / 8] |= (byte)(((numbers[bit / bits] >> (bit % bits)) & 1) << (bit % 8));
        }

        return bytes;
    }
}
