using System.Text;
using Portage.Clusters.Validation;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Snapshots.Repositories;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>A document of the very content that we gave it need not be ours: somebody may have written the same.</summary>
public sealed class OwnWritesTests
{
    private const string Mine = """{"mine":true}""";

    private static readonly BackfillStep Step = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ConflictChoice.KeepExisting)]
    [InlineData(ConflictChoice.Overwrite)]
    public async Task RevertAsync_OthersWroteTheSameAgain_KeepsWhatTheyWrote(ConflictChoice conflict)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs(conflict));
        await slice.DoAsync(Step);

        // Of both shards, and of neither the last that was written there.
        string[] rewritten = [.. slice.Sandbox.Documents("logs").Select(document => document.Id).Order(StringComparer.Ordinal).Take(20)];
        await RewriteAsync(slice, rewritten);
        await slice.Run.RevertAsync(Step, Cancellation);
        Assert.Equal(rewritten, slice.Sandbox.Documents("logs").Select(document => document.Id).Order(StringComparer.Ordinal));
    }

    /// <summary>Another index of the name is somebody else's, whatever is in it.</summary>
    [Fact]
    public async Task RevertAsync_OthersMadeTheIndexAnewWithTheSame_TakesNothingOfIt()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs(ConflictChoice.KeepExisting));
        await slice.DoAsync(Step);
        var ours = slice.Sandbox.Documents("logs").ToArray();
        await slice.Target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        await slice.Target.PutAsync("/logs", """{"settings":{"number_of_shards":2}}""", Cancellation);
        foreach (var document in ours)
        {
            await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(document.Id)}?refresh=true{(document.Routing is { } routing ? $"&routing={routing}" : "")}", Encoding.UTF8.GetString(document.Source.Span), Cancellation);
        }

        Assert.Empty(await Step.LookAsync(slice.Run.LookContextOf(Step), Cancellation));
        await slice.Run.RevertAsync(Step, Cancellation);
        Assert.Equal(ours.Length, slice.Sandbox.Documents("logs").Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RevertAsync_OthersRewroteOursWhileItWentOn_KeepsWhatTheyWrote(bool isOtherContentInAnIndexWithWrites)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs(ConflictChoice.KeepExisting) with { Backfill = new() { Workers = 1, Connections = 1, OperationCountMax = 5 } });
        if (isOtherContentInAnIndexWithWrites)
        {
            await slice.Target.PutAsync("/logs/_doc/client-1?refresh=true", Mine, Cancellation);
            await slice.Target.SendAsync(HttpMethod.Delete, "/logs/_doc/client-1?refresh=true", null, Cancellation);
        }

        using var stop = new CancellationTokenSource();
        var asked = 0;
        Assert.IsType<StepResult.Stopped>(await Step.RunAsync(slice.Run.ContextOf(Step, null) with { StopRequested = stop.Token, AssertLease = StopAtTheThird }, Cancellation));
        var rewritten = slice.Sandbox.Documents("logs")[0].Id;
        await (isOtherContentInAnIndexWithWrites ? slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(rewritten)}?refresh=true", Mine, Cancellation) : RewriteAsync(slice, rewritten));
        await slice.DoAsync(Step);
        Assert.Equal(slice.Golden("logs").Count(), slice.Sandbox.Documents("logs").Count);

        await slice.Run.RevertAsync(Step, Cancellation);
        Assert.Equal(rewritten, Assert.Single(slice.Sandbox.Documents("logs")).Id);

        void StopAtTheThird()
        {
            if (++asked == 3)
            {
                stop.Cancel();
            }
        }
    }

    /// <summary>Every shard counts its writes for itself: ours in one may have lower numbers than what others had in another before.</summary>
    [Fact]
    public async Task RevertAsync_OthersHadFilledOneShard_TakesAllOfOursInEveryShard()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs(ConflictChoice.KeepExisting));
        var ours = slice.Golden("logs").Count() - 5;
        await FillOneShardAsync(slice, 200);
        await WriteAsync(slice, [.. slice.Golden("logs").Take(5)]);
        await slice.DoAsync(Step);

        var said = Assert.Single(await Step.LookAsync(slice.Run.LookContextOf(Step), Cancellation));
        Assert.Equal((ours, 205L), (said.Documents, said.Foreign));
        await slice.Run.RevertAsync(Step, Cancellation);
        Assert.Equal(said.Foreign, slice.Sandbox.Documents("logs").Count);
        Assert.Equal(200, slice.Sandbox.Documents("logs").Count(document => document.Id.StartsWith("client-", StringComparison.Ordinal)));
    }

    /// <summary>As where another slice has filled the index, and this one wrote over a few.</summary>
    [Fact]
    public async Task RevertAsync_OfAFilledIndexAFewWereOverwritten_TakesTheseInEveryShard()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs(ConflictChoice.Overwrite));
        var documents = slice.Golden("logs").ToArray();
        await WriteAsync(slice, documents);
        await FillOneShardAsync(slice, 200);
        var routing = new ShardRouting(2, ShardRouting.RoutingShardsOf(2), 1);
        var overwritten = documents.DistinctBy(document => routing.ShardOf(document.Id, document.Routing)).ToArray();
        Assert.Equal(2, overwritten.Length);
        foreach (var document in overwritten)
        {
            await slice.Target.PutAsync(PathOf(document.Id, document.Routing), Mine, Cancellation);
        }

        await slice.DoAsync(Step, await slice.Run.EvaluateAsync(Step, Cancellation));
        var said = Assert.Single(await Step.LookAsync(slice.Run.LookContextOf(Step), Cancellation));
        Assert.Equal(2, said.Documents);
        await slice.Run.RevertAsync(Step, Cancellation);
        Assert.Equal(documents.Length - 2 + 200, slice.Sandbox.Documents("logs").Count);
        Assert.DoesNotContain(slice.Sandbox.Documents("logs"), document => overwritten.Any(one => one.Id == document.Id));
    }

    [Fact]
    public async Task RevertAsync_KilledAfterAStop_TakesWhatNobodyAcknowledgedForOurs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs(ConflictChoice.KeepExisting) with { Backfill = new() { Workers = 1, Connections = 1, OperationCountMax = 5 } });
        using var stop = new CancellationTokenSource();
        var asked = 0;
        Assert.IsType<StepResult.Stopped>(await Step.RunAsync(slice.Run.ContextOf(Step, null) with { StopRequested = stop.Token, AssertLease = () => Third(stop.Cancel) }, Cancellation));
        var acknowledged = slice.Sandbox.Documents("logs").Count;

        // What is sent next is there, and its answer was not written down.
        asked = 1;
        await Assert.ThrowsAsync<IOException>(async () => await Step.RunAsync(slice.Run.ContextOf(Step, null) with { AssertLease = () => Third(() => throw new IOException("killed")) }, Cancellation));
        Assert.True(slice.Sandbox.Documents("logs").Count > acknowledged);
        await slice.Target.PutAsync("/logs/_doc/client-1?refresh=true", Mine, Cancellation);

        await slice.Run.RevertAsync(Step, Cancellation);
        Assert.Equal("client-1", Assert.Single(slice.Sandbox.Documents("logs")).Id);

        void Third(Action act)
        {
            if (++asked == 3)
            {
                act();
            }
        }
    }

    [Fact]
    public async Task RevertAsync_OursWasTakenBackAndSentAgain_IsStillOurs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs(ConflictChoice.KeepExisting));
        for (var pass = 0; pass < 2; pass++)
        {
            await slice.DoAsync(Step);
            await slice.Target.PutAsync($"/logs/_doc/client-{pass}?refresh=true", Mine, Cancellation);
            await slice.Run.RevertAsync(Step, Cancellation);
        }

        Assert.Equal(["client-0", "client-1"], slice.Sandbox.Documents("logs").Select(document => document.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("es-7.10.2", "logs")]
    [InlineData("es-7.10.2", "routed")]
    [InlineData("os-2.19.1", "logs")]
    public async Task ShardOf_DocumentsOfARealServer_IsWhereItPutThem(string server, string name)
    {
        using var fixture = Fixtures.Unzip($"made/{server}.zip");
        var repository = await SnapshotRepository.OpenAsync(new FileBlobStore(fixture["repo"]), Cancellation);
        var index = await (await repository.OpenSnapshotAsync("second", Cancellation)).OpenIndexAsync(name, Cancellation);
        Assert.True(index.NumberOfShards > 1);
        var routing = new ShardRouting(index.NumberOfShards, ShardRouting.RoutingShardsOf(index.NumberOfShards), 1);
        for (var number = 0; number < index.NumberOfShards; number++)
        {
            var shard = await index.OpenShardAsync(number, Cancellation);
            await using var reader = await shard.OpenReaderAsync(0, Cancellation);
            while (await reader.MoveNextAsync(Cancellation))
            {
                Assert.Equal(number, routing.ShardOf(reader.Current.Id, reader.Current.Routing));
            }
        }
    }

    private static SliceConfig Logs(ConflictChoice conflict) => new() { Indices = new() { Include = ["logs"] }, Backfill = new() { Conflict = conflict } };

    private static string PathOf(string id, string? routing) => $"/logs/_doc/{Uri.EscapeDataString(id)}?refresh=true{(routing is null ? "" : $"&routing={routing}")}";

    private static async Task WriteAsync(SliceOnSandbox slice, params GoldenDocument[] documents)
    {
        foreach (var document in documents)
        {
            await slice.Target.PutAsync(PathOf(document.Id, document.Routing), document.Source!, Cancellation);
        }
    }

    private static async Task FillOneShardAsync(SliceOnSandbox slice, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await slice.Target.PutAsync(PathOf($"client-{number}", "a"), Mine, Cancellation);
        }
    }

    private static async Task RewriteAsync(SliceOnSandbox slice, params string[] ids)
    {
        foreach (var id in ids)
        {
            var same = Encoding.UTF8.GetString(slice.Sandbox.Documents("logs").Single(document => document.Id == id).Source.Span);
            await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(id)}?refresh=true", same, Cancellation);
        }
    }
}
