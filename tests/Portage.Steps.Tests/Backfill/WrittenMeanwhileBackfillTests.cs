using System.Text;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>Somebody else writes into an index while a backfill is stopped, after its end, or while it is taken back.</summary>
public sealed class WrittenMeanwhileBackfillTests
{
    private const string Theirs = """{"theirs":true}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Overwriting => new()
    {
        Indices = new() { Include = ["logs"] },
        Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1, Conflict = ConflictChoice.Overwrite },
    };

    [Fact]
    public async Task RevertAsync_SomebodyWritesIntoAnIndexWhileThoseBeforeItGo_KeepsTheirs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs", "packed"] } });
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "DELETE /logs", send => send(HttpMethod.Put, "/packed/_doc/theirs?refresh=true", Theirs));
        var step = new BackfillStep(meanwhile);
        await slice.DoAsync(step);
        Assert.NotEmpty(slice.Sandbox.Documents("packed"));
        meanwhile.IsArmed = true;

        await slice.Run.RevertAsync(step, Cancellation);

        Assert.False(meanwhile.IsArmed);
        Assert.Empty(slice.Sandbox.Documents("logs"));
        var left = Assert.Single(slice.Sandbox.Documents("packed"));
        Assert.Equal(("theirs", Theirs), (left.Id, Encoding.UTF8.GetString(left.Source.Span)));
    }

    [Fact]
    public async Task RunAsync_EndIsNotedAgainAfterSomebodyWrote_StillKnowsWhatIsTheirs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Overwriting);
        var step = new BackfillStep();
        await slice.DoAsync(step);
        await slice.Target.PutAsync("/logs/_doc/theirs?refresh=true", Theirs, Cancellation);

        // As a process that was killed before anybody heard that it was done.
        await slice.DoAsync(step);

        var look = Assert.Single(await step.LookAsync(slice.Run.LookContextOf(step), Cancellation));
        Assert.Equal((slice.Golden("logs").Count(), 1L), (look.Documents, look.Foreign));
    }

    [Fact]
    public async Task RunAsync_SomebodyWroteWhileAnApprovedOverwritingWasStopped_GoesOnWithoutAskingAgain()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Overwriting);
        var step = new BackfillStep();
        var approved = await slice.Run.EvaluateAsync(step, Cancellation);
        using var stop = new CancellationTokenSource();
        slice.Run.OnProgress = progress =>
        {
            if (progress.Done > 0)
            {
                stop.Cancel();
            }
        };
        Assert.IsType<StepResult.Stopped>(await step.RunAsync(slice.Run.ContextOf(step, approved) with { StopRequested = stop.Token }, Cancellation));
        Assert.InRange(slice.Sandbox.Documents("logs").Count, 1, slice.Golden("logs").Count() - 1);
        await slice.Target.PutAsync("/logs/_doc/theirs?refresh=true", Theirs, Cancellation);

        await slice.DoAsync(step, approved);

        Assert.Equal(slice.Golden("logs").Count() + 1, slice.Sandbox.Documents("logs").Count);
    }
}
