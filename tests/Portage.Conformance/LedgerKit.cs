using Portage.Engine.Ledger;
using Xunit;

namespace Portage.Conformance;

/// <summary>What every ledger must do. A backend derives from it and says how one is opened.</summary>
public abstract class LedgerKit
{
    /// <summary>Opens the ledger that this test writes; each call takes the lease from the one before.</summary>
    protected abstract ILedger Open();

    /// <summary>What somebody reads who has no lease.</summary>
    protected abstract IReadOnlyList<RecordedEvent> ReadApart(long after);

    [Fact]
    public async Task Append_SeveralEvents_NumbersThemWithoutGaps()
    {
        await using var ledger = Open();
        var first = await ledger.AppendAsync([Happened(1), Happened(2)], Cancelled);
        var second = await ledger.AppendAsync([Happened(3)], Cancelled);
        Assert.Equal([1L, 2L, 3L], first.Concat(second).Select(recorded => recorded.Sequence));
    }

    [Fact]
    public async Task Append_Nothing_WritesNothing()
    {
        await using var ledger = Open();
        Assert.Empty(await ledger.AppendAsync([], Cancelled));
        Assert.Equal(1, Assert.Single(await ledger.AppendAsync([Happened(1)], Cancelled)).Sequence);
    }

    [Fact]
    public async Task Read_AfterASequence_GivesTheRestInOrder()
    {
        await using var ledger = Open();
        await ledger.AppendAsync([Happened(1), Happened(2), Happened(3)], Cancelled);
        Assert.Equal([Happened(2), Happened(3)], ledger.Read(1).Select(recorded => recorded.Event));
        Assert.Equal(ledger.Read(0), ReadApart(0));
        Assert.Empty(ReadApart(3));
    }

    [Fact]
    public async Task Open_Again_GoesOnWhereTheOtherEnded()
    {
        await using (var before = Open())
        {
            await before.AppendAsync([Happened(1)], Cancelled);
        }

        await using var ledger = Open();
        Assert.Equal(2, Assert.Single(await ledger.AppendAsync([Happened(2)], Cancelled)).Sequence);
        Assert.Equal([Happened(1), Happened(2)], ReadApart(0).Select(recorded => recorded.Event));
    }

    [Fact]
    public async Task Append_WithAnOlderToken_ThrowsAndWritesNothing()
    {
        await using var older = Open();
        await older.AppendAsync([Happened(1)], Cancelled);
        await using var newer = Open();
        Assert.True(newer.Token > older.Token);
        await Assert.ThrowsAsync<LeaseLostException>(async () => await older.AppendAsync([Happened(2)], Cancelled));
        await Assert.ThrowsAsync<LeaseLostException>(async () => await older.AppendAsync([Happened(3)], Cancelled));
        Assert.Equal(2, Assert.Single(await newer.AppendAsync([Happened(4)], Cancelled)).Sequence);
        Assert.Equal([Happened(1), Happened(4)], ReadApart(0).Select(recorded => recorded.Event));
    }

    [Fact]
    public async Task Append_ManyAtOnce_KeepsEachTogetherAndInOrderOfTheCalls()
    {
        await using var ledger = Open();
        var appends = Enumerable.Range(0, 500).Select(i => ledger.AppendAsync([Happened(2 * i), Happened((2 * i) + 1)], Cancelled).AsTask()).ToArray();
        var written = await Task.WhenAll(appends);
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (long)i), written.SelectMany(recorded => recorded).Select(recorded => recorded.Sequence));
        Assert.Equal(Enumerable.Range(0, 1000).Select(Happened), ReadApart(0).Select(recorded => recorded.Event));
    }

    [Fact]
    public async Task Read_WhileAnotherAppends_SeesWholeAppendsOnly()
    {
        await using var ledger = Open();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                await ledger.AppendAsync([Happened(i), Happened(i), Happened(i)], Cancelled);
            }
        });
        var seen = 0;
        while (seen < 600)
        {
            var events = ReadApart(0);
            Assert.Equal(0, events.Count % 3);
            Assert.True(events.Count >= seen);
            Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(recorded => recorded.Sequence));
            seen = events.Count;
        }

        await writing;
    }

    /// <summary>An event that differs from every other number's.</summary>
    protected static LedgerEvent Happened(int number) => new Paused("test", $"logs/{number}", "ann");

    /// <summary>The running test's token.</summary>
    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;
}
