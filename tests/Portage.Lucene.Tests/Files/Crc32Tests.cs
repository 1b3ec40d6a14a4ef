using Portage.Lucene.Files;

namespace Portage.Lucene.Tests.Files;

public sealed class Crc32Tests
{
    [Fact]
    public void Compute_CheckValueOfTheStandard_IsThat() => Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));

    [Fact]
    public void Value_OfNothing_IsZero() => Assert.Equal(0u, default(Crc32).Value);

    [Fact]
    public void Append_AnyLengthAndAlignment_IsTheSameByVectorsAndByTable()
    {
        var random = new Random(1);
        var bytes = new byte[5_000];
        random.NextBytes(bytes);
        for (var length = 0; length < 1_000; length++)
        {
            var part = bytes.AsSpan(random.Next(1_000), length + random.Next(3_000));
            Assert.Equal(~Crc32.AppendByTable(uint.MaxValue, part), Crc32.Compute(part));
        }
    }

    [Fact]
    public void AppendByTable_ByteByByte_IsTheDefinition()
    {
        var bytes = new byte[300];
        new Random(2).NextBytes(bytes);
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
            }
        }

        Assert.Equal(crc, Crc32.AppendByTable(uint.MaxValue, bytes));
    }

    [Fact]
    public void Append_InPieces_IsTheSameAsAtOnce()
    {
        var random = new Random(3);
        var bytes = new byte[100_000];
        random.NextBytes(bytes);
        var crc = default(Crc32);
        for (var position = 0; position < bytes.Length;)
        {
            var length = Math.Min(random.Next(700), bytes.Length - position);
            crc.Append(bytes.AsSpan(position, length));
            position += length;
        }

        Assert.Equal(Crc32.Compute(bytes), crc.Value);
    }
}
