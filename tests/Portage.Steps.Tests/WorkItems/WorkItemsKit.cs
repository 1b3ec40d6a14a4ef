using System.Collections.Immutable;
using System.Text;
using Portage.Conformance;
using Portage.Snapshots.Shards;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.WorkItems;

/// <summary>What everything that hands out work items has to keep, with workers that die at every call.</summary>
public abstract class WorkItemsKit
{
    private const int BatchDocuments = 3;

    // Three shards: one in three ranges, one in two, one whole.
    private static readonly ImmutableArray<ImmutableArray<SegmentSize>> Sizes = [[new(30, 300)], [new(20, 200)], [new(7, 70)]];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What hands out the items of a journal, and the workers that ask it.</summary>
    internal abstract IHost Host(WorkJournal journal, IEnumerable<WorkItem> items);

    [Fact]
    public async Task TakeAsync_SeveralWorkers_EachItemIsAtOneOfThemAndTokensGrow()
    {
        using var journal = await OpenAsync(new());
        await using var host = Host(journal, Left(journal));
        IWorkItems[] workers = [host.Worker(), host.Worker()];
        var leases = new List<IWorkLease>();
        while (await workers[leases.Count % 2].TakeAsync(Cancellation) is { } lease)
        {
            leases.Add(lease);
        }

        Assert.Equal(Left(journal).Order(ByName), leases.Select(lease => lease.Item).Order(ByName));
        Assert.Equal(leases.Select(lease => lease.Token).Order().Distinct(), leases.Select(lease => lease.Token));
        Assert.Equal(["logs/0:0", "logs/1:0", "logs/2"], leases.Take(3).Select(lease => lease.Item.ToString()));
        Assert.False(workers[0].IsOver || workers[1].IsOver);
    }

    [Fact]
    public async Task DisposeAsync_InTheMiddle_TheNextGoesOnFromThere()
    {
        using var journal = await OpenAsync(new());
        await using var host = Host(journal, Left(journal));
        var (first, second) = (host.Worker(), host.Worker());
        await using (var lease = await TakeAsync(first))
        {
            await lease.MoveToAsync(PositionOf(lease, 4, isDone: false), default);
        }

        await using var again = await TakeAsync(second);
        Assert.Equal(("logs/0:0", 4L, new PositionRange(5, 10)), (again.Item.ToString(), again.Position.Position, again.Left));
    }

    [Fact]
    public async Task SetAsideAsync_Item_WaitsNoMore()
    {
        using var journal = await OpenAsync(new());
        await using var host = Host(journal, Left(journal).Where(item => item.Shard == 2));
        var worker = host.Worker();
        await using (var lease = await TakeAsync(worker))
        {
            await lease.SetAsideAsync();
        }

        Assert.Null(await worker.TakeAsync(Cancellation));
        Assert.True(worker.IsOver);
    }

    [Fact]
    public async Task MoveToAsync_AfterTheWorkerWasGivenUp_MovesNothingAndSaysSo()
    {
        using var journal = await OpenAsync(new());
        await using var host = Host(journal, Left(journal));
        var (dead, other) = (host.Worker(), host.Worker());
        var lost = await TakeAsync(dead);
        await lost.MoveToAsync(PositionOf(lost, 2, isDone: false), default);
        await host.GiveUpAsync(dead);

        await using var taken = await TakeAsync(other);
        Assert.Equal((lost.Item, 2L), (taken.Item, taken.Position.Position));
        Assert.True(taken.Token > lost.Token);
        await Assert.ThrowsAsync<LeaseLostException>(async () => await lost.MoveToAsync(PositionOf(lost, 9, isDone: true), "\n"u8.ToArray()));
        Assert.Throws<LeaseLostException>(lost.Assert);
        taken.Assert();
        Assert.Equal(2, journal.Of(lost.Item).Position);

        // Whoever lost it does not give it back a second time.
        await lost.DisposeAsync();
        taken.Assert();
    }

    [Fact]
    public async Task Killed_AtEveryCall_OneBatchAtMostIsDoneAgainAndNothingIsPassedOver()
    {
        var hasDied = true;
        for (var diesAt = 1; hasDied; diesAt++)
        {
            var disk = new MemoryDisk();
            using var journal = await OpenAsync(disk);
            await using var host = Host(journal, Left(journal));
            var sent = new List<(int Shard, long Position)>();
            var mortal = new Mortal(host.Worker(), diesAt, sent);
            IWorkItems other = host.Worker();
            while (!other.IsOver)
            {
                if (!mortal.IsDead)
                {
                    await mortal.StepAsync();
                    if (mortal.IsDead)
                    {
                        await host.GiveUpAsync(mortal.Items);
                    }
                }

                await new Mortal(other, int.MaxValue, sent).ItemAsync();
            }

            hasDied = mortal.IsDead;
            var all = (int[])[30, 20, 7];
            Assert.Equal(all.SelectMany((documents, shard) => Enumerable.Range(0, documents).Select(position => (shard, (long)position))), sent.Distinct().Order());
            Assert.InRange(sent.Count - sent.Distinct().Count(), 0, BatchDocuments);
            Assert.Equal(all.Sum(), journal.Sum("accepted"));
            var findings = Encoding.UTF8.GetString(disk.Files["work/items/logs/findings.ndjson"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(sent.Distinct().Select(one => $"{one.Shard} {one.Position}").Order(StringComparer.Ordinal), findings.Order(StringComparer.Ordinal));
        }
    }

    private static Comparer<WorkItem> ByName { get; } = Comparer<WorkItem>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));

    private static async Task<WorkJournal> OpenAsync(MemoryDisk disk)
    {
        var journal = await WorkJournal.OpenAsync(new MemoryStepFiles(disk, "work"), ["logs"], Cancellation);
        await journal["logs"].CutAsync(ShardCuts.Of(Sizes, 100), Cancellation);
        return journal;
    }

    private static WorkItem[] Left(WorkJournal journal) => [.. journal["logs"].Items(3)];

    private static async Task<IWorkLease> TakeAsync(IWorkItems worker)
    {
        var lease = await worker.TakeAsync(Cancellation);
        Assert.NotNull(lease);
        return lease;
    }

    private static ItemPosition PositionOf(IWorkLease lease, long position, bool isDone) =>
        new(position, isDone, lease.Position.Numbers.SetItem("accepted", lease.Position.Numbers.GetValueOrDefault("accepted") + position - lease.Position.Position));

    /// <summary>Hands out items to workers that a test kills.</summary>
    internal interface IHost : IAsyncDisposable
    {
        /// <summary>One more worker.</summary>
        IWorkItems Worker();

        /// <summary>A worker is dead, and that is seen.</summary>
        Task GiveUpAsync(IWorkItems worker);
    }

    /// <summary>A worker that does nothing any more after so many calls, whatever it had under way.</summary>
    private sealed class Mortal(IWorkItems items, int diesAt, List<(int Shard, long Position)> sent)
    {
        private static readonly int[] Documents = [30, 20, 7];
        private int _calls;
        private IWorkLease? _lease;

        public IWorkItems Items => items;

        public bool IsDead => _calls >= diesAt;

        /// <summary>Takes an item, sends a batch and moves on, or gives the item back; dies in between.</summary>
        public async Task StepAsync()
        {
            if (_lease is null)
            {
                _lease = await items.TakeAsync(Cancellation);
                if (_lease is null || ++_calls >= diesAt)
                {
                    return;
                }
            }

            var left = _lease.Left;
            var end = Math.Min(left.End, Documents[_lease.Item.Shard]);
            var batch = Enumerable.Range(0, (int)Math.Min(BatchDocuments, end - left.From)).Select(more => left.From + more).ToArray();
            _lease.Assert();
            sent.AddRange(batch.Select(position => (_lease.Item.Shard, position)));
            if (++_calls >= diesAt)
            {
                return;
            }

            var findings = string.Concat(batch.Select(position => $"{_lease.Item.Shard} {position}\n"));
            await _lease.MoveToAsync(PositionOf(_lease, batch[^1], isDone: batch[^1] + 1 == end), Encoding.UTF8.GetBytes(findings));
            if (++_calls < diesAt && _lease.Position.IsDone)
            {
                await _lease.DisposeAsync();
                _lease = null;
                _calls++;
            }
        }

        /// <summary>Takes an item and does all of it.</summary>
        public async Task ItemAsync()
        {
            do
            {
                await StepAsync();
            }
            while (_lease is not null);
        }
    }
}
