using System.Collections.Immutable;
using System.Text;
using Portage.Conformance;
using Portage.Snapshots.Shards;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.WorkItems;

/// <summary>Where the shards of an index are cut, and that it stays so.</summary>
public sealed class ShardCutsTests
{
    // Two shards: 100 documents in 1,000 bytes, and 10 in 100.
    private static readonly ImmutableArray<ImmutableArray<SegmentSize>> Sizes = [[new(100, 1_000)], [new(10, 100)]];
    private static readonly ImmutableSortedDictionary<string, long> Numbers = ImmutableSortedDictionary<string, long>.Empty.Add("accepted", 3);
    private readonly MemoryStepFiles _files = new(new MemoryDisk(), "work");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CutAsync_OfWhatNobodyBegan_IsWrittenDownBeforeAnythingElse()
    {
        using var journal = await OpenAsync();
        await journal.CutAsync(ShardCuts.Of(Sizes, 250), Cancellation);

        Assert.Equal("""{"shards":[[0,25,50,75],[0]]}""", Encoding.UTF8.GetString((await _files.ReadAsync("ranges.json", Cancellation))!));
        Assert.Equal(["logs/0:0", "logs/0:1", "logs/0:2", "logs/0:3", "logs/1"], journal.Items(2).Select(item => item.ToString()));
        Assert.Equal(journal.Items(2), journal.Items(2).Select(item => WorkItem.Parse(item.ToString())));
        Assert.Equal([new(0, 25), new(25, 50), new(50, 75), new(75, long.MaxValue), PositionRange.All], journal.Items(2).Select(journal.LeftOf));
    }

    [Fact]
    public async Task CutAsync_OfWhatIsCutAlready_LeavesItAsItIs()
    {
        using (var journal = await OpenAsync())
        {
            await journal.CutAsync(ShardCuts.Of(Sizes, 500), Cancellation);
        }

        using var again = await OpenAsync();
        await again.CutAsync(ShardCuts.Of(Sizes, 100), Cancellation);
        using var look = await ItemJournal.LookAsync(_files, "logs", Cancellation);
        foreach (var one in (ItemJournal[])[again, look])
        {
            Assert.Equal(["logs/0:0", "logs/0:1", "logs/1"], one.Items(2).Select(item => item.ToString()));
        }
    }

    /// <summary>As an earlier build left it, or one with shards that were small enough.</summary>
    [Fact]
    public async Task CutAsync_OfWhatIsBegunWhole_LeavesItWhole()
    {
        using (var journal = await OpenAsync())
        {
            await journal.MoveToAsync(new("logs", 0), new(40, false, Numbers), default);
        }

        using var again = await OpenAsync();
        await again.CutAsync(ShardCuts.Of(Sizes, 100), Cancellation);
        Assert.Equal(["logs/0", "logs/1"], again.Items(2).Select(item => item.ToString()));
        Assert.Equal(new(41, long.MaxValue), again.LeftOf(new("logs", 0)));
        Assert.Null(await _files.ReadAsync("ranges.json", Cancellation));
    }

    [Fact]
    public async Task CutAsync_NothingIsLargeEnough_WritesNothing()
    {
        using var journal = await OpenAsync();
        await journal.CutAsync(ShardCuts.Of(Sizes, 5_000), Cancellation);
        Assert.Null(await _files.ReadAsync("ranges.json", Cancellation));
    }

    [Fact]
    public async Task MoveToAsync_OneRange_LeavesTheOthersWhereTheyAre()
    {
        using (var journal = await OpenAsync())
        {
            await journal.CutAsync(ShardCuts.Of(Sizes, 250), Cancellation);
            await journal.MoveToAsync(new("logs", 0, 2), new(60, false, Numbers), default);
            await journal.MoveToAsync(new("logs", 0, 0), new(20, true, Numbers), default);
        }

        using var again = await OpenAsync();
        Assert.Equal([new(21, 25), new(25, 50), new(61, 75), new(75, long.MaxValue)], again.Cuts.Items("logs", 0).Select(again.LeftOf));
        Assert.Equal([true, false, false, false, false], again.Items(2).Select(item => again.Of(item).IsDone));
        Assert.Equal([true, false, true, false], again.Cuts.Items("logs", 0).Select(again.HasBegun));
        Assert.Equal(6, again.Sum("accepted"));
        Assert.Equal([0, 20, 50, 60], ((long[])[0, 20, 21, 24, 25, 49, 50, 60, 61, 74, 75, 1_000]).Where(position => again.IsDecided(0, position)));
    }

    private Task<ItemJournal> OpenAsync() => ItemJournal.OpenAsync(_files, "logs", Cancellation);
}
