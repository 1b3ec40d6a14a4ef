using System.IO.Compression;
using System.Text;
using Portage.Lucene.Compression;

namespace Portage.Lucene.Tests.Compression;

public sealed class DeflateBlockTests
{
    private const int Before = 50;

    [Fact]
    public void TryDecode_EveryKindOfData_IsWhatWasCompressed()
    {
        var random = new Random(1);
        var block = new DeflateBlock();
        for (var round = 0; round < 600; round++)
        {
            var original = MakeData(random);
            var options = new ZLibCompressionOptions { CompressionLevel = random.Next(10), CompressionStrategy = (ZLibCompressionStrategy)random.Next(5) };
            var compressed = Compress(original, options);

            Assert.Equal(original, Decode(block, compressed, original.Length));
            Assert.Null(Decode(block, compressed, original.Length + 1));
            Assert.Null(Decode(block, compressed, original.Length - 1));
            Assert.Null(Decode(block, compressed[..^1], original.Length));
            Assert.Null(Decode(block, [.. compressed, 0], original.Length));
        }
    }

    [Fact]
    public void TryDecode_DamagedData_IsRefusedOrIsWhatAnotherDecoderFinds()
    {
        var random = new Random(2);
        var block = new DeflateBlock();
        for (var round = 0; round < 3_000; round++)
        {
            var original = MakeData(random);
            var damaged = Compress(original, new() { CompressionLevel = random.Next(10), CompressionStrategy = (ZLibCompressionStrategy)random.Next(5) });
            damaged[random.Next(random.Next(2) == 0 ? Math.Min(60, damaged.Length) : damaged.Length)] = (byte)random.Next(256);

            if (Decode(block, damaged, original.Length) is { } decoded)
            {
                Assert.Equal(DecodeOtherwise(damaged, original.Length), decoded);
            }
        }
    }

    [Fact]
    public void TryDecode_MatchesIntoTheDictionary_TakesThemFromThere()
    {
        // One block of fixed codes: a match of 10 from 10 back (length code 264, distance code 6 with extra bits 01), end.
        // Bits: 1 final, 01 fixed (low bit first), 264 = 0001000, distance code 6 = 00110, extra 2 bits = 1, 256 = 0000000.
        var bits = Pack("1" + "10" + "0001000" + "00110" + "10" + "0000000");

        Assert.Equal("0123456789"u8.ToArray(), Decode(new(), bits, 10, "0123456789"u8.ToArray()));
    }

    [Fact]
    public void TryDecode_MatchThatBeginsInTheDictionary_GoesOnInTheOutput()
    {
        // The same match with a dictionary of its last 4 bytes would reach before it; from 4 back (distance code 3) it repeats.
        var bits = Pack("1" + "10" + "0001000" + "00011" + "0000000");

        Assert.Equal("6789678967"u8.ToArray(), Decode(new(), bits, 10, "0123456789"u8.ToArray()));
    }

    [Fact]
    public void TryDecode_MatchBeforeTheDictionary_IsNotSound()
    {
        var bits = Pack("1" + "10" + "0001000" + "00110" + "10" + "0000000");

        Assert.Null(Decode(new(), bits, 10, "012345678"u8.ToArray()));
        Assert.Null(Decode(new(), bits, 10));
    }

    [Fact]
    public void TryDecode_NoBytesAtAll_IsNotSound() => Assert.Null(Decode(new(), [], 0));

    [Theory]
    [InlineData("07")]
    [InlineData("FFFFFFFFFFFFFFFF")]
    [InlineData("01050000006869")]
    [InlineData("010200FDFF6869FF")]
    [InlineData("EDFDFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    public void TryDecode_NoSuchBlock_IsNotSound(string hex) => Assert.Null(Decode(new(), Convert.FromHexString(hex), 2));

    [Fact]
    public void TryDecode_StoredBlock_CopiesIt() => Assert.Equal("hi"u8.ToArray(), Decode(new(), Convert.FromHexString("010200FDFF6869"), 2));

    // Bytes around those to be decoded must stay as they are, but for the slack.
    private static byte[]? Decode(DeflateBlock block, byte[] compressed, int length, byte[]? dictionary = null)
    {
        dictionary ??= [];
        byte[] source = [.. compressed, .. new byte[DeflateBlock.SlackBytes]];
        var start = Before + dictionary.Length + Before;
        var buffer = new byte[start + Math.Max(length, 0) + DeflateBlock.SlackBytes + Before];
        dictionary.CopyTo(buffer, Before);
        var isSound = length >= 0 && block.TryDecode(source, compressed.Length, buffer, start, length, Before, dictionary.Length);

        Assert.Equal(-1, buffer.AsSpan(0, Before).IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, buffer.AsSpan(start - Before, Before).IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, buffer.AsSpan(buffer.Length - Before).IndexOfAnyExcept((byte)0));
        return isSound ? buffer[start..(start + length)] : null;
    }

    private static byte[] MakeData(Random random)
    {
        var data = new byte[random.Next(3) switch { 0 => random.Next(1, 50), 1 => random.Next(1, 2_000), _ => random.Next(1, 60_000) }];
        switch (random.Next(4))
        {
            case 0:
                random.NextBytes(data);
                break;
            case 1:
                // Few values, some of them rare: codes of very different lengths.
                for (var i = 0; i < data.Length; i++)
                {
                    data[i] = (byte)Math.Min(255, -Math.Log(random.NextDouble() + 1e-9) * (i % 40));
                }

                break;
            case 2:
                // Repetitions of every period and length.
                random.NextBytes(data.AsSpan(0, Math.Min(40, data.Length)));
                for (var i = 40; i < data.Length;)
                {
                    var period = random.Next(1, 41);
                    for (var end = Math.Min(i + random.Next(1, 700), data.Length); i < end; i++)
                    {
                        data[i] = data[i - period];
                    }
                }

                break;
            default:
                var text = new StringBuilder();
                while (text.Length < data.Length)
                {
                    text.Append("word").Append(random.Next(400)).Append(random.Next(9) == 0 ? ".\n" : " ");
                }

                Encoding.ASCII.GetBytes(text.ToString(0, data.Length), data);
                break;
        }

        return data;
    }

    private static byte[] Compress(byte[] original, ZLibCompressionOptions options)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, options, leaveOpen: true))
        {
            deflate.Write(original);
        }

        return compressed.ToArray();
    }

    private static byte[] DecodeOtherwise(byte[] compressed, int length)
    {
        using var inflater = new DeflateStream(new MemoryStream(compressed), CompressionMode.Decompress);
        var decoded = new byte[length];
        inflater.ReadExactly(decoded);
        Assert.Equal(-1, inflater.ReadByte());
        return decoded;
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
