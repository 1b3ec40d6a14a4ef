using Portage.Lucene.Files;

namespace Portage.Lucene.Tests.Files;

public sealed class SequentialInputTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 1)]
    [InlineData(100, 3)]
    [InlineData(4096, 2)]
    public async Task EnsureAsync_AnyWindow_BringsEveryByteOnce(int windowBytes, int windowsAhead)
    {
        var bytes = new byte[3_000];
        var random = new Random(4);
        random.NextBytes(bytes);
        await using var input = await OpenAsync(bytes, 0, windowBytes, windowsAhead);
        var found = new List<byte>();
        while (input.Remaining > 0)
        {
            var wanted = (int)Math.Min(random.Next(1, 200), input.Remaining);
            await input.EnsureAsync(wanted, Cancellation);
            found.AddRange(input.Buffered[..wanted]);
            input.Advance(wanted);
            Assert.Equal(found.Count, input.Position);
        }

        Assert.Equal(bytes, found);
    }

    [Fact]
    public async Task EnsureAsync_MoreThanThereIs_NamesFileAndPosition()
    {
        await using var input = await OpenAsync(new byte[100], 40, 16, 1);

        var error = await Assert.ThrowsAsync<CorruptIndexException>(async () => await input.EnsureAsync(61, Cancellation));

        Assert.Equal(("file", 40L), (error.File, error.Position));
    }

    [Fact]
    public async Task FillAsync_LargeFile_AsksOnlyAsFarAheadAsItIsTold()
    {
        var directory = new MemoryDirectory(new() { ["file"] = new byte[1_000] });
        await using var input = new SequentialInput(
            await directory.OpenAsync("file", Cancellation), "file", 0, new() { WindowBytes = 100, WindowsAheadCount = 2 }, ownsFile: true);

        await input.FillAsync(1, Cancellation);

        Assert.Equal([0, 100, 200], directory.Reads.Select(read => read.Position));
    }

    [Fact]
    public async Task VerifyAsync_GoodFile_ReturnsTheChecksumOfTheFooter()
    {
        var bytes = Footers.Add(new byte[] { 1, 2, 3 });

        Assert.Equal(Crc32.Compute(bytes.AsSpan(0, bytes.Length - 8)), await VerifyAsync(bytes));
    }

    [Fact]
    public async Task VerifyAsync_AnyBitFlipped_Throws()
    {
        var good = Footers.Add("some bytes"u8.ToArray());
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bad = good.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            await Assert.ThrowsAsync<CorruptIndexException>(async () => await VerifyAsync(bad));
        }
    }

    [Fact]
    public async Task VerifyAsync_TooShortForAFooter_Throws() =>
        await Assert.ThrowsAsync<CorruptIndexException>(async () => await VerifyAsync(new byte[15]));

    private static async Task<uint> VerifyAsync(byte[] bytes)
    {
        var directory = new MemoryDirectory(new() { ["file"] = bytes });
        await using var file = await directory.OpenAsync("file", Cancellation);
        return await LuceneChecksum.VerifyAsync(file, "file", Cancellation);
    }

    private static async Task<SequentialInput> OpenAsync(byte[] bytes, long position, int windowBytes, int windowsAhead)
    {
        var directory = new MemoryDirectory(new() { ["file"] = bytes });
        return new(
            await directory.OpenAsync("file", Cancellation), "file", position, new() { WindowBytes = windowBytes, WindowsAheadCount = windowsAhead }, ownsFile: true);
    }
}
