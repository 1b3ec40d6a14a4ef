using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests;

/// <summary>An index that goes from one slice to another of the same treatment: what is remembered of it goes along, and its work is done already.</summary>
public sealed class MovedItemTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_AnItemWasHandedOver_IsKeptByItsNewSliceAndTakenBackWithIt()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs", "routed"));
        IStep[] steps = [new MetadataStep(), new BackfillStep(), new ValidateStep()];
        foreach (var step in steps)
        {
            await slice.DoAsync(step);
        }

        var there = await slice.Target.EverythingAsync(Cancellation);
        var from = slice.Run;
        var to = new StepRun(from.With(_ => Of("routed"))) { Disk = from.Disk, Outputs = from.Outputs, Work = "other" };
        foreach (var step in steps)
        {
            await from.FilesOf(step).MoveItemAsync("routed", to.FilesOf(step), Cancellation);
        }

        from.Change(_ => Of("logs"));
        var sent = slice.Sandbox.Requests.Bulks;
        foreach (var run in (StepRun[])[from, to])
        {
            foreach (var step in steps)
            {
                Assert.IsType<StepResult.Done>(await run.RunAsync(step, null, Cancellation));
            }
        }

        var routed = slice.Golden("routed").Count();
        Assert.Equal(sent, slice.Sandbox.Requests.Bulks);
        Assert.Equal(there, await slice.Target.EverythingAsync(Cancellation));
        Assert.Equal(routed, slice.Sandbox.Documents("routed").Count);
        Assert.All(slice.Sandbox.Documents("routed"), document => Assert.Equal(1, document.Version));
        Assert.Equal((routed, 0L), Numbers(to));

        foreach (var step in steps.Reverse())
        {
            await to.RevertAsync(step, Cancellation);
        }

        Assert.Equal(["logs"], slice.Sandbox.Indices);
        Assert.Equal(slice.Golden("logs").Count(), slice.Sandbox.Documents("logs").Count);
    }

    /// <summary>Killed in the middle, and then in a slice of another name: it goes on from its position, and what it takes back later is all of it.</summary>
    [Fact]
    public async Task RunAsync_AnItemWasHandedOverHalfDone_GoesOnFromItsPosition()
    {
        var few = new BackfillConfig { OperationCountMax = 5, Connections = 1, Workers = 1 };
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs") with { Backfill = few });
        var step = new BackfillStep();
        var (asked, from) = (0, slice.Run);
        await Assert.ThrowsAsync<IOException>(async () => await step.RunAsync(from.ContextOf(step, null) with { AssertLease = () => { if (++asked == 6) { throw new IOException("killed"); } } }, Cancellation));
        var to = new StepRun(from.Config) { Disk = from.Disk, Outputs = from.Outputs, Work = "other" };
        await from.FilesOf(step).MoveItemAsync("logs", to.FilesOf(step), Cancellation);
        using (var journal = await Portage.Steps.WorkItems.ItemJournal.LookAsync(to.FilesOf(step).Item("logs"), "logs", Cancellation))
        {
            Assert.InRange(journal.Sum("accepted"), 10, slice.Golden("logs").Count() - 10);
        }

        var sent = slice.Sandbox.Requests.Bulks;
        Assert.IsType<StepResult.Done>(await to.RunAsync(step, null, Cancellation));
        var all = slice.Golden("logs").Count();
        Assert.InRange(slice.Sandbox.Requests.Bulks - sent, 1, (all / 5) - 2);
        Assert.Equal(all, slice.Sandbox.Documents("logs").Count);
        Assert.All(slice.Sandbox.Documents("logs"), document => Assert.Equal(1, document.Version));
        Assert.Equal(all, BackfillOutputs.Find(to.Outputs, to.ContextOf(step, null).Address)!.Accepted["logs"]);

        await to.RevertAsync(step, Cancellation);
        Assert.Empty(slice.Sandbox.Documents("logs"));
    }

    private static SliceConfig Of(params string[] indices) => new() { Indices = new() { Include = [.. indices] } };

    private static (long Accepted, long Rejected) Numbers(StepRun run)
    {
        var written = BackfillOutputs.Find(run.Outputs, run.ContextOf(new BackfillStep(), null).Address)!;
        return (written.Accepted["routed"], written.RejectedCount);
    }
}
