using Portage.Clusters.Snapshots;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests.Snapshots;

/// <summary>What a cluster is told of a repository that none of the servers at hand can have: they come without the plugin repository-s3.</summary>
public sealed class ClusterSnapshotsTests
{
    [Theory]
    [InlineData(true, """{"type":"s3","settings":{"bucket":"snapshots","client":"reader","base_path":"prod/search","region":"eu-central-1","endpoint":"https://minio.example:9000","path_style_access":true}}""")]
    [InlineData(false, """{"type":"s3","settings":{"bucket":"snapshots","client":"default"}}""")]
    public async Task RegisterS3RepositoryAsync_Given_TellsThatAndNoMore(bool all, string body)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json("""{"acknowledged":true}"""));
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var s3 = all
            ? new S3Registration("snapshots", "reader") { BasePath = "prod/search", Region = "eu-central-1", Endpoint = "https://minio.example:9000", PathStyle = true }
            : new S3Registration("snapshots", "default");
        await new ClusterSnapshots(client).RegisterS3RepositoryAsync("attic", s3, TestContext.Current.CancellationToken);
        var asked = Assert.Single(server.Requests);
        Assert.Equal(("PUT", "/_snapshot/attic", body), (asked.Method, asked.Path, asked.Text));
    }

    [Theory]
    [InlineData("prod/search", """{"type":"azure","settings":{"container":"snapshots","client":"reader","base_path":"prod/search"}}""")]
    [InlineData(null, """{"type":"azure","settings":{"container":"snapshots","client":"reader"}}""")]
    public async Task RegisterAzureRepositoryAsync_Given_TellsThatAndNoMore(string? basePath, string body)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json("""{"acknowledged":true}"""));
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        await new ClusterSnapshots(client).RegisterAzureRepositoryAsync("attic", "snapshots", "reader", basePath, TestContext.Current.CancellationToken);
        var asked = Assert.Single(server.Requests);
        Assert.Equal(("PUT", "/_snapshot/attic", body), (asked.Method, asked.Path, asked.Text));
    }

    [Theory]
    [InlineData("prod/search", """{"type":"gcs","settings":{"bucket":"snapshots","client":"reader","base_path":"prod/search"}}""")]
    [InlineData(null, """{"type":"gcs","settings":{"bucket":"snapshots","client":"reader"}}""")]
    public async Task RegisterGcsRepositoryAsync_Given_TellsThatAndNoMore(string? basePath, string body)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json("""{"acknowledged":true}"""));
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        await new ClusterSnapshots(client).RegisterGcsRepositoryAsync("attic", "snapshots", "reader", basePath, TestContext.Current.CancellationToken);
        var asked = Assert.Single(server.Requests);
        Assert.Equal(("PUT", "/_snapshot/attic", body), (asked.Method, asked.Path, asked.Text));
    }
}
