using System.Buffers.Binary;
using Portage.Lucene.DocValues;

namespace Portage.Lucene.Tests.DocValues;

public sealed class PresenceTests
{
    private const int Block = 65_536;
    private const int Offset = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(-1)]
    [InlineData(9)]
    public async Task RanksAsync_BlocksOfEveryKind_CountsThoseBefore(int rankPower)
    {
        // One of each: a few, a bit set, all; the fourth is not there; and one with its last document only.
        int[] documents = [.. Some(0, 4_095), .. Some(1, 4_096), .. Some(2, Block), .. Some(4, 40_000), (5 * Block) + 65_535];
        var content = Write(documents, rankPower);
        await using var data = await PackedRangeTests.OpenAsync(content);
        var ranks = documents.Index().ToDictionary(pair => pair.Item, pair => (long)pair.Index);
        var presence = new Presence(Offset, content.Length, rankPower);
        // Forward in steps that cross blocks, then back.
        foreach (var (first, count) in ((int, int)[])[(0, 256), (60_000, 10_000), (Block + 70, 3), ((2 * Block) - 1, 2), (3 * Block, 256), ((3 * Block) + 65_000, 1_000), (5 * Block, Block), (10, 100)])
        {
            Assert.Equal(Enumerable.Range(first, count).Select(document => ranks.GetValueOrDefault(document, -1)), await presence.RanksAsync(data, first, count, Cancellation));
        }
    }

    [Fact]
    public async Task RanksAsync_AllOrNone_NeedsNoBytes()
    {
        await using var data = await PackedRangeTests.OpenAsync([]);
        Assert.Equal((long[])[7, 8], await new Presence(-1, 0, -1).RanksAsync(data, 7, 2, Cancellation));
        Assert.Equal((long[])[-1, -1], await new Presence(-2, 0, -1).RanksAsync(data, 7, 2, Cancellation));
    }

    [Fact]
    public async Task RanksAsync_OtherNumberOfDocumentsThanSaid_IsCorrupt()
    {
        var content = Write([.. Some(0, 5_000)], -1);
        content[4] ^= 1;
        await using var data = await PackedRangeTests.OpenAsync(content);
        await Assert.ThrowsAsync<CorruptIndexException>(async () => await new Presence(Offset, content.Length, -1).RanksAsync(data, 0, 1, Cancellation));
    }

    private static byte[] Write(int[] documents, int rankPower)
    {
        var bytes = new List<byte>();
        foreach (var block in documents.GroupBy(document => document / Block))
        {
            int[] inside = [.. block.Select(document => document % Block)];
            Add((ushort)block.Key);
            Add((ushort)(inside.Length - 1));
            if (inside.Length == Block)
            {
                continue;
            }

            if (inside.Length < 4_096)
            {
                Array.ForEach(inside, document => Add((ushort)document));
                continue;
            }

            // What the rank table says nobody asks here.
            bytes.AddRange(new byte[rankPower < 0 ? 0 : (Block >> rankPower) * 2]);
            var bits = new byte[Block / 8];
            Array.ForEach(inside, document => bits[document / 8] |= (byte)(1 << (document % 8)));
            bytes.AddRange(bits);
        }

        Add(0x7FFF);
        Add(0);
        Add(0xFFFF);
        return [.. bytes];

        void Add(ushort value)
        {
            Span<byte> two = stackalloc byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(two, value);
            bytes.AddRange(two);
        }
    }

    private static IEnumerable<int> Some(int block, int count)
    {
        var numbers = Enumerable.Range(0, Block).ToArray();
        new Random(block).Shuffle(numbers);
        return numbers.Take(count).Order().Select(number => (block * Block) + number);
    }
}
