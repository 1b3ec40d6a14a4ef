using System.Collections.Immutable;
using Portage.Conformance;
using Portage.Engine.Ports;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.WorkItems;

/// <summary>How far each index of a slice is.</summary>
public sealed class IndexTotalsTests
{
    private static readonly ImmutableSortedDictionary<string, IndexTotal> Totals = ImmutableSortedDictionary<string, IndexTotal>.Empty
        .Add("a", new(10, IsAtMost: false))
        .Add("b", new(20, IsAtMost: true))
        .Add("c", new(0, IsAtMost: false));

    private static readonly ImmutableArray<WorkItem> Items = [new("a", 0), new("a", 1), new("b", 0), new("c", 0)];

    [Fact]
    public async Task Progress_OfIndices_NamesThoseBegunAndNotDone()
    {
        using var journal = await WorkJournal.OpenAsync(new MemoryStepFiles(new MemoryDisk(), "work"), Totals.Keys, TestContext.Current.CancellationToken);
        var totals = new IndexTotals(Totals, Items, journal, ["accepted", "rejected"]);
        Assert.Equal((30L, true), (totals.Documents, totals.IsAtMost));
        Assert.Equal(new(0, 3, []), totals.Progress());

        await MoveAsync(journal, new("a", 0), accepted: 5, isDone: true);
        await MoveAsync(journal, new("b", 0), accepted: 7, isDone: false);
        await MoveAsync(journal, new("c", 0), accepted: 0, isDone: true);
        Assert.Equal(new(1, 3, [new("a", 6, 10), new("b", 8, 20) { TotalIsAtMost = true }]), totals.Progress());

        await MoveAsync(journal, new("a", 1), accepted: 4, isDone: true);
        await MoveAsync(journal, new("b", 0), accepted: 9, isDone: true);
        Assert.Equal(new(3, 3, []), totals.Progress());
    }

    /// <summary>A total that was counted before may be too small; more than all of it is never said.</summary>
    [Fact]
    public async Task Progress_OfMoreThanWasCounted_RaisesTheTotal()
    {
        using var journal = await WorkJournal.OpenAsync(new MemoryStepFiles(new MemoryDisk(), "work"), ["a"], TestContext.Current.CancellationToken);
        await MoveAsync(journal, new("a", 0), accepted: 12, isDone: false);
        Assert.Equal([new("a", 13, 13)], new IndexTotals(Totals.Remove("b").Remove("c"), Items[..2], journal, ["accepted", "rejected"]).Progress().UnderWay);
    }

    private static Task MoveAsync(WorkJournal journal, WorkItem item, long accepted, bool isDone) =>
        journal.MoveToAsync(item, new(accepted, isDone, ImmutableSortedDictionary<string, long>.Empty.Add("accepted", accepted).Add("rejected", item.Index == "c" ? 0 : 1).Add("bytes", 99)), default);
}
