using Portage.Lucene.Compression;

namespace Portage.Lucene.Tests.Compression;

public sealed class Lz4BlockTests
{
    [Fact]
    public void Decode_LiteralsOnly_CopiesThem()
    {
        var (used, decoded) = Decode([0x50, .. "hello"u8], 5);

        Assert.Equal(6, used);
        Assert.Equal("hello"u8, decoded);
    }

    [Fact]
    public void Decode_BlockOfNothing_TakesItsToken() => Assert.Equal(1, Decode([0x00], 0).Used);

    [Fact]
    public void Decode_MatchThatOverlapsItself_RepeatsThePeriod()
    {
        // "ab", then 10 bytes from 2 back, then "c".
        var (used, decoded) = Decode([0x26, .. "ab"u8, 2, 0, 0x10, .. "c"u8], 13);

        Assert.Equal(7, used);
        Assert.Equal("ababababababc"u8, decoded);
    }

    [Fact]
    public void Decode_LengthsThatGoOn_AddUp()
    {
        var literals = new byte[15 + 255 + 7];
        new Random(1).NextBytes(literals);
        var block = new List<byte> { 0xFF, 255, 7 };
        block.AddRange(literals);
        block.AddRange([1, 0, 255, 255, 3]);
        var matched = 15 + 255 + 255 + 3 + 4;

        var (used, decoded) = Decode([.. block], literals.Length + matched);

        Assert.Equal(block.Count, used);
        Assert.Equal([.. literals, .. Enumerable.Repeat(literals[^1], matched)], decoded);
    }

    [Fact]
    public void Decode_MatchInTheDictionary_GoesOnInTheOutput()
    {
        // Dictionary "0123456789" somewhere before; "x", then 6 bytes from 4 back: "789" of the dictionary, then "x", "789x".. again.
        var buffer = new byte[100];
        "0123456789"u8.CopyTo(buffer);
        byte[] block = [0x12, .. "x"u8, 4, 0];

        var used = Lz4Block.Decode(block, buffer, 50, 7, dictionaryStart: 0, dictionaryLength: 10);

        Assert.Equal(4, used);
        Assert.Equal("x789x78"u8, buffer.AsSpan(50, 7));
    }

    [Fact]
    public void Decode_MatchWholeInTheDictionary_CopiesIt()
    {
        var buffer = new byte[100];
        "0123456789"u8.CopyTo(buffer);

        var used = Lz4Block.Decode([0x00, 9, 0], buffer, 50, 4, dictionaryStart: 0, dictionaryLength: 10);

        Assert.Equal(3, used);
        Assert.Equal("1234"u8, buffer.AsSpan(50, 4));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("20 61", 2)]
    [InlineData("10 61", 3)]
    [InlineData("10 61 00 00", 9)]
    [InlineData("10 61 02 00", 9)]
    [InlineData("1F 61 01 00", 99)]
    [InlineData("1F 61 01 00 FF FF FF", 9)]
    [InlineData("F0 FF FF FF FF FF 01", 9)]
    [InlineData("30 61 62 63", 2)]
    public void Decode_Malformed_SaysSo(string block, int length) =>
        Assert.Equal(-1, Decode(Convert.FromHexString(block.Replace(" ", "", StringComparison.Ordinal)), length).Used);

    [Fact]
    public void Decode_RandomBlocks_AreWhatAPlainDecoderFinds()
    {
        var random = new Random(5);
        for (var round = 0; round < 2_000; round++)
        {
            var (block, expected) = MakeBlock(random);
            var (used, decoded) = Decode(block, expected.Length);
            Assert.Equal(block.Length, used);
            Assert.Equal(expected, decoded);
        }
    }

    [Fact]
    public void Decode_RandomBytes_NeverLeavesItsBounds()
    {
        var random = new Random(6);
        var buffer = new byte[300];
        for (var round = 0; round < 20_000; round++)
        {
            var block = new byte[random.Next(60)];
            random.NextBytes(block);
            Array.Clear(buffer);
            var length = random.Next(200);

            Lz4Block.Decode(block, buffer, 50, length, 10, 20);

            Assert.Equal(-1, buffer.AsSpan(0, 50).IndexOfAnyExcept((byte)0));
        }
    }

    private static (int Used, byte[] Decoded) Decode(byte[] block, int length)
    {
        // Without room behind the end, to see that it is not needed.
        var buffer = new byte[3 + length];
        var used = Lz4Block.Decode(block, buffer, 3, length);
        return (used, buffer[3..]);
    }

    private static (byte[] Block, byte[] Expected) MakeBlock(Random random)
    {
        var block = new List<byte>();
        var expected = new List<byte>();
        for (var sequences = random.Next(1, 8); sequences > 0; sequences--)
        {
            var literals = new byte[random.Next(3) switch { 0 => random.Next(1, 15), 1 => random.Next(1, 40), _ => random.Next(1, 600) }];
            random.NextBytes(literals);
            expected.AddRange(literals);
            var matched = sequences == 1 ? 0 : random.Next(2) == 0 ? random.Next(4, 19) : random.Next(4, 700);
            block.Add((byte)((Math.Min(literals.Length, 15) << 4) | Math.Min(Math.Max(matched - 4, 0), 15)));
            AddExtension(block, literals.Length);
            block.AddRange(literals);
            if (matched > 0)
            {
                var offset = random.Next(1, expected.Count + 1);
                block.AddRange([(byte)offset, (byte)(offset >> 8)]);
                AddExtension(block, matched - 4);
                for (var i = 0; i < matched; i++)
                {
                    expected.Add(expected[^offset]);
                }
            }
        }

        return ([.. block], [.. expected]);
    }

    private static void AddExtension(List<byte> block, int length)
    {
        for (length -= 15; length >= 0; length -= 255)
        {
            block.Add((byte)Math.Min(length, 255));
        }
    }
}
