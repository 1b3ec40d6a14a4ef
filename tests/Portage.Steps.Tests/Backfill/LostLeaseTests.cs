using Portage.Configuration;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>What a worker does that has lost its lease: nothing, wherever it stands.</summary>
public sealed class LostLeaseTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Logs => new() { Indices = new() { Include = ["logs"] }, Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1 } };

    [Fact]
    public async Task RunAsync_LeaseIsLostBeforeTheFirstDocument_SendsNothing()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        var context = slice.Run.ContextOf(new BackfillStep(), null) with { AssertLease = () => throw new LeaseIsLost() };
        await Assert.ThrowsAsync<LeaseIsLost>(async () => await new BackfillStep().RunAsync(context, Cancellation));
        Assert.Empty(slice.Sandbox.Documents("logs"));
    }

    [Fact]
    public async Task RunAsync_LeaseIsLostBeforeTheAnswer_DoesNotMoveOn()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        var context = slice.Run.ContextOf(new BackfillStep(), null) with
        {
            AssertLease = () =>
            {
                if (slice.Sandbox.Documents("logs").Count > 0)
                {
                    throw new LeaseIsLost();
                }
            },
        };
        await Assert.ThrowsAsync<LeaseIsLost>(async () => await new BackfillStep().RunAsync(context, Cancellation));
        Assert.NotEmpty(slice.Sandbox.Documents("logs"));

        // Whoever has the lease now begins where this worker had a right to stand: at the start.
        slice.Run.Progress.Clear();
        var done = await slice.DoAsync(new BackfillStep());
        var expected = slice.Golden("logs").Count();
        Assert.Equal(0, slice.Run.Progress[0].Done);
        Assert.Equal((expected, 0), (done.Report.Numbers["accepted"], done.Report.Numbers["existing"]));
        Assert.Equal(expected, slice.Sandbox.Documents("logs").Count);

        // What the first one had sent is ours as well.
        var look = Assert.Single(await new BackfillStep().LookAsync(slice.Run.LookContextOf(new BackfillStep()), Cancellation));
        Assert.Equal((expected, 0), (look.Documents, look.Foreign));
        await slice.Run.RevertAsync(new BackfillStep(), Cancellation);
        Assert.Empty(slice.Sandbox.Documents("logs"));
    }

    private sealed class LeaseIsLost() : Exception("Another worker has this work.");
}
