using Portage.Clusters.Failures;
using Portage.Clusters.Tests.Scripting;
using Portage.Clusters.Validation;

namespace Portage.Clusters.Tests.Validation;

/// <summary>Nothing is concluded from an answer over some of the shards.</summary>
public sealed class ClusterDocumentsTests
{
    private const string AllShards = """{"total":3,"successful":3,"skipped":0,"failed":0}""";
    private const string TwoOfThree = """{"total":3,"successful":2,"skipped":0,"failed":1}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CountAsync_EveryShardAnswered_IsTheNumber()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json($$"""{"count":7,"_shards":{{AllShards}}}"""));
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        Assert.Equal(7, await new ClusterDocuments(client).CountAsync("logs", Cancellation));
    }

    [Fact]
    public async Task CountAsync_AShardFailed_IsNoNumber()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json($$"""{"count":5,"_shards":{{TwoOfThree}}}"""));
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var failure = await Assert.ThrowsAsync<ClusterProtocolException>(() => new ClusterDocuments(client).CountAsync("logs", Cancellation));
        Assert.Contains("an answer that lacks 1 shard", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScanAsync_EveryShardAnswered_IsEveryKeyAndIsClosed()
    {
        await using var server = Scrolled(failsOnPage: 0);
        Assert.Equal(["1", "2", "3"], await ScanAsync(server));
        Assert.Equal(("DELETE", "/_search/scroll"), (server.Requests.Last().Method, server.Requests.Last().Path));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    public async Task ScanAsync_AShardFailsOnAPage_EndsThere(int page, int found)
    {
        await using var server = Scrolled(failsOnPage: page);
        var keys = new List<string>();
        var failure = await Assert.ThrowsAsync<ClusterProtocolException>(() => ScanAsync(server, keys));
        Assert.Contains("an answer that lacks 1 shard", failure.Message, StringComparison.Ordinal);
        Assert.Equal(found, keys.Count);
    }

    [Fact]
    public async Task ScanAsync_TheClusterGivesUpInTime_EndsThere()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json($$$"""{"_scroll_id":"s","timed_out":true,"_shards":{{{AllShards}}},"hits":{"hits":[{"_id":"1"}]}}"""));
        var failure = await Assert.ThrowsAsync<ClusterProtocolException>(() => ScanAsync(server));
        Assert.Contains("cut short by the cluster's own time limit", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Two documents, one more, and the empty page that ends a scan.</summary>
    private static ScriptedServer Scrolled(int failsOnPage) => new(request =>
    {
        var hits = request.Number switch { 1 => """{"_id":"1"},{"_id":"2","_routing":"r"}""", 2 => """{"_id":"3"}""", _ => "" };
        return ScriptedReply.Json(
            $$$"""{"_scroll_id":"s","timed_out":false,"_shards":{{{(request.Number == failsOnPage ? TwoOfThree : AllShards)}}},"hits":{"hits":[{{{hits}}}]}}""");
    });

    private static async Task<List<string>> ScanAsync(ScriptedServer server, List<string>? keys = null)
    {
        keys ??= [];
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        await foreach (var key in new ClusterDocuments(client).ScanAsync("logs", 2, Cancellation))
        {
            keys.Add(key.Id);
        }

        return keys;
    }
}
