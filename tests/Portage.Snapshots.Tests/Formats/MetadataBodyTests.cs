using System.IO.Compression;
using System.Text;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;
using ZstdSharp;

namespace Portage.Snapshots.Tests.Formats;

public sealed class MetadataBodyTests
{
    [Fact]
    public void ToJson_PlainJson_IsKept() =>
        Assert.Equal("""{"a":1.10}""", Read(Encoding.UTF8.GetBytes("""{"a":1.10}""")));

    [Fact]
    public void ToJson_CompressedJson_IsInflated() =>
        Assert.Equal("""{"a":1.10}""", Read(Compressed("""{"a":1.10}"""u8)));

    [Fact]
    public void ToJson_CompressedSmile_IsInflatedAndDecoded() =>
        Assert.Equal("""{"a":1}""", Read(Compressed(Convert.FromHexString("3A290A05FA8061C2FB"))));

    [Fact]
    public void ToJson_CompressionMarkInsideTheBody_IsText() =>
        Assert.Equal("""{"a":"DFL\u0000"}""", Read([.. Convert.FromHexString("3A290A05FA806143"), .. "DFL\0"u8, 0xFB]));

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("44464C00FFFF")]
    [InlineData("5A53544400FFFF")]
    [InlineData("5A53544400")]
    [InlineData("5A5600FFFF")]
    public void ToJson_Damaged_IsCorrupt(string hex) =>
        Assert.Throws<CorruptBlobException>(() => Read(Convert.FromHexString(hex)));

    // OpenSearch 2.9 and later, where the repository says "compression_type": "zstd".
    [Fact]
    public void ToJson_Zstandard_IsExpanded()
    {
        using var compressor = new Compressor();
        Assert.Equal("""{"a":1.10}""", Read([.. "ZSTD\0"u8, .. compressor.Wrap("""{"a":1.10}"""u8)]));
    }

    internal static byte[] Compressed(ReadOnlySpan<byte> text)
    {
        using var output = new MemoryStream();
        output.Write("DFL\0"u8);
        using (var deflater = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(text);
        }

        return output.ToArray();
    }

    private static string Read(byte[] body) => Encoding.UTF8.GetString(MetadataBody.ToJson(body, "meta-x.dat").Span);
}
