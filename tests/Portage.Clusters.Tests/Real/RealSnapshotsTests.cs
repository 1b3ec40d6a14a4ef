using System.Text;
using Portage.Clusters.Bulk;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Clusters.Snapshots;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests.Real;

/// <summary>Snapshots that real servers take.</summary>
public sealed class RealSnapshotsTests(RealClusters clusters)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Snapshot_TakenReadAndDeleted_IsSeenSo(bool isOpenSearch)
    {
        var server = await clusters.StartedAsync(isOpenSearch, Cancellation);
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var metadata = new ClusterMetadata(client);
        await metadata.DeleteIndexAsync("pictures", Cancellation);
        await metadata.CreateIndexAsync("pictures", """{"settings":{"number_of_shards":2,"number_of_replicas":0}}"""u8.ToArray(), Cancellation);
        var pipeline = new BulkPipeline(client, new(), new(), TimeProvider.System, new Random(1));
        await pipeline.ResultsAsync(Operations.Of(Enumerable.Range(0, 100).Select(n => Operations.Index(n) with { Index = "pictures" })));

        var snapshots = new ClusterSnapshots(client);
        Assert.Null(await snapshots.GetRepositoryAsync("attic", Cancellation));
        await snapshots.RegisterFileRepositoryAsync("attic", Path.Combine(server.Data, "repos", "attic"), readOnly: false, Cancellation);
        await snapshots.RegisterFileRepositoryAsync("attic", Path.Combine(server.Data, "repos", "attic"), readOnly: false, Cancellation);
        Assert.Contains("\"fs\"", Encoding.UTF8.GetString((await snapshots.GetRepositoryAsync("attic", Cancellation))!.Json.Span), StringComparison.Ordinal);
        Assert.Empty(await snapshots.ListAsync("attic", Cancellation));
        Assert.Null(await snapshots.GetAsync("attic", "one", Cancellation));
        Assert.Null(await snapshots.GetProgressAsync("attic", "one", Cancellation));

        Assert.True(await snapshots.CreateAsync("attic", "one", ["pict*"], includeGlobalState: false, ignoreUnavailable: false, Cancellation));
        Assert.False(await snapshots.CreateAsync("attic", "one", ["pict*"], includeGlobalState: false, ignoreUnavailable: false, Cancellation));
        var progress = await snapshots.GetProgressAsync("attic", "one", Cancellation);
        while (progress is not { State: SnapshotState.Success })
        {
            Assert.Equal(SnapshotState.InProgress, progress!.State);
            progress = await snapshots.GetProgressAsync("attic", "one", Cancellation);
        }

        Assert.Equal((2, 2, 0), (progress.ShardsDone, progress.ShardsTotal, progress.ShardsFailed));
        Assert.True(progress.BytesTotal > 0 && progress.BytesDone == progress.BytesTotal);
        var info = Assert.IsType<SnapshotInfo>(await snapshots.GetAsync("attic", "one", Cancellation));
        Assert.Equal(("one", SnapshotState.Success, 2, 0), (info.Name, info.State, info.ShardsTotal, info.ShardsFailed));
        Assert.Equal(["pictures"], info.Indices);
        Assert.True(info.Started <= info.Ended);
        Assert.Equal(info.Uuid, Assert.Single(await snapshots.ListAsync("attic", Cancellation)).Uuid);

        var refused = await Assert.ThrowsAsync<ClusterRequestException>(() => snapshots.CreateAsync("attic", "Not Allowed", [], false, false, Cancellation));
        Assert.Equal("invalid_snapshot_name_exception", refused.ErrorType);
        Assert.True(await snapshots.DeleteAsync("attic", "one", Cancellation));
        Assert.False(await snapshots.DeleteAsync("attic", "one", Cancellation));
        Assert.True(await snapshots.UnregisterRepositoryAsync("attic", Cancellation));
        Assert.False(await snapshots.UnregisterRepositoryAsync("attic", Cancellation));
    }

    [Fact]
    public async Task Register_FolderTheServerMayNotUse_SaysWhy()
    {
        var server = await clusters.OpenSearchAsync(Cancellation);
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var failure = await Assert.ThrowsAsync<ClusterRequestException>(() => new ClusterSnapshots(client).RegisterFileRepositoryAsync("elsewhere", "/nowhere/at/all", false, Cancellation));
        Assert.Equal("repository_exception", failure.ErrorType);
        Assert.Contains("/nowhere/at/all", failure.Reason, StringComparison.Ordinal);
    }
}
