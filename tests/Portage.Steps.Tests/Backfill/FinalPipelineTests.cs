using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>A target index names pipelines. The sandbox has none, so that whatever is to run through one is refused.</summary>
public sealed class FinalPipelineTests
{
    private const string Pipelines = """{"index.default_pipeline":"first","index.final_pipeline":"last"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Logs => new() { Indices = new() { Include = ["logs"] }, Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1 } };

    [Fact]
    public async Task RunAsync_IndexNamesPipelines_NoDocumentRunsThroughOneAndTheyAreSetAgain()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.Target.PutAsync("/logs/_settings", Pipelines, Cancellation);

        var done = await slice.DoAsync(new BackfillStep());

        Assert.Equal((slice.Golden("logs").Count(), 0), (done.Report.Numbers["written"], done.Report.Numbers["rejected"]));
        Assert.Equal(("first", "last"), await PipelinesAsync(slice));
        Assert.Contains(done.Report.Lines, line => line == "logs: its final pipeline 'last' was set aside while documents were sent, and is set again");
    }

    [Fact]
    public async Task EvaluateAsync_IndexHasAFinalPipeline_SaysThatItIsSetAsideAndChangesNothing()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        Assert.DoesNotContain((await slice.Run.EvaluateAsync(new BackfillStep(), Cancellation)).Lines, line => line.Contains("pipeline", StringComparison.Ordinal));
        await slice.Target.PutAsync("/logs/_settings", Pipelines, Cancellation);

        var report = await slice.Run.EvaluateAsync(new BackfillStep(), Cancellation);

        Assert.Contains(report.Lines, line => line.StartsWith("logs: its final pipeline 'last' is set aside", StringComparison.Ordinal));
        Assert.Equal(("first", "last"), await PipelinesAsync(slice));
    }

    [Fact]
    public async Task RunAsync_SomebodySetsAFinalPipelineMeanwhile_SetsItAsideTooAndSetsTheirsInTheEnd()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.Target.PutAsync("/logs/_settings", Pipelines, Cancellation);
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_bulk", send => send(HttpMethod.Put, "/logs/_settings", """{"index.final_pipeline":"theirs"}""")) { IsArmed = true };

        var done = await slice.DoAsync(new BackfillStep(meanwhile));

        Assert.False(meanwhile.IsArmed);
        Assert.Equal(slice.Golden("logs").Count(), done.Report.Numbers["written"]);
        Assert.Equal(("first", "theirs"), await PipelinesAsync(slice));
    }

    [Fact]
    public async Task RunAsync_SomebodyChangesItAtTheEnd_KeepsTheirs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Backfill = new() });
        await slice.Target.PutAsync("/logs/_settings", Pipelines, Cancellation);

        // All documents go in this one request.
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_bulk", send => send(HttpMethod.Put, "/logs/_settings", """{"index.final_pipeline":"theirs"}""")) { IsArmed = true };

        await slice.DoAsync(new BackfillStep(meanwhile));

        Assert.Equal(("first", "theirs"), await PipelinesAsync(slice));
    }

    /// <summary>Two readers have seen the same pipeline, and the second comes after somebody has set another one in the place of what was set aside.</summary>
    [Fact]
    public async Task SetAsideAsync_ItIsAsideAlready_LeavesTheNoteAsItIs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.Target.PutAsync("/logs/_settings", Pipelines, Cancellation);
        using var client = new ClusterClient(new ClusterConnection(slice.Sandbox.Endpoint), TimeProvider.System);
        var uuid = (await new ClusterMetadata(client).FindUuidAsync("logs", Cancellation))!;
        var notes = new BackfillNotes(slice.Run.FilesOf(new BackfillStep()).Item("logs"));
        var pipelines = new FinalPipelines(client, notes, static () => { });
        await pipelines.SetAsideAsync("logs", uuid, Cancellation);
        await slice.Target.PutAsync("/logs/_settings", """{"index.final_pipeline":"theirs"}""", Cancellation);
        await pipelines.SetAsideAsync("logs", uuid, Cancellation);
        await pipelines.SetAsideAsync("logs", uuid, Cancellation);

        Assert.Equal("theirs", (await notes.FinalPipelinesAsync(Cancellation))["logs"].Pipeline);
        await pipelines.PutBackAsync(Cancellation);
        Assert.Equal(("first", "theirs"), await PipelinesAsync(slice));
    }

    [Fact]
    public async Task RunAsync_Stopped_SetsThemAgainUntilItGoesOn()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.Target.PutAsync("/logs/_settings", Pipelines, Cancellation);
        using var stop = new CancellationTokenSource();
        slice.Run.OnProgress = progress =>
        {
            if (progress.Done > 0)
            {
                stop.Cancel();
            }
        };
        Assert.IsType<StepResult.Stopped>(await new BackfillStep().RunAsync(slice.Run.ContextOf(new BackfillStep(), null) with { StopRequested = stop.Token }, Cancellation));
        Assert.Equal(("first", "last"), await PipelinesAsync(slice));
        slice.Run.OnProgress = static _ => { };

        Assert.Equal(slice.Golden("logs").Count(), (await slice.DoAsync(new BackfillStep())).Report.Numbers["written"]);
        Assert.Equal(("first", "last"), await PipelinesAsync(slice));
    }

    [Fact]
    public async Task RunAsync_Fails_SetsThemAgain()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.Target.PutAsync("/logs/_settings", Pipelines, Cancellation);
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_bulk", send => send(HttpMethod.Put, "/logs/_settings", """{"index.blocks.write":true}""")) { IsArmed = true };

        await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(new BackfillStep(meanwhile)));

        Assert.Equal(("first", "last"), await PipelinesAsync(slice));
    }

    /// <summary>Killed while a pipeline was aside, and the slice does not select the index any more: whoever goes on sets it again.</summary>
    [Fact]
    public async Task RunAsync_KilledAndNarrowed_SetsItAgain()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Indices = new() { Include = ["nested"] } });
        var step = await KilledAsync(slice);
        await slice.DoAsync(step);
        Assert.Equal(("first", "last"), await PipelinesAsync(slice));
    }

    /// <summary>Killed while a pipeline was aside, and nobody goes on with the work: its slice was removed, renamed or skips it.</summary>
    [Fact]
    public async Task PutBackAsync_Killed_SetsItAgainOnce()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Indices = new() { Include = ["nested"] } });
        var step = await KilledAsync(slice);
        await step.PutBackAsync(slice.Run.PutBackContextOf(step), Cancellation);
        Assert.Equal(("first", "last"), await PipelinesAsync(slice));

        // Nothing is aside any more, so nobody is asked.
        await slice.Target.PutAsync("/logs/_settings", """{"index.final_pipeline":"_none"}""", Cancellation);
        await step.PutBackAsync(slice.Run.PutBackContextOf(step), Cancellation);
        Assert.Equal(("first", "_none"), await PipelinesAsync(slice));
    }

    [Theory]
    [InlineData("theirs")]
    [InlineData(null)]
    public async Task PutBackAsync_SomebodyChangedIt_LeavesTheirs(string? theirs)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Indices = new() { Include = ["nested"] } });
        var step = await KilledAsync(slice);
        await slice.Target.PutAsync("/logs/_settings", theirs is null ? """{"index.final_pipeline":null}""" : $$"""{"index.final_pipeline":"{{theirs}}"}""", Cancellation);
        await step.PutBackAsync(slice.Run.PutBackContextOf(step), Cancellation);
        Assert.Equal(("first", theirs), await PipelinesAsync(slice));
    }

    [Fact]
    public async Task RunAsync_SomebodyTakesItAwayMeanwhile_DoesNotSayThatItIsSetAgain()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.Target.PutAsync("/logs/_settings", Pipelines, Cancellation);
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_bulk", send => send(HttpMethod.Put, "/logs/_settings", """{"index.final_pipeline":null}""")) { IsArmed = true };

        var done = await slice.DoAsync(new BackfillStep(meanwhile));

        Assert.Equal(("first", null), await PipelinesAsync(slice));
        Assert.Contains(done.Report.Lines, line => line == "logs: its final pipeline 'last' was set aside while documents were sent; somebody has changed the setting since, and it is left like that");
    }

    /// <summary>As a worker leaves it that is killed right after it has set the pipeline of <c>logs</c> aside.</summary>
    private static async Task<BackfillStep> KilledAsync(SliceOnSandbox slice)
    {
        await slice.Target.PutAsync("/logs", $$"""{"settings":{{Pipelines}}}""", Cancellation);
        var step = new BackfillStep();
        using var client = new ClusterClient(new(slice.Sandbox.Endpoint), TimeProvider.System);
        var killed = new FinalPipelines(client, new(slice.Run.FilesOf(step).Item("logs")), static () => { });
        await killed.SetAsideAsync("logs", (await new ClusterMetadata(client).FindUuidAsync("logs", Cancellation))!, Cancellation);
        Assert.Equal(("first", "_none"), await PipelinesAsync(slice));
        return step;
    }

    private static async Task<(string? Default, string? Final)> PipelinesAsync(SliceOnSandbox slice)
    {
        var settings = (await slice.Target.GetAsync("/logs/_settings?flat_settings=true", Cancellation))["logs"]!["settings"]!;
        return (settings["index.default_pipeline"]?.ToString(), settings["index.final_pipeline"]?.ToString());
    }
}
