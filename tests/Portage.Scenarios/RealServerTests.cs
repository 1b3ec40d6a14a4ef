using System.Globalization;
using System.Net.Http.Headers;
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
        using var http = new HttpClient();
        await FillAsync(http, source.Endpoint);
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
            var expected = await DocumentsAsync(http, source.Endpoint, index);
            Assert.Equal(expected, await DocumentsAsync(http, target.Endpoint, index));
        }

        Assert.Equal(DocumentCount - 300, (await DocumentsAsync(http, target.Endpoint, "awkward")).Count - 1);
        using var aliases = JsonDocument.Parse(await http.GetStringAsync($"{target.Endpoint}/_alias/few", TestContext.Current.CancellationToken));
        Assert.True(aliases.RootElement.TryGetProperty("awkward", out _));
        (await workflow.RunAsync("start")).Expect(0).Says("Nothing to do");
    }

    [Fact]
    public async Task Start_RepositoryOfElasticsearch6_EveryDocumentArrives()
    {
        using var fixture = Fixtures.Unzip("made/es-6.8.9.zip");
        await using var target = await RealServer.OpenSearchAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient();
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
            var found = await DocumentsAsync(http, target.Endpoint, index);
            Assert.Equal(golden.Count, found.Count);
            foreach (var (key, source) in golden)
            {
                // Line breaks between tokens cannot go into a bulk body; nothing else may differ.
                Assert.Equal(source.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal), found[key]);
            }
        }
    }

    /// <summary>Documents of awkward shapes: deletes, updates, routing, nested, unicode ids, big numbers, one of 5 MB, an empty index, aliases.</summary>
    private static async Task FillAsync(HttpClient http, string endpoint)
    {
        await SendAsync(http, HttpMethod.Put, $"{endpoint}/_template/awkward", """{"index_patterns":["awk*"],"settings":{"number_of_shards":2,"number_of_replicas":0}}""");
        await SendAsync(http, HttpMethod.Put, $"{endpoint}/awkward", """{"mappings":{"properties":{"n":{"type":"long"},"text":{"type":"text"},"big":{"type":"keyword","index":false,"doc_values":false}}},"aliases":{"few":{"filter":{"range":{"n":{"lt":10}}}}}}""");
        await SendAsync(http, HttpMethod.Put, $"{endpoint}/routed", """{"settings":{"number_of_shards":3,"number_of_replicas":0},"mappings":{"_routing":{"required":true}}}""");
        await SendAsync(http, HttpMethod.Put, $"{endpoint}/nested", """{"settings":{"number_of_replicas":0},"mappings":{"properties":{"lines":{"type":"nested"}}}}""");
        await SendAsync(http, HttpMethod.Put, $"{endpoint}/empty", """{"settings":{"number_of_replicas":0}}""");
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

        await SendAsync(http, HttpMethod.Post, $"{endpoint}/_bulk", bulk.ToString());
        await SendAsync(http, HttpMethod.Post, $"{endpoint}/_flush", null);
        bulk.Clear();
        for (var i = 0; i < DocumentCount; i += 40)
        {
            bulk.Append(CultureInfo.InvariantCulture, $$$"""{"update":{"_index":"awkward","_id":"{{{i}}}"}}""").Append('\n').Append("{\"doc\":{\"changed\":true}}\n");
        }

        await SendAsync(http, HttpMethod.Post, $"{endpoint}/_bulk", bulk.ToString());
        await SendAsync(http, HttpMethod.Post, $"{endpoint}/awkward/_refresh", null);
        await SendAsync(http, HttpMethod.Post, $"{endpoint}/awkward/_delete_by_query?refresh=true", """{"query":{"range":{"n":{"gte":2700}}}}""");
        await SendAsync(http, HttpMethod.Put, $"{endpoint}/awkward/_doc/five-megabytes", $$"""{"n":5,"big":"{{new string('x', 5_000_000)}}"}""");
        await SendAsync(http, HttpMethod.Post, $"{endpoint}/_refresh", null);
    }

    private static async Task<SortedDictionary<(string Id, string? Routing), string>> DocumentsAsync(HttpClient http, string endpoint, string index)
    {
        await SendAsync(http, HttpMethod.Post, $"{endpoint}/{index}/_refresh", null);
        var documents = new SortedDictionary<(string, string?), string>();
        var (path, body) = ($"{index}/_search?scroll=1m", """{"size":1000,"sort":["_doc"]}""");
        while (true)
        {
            using var page = JsonDocument.Parse(await SendAsync(http, HttpMethod.Post, $"{endpoint}/{path}", body));
            var hits = page.RootElement.GetProperty("hits").GetProperty("hits");
            foreach (var hit in hits.EnumerateArray())
            {
                var routing = hit.TryGetProperty("_routing", out var value) ? value.GetString() : null;
                documents.Add((hit.GetProperty("_id").GetString()!, routing), hit.GetProperty("_source").GetRawText());
            }

            if (hits.GetArrayLength() == 0)
            {
                return documents;
            }

            (path, body) = ("_search/scroll", JsonSerializer.Serialize(new { scroll = "1m", scroll_id = page.RootElement.GetProperty("_scroll_id").GetString() }));
        }
    }

    private static async Task<string> SendAsync(HttpClient http, HttpMethod method, string address, string? body)
    {
        using var request = new HttpRequestMessage(method, address);
        if (body is not null)
        {
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode && !text.Contains("\"errors\":true", StringComparison.Ordinal), $"{method} {address}: {text[..Math.Min(text.Length, 800)]}");
        return text;
    }
}
