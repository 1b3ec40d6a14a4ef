namespace Portage.Lucene.Tests.LiveDocs;

public sealed class SoftDeletesTests
{
    private const int Block = 65_536;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, -1)]
    [InlineData(false, 9)]
    [InlineData(true, 9)]
    [InlineData(true, 15)]
    public async Task ClearAsync_BlocksOfEveryKind_ClearsThoseDocumentsAndNoOthers(bool littleEndian, int rankPower)
    {
        // From 4,096 documents on a block is a bit set; a full one is nothing but its header; one without any is left out.
        int[] deleted =
        [
            .. Some(0, 1), .. Some(1, 4_095), .. Some(2, 4_096), .. Some(3, 40_000), .. Some(4, Block - 1), .. Some(5, Block),
            .. Some(7, 5_500, of: 10_000),
        ];
        const int maxDoc = (7 * Block) + 10_000;

        var live = await new SoftDeletedSegment(littleEndian, rankPower).ClearAsync(deleted, deleted.Length, maxDoc, Cancellation);

        var expected = deleted.ToHashSet();
        Assert.Equal(deleted.Length, expected.Count);
        Assert.Equal(
            Enumerable.Range(0, maxDoc).Where(document => !expected.Contains(document)),
            Enumerable.Range(0, maxDoc).Where(document => (live[document >> 6] & (1UL << document)) != 0));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task ClearAsync_OtherNumberThanTheCommitSays_IsFound(int more)
    {
        var deleted = Some(0, 7).ToArray();
        var failure = await Assert.ThrowsAsync<CorruptIndexException>(() => new SoftDeletedSegment(true, 9).ClearAsync(deleted, 7 + more, Block, Cancellation));
        Assert.Equal(("_0_1_F_0.dvm", $"{7 + more} soft-deleted documents among {Block}", "7"), (failure.File, failure.Expected, failure.Found));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5_000)]
    public async Task ClearAsync_DocumentsBeyondTheSegment_AreFound(int count)
    {
        int[] deleted = [.. Some(0, count - 1, of: 10_000), 10_050];
        var failure = await Assert.ThrowsAsync<CorruptIndexException>(() => new SoftDeletedSegment(true, 9).ClearAsync(deleted, count, 10_000, Cancellation));
        Assert.Equal("documents of the segment", failure.Expected);
    }

    private static IEnumerable<int> Some(int block, int count, int of = Block)
    {
        var numbers = Enumerable.Range(0, of).ToArray();
        new Random(block).Shuffle(numbers);
        return numbers.Take(count).Order().Select(number => (block * Block) + number);
    }
}
