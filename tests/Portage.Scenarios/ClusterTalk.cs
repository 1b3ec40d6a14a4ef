using System.Net.Http.Headers;
using System.Text.Json;

namespace Portage.Scenarios;

/// <summary>Talks to a cluster by these tests' own means: what Portage says of its work is no proof of it.</summary>
internal sealed class ClusterTalk(string endpoint) : IDisposable
{
    private const int PageSize = 1_000;

    private readonly HttpClient _http = new();

    /// <summary>Sends a request that must succeed, each of its items included; the answer's text.</summary>
    public async Task<string> SendAsync(HttpMethod method, string path, string? body = null)
    {
        var (status, text) = await TryAsync(method, path, body);
        Assert.True(status is >= 200 and < 300 && !text.Contains("\"errors\":true", StringComparison.Ordinal), $"{method} {path}: {status} {text[..Math.Min(text.Length, 800)]}");
        return text;
    }

    /// <summary>Sends a request and tells what came of it.</summary>
    public async Task<(int Status, string Text)> TryAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, $"{endpoint}/{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body, new MediaTypeHeaderValue(path.Contains("_bulk", StringComparison.Ordinal) ? "application/x-ndjson" : "application/json"));
        }

        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>An answer as JSON.</summary>
    public async Task<JsonElement> JsonAsync(string path)
    {
        using var document = JsonDocument.Parse(await SendAsync(HttpMethod.Get, path));
        return document.RootElement.Clone();
    }

    /// <summary>Every document of an index. One that is there twice fails the test.</summary>
    public async Task<SortedDictionary<(string Id, string? Routing), Arrived>> DocumentsAsync(string index)
    {
        await SendAsync(HttpMethod.Post, $"{index}/_refresh");
        var documents = new SortedDictionary<(string, string?), Arrived>();
        var (path, body) = ($"{index}/_search?scroll=1m", $$"""{"size":{{PageSize}},"sort":["_doc"],"version":true}""");
        while (true)
        {
            using var page = JsonDocument.Parse(await SendAsync(HttpMethod.Post, path, body));
            var hits = page.RootElement.GetProperty("hits").GetProperty("hits");
            foreach (var hit in hits.EnumerateArray())
            {
                var routing = hit.TryGetProperty("_routing", out var value) ? value.GetString() : null;
                documents.Add((hit.GetProperty("_id").GetString()!, routing), new(hit.GetProperty("_source").GetRawText(), hit.GetProperty("_version").GetInt64()));
            }

            var scroll = JsonSerializer.Serialize(new { scroll = "1m", scroll_id = page.RootElement.GetProperty("_scroll_id").GetString() });
            if (hits.GetArrayLength() == 0)
            {
                await SendAsync(HttpMethod.Delete, "_search/scroll", JsonSerializer.Serialize(new { scroll_id = page.RootElement.GetProperty("_scroll_id").GetString() }));
                return documents;
            }

            (path, body) = ("_search/scroll", scroll);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}

/// <summary>A document as a cluster has it.</summary>
/// <param name="Source">The text of its source, byte for byte.</param>
/// <param name="Version">1 when it was written once.</param>
internal sealed record Arrived(string Source, long Version);
