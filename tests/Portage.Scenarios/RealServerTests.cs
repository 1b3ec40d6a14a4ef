using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Portage.Scenarios;

/// <summary>The main job from end to end between real servers: what arrives is compared by these tests' own means.</summary>
public sealed class RealServerTests
{
    private const int DocumentCount = 3_000;

    [Fact]
    public async Task Start_TakenFromElasticsearch7_EveryDocumentArrives()
    {
        await using var source = await RealServer.ElasticsearchAsync(TestContext.Current.CancellationToken);
        await using var target = await RealServer.OpenSearchAsync(TestContext.Current.CancellationToken);
        using var old = new ClusterTalk(source.Endpoint);
        using var blue = new ClusterTalk(target.Endpoint);
        await FillAsync(old);
        await using var workflow = new Workflow();
        await workflow.WriteAsync("shop.yaml", $$"""
            targets:
              blue: { endpoint: "{{target.Endpoint}}" }
            migrations:
              shop:
                source: { endpoint: "{{source.Endpoint}}" }
                snapshots:
                  main: { repository: { file: { path: "{{source.Data}}/repos/moving" } }, take: {} }
                slices:
                  all: { snapshot: main }
            """);

        (await workflow.RunAsync("configure", "--file", "shop.yaml")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        (await workflow.RunAsync("approve", "--all", "--comment", "looks right")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);

        foreach (var index in (string[])["awkward", "routed", "nested", "empty"])
        {
            Assert.Equal(SourcesOf(await old.DocumentsAsync(index)), SourcesOf(await blue.DocumentsAsync(index)));
        }

        Assert.Equal(DocumentCount - 300, (await blue.DocumentsAsync("awkward")).Count - 1);
        Assert.True((await blue.JsonAsync("_alias/few")).TryGetProperty("awkward", out _));
        (await workflow.RunAsync("start")).Expect(0).Says("Nothing to do");
    }

    [Fact]
    public async Task Start_RepositoryOfElasticsearch6_EveryDocumentArrives()
    {
        using var fixture = Fixtures.Unzip("made/es-6.8.9.zip");
        await using var target = await RealServer.OpenSearchAsync(TestContext.Current.CancellationToken);
        using var blue = new ClusterTalk(target.Endpoint);
        await using var workflow = new Workflow();
        await workflow.WriteAsync("old.yaml", $$"""
            targets:
              blue: { endpoint: "{{target.Endpoint}}" }
            migrations:
              old:
                snapshots:
                  main: { repository: { file: { path: "{{fixture["repo"]}}" } }, existing: second }
                slices:
                  some: { indices: { include: [logs, ids, routed, numbers, big, sparse] }, metadata: { approve: none, replicas: 0 } }
            """);

        (await workflow.RunAsync("configure", "--file", "old.yaml")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);

        foreach (var index in (string[])["logs", "ids", "routed", "numbers", "big", "sparse"])
        {
            var golden = File.ReadLines(fixture[$"golden/second/{index}.ndjson"]).Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(
                line => (line.GetProperty("id").GetString()!, line.GetProperty("routing").GetString()),
                line => line.GetProperty("source").GetString()!);
            var found = await blue.DocumentsAsync(index);
            Assert.Equal(golden.Count, found.Count);
            foreach (var (key, source) in golden)
            {
                // Line breaks between tokens cannot go into a bulk body; nothing else may differ.
                Assert.Equal(source.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal), found[key].Source);
            }
        }
    }

    private static SortedDictionary<(string Id, string? Routing), string> SourcesOf(SortedDictionary<(string Id, string? Routing), Arrived> documents) =>
        new(documents.ToDictionary(document => document.Key, document => document.Value.Source));

    /// <summary>Documents of awkward shapes: deletes, updates, routing, nested, unicode ids, big numbers, one of 5 MB, an empty index, aliases.</summary>
    private static async Task FillAsync(ClusterTalk source)
    {
        await source.SendAsync(HttpMethod.Put, "_template/awkward", """{"index_patterns":["awk*"],"settings":{"number_of_shards":2,"number_of_replicas":0}}""");
        await source.SendAsync(HttpMethod.Put, "awkward", """{"mappings":{"properties":{"n":{"type":"long"},"text":{"type":"text"},"big":{"type":"keyword","index":false,"doc_values":false}}},"aliases":{"few":{"filter":{"range":{"n":{"lt":10}}}}}}""");
        await source.SendAsync(HttpMethod.Put, "routed", """{"settings":{"number_of_shards":3,"number_of_replicas":0},"mappings":{"_routing":{"required":true}}}""");
        await source.SendAsync(HttpMethod.Put, "nested", """{"settings":{"number_of_replicas":0},"mappings":{"properties":{"lines":{"type":"nested"}}}}""");
        await source.SendAsync(HttpMethod.Put, "empty", """{"settings":{"number_of_replicas":0}}""");
        var bulk = new StringBuilder();
        for (var i = 0; i < DocumentCount; i++)
        {
            var id = JsonSerializer.Serialize((i % 4) switch { 0 => $"{i}", 1 => $"日本/{i} \"x\"", 2 => $"\u00e9\ud83d\ude00{i}", _ => $"-{i:D20}" });
            bulk.Append(CultureInfo.InvariantCulture, $$$"""{"index":{"_index":"awkward","_id":{{{id}}}}}""").Append('\n')
                .Append(CultureInfo.InvariantCulture, $$"""{"n": {{i}},"exact":{{i}}.10,"large":12345678901234567890.0{{i}},"tiny":1E-{{i % 300}},"text":"\u00fc\ud83d\ude00 document {{i}}"}""").Append('\n');
            bulk.Append(CultureInfo.InvariantCulture, $$$"""{"index":{"_index":"routed","_id":"r{{{i}}}","routing":"straße-{{{i % 7}}}"}}""").Append('\n').Append("{\"a\":[]}\n");
            if (i % 10 == 0)
            {
                bulk.Append(CultureInfo.InvariantCulture, $$$"""{"index":{"_index":"nested","_id":"{{{i}}}"}}""").Append('\n').Append("{\"lines\":[{\"x\":1},{\"x\":2}]}\n");
            }
        }

        await source.SendAsync(HttpMethod.Post, "_bulk", bulk.ToString());
        await source.SendAsync(HttpMethod.Post, "_flush");
        bulk.Clear();
        for (var i = 0; i < DocumentCount; i += 40)
        {
            bulk.Append(CultureInfo.InvariantCulture, $$$"""{"update":{"_index":"awkward","_id":"{{{i}}}"}}""").Append('\n').Append("{\"doc\":{\"changed\":true}}\n");
        }

        await source.SendAsync(HttpMethod.Post, "_bulk", bulk.ToString());
        await source.SendAsync(HttpMethod.Post, "awkward/_refresh");
        await source.SendAsync(HttpMethod.Post, "awkward/_delete_by_query?refresh=true", """{"query":{"range":{"n":{"gte":2700}}}}""");
        await source.SendAsync(HttpMethod.Put, "awkward/_doc/five-megabytes", $$"""{"n":5,"big":"{{new string('x', 5_000_000)}}"}""");
        await source.SendAsync(HttpMethod.Post, "_refresh");
    }
}
