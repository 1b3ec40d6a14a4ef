using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Portage.Sandbox.Tests;

/// <summary>A client's side of a talk with a sandbox.</summary>
internal sealed class Talk(SandboxCluster cluster) : IDisposable
{
    public HttpClient Client { get; } = new() { BaseAddress = new Uri(cluster.Endpoint) };

    public async Task<(int Status, string Text)> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<JsonNode> JsonAsync(string method, string path, string? body = null) =>
        JsonNode.Parse((await SendAsync(method, path, body)).Text)!;

    public async Task<HttpResponseMessage> PostBytesAsync(string path, byte[] body, string? encoding)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return await Client.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    public void Dispose() => Client.Dispose();
}
