namespace Portage.Sandbox.Tests;

public sealed class SandboxFaultsTests
{
    private const string OneDocument = "{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"n\":1}\n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429, "rejected_execution_exception")]
    [InlineData(502, "502 Bad Gateway")]
    [InlineData(503, "503 Service Unavailable")]
    [InlineData(413, "")]
    public async Task FailNextBulks_Two_FailsTwoAndCarriesNothingOut(int status, string words)
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        cluster.Faults.FailNextBulks(2, status);
        foreach (var _ in (int[])[1, 2])
        {
            var failed = await talk.SendAsync("POST", "/_bulk", OneDocument);
            Assert.Equal(status, failed.Status);
            Assert.Contains(words, failed.Text, StringComparison.Ordinal);
            Assert.Empty(cluster.Indices);
        }

        Assert.Equal(200, (await talk.SendAsync("POST", "/_bulk", OneDocument)).Status);
        Assert.Equal(3, cluster.Requests.Bulks);
    }

    [Fact]
    public async Task BulkBodyBytesMax_LargerBody_Is413()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        cluster.Faults.BulkBodyBytesMax = OneDocument.Length;
        var fitting = await talk.SendAsync("POST", "/_bulk", OneDocument);
        var larger = await talk.SendAsync("POST", "/_bulk", OneDocument + "\n");
        Assert.Equal((200, 413), (fitting.Status, larger.Status));
    }

    [Fact]
    public async Task DropNextBulkReplies_One_AppliesItWithoutAnAnswer()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        cluster.Faults.DropNextBulkReplies(1);
        await Assert.ThrowsAsync<HttpRequestException>(() => talk.SendAsync("POST", "/_bulk", OneDocument));
        Assert.Single(cluster.Documents("a"));
        Assert.Equal(200, (await talk.SendAsync("POST", "/_bulk", OneDocument)).Status);
    }

    [Fact]
    public async Task RejectNextItems_One_RejectsOneOfTwo()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        cluster.Faults.RejectNextItems(1);
        var reply = await talk.JsonAsync("POST", "/_bulk", OneDocument + OneDocument);
        Assert.Equal(["429", "201"], reply["items"]!.AsArray().Select(item => item!["index"]!["status"]!.ToString()));
        Assert.Equal("rejected_execution_exception", reply["items"]![0]!["index"]!["error"]!["type"]!.ToString());
    }

    [Fact]
    public async Task ConnectionsAreRejected_UntilLifted_ClosesEveryConnection()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        Assert.Equal(200, (await talk.SendAsync("GET", "/")).Status);
        cluster.Faults.ConnectionsAreRejected = true;
        await Assert.ThrowsAsync<HttpRequestException>(() => talk.SendAsync("GET", "/"));
        using var newcomer = new Talk(cluster);
        await Assert.ThrowsAsync<HttpRequestException>(() => newcomer.SendAsync("GET", "/"));
        cluster.Faults.ConnectionsAreRejected = false;
        Assert.Equal(200, (await talk.SendAsync("GET", "/")).Status);
    }

    [Theory]
    [InlineData(SandboxWriteBlock.ReadOnly, 403, "index [a] blocked by: [FORBIDDEN/5/index read-only (api)];")]
    [InlineData(SandboxWriteBlock.FloodStage, 429, "index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];")]
    public async Task WriteBlock_Set_RefusesWritesAndStillReads(SandboxWriteBlock block, int status, string reason)
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        await talk.SendAsync("POST", "/_bulk", OneDocument);
        cluster.Faults.WriteBlock = block;
        var item = (await talk.JsonAsync("POST", "/_bulk", OneDocument))["items"]![0]!["index"]!;
        Assert.Equal(status.ToString(provider: null), item["status"]!.ToString());
        Assert.Equal(("cluster_block_exception", reason), (item["error"]!["type"]!.ToString(), item["error"]!["reason"]!.ToString()));
        Assert.Equal(status, (await talk.SendAsync("PUT", "/a/_mapping", "{\"properties\":{}}")).Status);
        Assert.Equal(200, (await talk.SendAsync("GET", "/a/_doc/1")).Status);
        cluster.Faults.WriteBlock = SandboxWriteBlock.None;
        Assert.Equal(200, (await talk.SendAsync("PUT", "/a/_doc/1", "{}")).Status);
    }
}
