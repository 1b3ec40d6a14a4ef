using System.IO.Compression;
using System.Text;
using Portage.Lucene.Compression;

namespace Portage.Lucene.Tests.Compression;

public sealed class DeflateBlockTests
{
    [Fact]
    public void TryDecode_NoDictionary_IsTheOriginal()
    {
        var original = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("some text, and again ", 500)));
        var decoded = new byte[original.Length];

        Assert.True(new DeflateBlock().TryDecode(Compress(original), default, decoded));
        Assert.Equal(original, decoded);
    }

    [Fact]
    public void TryDecode_MatchesIntoTheDictionary_TakesThemFromThere()
    {
        // One block of fixed codes: a match of 10 from 10 back (length code 264, distance code 6 with extra bits 01), end.
        // Bits: 1 final, 01 fixed (low bit first), 264 = 0001000, distance code 6 = 00110, extra 2 bits = 1, 256 = 0000000.
        var bits = new StringBuilder("1").Append("10").Append("0001000").Append("00110").Append("10").Append("0000000");
        var decoded = new byte[10];

        Assert.True(new DeflateBlock().TryDecode(Pack(bits.ToString()), "0123456789"u8.ToArray(), decoded));
        Assert.Equal("0123456789"u8, decoded);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(32 * 1024)]
    [InlineData(70_000)]
    public void TryDecode_DictionaryOfAnySize_LeavesTheOutputAlone(int dictionaryBytes)
    {
        var dictionary = new byte[dictionaryBytes];
        new Random(1).NextBytes(dictionary);
        var original = "text that has nothing to do with it"u8.ToArray();
        var decoded = new byte[original.Length];
        var block = new DeflateBlock();

        Assert.True(block.TryDecode(Compress(original), dictionary, decoded));
        Assert.Equal(original, decoded);
    }

    [Fact]
    public void TryDecode_LengthThatIsNotThatOfTheData_IsNotSound()
    {
        var compressed = Compress("ten bytes!"u8.ToArray());
        var block = new DeflateBlock();

        Assert.False(block.TryDecode(compressed, default, new byte[9]));
        Assert.False(block.TryDecode(compressed, default, new byte[11]));
        Assert.True(block.TryDecode(compressed, default, new byte[10]));
    }

    [Fact]
    public void TryDecode_Garbage_IsNotSound() =>
        Assert.False(new DeflateBlock().TryDecode(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, default, new byte[10]));

    [Fact]
    public void TryDecode_DataThatBreaksOff_IsNotSound()
    {
        var compressed = Compress(Encoding.UTF8.GetBytes("a text long enough to be broken off somewhere in its middle"));

        Assert.False(new DeflateBlock().TryDecode(compressed[..^10], default, new byte[59]));
    }

    private static byte[] Compress(byte[] original)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(original);
        }

        return compressed.ToArray();
    }

    private static byte[] Pack(string bits)
    {
        var bytes = new byte[(bits.Length + 7) / 8];
        for (var i = 0; i < bits.Length; i++)
        {
            bytes[i / 8] |= (byte)((bits[i] - '0') << (i % 8));
        }

        return bytes;
    }
}
