using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Portage.Clusters.Auth;
using Portage.Clusters.Bulk;
using Portage.Clusters.Failures;

namespace Portage.Clusters;

/// <summary>
/// Speaks HTTP with one cluster (Elasticsearch 5 to 8, OpenSearch 1 to 3). One instance serves any number of concurrent
/// requests and keeps its connections open between them. Follows no redirects and uses no proxy of the environment.
/// </summary>
public sealed class ClusterClient : IDisposable
{
    /// <summary>The content type of a JSON body.</summary>
    public const string Json = "application/json";

    /// <summary>The content type of newline-delimited JSON.</summary>
    public const string NewlineDelimitedJson = "application/x-ndjson";

    /// <summary>No API that is used here answers with as much; a server that does would fill the memory.</summary>
    private const int AnswerBytesMax = 1 << 30;

    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;
    private readonly Func<ClusterTimeouts> _timeouts;
    private volatile bool _everAnswered;

    /// <param name="connection">The cluster, the credential and the timeouts.</param>
    /// <param name="time">Measures the request timeout; the connect timeout is the network stack's own.</param>
    /// <param name="newest">The timeouts of requests as they are now, asked before each; null: those of the connection. The connect timeout stays.</param>
    /// <exception cref="CaFileException">The connection's CA file cannot be used.</exception>
    public ClusterClient(ClusterConnection connection, TimeProvider time, Func<ClusterTimeouts>? newest = null)
    {
        (Connection, _time, _timeouts) = (connection, time, newest ?? (() => connection.Timeouts));
        _http = connection.Transport is { } transport ? new(transport, disposeHandler: false) : new(ServerTransport.Of(connection));
    }

    /// <summary>The cluster, the credential and the timeouts.</summary>
    public ClusterConnection Connection { get; }

    /// <summary>
    /// Told of a request that is not answered for five seconds, and, with null, when it has ended after all; the first argument tells requests apart.
    /// Called by any thread. Null, the default, watches nothing.
    /// </summary>
    public Action<object, ClusterSilence?>? Silent { get; set; }

    /// <summary>Sends one request and returns the answer, whatever its status.</summary>
    /// <param name="path">Begins with <c>/</c>; may have a query.</param>
    /// <param name="body">Null sends none.</param>
    /// <param name="contentType">Of the body; null is <see cref="Json"/>.</param>
    /// <exception cref="ClusterUnreachableException">No complete answer came.</exception>
    public async Task<ClusterReply> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, string? contentType, CancellationToken cancellationToken)
    {
        using var reply = await ExchangeAsync(method, path, ContentOf(body, contentType), expectContinue: false, cancellationToken);
        return reply.ToReply();
    }

    /// <summary>Sends one request with a JSON body, or none, and returns the body of a successful answer.</summary>
    /// <exception cref="ClusterException">No complete answer came, or one that is not a success: the type says which.</exception>
    public async Task<ReadOnlyMemory<byte>> RequestAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        using var reply = await ExchangeAsync(method, path, ContentOf(body, Json), expectContinue: false, cancellationToken);
        if (!reply.IsSuccess)
        {
            throw FailedReply.From(Connection, $"{method} {path}", reply);
        }

        // Every API that is asked through this method answers with JSON; a captive portal answers with 200 and a page.
        return LooksLikeJson(reply.Body.Span)
            ? reply.Body.ToArray()
            : throw FailedReply.NotACluster(Connection, $"{method} {path}", reply);
    }

    /// <summary>As <see cref="RequestAsync"/>, but null for 404.</summary>
    /// <exception cref="ClusterException">No complete answer came, or one that is neither a success nor 404.</exception>
    public async Task<ReadOnlyMemory<byte>?> FindAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var reply = await ExchangeAsync(method, path, content: null, expectContinue: false, cancellationToken);
        return reply.Status switch
        {
            404 when method == HttpMethod.Head || LooksLikeJson(reply.Body.Span) => default(ReadOnlyMemory<byte>?),
            >= 200 and < 300 => reply.Body.ToArray(),
            _ => throw FailedReply.From(Connection, $"{method} {path}", reply),
        };
    }

    /// <summary>Asks the cluster what it is.</summary>
    /// <exception cref="ClusterException">No complete answer came, or not one of a cluster: the type says which.</exception>
    public async Task<ClusterInfo> GetInfoAsync(CancellationToken cancellationToken)
    {
        using var reply = await ExchangeAsync(HttpMethod.Get, "/", content: null, expectContinue: false, cancellationToken);
        var (info, isHidden) = ClusterInfoReply.Read(reply.Body.Span);
        if (info is null)
        {
            throw reply.IsSuccess ? FailedReply.NotACluster(Connection, "GET /", reply) : FailedReply.From(Connection, "GET /", reply);
        }

        if (!isHidden)
        {
            return info;
        }

        // The setting only touches the main page; the nodes keep to their own version.
        var nodes = await SendAsync(HttpMethod.Get, "/_nodes/_local?filter_path=nodes.*.version", null, null, cancellationToken);
        return ClusterInfoReply.ReadNodeVersion(nodes.Body.Span) is { } version
            ? info with { Version = version, VersionIsHidden = false }
            : info;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Sends one request; the answer's buffer goes back to the pool when the answer is disposed.</summary>
    /// <param name="expectContinue">Asks before the body is sent, so that a body that is too large is refused with an answer instead of a closed connection.</param>
    internal async Task<PooledReply> ExchangeAsync(
        HttpMethod method, string path, HttpContent? content, bool expectContinue, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, Connection.Root + path) { Content = content ?? (method == HttpMethod.Delete ? new SentOnce() : null) };
        request.Headers.Authorization = Connection.Credential.Header;
        request.Headers.ExpectContinue = expectContinue ? true : null;

        // Linked sources cost two allocations a request; a bulk request costs more than that by four orders.
        var limit = path == BulkReply.Path ? _timeouts().Bulk : _timeouts().Request;
        using var deadline = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var watch = Silent is { } tell ? new SilenceWatch(new(Connection.Endpoint, $"{method} {path.Split('?')[0]}", _time.GetUtcNow(), limit), tell, _time) : null;
        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            var reply = await ReadAsync(response, either.Token);
            _everAnswered = true;
            return reply;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested)
        {
            throw new ClusterUnreachableException(
                Connection.Endpoint, UnreachableCause.RequestTimeout, $"no complete answer within {limit.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            throw await WithProbeAsync(FailedConnection.From(Connection, e), cancellationToken);
        }
    }

    /// <summary>True when a body begins as a JSON object or array does; the first test of whether a cluster speaks.</summary>
    internal static bool LooksLikeJson(ReadOnlySpan<byte> body)
    {
        body = body.TrimStart(" \t\r\n"u8);
        return body.Length > 0 && body[0] is (byte)'{' or (byte)'[';
    }

    private static ReadOnlyMemoryContent? ContentOf(ReadOnlyMemory<byte>? body, string? contentType)
    {
        if (body is null)
        {
            return null;
        }

        var content = new ReadOnlyMemoryContent(body.Value);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType ?? Json);
        return content;
    }

    private async Task<PooledReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var expected = response.Content.Headers.ContentLength ?? 0;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(expected, 1024, AnswerBytesMax));
        var length = 0;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                {
                    break;
                }

                length += read;
                if (length == buffer.Length)
                {
                    if (length >= AnswerBytesMax)
                    {
                        throw new ClusterProtocolException(
                            Connection.Endpoint, $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.PathAndQuery}", $"more than {AnswerBytesMax} bytes");
                    }

                    var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            var headers = response.Headers;
            return new(
                (int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), headers.Server.Count == 0 ? null : headers.Server.ToString(),
                headers.RetryAfter?.Delta ?? (headers.RetryAfter?.Date is { } date ? date - _time.GetUtcNow() : null), buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <summary>A first contact that failed in a way that a wrong scheme would explain is looked at more closely.</summary>
    private async Task<ClusterUnreachableException> WithProbeAsync(ClusterUnreachableException failure, CancellationToken cancellationToken)
    {
        if (_everAnswered)
        {
            return failure;
        }

        var uri = Connection.Uri;
        if (uri.Scheme == Uri.UriSchemeHttps)
        {
            return failure.Cause is UnreachableCause.HandshakeFailed or UnreachableCause.ConnectionLost
                && await ProtocolProbe.SpeaksPlainHttpAsync(uri, Connection.Timeouts.Connect, _time, cancellationToken)
                ? new(Connection.Endpoint, UnreachableCause.PlainHttpAnswered, "the server speaks plain HTTP, and the endpoint says https://", failure)
                : failure;
        }

        return failure.Cause is UnreachableCause.ConnectionLost
            && await ProtocolProbe.SpeaksTlsAsync(uri, Connection.Timeouts.Connect, _time, cancellationToken)
            ? new(Connection.Endpoint, UnreachableCause.TlsExpected, "the server speaks TLS, and the endpoint says http://", failure)
            : failure;
    }
}
