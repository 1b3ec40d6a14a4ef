using System.Text;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Metadata;

namespace Portage.Steps.Tests;

/// <summary>What a test sees and prepares on a target, by a client of its own.</summary>
internal sealed class TestTarget(string endpoint) : IDisposable
{
    private readonly ClusterClient _client = new(new ClusterConnection(endpoint), TimeProvider.System);

    public ClusterMetadata Metadata => new(_client);

    public async Task SendAsync(HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        var reply = await _client.SendAsync(method, path, json is null ? null : Encoding.UTF8.GetBytes(json), null, cancellationToken);
        Assert.True(reply.IsSuccess, $"{method} {path}: {reply.Status} {Encoding.UTF8.GetString(reply.Body.Span)}");
    }

    public Task PutAsync(string path, string json, CancellationToken cancellationToken) => SendAsync(HttpMethod.Put, path, json, cancellationToken);

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken)
    {
        var reply = await _client.SendAsync(HttpMethod.Get, path, null, null, cancellationToken);
        return JsonNode.Parse(reply.Body.Span)!;
    }

    /// <summary>Everything that a metadata step may make, by name: equal texts mean that nothing was added, changed or taken.</summary>
    public Task<string> EverythingAsync(CancellationToken cancellationToken) => EverythingAsync(Metadata, cancellationToken);

    /// <summary>The same, by another way.</summary>
    public static async Task<string> EverythingAsync(ClusterMetadata metadata, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var kind in (TemplateKind[])[TemplateKind.Legacy, TemplateKind.Component, TemplateKind.Index])
        {
            foreach (var template in (await metadata.ListTemplatesAsync(kind, cancellationToken)).OrderBy(template => template.Name, StringComparer.Ordinal))
            {
                text.Append(kind).Append(' ').Append(template.Name).Append(' ').Append(Encoding.UTF8.GetString(template.Json.Span)).Append('\n');
            }
        }

        foreach (var index in (await metadata.GetIndicesAsync("*", cancellationToken)).OrderBy(index => index.Name, StringComparer.Ordinal))
        {
            text.Append("index ").Append(index.Name).Append(' ').Append(Encoding.UTF8.GetString(index.Json.Span)).Append('\n');
        }

        return text.ToString();
    }

    public void Dispose() => _client.Dispose();
}
