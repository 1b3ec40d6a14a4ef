using System.Text;
using Portage.Clusters.Bulk;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Clusters.Tests.Scripting;
using Portage.Clusters.Validation;

namespace Portage.Clusters.Tests.Real;

/// <summary>The bulk pipeline and the reading of documents against real servers.</summary>
public sealed class RealBulkTests(RealClusters clusters)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_EveryKindOfDocument_ArrivesOrIsRejectedWithItsReason(bool isOpenSearch)
    {
        using var client = new ClusterClient(new((await clusters.StartedAsync(isOpenSearch, Cancellation)).Endpoint), TimeProvider.System);
        var index = await CreateAsync(client, "kinds", """{"settings":{"number_of_replicas":0,"number_of_shards":3},"mappings":{"dynamic":"strict","properties":{"n":{"type":"long"},"text":{"type":"keyword"}}}}""");
        BulkOperation Doc(long tag, string id, string source) => new() { Index = index, Id = id, Tag = tag, Source = Encoding.UTF8.GetBytes(source) };
        var longId = new string('i', 513);
        BulkOperation[] operations =
        [
            Doc(0, "plain", """{"n":1}"""),
            Doc(1, "no-number", """{"n":"x"}"""),
            Doc(2, "unknown-field", """{"other":1}"""),
            Doc(3, "broken", """{"n":"""),
            Doc(4, "plain", """{"n":2}"""),
            Doc(5, "plain", """{"n":3}""") with { Action = BulkAction.Create },
            Doc(6, "schön 🚢/\"\\ \u0001 %2F+", """{ "text" : "🚢\u00e9", "n": 12345678901234567 }"""),
            Doc(7, "routed", """{"n":7}""") with { Routing = "päth/1" },
            Doc(8, "versioned", """{"n":8}""") with { ExternalVersion = 5 },
            Doc(9, "versioned", """{"n":9}""") with { ExternalVersion = 4 },
            Doc(10, "versioned", """{"n":10}""") with { ExternalVersion = 5, VersionRule = ExternalVersionRule.HigherOrEqual },
            new() { Action = BulkAction.Delete, Index = index, Id = "nobody", Tag = 11 },
            Doc(12, longId, """{"n":12}"""),
            Doc(13, "multi\nline", "{\n  \"n\": 13\n}"),
        ];
        var pipeline = new BulkPipeline(client, new(), new(), TimeProvider.System, new Random(1));
        var results = await pipeline.ResultsAsync(Operations.Of(operations));
        Assert.Equal(
            [
                "0 Created 201 ", "1 Rejected 400 mapper_parsing_exception", "2 Rejected 400 strict_dynamic_mapping_exception", "3 Rejected 400 mapper_parsing_exception",
                "4 Updated 200 ", "5 Conflict 409 version_conflict_engine_exception", "6 Created 201 ", "7 Created 201 ", "8 Created 201 ",
                "9 Conflict 409 version_conflict_engine_exception", "10 Updated 200 ", "11 NotFound 404 ", "12 Rejected 400 action_request_validation_exception", "13 Created 201 ",
            ],
            results.Select(item => $"{item.Operation.Tag} {item.Outcome} {item.Status} {item.ErrorType}").Order(new ByTag()));
        Assert.Contains("For input string", results[1].Reason, StringComparison.Ordinal);

        var documents = new ClusterDocuments(client);
        await documents.RefreshAsync(index, Cancellation);
        Assert.Equal(5, await documents.CountAsync(index, Cancellation));
        var keys = new List<DocumentKey>();
        await foreach (var key in documents.ScanAsync(index, 2, Cancellation))
        {
            keys.Add(key);
        }

        Assert.Equal(
            new[] { "multi\nline", "plain", "routed", "schön 🚢/\"\\ \u0001 %2F+", "versioned" },
            keys.Select(key => key.Id).Order(StringComparer.Ordinal));
        Assert.Equal("päth/1", keys.Single(key => key.Id == "routed").Routing);
        Assert.Null(keys.Single(key => key.Id == "plain").Routing);

        keys.Add(new(index, "nobody", null));
        var found = await documents.GetAsync(keys, Cancellation);
        Assert.Equal(keys, found.Select(document => document.Key));
        string? Source(string id) => found.Single(document => document.Key.Id == id).Source is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
        Assert.Equal("""{ "text" : "🚢\u00e9", "n": 12345678901234567 }""", Source("schön 🚢/\"\\ \u0001 %2F+"));
        Assert.Equal("""{"n":2}""", Source("plain"));
        Assert.Equal("""{"n":7}""", Source("routed"));
        Assert.Equal("""{"n":10}""", Source("versioned"));
        Assert.Equal("{   \"n\": 13 }", Source("multi\nline"));
        Assert.Null(Source("nobody"));
        Assert.False(found[^1].IsFound);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_IndexIsReadOnly_EndsWithTheBlock(bool isOpenSearch)
    {
        using var client = new ClusterClient(new((await clusters.StartedAsync(isOpenSearch, Cancellation)).Endpoint), TimeProvider.System);
        var metadata = new ClusterMetadata(client);
        var index = await CreateAsync(client, "blocked", """{"settings":{"number_of_replicas":0}}""");
        foreach (var (setting, status, isFull) in ((string, int, bool)[])[("write", 403, false), ("read_only_allow_delete", 429, true)])
        {
            await metadata.PutSettingsAsync(index, Encoding.UTF8.GetBytes($$"""{"index.blocks.{{setting}}":true}"""), Cancellation);
            var pipeline = new BulkPipeline(client, new(), new(), TimeProvider.System, new Random(1));
            var failure = await Assert.ThrowsAsync<ClusterBlockedException>(() => pipeline.ResultsAsync(Operations.Of([Operations.Index(1) with { Index = index }])));
            Assert.Equal((index, status, isFull), (failure.Index, failure.Status, failure.DiskIsFull));
            await metadata.PutSettingsAsync(index, Encoding.UTF8.GetBytes($$"""{"index.blocks.{{setting}}":null}"""), Cancellation);
        }
    }

    [Fact]
    public async Task Run_IndexIsClosedOrMissing_EndsWithIt()
    {
        using var client = new ClusterClient(new((await clusters.OpenSearchAsync(Cancellation)).Endpoint), TimeProvider.System);
        var index = await CreateAsync(client, "closed", """{"settings":{"number_of_replicas":0}}""");
        await client.RequestAsync(HttpMethod.Post, $"/{index}/_close", null, Cancellation);
        var pipeline = new BulkPipeline(client, new(), new(), TimeProvider.System, new Random(1));
        var failure = await Assert.ThrowsAsync<ClusterRequestException>(() => pipeline.ResultsAsync(Operations.Of([Operations.Index(1) with { Index = index }])));
        Assert.Equal("index_closed_exception", failure.ErrorType);

        await Assert.ThrowsAsync<ClusterRequestException>(() => new ClusterDocuments(client).CountAsync("no-such-index", Cancellation));
        Assert.False(Assert.Single(await new ClusterDocuments(client).GetAsync([new("no-such-index", "1", null)], Cancellation)).IsFound);
    }

    [Fact]
    public async Task Run_MoreThanTheServerTakes_IsSplit()
    {
        await using var server = await RealServer.OpenSearchAsync(Cancellation, settings: ["http.max_content_length=1mb"]);
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var index = await CreateAsync(client, "large", """{"settings":{"number_of_replicas":0},"mappings":{"enabled":false}}""");
        var text = new string('x', 100_000);
        var pipeline = new BulkPipeline(client, new() { Connections = 1 }, new() { Backoff = new() { First = TimeSpan.FromMilliseconds(10) } }, TimeProvider.System, new Random(1));
        var operations = Enumerable.Range(0, 50).Select(n => Operations.Index(n, $$"""{"f":"{{text}}"}""") with { Index = index })
            .Append(Operations.Index(50, $$"""{"f":"{{new string('y', 2_000_000)}}"}""") with { Index = index });
        var results = await pipeline.ResultsAsync(Operations.Of(operations));
        Assert.Equal(50, results.Count(item => item.Outcome is BulkItemOutcome.Created or BulkItemOutcome.Updated));
        Assert.Equal(413, results[50].Status);
        Assert.Equal(BulkItemOutcome.Rejected, results[50].Outcome);
        Assert.True(pipeline.State.BodyBytesAllowed < 1024 * 1024);
    }

    [Fact]
    public async Task Run_ServerIsKilledAndComesBack_LosesNothing()
    {
        using var data = new TempFolder();
        var server = await RealServer.OpenSearchAsync(Cancellation, data: data.Path);
        await using var proxy = new Relay(server.Port);
        using var client = new ClusterClient(new(proxy.Endpoint), TimeProvider.System);
        var index = await CreateAsync(client, "killed", """{"settings":{"number_of_replicas":0,"index.translog.durability":"request"}}""");
        var pipeline = new BulkPipeline(
            client, new() { Connections = 3, Limits = new() { OperationCountMax = 200 } }, new() { Backoff = new() { Max = TimeSpan.FromSeconds(1) } }, TimeProvider.System, new Random(1));
        var tags = new List<long>();
        var restarted = default(RealServer);
        await foreach (var batch in pipeline.RunAsync(Operations.Of(Enumerable.Range(0, 20_000).Select(n => Operations.Index(n) with { Index = index })), CancellationToken.None, Cancellation))
        {
            Assert.True(batch.AllAccepted);
            tags.AddRange(batch.Items.Select(item => item.Operation.Tag));
            if (tags.Count == 4000)
            {
                await server.KillAsync(Cancellation);
                restarted = await RealServer.OpenSearchAsync(Cancellation, data: data.Path);
                proxy.Port = restarted.Port;
            }
        }

        await using (restarted)
        {
            Assert.Equal(Enumerable.Range(0, 20_000).Select(n => (long)n), tags);
            Assert.NotNull(restarted);
            var documents = new ClusterDocuments(client);
            await documents.RefreshAsync(index, Cancellation);
            Assert.Equal(20_000, await documents.CountAsync(index, Cancellation));
        }

        await server.DisposeAsync();
    }

    private static async Task<string> CreateAsync(ClusterClient client, string index, string definition)
    {
        await new ClusterMetadata(client).DeleteIndexAsync(index, Cancellation);
        Assert.True(await new ClusterMetadata(client).CreateIndexAsync(index, Encoding.UTF8.GetBytes(definition), Cancellation));
        return index;
    }

    private sealed class ByTag : IComparer<string>
    {
        public int Compare(string? x, string? y) => Tag(x).CompareTo(Tag(y));

        private static int Tag(string? text) => int.Parse(text!.AsSpan(0, text!.IndexOf(' ', StringComparison.Ordinal)), provider: null);
    }
}
