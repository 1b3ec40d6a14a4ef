using System.Buffers.Binary;
using System.Text;
using Portage.Lucene.Files;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests.Formats;

public sealed class CodecEnvelopeTests
{
    [Fact]
    public void Open_Sound_GivesTheBody() =>
        Assert.Equal("{}", Encoding.UTF8.GetString(CodecEnvelope.Open(Wrap("snapshot", "{}"u8), "snap-x.dat", "snapshot").Span));

    [Fact]
    public void Open_AnyBitFlipped_IsCorrupt()
    {
        var sound = Wrap("snapshot", """{"a":1}"""u8);
        for (var bit = 0; bit < sound.Length * 8; bit++)
        {
            var damaged = sound.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal("snap-x.dat", Assert.Throws<CorruptBlobException>(() => CodecEnvelope.Open(damaged, "snap-x.dat", "snapshot")).Path);
        }
    }

    [Fact]
    public void Open_CutAnywhere_IsCorrupt()
    {
        var sound = Wrap("snapshot", """{"a":1}"""u8);
        for (var length = 0; length < sound.Length; length++)
        {
            Assert.Throws<CorruptBlobException>(() => CodecEnvelope.Open(sound.AsMemory(0, length), "snap-x.dat", "snapshot"));
        }
    }

    [Fact]
    public void Open_OtherCodec_SaysBothNames()
    {
        var failure = Assert.Throws<CorruptBlobException>(() => CodecEnvelope.Open(Wrap("metadata", "{}"u8), "snap-x.dat", "snapshot"));
        Assert.Equal(("the codec 'snapshot'", "'metadata'"), (failure.Expected, failure.Found));
    }

    [Fact]
    public void Open_OtherVersion_IsUnsupported() =>
        Assert.Throws<UnsupportedRepositoryException>(() => CodecEnvelope.Open(Wrap("snapshot", "{}"u8, version: 2), "snap-x.dat", "snapshot"));

    /// <summary>A metadata blob as Elasticsearch writes it.</summary>
    internal static byte[] Wrap(string codec, ReadOnlySpan<byte> body, int version = 1)
    {
        var blob = new byte[4 + 1 + codec.Length + 4 + body.Length + 16];
        BinaryPrimitives.WriteUInt32BigEndian(blob, 0x3FD76C17);
        blob[4] = (byte)codec.Length;
        Encoding.ASCII.GetBytes(codec, blob.AsSpan(5));
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(5 + codec.Length), version);
        body.CopyTo(blob.AsSpan(9 + codec.Length));
        BinaryPrimitives.WriteUInt32BigEndian(blob.AsSpan(blob.Length - 16), 0xC02893E8);
        BinaryPrimitives.WriteInt64BigEndian(blob.AsSpan(blob.Length - 8), Crc32.Compute(blob.AsSpan(0, blob.Length - 8)));
        return blob;
    }
}
