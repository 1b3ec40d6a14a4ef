using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Portage.Lucene.Tests.RealServers;

/// <summary>The index <c>shard</c> of a real server, of one shard: written and asked over HTTP, and found in the server's data folder.</summary>
internal static class ShardIndex
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task BulkAsync(HttpClient client, IEnumerable<(string Action, string? Source)> operations)
    {
        foreach (var batch in operations.Chunk(500))
        {
            var body = new StringBuilder();
            foreach (var (action, source) in batch)
            {
                body.Append(action).Append('\n');
                if (source is not null)
                {
                    body.Append(source).Append('\n');
                }
            }

            using var answer = JsonDocument.Parse(await SendAsync(client, HttpMethod.Post, "/shard/_bulk", body.ToString(), "application/x-ndjson"));
            Assert.False(answer.RootElement.GetProperty("errors").GetBoolean());
        }
    }

    public static async Task<Dictionary<string, string>> SearchAsync(HttpClient client)
    {
        var query = JsonSerializer.Serialize(new { size = 10_000 });
        using var answer = JsonDocument.Parse(await SendAsync(client, HttpMethod.Post, "/shard/_search", query));
        return answer.RootElement.GetProperty("hits").GetProperty("hits").EnumerateArray().ToDictionary(
            hit => hit.GetProperty("_id").GetString()!, hit => hit.GetProperty("_source").GetRawText());
    }

    public static async Task<string> FindShardAsync(HttpClient client, string data)
    {
        using var answer = JsonDocument.Parse(await SendAsync(client, HttpMethod.Get, "/shard/_settings", null));
        var uuid = answer.RootElement.GetProperty("shard").GetProperty("settings").GetProperty("index").GetProperty("uuid").GetString()!;
        return Path.Combine(Directory.EnumerateDirectories(data, uuid, SearchOption.AllDirectories).Single(), "0", "index");
    }

    public static async Task<string> SendAsync(HttpClient client, HttpMethod method, string path, string? body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        }

        using var response = await client.SendAsync(request, Cancellation);
        var answer = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, answer);
        return answer;
    }

    // As Uid of Elasticsearch 6 and later does.
    public static string DecodeId(ReadOnlySpan<byte> id)
    {
        if (id[0] == 0xFF)
        {
            return Encoding.UTF8.GetString(id[1..]);
        }

        if (id[0] == 0xFE)
        {
            return Convert.ToHexString(id[1..]).TrimEnd('F');
        }

        return Convert.ToBase64String(id[0] == 0xFD ? id[1..] : id).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
