using Portage.Clusters.Metadata;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests.Metadata;

public sealed class ClusterPipelinesTests
{
    /// <summary>OpenSearch answers 404 with an empty object where it has none at all; Elasticsearch answers 200.</summary>
    [Theory]
    [InlineData(404)]
    [InlineData(200)]
    public async Task FindNamesAsync_ThereAreNone_AreNone(int status)
    {
        await using var server = new ScriptedServer(_ => new ScriptedReply { Status = status, Body = "{}" });
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        Assert.Empty((await new ClusterPipelines(client).FindNamesAsync(TestContext.Current.CancellationToken))!);
    }
}
