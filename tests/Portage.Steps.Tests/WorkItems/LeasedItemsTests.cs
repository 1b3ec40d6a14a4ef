using Portage.Conformance;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.WorkItems;

/// <summary>Work items handed out by the process that writes their journals.</summary>
public sealed class LeasedItemsTests : WorkItemsKit
{
    internal override IHost Host(WorkJournal journal, IEnumerable<WorkItem> items) => new OwnProcess(new LeasedItems(journal, items));

    /// <summary>What a dead worker's last move had begun to write down is not done again.</summary>
    [Fact]
    public async Task TakeAsync_WhileTheLastMoveOfADeadWorkerIsWrittenDown_WaitsForIt()
    {
        var disk = new MemoryDisk();
        using var journal = await WorkJournal.OpenAsync(new MemoryStepFiles(disk, "work"), ["logs"], TestContext.Current.CancellationToken);
        var items = new LeasedItems(journal, [new("logs", 0)]);
        var (dead, written) = (new object(), new TaskCompletionSource());
        var lost = (await items.TakeAsync(dead, TestContext.Current.CancellationToken))!;
        disk.OnWrite = (_, _) => written.Task;
        var moving = lost.MoveToAsync(ItemPosition.Start with { Position = 5 }, default);
        items.Revoke(dead);
        var taking = items.TakeAsync(TestContext.Current.CancellationToken);
        Assert.False(taking.IsCompleted);

        written.SetResult();
        await moving;
        Assert.Equal(5, (await taking)!.Position.Position);
    }

    private sealed class OwnProcess(LeasedItems items) : IHost
    {
        public IWorkItems Worker() => new Holder(items);

        public Task GiveUpAsync(IWorkItems worker)
        {
            items.Revoke(worker);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Holder(LeasedItems items) : IWorkItems
    {
        public bool IsOver => items.IsOver;

        public ValueTask<IWorkLease?> TakeAsync(CancellationToken cancellationToken) => items.TakeAsync(this, cancellationToken);
    }
}
