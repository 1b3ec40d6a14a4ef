using Portage.Conformance;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.WorkItems;

/// <summary>Work items handed out to processes that help, over pipes.</summary>
public sealed class RemoteItemsTests : WorkItemsKit
{
    internal override IHost Host(WorkJournal journal, IEnumerable<WorkItem> items) => new Worker(new LeasedItems(journal, items));

    [Fact]
    public async Task Assert_WorkerIsGone_NothingIsWrittenAnyMore()
    {
        using var journal = await WorkJournal.OpenAsync(new MemoryStepFiles(new MemoryDisk(), "work"), ["logs"], TestContext.Current.CancellationToken);
        var pipes = new Pipes();
        var session = new HelperSession(pipes, new LeasedItems(journal, [new("logs", 0), new("logs", 1)]), new(static _ => Task.CompletedTask, static (_, _) => { }, static _ => { }));
        using var remote = new RemoteItems(pipes.HelperFrom, pipes.HelperTo);
        var lease = (await remote.TakeAsync(TestContext.Current.CancellationToken))!;
        lease.Assert();
        var gone = new TaskCompletionSource();
        await using var _ = remote.Gone.Register(gone.SetResult);

        pipes.To.Dispose();

        await gone.Task;
        Assert.Throws<LeaseLostException>(lease.Assert);
        Assert.Null(await remote.TakeAsync(TestContext.Current.CancellationToken));
        Assert.True(remote.IsOver);
        await session.DisposeAsync();
    }

    private sealed class Worker(LeasedItems items) : IHost
    {
        private readonly Dictionary<IWorkItems, HelperSession> _sessions = [];

        IWorkItems IHost.Worker()
        {
            var pipes = new Pipes();
            var remote = new RemoteItems(pipes.HelperFrom, pipes.HelperTo);
            _sessions.Add(remote, new(pipes, items, new(static _ => Task.CompletedTask, static (_, _) => { }, static _ => { })));
            return remote;
        }

        public async Task GiveUpAsync(IWorkItems worker)
        {
            // As the kernel closes the pipes of a process that is killed.
            await _sessions[worker].DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var session in _sessions.Values)
            {
                await session.DisposeAsync();
            }
        }
    }
}
