using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Portage.Clusters.Tests.Scripting;

/// <summary>One request as it came.</summary>
internal sealed record ScriptedRequest(int Number, string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>What to answer, and how to go wrong in doing so.</summary>
internal sealed record ScriptedReply
{
    public int Status { get; init; } = 200;

    public string ContentType { get; init; } = "application/json";

    public string Body { get; init; } = "";

    /// <summary>The body where it is no text; null for <see cref="Body"/>.</summary>
    public byte[]? Bytes { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Sends so many bytes of the body, and ends the connection with a reset.</summary>
    public int? ResetAfter { get; init; }

    /// <summary>Ends the connection in place of an answer.</summary>
    public bool HangUp { get; init; }

    /// <summary>Leaves the length out: the end of the connection is the end of the body.</summary>
    public bool WithoutLength { get; init; }

    public static ScriptedReply Json(string body) => new() { Body = body };

    public static ScriptedReply Error(int status, string type, string reason) => new()
    {
        Status = status,
        Body = $$"""{"error":{"root_cause":[{"type":"{{type}}","reason":"{{reason}}"}],"type":"{{type}}","reason":"{{reason}}"},"status":{{status}}}""",
    };

    public static ScriptedReply Page(int status, string title) => new()
    {
        Status = status,
        ContentType = "text/html",
        Body = $"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>",
    };
}

/// <summary>A loopback HTTP server, plain or TLS, that answers as a test says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Func<ScriptedRequest, CancellationToken, Task<ScriptedReply>> _answerAsync;
    private readonly X509Certificate2? _certificate;
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _requests;

    public ScriptedServer(Func<ScriptedRequest, ScriptedReply> answer, X509Certificate2? certificate = null)
        : this((request, _) => Task.FromResult(answer(request)), certificate)
    {
    }

    public ScriptedServer(Func<ScriptedRequest, CancellationToken, Task<ScriptedReply>> answerAsync, X509Certificate2? certificate = null)
    {
        (_answerAsync, _certificate) = (answerAsync, certificate);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Endpoint => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}";

    public ConcurrentQueue<ScriptedRequest> Requests { get; } = new();

    /// <summary>Most bytes of a body that it takes, as <c>http.max_content_length</c>: answers 413 before it reads more, and hangs up.</summary>
    public int BodyBytesMax { get; init; } = int.MaxValue;

    /// <summary>Ends every connection at its first byte.</summary>
    public bool HangsUpOnEverybody { get; init; }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_ended.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The last is what a listener that was stopped between two connections throws.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        client.NoDelay = true;
        try
        {
            Stream stream = client.GetStream();
            if (HangsUpOnEverybody)
            {
                await stream.ReadExactlyAsync(new byte[1], _ended.Token);
                return;
            }

            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _ended.Token);
                stream = tls;
            }

            await using (stream)
            {
                while (await ReadRequestAsync(stream) is { } request)
                {
                    Requests.Enqueue(request);
                    if (!await WriteAsync(client, stream, await _answerAsync(request, _ended.Token)))
                    {
                        return;
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or AuthenticationException or ObjectDisposedException)
        {
        }
    }

    private async Task<ScriptedRequest?> ReadRequestAsync(Stream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            // A TLS hello is no request: a plain server answers 400 and hangs up, as Netty and nginx do.
            if (await stream.ReadAsync(one, _ended.Token) == 0 || (head.Count == 0 && one[0] is not (>= (byte)'A' and <= (byte)'Z')))
            {
                await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _ended.Token);
                return null;
            }

            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var length = headers.TryGetValue("Content-Length", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        var request = new ScriptedRequest(Interlocked.Increment(ref _requests), first[0], first[1], headers, new byte[Math.Min(length, BodyBytesMax)]);
        var asksFirst = headers.ContainsKey("Expect");
        if (length > BodyBytesMax)
        {
            Requests.Enqueue(request with { Body = [] });
            if (asksFirst)
            {
                await stream.WriteAsync("HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _ended.Token);
            }

            return null;
        }

        if (asksFirst)
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _ended.Token);
        }

        await stream.ReadExactlyAsync(request.Body, _ended.Token);
        return request;
    }

    private async Task<bool> WriteAsync(TcpClient client, Stream stream, ScriptedReply reply)
    {
        if (reply.HangUp)
        {
            return false;
        }

        var body = reply.Bytes ?? Encoding.UTF8.GetBytes(reply.Body);
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Scripted\r\nContent-Type: {reply.ContentType}\r\n");
        head.Append(reply.WithoutLength ? "Connection: close\r\n" : $"Content-Length: {body.Length}\r\n");
        foreach (var (name, value) in reply.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _ended.Token);
        await stream.WriteAsync(body.AsMemory(0, reply.ResetAfter ?? body.Length), _ended.Token);
        await stream.FlushAsync(_ended.Token);
        if (reply.ResetAfter is not null)
        {
            // Lingering for no time makes the close a reset.
            client.LingerState = new LingerOption(true, 0);
            return false;
        }

        return !reply.WithoutLength;
    }
}
