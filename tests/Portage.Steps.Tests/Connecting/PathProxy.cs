using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Portage.Steps.Tests.Connecting;

/// <summary>A reverse proxy that has a cluster below a path, and nothing else.</summary>
internal sealed class PathProxy : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _client = new();
    private readonly string _path;
    private readonly string _cluster;
    private readonly Task _serving;

    /// <param name="path">Begins with a slash, and ends with none.</param>
    public PathProxy(string path, string cluster)
    {
        (_path, _cluster) = (path, cluster);
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Endpoint = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        }

        _listener.Prefixes.Add($"{Endpoint}/");
        _listener.Start();
        Endpoint += path;
        _serving = ServeAsync();
    }

    /// <summary>Of the cluster behind it.</summary>
    public string Endpoint { get; }

    /// <summary>What was asked of the proxy beside the path.</summary>
    public ConcurrentQueue<string> Astray { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
        _client.Dispose();
    }

    private async Task ServeAsync()
    {
        var requests = new List<Task>();
        try
        {
            while (true)
            {
                requests.Add(AnswerAsync(await _listener.GetContextAsync()));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            await Task.WhenAll(requests);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!request.RawUrl!.StartsWith($"{_path}/", StringComparison.Ordinal))
        {
            Astray.Enqueue(request.RawUrl);
            response.StatusCode = 404;
            response.Close();
            return;
        }

        using var forwarded = new HttpRequestMessage(new(request.HttpMethod), _cluster + request.RawUrl[_path.Length..]);
        if (request.HasEntityBody)
        {
            forwarded.Content = new StreamContent(request.InputStream);
            foreach (var name in (string[])["Content-Type", "Content-Encoding"])
            {
                if (request.Headers[name] is { } value)
                {
                    forwarded.Content.Headers.TryAddWithoutValidation(name, value);
                }
            }
        }

        using var answer = await _client.SendAsync(forwarded);
        response.StatusCode = (int)answer.StatusCode;
        response.ContentType = answer.Content.Headers.ContentType?.ToString();
        var body = await answer.Content.ReadAsByteArrayAsync();
        response.Close(request.HttpMethod == "HEAD" ? [] : body, willBlock: false);
    }
}
