using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Portage.Sandbox.Http;

/// <summary>From a request on the wire to an answer on the wire: credentials, faults, body, route, lock, format.</summary>
internal sealed class Dispatcher(SandboxOptions options, SandboxFaults faults, SandboxRequests requests, RouteTable routes)
{
    // What every endpoint of the real server takes; the first three change nothing here but the look.
    private static readonly HashSet<string> CommonParameters = new(StringComparer.Ordinal) { "pretty", "human", "error_trace", "filter_path" };
    private static readonly string[] MediaTypes = ["application/json", "application/x-ndjson", "application/vnd.elasticsearch+json", "application/vnd.opensearch+json"];

    // One lock for the whole cluster: a sandbox is for tests, and what it does under the lock is never waiting.
    private readonly Lock _gate = new();

    public async Task AnswerAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        if (faults.ConnectionsAreRejected)
        {
            context.Abort();
            return;
        }

        var uri = RequestUri.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        ApiReply? reply;
        try
        {
            reply = await AnswerAsync(context, uri, cancellationToken);
        }
        catch (ApiException e)
        {
            reply = e.ToReply();
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            reply = new(413, ApiReply.JsonType, ReadOnlyMemory<byte>.Empty);
        }
        catch (BadHttpRequestException e)
        {
            reply = ApiReply.PlainError(e.StatusCode, e.Message, withStatus: true);
        }
        catch (InvalidDataException e)
        {
            reply = new ApiException(400, "zip_exception", e.Message).ToReply();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            // A fault of the sandbox itself: the client must see that, and the sandbox goes on.
            reply = new ApiException(500, "sandbox_fault", e.ToString()).ToReply();
        }

        if (reply is null)
        {
            context.Abort();
            return;
        }

        await WriteAsync(context, ReplyFormat.Apply(reply, uri.Parameters), cancellationToken);
    }

    /// <summary>The answer; null when the connection is to be closed without one.</summary>
    private async Task<ApiReply?> AnswerAsync(HttpContext context, RequestUri uri, CancellationToken cancellationToken)
    {
        var method = context.Request.Method;
        var match = routes.Find(method, uri.Parts);
        requests.Add(match.Route?.Endpoint ?? $"{method} {uri.Raw}");
        if (!IsLetIn(context.Request.Headers.Authorization.ToString()))
        {
            return Unauthorized();
        }

        var (body, bytesAsSent) = await BodyReader.ReadAsync(context.Request, options.BodyBytesMax, cancellationToken);
        if (match.Route is not { } route)
        {
            return NoRoute(method, uri, match.OtherMethods);
        }

        if (!body.IsEmpty && !IsSupported(context.Request.ContentType))
        {
            return ApiReply.PlainError(406, $"Content-Type header [{context.Request.ContentType}] is not supported", withStatus: true);
        }

        CheckParameters(route, uri);
        var isBulk = route.Template.EndsWith("/_bulk", StringComparison.Ordinal);
        if (isBulk)
        {
            if (faults.TakeBulkStatus() is { } status)
            {
                return FaultReply.Of(status);
            }

            if (bytesAsSent > faults.BulkBodyBytesMax)
            {
                return FaultReply.Of(413);
            }

            if (faults.DelayPerBulk is { Ticks: > 0 } delay)
            {
                await Task.Delay(delay, options.TimeProvider, cancellationToken);
            }
        }

        ApiReply reply;
        lock (_gate)
        {
            reply = route.Handle(new ApiRequest(method, match.Values, uri.Parameters, body));
        }

        return isBulk && faults.TakeDroppedReply() ? null : reply;
    }

    /// <summary>Runs something that reads or changes the cluster's state.</summary>
    public T Locked<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private static async Task WriteAsync(HttpContext context, ApiReply reply, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.ContentLength = reply.Body.Length;
        foreach (var (name, value) in reply.Headers)
        {
            response.Headers.Append(name, value);
        }

        if (context.Request.Method != HttpMethods.Head)
        {
            try
            {
                await response.Body.WriteAsync(reply.Body, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The client has gone; there is nobody to tell.
            }
        }
    }

    private static ApiReply NoRoute(string method, RequestUri uri, IReadOnlyList<string> otherMethods)
    {
        if (otherMethods.Count == 0)
        {
            return ApiReply.PlainError(400, $"no handler found for uri [{uri.Path}] and method [{method}]", withStatus: false);
        }

        KeyValuePair<string, string>[] allow = [new("Allow", string.Join(',', otherMethods))];
        return method == HttpMethods.Options
            ? ApiReply.Text(200, "") with { Headers = allow }
            : ApiReply.PlainError(405, $"Incorrect HTTP method for uri [{uri.Raw}] and method [{method}], allowed: [{string.Join(", ", otherMethods)}]", withStatus: true) with { Headers = allow };
    }

    private static void CheckParameters(Route route, RequestUri uri)
    {
        var unknown = uri.Parameters.Keys
            .Where(name => !CommonParameters.Contains(name) && !route.ParameterNames.Contains(name))
            .Order(StringComparer.Ordinal).ToArray();
        if (unknown.Length > 0)
        {
            throw ApiException.IllegalArgument($"request [{uri.Path}] contains unrecognized parameter{(unknown.Length > 1 ? "s" : "")}: {string.Join(", ", unknown.Select(name => $"[{name}]"))}");
        }
    }

    private static bool IsSupported(string? contentType) =>
        string.IsNullOrEmpty(contentType) || MediaTypes.Contains(contentType.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase);

    private bool IsLetIn(string authorization)
    {
        if (options.Credentials is not { } wanted)
        {
            return true;
        }

        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{wanted.User}:{wanted.Password}"));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(authorization));
    }

    // The words of OpenSearch's security plugin.
    private static ApiReply Unauthorized() =>
        ApiReply.Text(401, "Unauthorized") with { Headers = [new("WWW-Authenticate", "Basic realm=\"OpenSearch Security\"")] };
}
