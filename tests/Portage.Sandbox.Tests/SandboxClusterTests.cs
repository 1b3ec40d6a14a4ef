using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Portage.Model.Clusters;

namespace Portage.Sandbox.Tests;

public sealed class SandboxClusterTests
{
    private const string TwoDocuments = "{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"n\":1.50e0}\n{\"index\":{\"_index\":\"a\",\"_id\":\"2\",\"routing\":\"r\"}}\n{ \"s\" : \"\\u00e9\\/\" }\n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartAsync_TwoOnAnyPort_AnswerApart()
    {
        await using var one = await SandboxCluster.StartAsync(new(), Cancelled);
        await using var other = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(one);
        await talk.SendAsync("PUT", "/only-here");
        Assert.NotEqual(one.Port, other.Port);
        Assert.Equal(["only-here"], one.Indices);
        Assert.Empty(other.Indices);
    }

    [Fact]
    public async Task StartAsync_PortTaken_Throws()
    {
        await using var one = await SandboxCluster.StartAsync(new(), Cancelled);
        await Assert.ThrowsAsync<IOException>(() => SandboxCluster.StartAsync(new() { Port = one.Port }, Cancelled));
    }

    [Fact]
    public async Task StartAsync_ElasticsearchVersion_ClaimsIt()
    {
        await using var cluster = await SandboxCluster.StartAsync(new() { Version = new(Flavor.Elasticsearch, 7, 10, 2), ClusterName = "old" }, Cancelled);
        using var talk = new Talk(cluster);
        var root = await talk.JsonAsync("GET", "/");
        await talk.SendAsync("PUT", "/a");
        var settings = await talk.JsonAsync("GET", "/a/_settings?flat_settings=true");
        Assert.Equal("7.10.2", root["version"]!["number"]!.ToString());
        Assert.Null(root["version"]!["distribution"]);
        Assert.Equal("old", root["cluster_name"]!.ToString());
        Assert.Equal("7100299", settings["a"]!["settings"]!["index.version.created"]!.ToString());
    }

    [Fact]
    public async Task Allocation_DiskAndShardsOfTheOptions_TellsThemAndTakesNoShardMore()
    {
        await using var cluster = await SandboxCluster.StartAsync(new() { ShardsMax = 4, DiskBytes = 10_000 }, Cancelled);
        using var talk = new Talk(cluster);
        Assert.Equal("4", (await talk.JsonAsync("GET", "/_cluster/settings?include_defaults=true&flat_settings=true"))["defaults"]!["cluster.max_shards_per_node"]!.ToString());
        await talk.SendAsync("PUT", "/a", """{"settings":{"number_of_replicas":1}}""");
        var rows = (await talk.JsonAsync("GET", "/_cat/allocation?format=json&bytes=b")).AsArray();
        Assert.Equal(("10000", "9792", "UNASSIGNED", "1"), (rows[0]!["disk.total"]!.ToString(), rows[0]!["disk.avail"]!.ToString(), rows[1]!["node"]!.ToString(), rows[1]!["shards"]!.ToString()));
        var refusal = await talk.JsonAsync("PUT", "/b", """{"settings":{"number_of_shards":3,"number_of_replicas":0}}""");
        Assert.Equal("Validation Failed: 1: this action would add [3] total shards, but this cluster currently has [2]/[4] maximum shards open;", refusal["error"]!["reason"]!.ToString());
        Assert.Equal(["a"], cluster.Indices);
    }

    [Fact]
    public async Task Aliases_ASecondIndexToWriteTo_IsRefusedUnlessTheFirstLetsGo()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        await talk.SendAsync("PUT", "/a", """{"aliases":{"w":{"is_write_index":true}}}""");
        await talk.SendAsync("PUT", "/b");
        var refusal = await talk.JsonAsync("PUT", "/b/_alias/w", """{"is_write_index":true}""");
        Assert.Equal(("500", "alias [w] has more than one write index [a,b]"), (refusal["status"]!.ToString(), refusal["error"]!["reason"]!.ToString()));
        var moved = await talk.JsonAsync("POST", "/_aliases", """{"actions":[{"add":{"index":"b","alias":"w","is_write_index":true}},{"add":{"index":"a","alias":"w","is_write_index":false}}]}""");
        Assert.Equal("true", moved["acknowledged"]!.ToString());
    }

    [Fact]
    public async Task StartAsync_SameSeed_MakesTheSameIds()
    {
        async Task<string> FirstIdAsync()
        {
            await using var cluster = await SandboxCluster.StartAsync(new() { Random = new Random(7) }, Cancelled);
            using var talk = new Talk(cluster);
            await talk.SendAsync("POST", "/a/_doc", "{}");
            return Assert.Single(cluster.Documents("a")).Id;
        }

        Assert.Equal(await FirstIdAsync(), await FirstIdAsync());
    }

    [Fact]
    public async Task DisposeAsync_IdleConnectionOpen_ClosesIt()
    {
        var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, cluster.Port, Cancelled);
        var stream = socket.GetStream();
        await stream.WriteAsync("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancelled);
        var buffer = new byte[4096];
        Assert.NotEqual(0, await stream.ReadAsync(buffer, Cancelled));
        await cluster.DisposeAsync();
        Assert.Equal(0, await stream.ReadAsync(buffer, Cancelled));
    }

    [Fact]
    public async Task DisposeAsync_RequestUnderWay_CutsIt()
    {
        var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        cluster.Faults.DelayPerBulk = TimeSpan.FromHours(1);
        var waiting = talk.SendAsync("POST", "/_bulk", TwoDocuments);
        while (cluster.Requests.Bulks == 0)
        {
            await Task.Yield();
        }

        await cluster.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
        Assert.Empty(cluster.Documents("a"));
    }

    [Fact]
    public async Task Documents_AfterABulk_HoldTheSourceByteForByte()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        await talk.SendAsync("POST", "/_bulk", TwoDocuments);
        var documents = cluster.Documents("a");
        Assert.Equal(["{\"n\":1.50e0}", "{ \"s\" : \"\\u00e9\\/\" }"], documents.Select(document => Encoding.UTF8.GetString(document.Source.Span)));
        Assert.Equal([null, "r"], documents.Select(document => document.Routing));
        Assert.Equal("{ \"s\" : \"\\u00e9\\/\" }", (await talk.SendAsync("GET", "/a/_source/2")).Text);
        Assert.Contains("\"_source\":{\"n\":1.50e0}", (await talk.SendAsync("GET", "/a/_search")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_OfEveryKind_AreCounted()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        await talk.SendAsync("POST", "/_bulk", TwoDocuments);
        await talk.SendAsync("POST", "/a/_bulk", "nonsense\n");
        await talk.SendAsync("GET", "/no/such/path");
        Assert.Equal(3, cluster.Requests.Total);
        Assert.Equal(2, cluster.Requests.Bulks);
        Assert.Equal(1, cluster.Requests.Of("POST /{index}/_bulk"));
        Assert.Equal(1, cluster.Requests.ByEndpoint["GET /no/such/path"]);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("admin:wrong", 401)]
    [InlineData("admin:sécret", 200)]
    public async Task Answer_CredentialsAsked_LetsInOnlyWhoHasThem(string? given, int status)
    {
        await using var cluster = await SandboxCluster.StartAsync(new() { Credentials = new("admin", "sécret") }, Cancelled);
        using var talk = new Talk(cluster);
        if (given is not null)
        {
            talk.Client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(given)));
        }

        using var response = await talk.Client.GetAsync("/", Cancelled);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Contains(new AuthenticationHeaderValue("Basic", "realm=\"OpenSearch Security\"")));
    }

    [Fact]
    public async Task Answer_CompressedBody_IsRead()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionMode.Compress))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(TwoDocuments), Cancelled);
        }

        using var good = await talk.PostBytesAsync("/_bulk", compressed.ToArray(), "gzip");
        using var broken = await talk.PostBytesAsync("/_bulk", [1, 2, 3, 4], "gzip");
        using var unknown = await talk.PostBytesAsync("/_bulk", [1], "br");
        Assert.Equal((200, 400, 415), ((int)good.StatusCode, (int)broken.StatusCode, (int)unknown.StatusCode));
        Assert.Equal(2, cluster.Documents("a").Count);
    }

    [Fact]
    public async Task Answer_BodyOverTheLimit_Is413()
    {
        await using var cluster = await SandboxCluster.StartAsync(new() { BodyBytesMax = 1_000 }, Cancelled);
        using var talk = new Talk(cluster);
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionMode.Compress))
        {
            await gzip.WriteAsync(new byte[100_000], Cancelled);
        }

        using var bomb = await talk.PostBytesAsync("/_bulk", compressed.ToArray(), "gzip");
        var (status, _) = await talk.SendAsync("POST", "/_bulk", new string(' ', 1_001));
        Assert.Equal((413, 413), ((int)bomb.StatusCode, status));
    }

    [Fact]
    public async Task Answer_ManyWritersAtOnce_LosesNothing()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(writer => talk.SendAsync(
            "POST", "/_bulk", string.Concat(Enumerable.Range(0, 50).Select(n => $"{{\"index\":{{\"_index\":\"a\",\"_id\":\"{writer}-{n}\"}}}}\n{{\"field{n % 7}\":{n}}}\n")))));
        Assert.Equal(2_000, cluster.Documents("a").Count);
        Assert.Equal("2000", (await talk.JsonAsync("GET", "/a/_count"))["count"]!.ToString());
    }

    [Fact]
    public async Task Answer_KeywordTooLong_IsAnImmenseTerm()
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        await talk.SendAsync("PUT", "/a", "{\"mappings\":{\"properties\":{\"k\":{\"type\":\"keyword\"}}}}");
        var reply = await talk.JsonAsync("PUT", "/a/_doc/1", $"{{\"k\":\"{new string('x', 32_767)}\"}}");
        Assert.Equal("max_bytes_length_exceeded_exception", reply["error"]!["caused_by"]!["type"]!.ToString());
        Assert.Equal(201, (await talk.SendAsync("PUT", "/a/_doc/1", $"{{\"k\":\"{new string('x', 32_766)}\"}}")).Status);
    }

    [Theory]
    [InlineData("PUT", "/_snapshot/repo", "{}", "the sandbox keeps no snapshots")]
    [InlineData("POST", "/a/_search", "{\"aggs\":{}}", "the sandbox has no [aggs] in searches")]
    [InlineData("POST", "/a/_search", "{\"query\":{\"wildcard\":{\"k\":\"*\"}}}", "the sandbox does not know the query [wildcard]")]
    [InlineData("PUT", "/_index_template/t", "{\"index_patterns\":[\"x\"],\"data_stream\":{}}", "the sandbox has no data streams")]
    public async Task Answer_WhatASandboxLacks_SaysSo(string method, string path, string body, string reason)
    {
        await using var cluster = await SandboxCluster.StartAsync(new(), Cancelled);
        using var talk = new Talk(cluster);
        await talk.SendAsync("PUT", "/a");
        var (status, text) = await talk.SendAsync(method, path, body);
        Assert.Equal(400, status);
        Assert.Contains(reason, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scroll_PastItsKeepAlive_IsGone()
    {
        var time = new ManualTime();
        await using var cluster = await SandboxCluster.StartAsync(new() { TimeProvider = time }, Cancelled);
        using var talk = new Talk(cluster);
        await talk.SendAsync("POST", "/_bulk", TwoDocuments);
        var first = await talk.JsonAsync("POST", "/a/_search?scroll=1m&size=1");
        time.Advance(TimeSpan.FromSeconds(61));
        var (status, text) = await talk.SendAsync("POST", "/_search/scroll", $"{{\"scroll_id\":\"{first["_scroll_id"]}\"}}");
        Assert.Equal(404, status);
        Assert.Contains("search_context_missing_exception", text, StringComparison.Ordinal);
    }
}
