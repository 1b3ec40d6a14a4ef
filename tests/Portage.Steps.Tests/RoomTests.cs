using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Capabilities;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Sandbox;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Tests;

/// <summary>A target that has no room for what is to come: it is said before anything is begun.</summary>
public sealed class RoomTests : IDisposable
{
    private readonly TempFolder _fixture = Fixtures.Unzip("made/es-7.10.2.zip");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Slice => new() { Indices = new() { Include = ["logs", "packed"] } };

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Metadata_MoreShardsThanTheTargetTakes_IsRefusedBeforeAnythingIsMade()
    {
        await using var sandbox = await SandboxCluster.StartAsync(new() { ShardsMax = 4 }, Cancellation);
        var run = await StepRun.OfAsync(_fixture["repo"], "second", sandbox.Endpoint, Slice with { Metadata = new() { Replicas = 1 } }, Cancellation);
        var failure = await Assert.ThrowsAsync<StepException>(() => run.EvaluateAsync(new MetadataStep(), Cancellation));
        Assert.Equal(("PG4013", false), (failure.Because.Code, failure.IsTransient));
        Assert.Contains("would have 6 shards, more than the 4 shards that it takes (cluster.max_shards_per_node is 4, on 1 data node)", failure.Because.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StepException>(() => run.RunAsync(new MetadataStep(), null, Cancellation));
        Assert.Empty(sandbox.Indices);

        // One replica less, and it just fits: also in the middle, and when it is looked at again.
        run.Change(slice => slice with { Metadata = new() { Replicas = 0 } });
        var evidence = await run.EvaluateAsync(new MetadataStep(), Cancellation);
        Assert.DoesNotContain(evidence.Lines, line => line.StartsWith("room", StringComparison.Ordinal));
        Assert.IsType<StepResult.Done>(await run.RunAsync(new MetadataStep(), evidence, Cancellation));
        await run.EvaluateAsync(new MetadataStep(), Cancellation);

        // With one index more there is no room to try anything.
        using var target = new TestTarget(sandbox.Endpoint);
        await target.PutAsync("/theirs", """{"settings":{"number_of_replicas":0}}""", Cancellation);
        failure = await Assert.ThrowsAsync<StepException>(() => run.EvaluateAsync(new MetadataStep(), Cancellation));
        Assert.Equal("PG4013", failure.Because.Code);
        Assert.Contains("not even one shard more", failure.Because.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Metadata_TheTargetSaysHowManyReplicas_ThereMayBeTooManyShards(int shardsMax, bool mayBe)
    {
        await using var sandbox = await SandboxCluster.StartAsync(new() { ShardsMax = shardsMax }, Cancellation);
        using var client = new ClusterClient(new ClusterConnection(sandbox.Endpoint), TimeProvider.System);
        var state = await TargetState.ReadAsync(client, new ClusterCapabilities((await client.GetInfoAsync(Cancellation)).Version), Cancellation);
        var run = await StepRun.OfAsync(_fixture["repo"], "second", sandbox.Endpoint, Slice, Cancellation);
        var step = new MetadataStep();
        var index = new EvaluatedObject(new(new(ObjectKind.Index, "a"), new() { ["settings"] = new JsonObject { ["index.number_of_shards"] = "1" } }, []), new ObjectOutcome.Create());
        var room = await RoomForShards.LookAsync(client, SliceOnTarget.Of(run.Config, run.ContextOf(step, null).Address), state, [index], Cancellation);
        Assert.Equal(mayBe, !room.IsEmpty);
        Assert.All(room, line => Assert.Equal("room: with these indices the target may get more than the 1 shards that it takes (cluster.max_shards_per_node is 1, on 1 data node)", line));
    }

    [Fact]
    public async Task Backfill_NotEvenAQuarterFits_IsRefusedBeforeAnythingIsWritten()
    {
        await using var sandbox = await SandboxCluster.StartAsync(new() { DiskBytes = 5_000 }, Cancellation);
        var run = await MadeAsync(sandbox);
        var failure = await Assert.ThrowsAsync<StepException>(() => run.EvaluateAsync(new BackfillStep(), Cancellation));
        Assert.Equal(("PG4013", false), (failure.Because.Code, failure.IsTransient));
        Assert.Contains("the data nodes of the target have ", failure.Because.Detail, StringComparison.Ordinal);
        Assert.Equal("PG4013", (await Assert.ThrowsAsync<StepException>(() => run.RunAsync(new BackfillStep(), null, Cancellation))).Because.Code);
        Assert.Empty(sandbox.Documents("logs"));
        Assert.Empty(await run.FilesOf(new BackfillStep()).ListItemsAsync(Cancellation));
    }

    [Fact]
    public async Task Backfill_TheSameSizeMayNotFit_IsSaidAndDoneAllTheSame()
    {
        long bytes;
        await using (var large = await SandboxCluster.StartAsync(new(), Cancellation))
        {
            var evidence = await (await MadeAsync(large)).EvaluateAsync(new BackfillStep(), Cancellation);
            Assert.DoesNotContain(evidence.Lines, line => line.StartsWith("room", StringComparison.Ordinal));
            bytes = evidence.Numbers["bytes"];
        }

        await using var sandbox = await SandboxCluster.StartAsync(new() { DiskBytes = bytes }, Cancellation);
        var run = await MadeAsync(sandbox);
        var line = Assert.Single((await run.EvaluateAsync(new BackfillStep(), Cancellation)).Lines, line => line.StartsWith("room: ", StringComparison.Ordinal));
        Assert.Equal($"room: the indices may take {Amounts.Bytes(bytes)} with their replicas, and the data nodes of the target ({Amounts.Bytes(bytes)} in all) have less than that free below their high watermark", line);
        Assert.IsType<StepResult.Done>(await run.RunAsync(new BackfillStep(), null, Cancellation));
    }

    private async Task<StepRun> MadeAsync(SandboxCluster sandbox)
    {
        var run = await StepRun.OfAsync(_fixture["repo"], "second", sandbox.Endpoint, Slice, Cancellation);
        Assert.IsType<StepResult.Done>(await run.RunAsync(new MetadataStep(), null, Cancellation));
        return run;
    }
}
