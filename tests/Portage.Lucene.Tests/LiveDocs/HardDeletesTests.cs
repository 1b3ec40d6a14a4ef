using System.Buffers.Binary;
using System.Text;
using Portage.Lucene.LiveDocs;

namespace Portage.Lucene.Tests.LiveDocs;

public sealed class HardDeletesTests
{
    private static readonly byte[] Id = [.. Enumerable.Range(1, 16).Select(number => (byte)number)];

    [Theory]
    [InlineData("Lucene50LiveDocs", 10)]
    [InlineData("Lucene50LiveDocs", 64)]
    [InlineData("Lucene50LiveDocs", 1_000)]
    [InlineData("Lucene90LiveDocs", 10)]
    [InlineData("Lucene90LiveDocs", 128)]
    [InlineData("Lucene90LiveDocs", 1_000)]
    public void Read_SomeDocumentsDeleted_AreThose(string codec, int maxDoc)
    {
        var random = new Random(maxDoc);
        var deleted = Enumerable.Range(0, maxDoc).Where(_ => random.Next(3) == 0).ToHashSet();

        var live = HardDeletes.Read("_0_1.liv", Write(codec, maxDoc, deleted), Id, "1", maxDoc, deleted.Count);

        Assert.Equal(
            Enumerable.Range(0, maxDoc).Where(document => !deleted.Contains(document)),
            Enumerable.Range(0, live.Length * 64).Where(document => (live[document >> 6] & (1UL << document)) != 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Read_OtherNumberThanTheCommitSays_IsFound(int counted)
    {
        var failure = Assert.Throws<CorruptIndexException>(() => HardDeletes.Read("_0_1.liv", Write("Lucene90LiveDocs", 100, [7, 70]), Id, "1", 100, counted));
        Assert.Equal(("_0_1.liv", $"{counted} deleted documents", "2"), (failure.File, failure.Expected, failure.Found));
    }

    [Fact]
    public void Read_BitsBeyondTheSegment_AreFound()
    {
        var bytes = Write("Lucene90LiveDocs", 128, [7]);
        Assert.Equal("no bits beyond 127 documents", Assert.Throws<CorruptIndexException>(() => HardDeletes.Read("_0_1.liv", bytes, Id, "1", 127, 1)).Expected);
    }

    private static byte[] Write(string codec, int maxDoc, HashSet<int> deleted)
    {
        var words = LiveDocuments.AllSet(maxDoc);
        foreach (var document in deleted)
        {
            words[document >> 6] &= ~(1UL << document);
        }

        var bits = new byte[words.Length * 8];
        for (var i = 0; i < words.Length; i++)
        {
            if (codec == "Lucene90LiveDocs")
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bits.AsSpan(i * 8), words[i]);
            }
            else
            {
                BinaryPrimitives.WriteUInt64BigEndian(bits.AsSpan(i * 8), words[i]);
            }
        }

        return Footers.Add([0x3F, 0xD7, 0x6C, 0x17, (byte)codec.Length, .. Encoding.ASCII.GetBytes(codec), 0, 0, 0, 0, .. Id, 1, (byte)'1', .. bits]);
    }
}
