using System.Text;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests.Early;

public sealed class LzfDecoderTests
{
    [Theory]
    // As they are.
    [InlineData("5A5600 0003 616263", "abc")]
    // A literal run of three, then three bytes from three before.
    [InlineData("5A5601 0006 0006 02 616263 20 02", "abcabc")]
    // What is copied overlaps what is written.
    [InlineData("5A5601 0004 0009 00 61 C0 00", "aaaaaaaaa")]
    // Lengths of 9 and more have a byte of their own.
    [InlineData("5A5601 0005 000C 00 61 E0 02 00", "aaaaaaaaaaaa")]
    // Several chunks, one of no bytes, and none at all.
    [InlineData("5A5600 0001 61 5A5600 0000 5A5601 0004 0004 00 62 20 00", "abbbb")]
    [InlineData("", "")]
    public void Decode_EachForm_GivesItsBytes(string hex, string expected) => Assert.Equal(expected, Encoding.ASCII.GetString(Decode(hex)));

    [Theory]
    [InlineData("5A5602 0001 61")]
    [InlineData("5A5500 0001 61")]
    [InlineData("5A56")]
    [InlineData("5A5600 0002 61")]
    [InlineData("5A5601 0003")]
    // From before the beginning of the chunk, and of a chunk before it.
    [InlineData("5A5601 0004 0004 00 61 20 01")]
    [InlineData("5A5600 0003 616263 5A5601 0002 0003 20 02")]
    // More than its length says, and less.
    [InlineData("5A5601 0004 0003 00 61 20 00")]
    [InlineData("5A5601 0004 0005 00 61 20 00")]
    [InlineData("5A5601 0002 0003 02 61")]
    [InlineData("5A5601 0003 0004 00 61 20")]
    public void Decode_Otherwise_IsCorrupt(string hex) => Assert.Throws<CorruptBlobException>(() => Decode(hex));

    [Fact]
    public void Decode_MoreThanAllowed_IsRefusedBeforeAnythingIsAllocated()
    {
        // A megabyte of headers that announce 14 GB.
        var bytes = Enumerable.Repeat((byte[])[0x5A, 0x56, 1, 0, 0, 0xFF, 0xFF], 150_000).SelectMany(header => header).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CorruptBlobException>(() => LzfDecoder.Decode(bytes, 1 << 20, "index"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static byte[] Decode(string hex) => LzfDecoder.Decode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), 1 << 20, "index");
}
