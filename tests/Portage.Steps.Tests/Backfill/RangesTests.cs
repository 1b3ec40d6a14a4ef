using System.Text;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Snapshots.Shards;
using Portage.Steps.Backfill;
using Portage.Steps.Validate;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.Backfill;

/// <summary>Shards that are copied and compared in ranges, several at the same time.</summary>
public sealed class RangesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Logs => new() { Indices = new() { Include = ["logs"] }, Backfill = new() { OperationCountMax = 5, Connections = 4, Workers = 4, RangeBytes = 1_000 } };

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-6.8.9")]
    [InlineData("es-7.10.2")]
    [InlineData("es-7.17.29")]
    [InlineData("os-1.3.13")]
    public async Task RunAsync_EachEraInRanges_EveryDocumentIsThereOnceOrRejectedAndIsFoundTheSame(string server)
    {
        await using var slice = await SliceOnSandbox.OfAsync(server, new() { Types = TypesChoice.PrefixIds, Backfill = Logs.Backfill });
        var done = await slice.DoAsync(new BackfillStep());

        var total = slice.GoldenIndices.Sum(index => slice.Golden(index).Count());
        var rejected = slice.Findings(new BackfillStep()).Length;
        var (numbers, compared) = (done.Report.Numbers, (await slice.DoAsync(new ValidateStep())).Report.Numbers);
        Assert.Equal((total, total - rejected, rejected), (numbers["documents"], numbers["accepted"], numbers["rejected"]));
        Assert.Equal((total, 0, 0, 0, rejected), (compared["checked"], compared["missing"], compared["differing"], compared["extra"], compared["rejected"]));
        Assert.Equal(total - rejected, slice.GoldenIndices.Sum(index => slice.Sandbox.Documents(index).Count(document => document.Version == 1)));
        Assert.True(rejected > 5, $"{rejected} rejected");
        Assert.InRange(await RangesAsync(slice, new BackfillStep(), slice.GoldenIndices), 20, 1_000);
        Assert.InRange(await RangesAsync(slice, new ValidateStep(), slice.GoldenIndices), 20, 1_000);
    }

    /// <summary>Where refused documents lie in the file in another order than validate asks for them.</summary>
    [Fact]
    public async Task RunAsync_ComparedInOtherRangesThanCopied_KnowsWhatWasRejected()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Indices = new() { Include = ["nosource"] }, Backfill = Logs.Backfill with { RangeBytes = 60 } });
        await slice.DoAsync(new BackfillStep());
        Assert.InRange(await RangesAsync(slice, new BackfillStep(), ["nosource"]), 3, 100);
        slice.Run.Change(with => with with { Backfill = with.Backfill with { RangeBytes = 1_000_000 } });

        var compared = (await slice.DoAsync(new ValidateStep())).Report.Numbers;

        Assert.Equal((slice.Golden("nosource").Count(), 0), (compared["rejected"], compared["missing"]));
    }

    [Fact]
    public async Task RunAsync_StoppedAndStartedWithAnotherTuning_GoesOnWithTheSameRangesAndSendsNothingTwice()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        var ranges = await StopInTheMiddleAsync(slice, looks: 9);
        slice.Run.Change(with => with with { Backfill = with.Backfill with { RangeBytes = 100_000, Workers = 1 } });

        var done = await slice.DoAsync(new BackfillStep());

        var expected = slice.Golden("logs").Count();
        Assert.Equal((expected, 0), (done.Report.Numbers["accepted"], done.Report.Numbers["existing"]));
        Assert.Equal(expected, slice.Sandbox.Documents("logs").Count);
        Assert.All(slice.Sandbox.Documents("logs"), document => Assert.Equal(1, document.Version));
        Assert.Equal(ranges, await RangesAsync(slice, new BackfillStep(), ["logs"]));
    }

    /// <summary>As an earlier build left it: positions of whole shards.</summary>
    [Fact]
    public async Task RunAsync_BegunWhole_GoesOnWhole()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1 } });
        await StopInTheMiddleAsync(slice, looks: 4);
        slice.Run.Change(with => with with { Backfill = Logs.Backfill });

        var done = await slice.DoAsync(new BackfillStep());

        Assert.Equal((slice.Golden("logs").Count(), 0), (done.Report.Numbers["accepted"], done.Report.Numbers["existing"]));
        Assert.All(slice.Sandbox.Documents("logs"), document => Assert.Equal(1, document.Version));
        Assert.Equal(0, await RangesAsync(slice, new BackfillStep(), ["logs"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RevertAsync_StoppedInTheMiddleOfRanges_TakesBackWhatWasSentAndNothingElse(bool others)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await StopInTheMiddleAsync(slice, looks: 9);
        string[] mine = [];
        if (others)
        {
            // Also one that the snapshot has just so, in a range that was not reached.
            var sent = slice.Sandbox.Documents("logs").Select(document => document.Id).ToHashSet(StringComparer.Ordinal);
            var left = slice.Golden("logs").Last(document => !sent.Contains(document.Id) && document.Routing is null);
            await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(left.Id)}", left.Source!, Cancellation);
            await slice.Target.PutAsync("/logs/_doc/mine", """{"mine":true}""", Cancellation);
            mine = ["mine"];
        }

        await slice.Run.RevertAsync(new BackfillStep(), Cancellation);

        Assert.Empty(slice.Sandbox.Documents("logs").Select(document => document.Id).Except(slice.Golden("logs").Select(document => document.Id)).Except(mine));
        Assert.Equal(mine, slice.Sandbox.Documents("logs").Select(document => document.Id).Where(id => id == "mine"));
        Assert.InRange(slice.Sandbox.Documents("logs").Count, mine.Length, 2);
    }

    [Fact]
    public async Task RunAsync_DamagedShardInRanges_IsNamedOnceAndTheRestIsDone()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Indices = new() { Include = ["logs", "nested"] } });
        var blob = Damage.StoredFields(slice.Repository, "logs", 0);
        var failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(new BackfillStep()));
        Assert.Equal(1, failure.Because.Detail.Split($"Blob '{blob}'").Length - 1);
        Assert.EndsWith(" The other 2 shards are done.", failure.Because.Detail, StringComparison.Ordinal);
        Assert.Equal(slice.Golden("nested").Count(), slice.Sandbox.Documents("nested").Count);
    }

    private static async Task<int> RangesAsync(SliceOnSandbox slice, IStep step, IEnumerable<string> indices)
    {
        var ranges = 0;
        foreach (var index in indices)
        {
            using var journal = await ItemJournal.LookAsync(slice.Run.FilesOf(step).Item(index), index, Cancellation);
            ranges += journal.Cuts.Shards.Where(starts => starts.Length > 1).Sum(starts => starts.Length);
        }

        return ranges;
    }

    /// <summary>Stops when several ranges are begun, and not all of them done; gives how many there are.</summary>
    private static async Task<int> StopInTheMiddleAsync(SliceOnSandbox slice, int looks)
    {
        using var stop = new CancellationTokenSource();
        var asked = 0;
        var step = new BackfillStep();
        var context = slice.Run.ContextOf(step, null) with { StopRequested = stop.Token, AssertLease = () => { if (Interlocked.Increment(ref asked) == looks) { stop.Cancel(); } } };
        Assert.IsType<StepResult.Stopped>(await step.RunAsync(context, Cancellation));
        using var journal = await ItemJournal.LookAsync(slice.Run.FilesOf(step).Item("logs"), "logs", Cancellation);
        Assert.InRange(journal.Sum("accepted"), 1, slice.Golden("logs").Count() - 1);
        return await RangesAsync(slice, step, ["logs"]);
    }
}
