using System.Net;
using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Repositories.Http;

/// <summary>Asks a web server: goes after it where it leads, asks again where it is tired, and says in the words of the port why it does not answer.</summary>
internal sealed class HttpExchange(HttpLocation at, HttpMessageHandler transport, TimeProvider time) : IDisposable
{
    // What a server refuses for a moment is asked for this often again, after longer and longer pauses.
    private const int RetriesMax = 5;

    private const int RedirectsMax = 5;

    /// <summary>Until an answer begins, and until it ends. Windows are a MiB or so: whatever takes longer is asked for from where it was.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    // A server may ask for more, and a step that fails is tried again later anyway.
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(20);

    private readonly HttpMessageInvoker _http = new(transport);

    public void Dispose() => _http.Dispose();

    /// <summary>Asks for a blob.</summary>
    /// <param name="more">Adds headers to a request.</param>
    /// <returns>An answer of 200, 206, 405, 412, 416 or 501.</returns>
    /// <exception cref="BlobNotFoundException">404 or 410, or what is there is a folder.</exception>
    /// <exception cref="BlobUnreadableException">Anything else.</exception>
    public async ValueTask<HttpResponseMessage> AskAsync(HttpMethod method, string path, Action<HttpRequestMessage>? more, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan? pause = null;
            try
            {
                var answer = await FollowAsync(method, path, more, cancellationToken);
                if (!RemoteFailures.IsTransient(answer.StatusCode) || attempt == RetriesMax)
                {
                    return Known(path, answer);
                }

                pause = answer.Headers.RetryAfter?.Delta;
                answer.Dispose();
            }
            catch (Exception lost) when (RemoteFailures.IsOfTheWay(lost, cancellationToken))
            {
                if (attempt == RetriesMax || RemoteFailures.IsOfTrust(lost))
                {
                    throw new BlobUnreadableException(path, at.ToString(), lost is OperationCanceledException ? new TimeoutException("no answer in time", lost) : Plain(lost)) { IsTransient = !RemoteFailures.IsOfTrust(lost) };
                }
            }

            pause ??= FirstPause * (1 << attempt);
            await Task.Delay(pause > PauseMax ? PauseMax : pause.Value, time, cancellationToken);
        }
    }

    private async ValueTask<HttpResponseMessage> FollowAsync(HttpMethod method, string path, Action<HttpRequestMessage>? more, CancellationToken cancellationToken)
    {
        var address = at.Of(path);
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, address);
            more?.Invoke(request);

            // Of a compressed answer, lengths and ranges are those of the compressed form.
            request.Headers.AcceptEncoding.ParseAdd("identity");
            request.Headers.Authorization = at.IsAt(address) ? at.Login.Header : null;
            using var patience = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            var answer = await _http.SendAsync(request, either.Token);
            if (answer.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                || answer.Headers.Location is not { } to)
            {
                return answer;
            }

            answer.Dispose();
            var next = new Uri(address, to);
            if (next.AbsolutePath == address.AbsolutePath + "/")
            {
                // So do servers with the name of a folder.
                throw new BlobNotFoundException(path, at.ToString());
            }

            if (redirects == RedirectsMax)
            {
                throw Refused(path, $"the server leads on and on: {RedirectsMax} times, and at last to {next.GetLeftPart(UriPartial.Authority)}");
            }

            if (next.Scheme is not ("http" or "https") || (address.Scheme == "https" && next.Scheme == "http"))
            {
                throw Refused(path, $"the server leads from {address.GetLeftPart(UriPartial.Authority)} to {next.GetLeftPart(UriPartial.Authority)}, which is not encrypted");
            }

            if (!at.AllowRedirects && !at.IsAt(next))
            {
                throw Refused(path, $"the server leads to {next.GetLeftPart(UriPartial.Authority)}: name that address, or allow redirects");
            }

            address = next;
        }
    }

    private HttpResponseMessage Known(string path, HttpResponseMessage answer)
    {
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK or HttpStatusCode.PartialContent:
                if (answer.Content.Headers.ContentEncoding.FirstOrDefault(coding => !string.Equals(coding, "identity", StringComparison.OrdinalIgnoreCase)) is not { } coding)
                {
                    return answer;
                }

                answer.Dispose();
                throw Refused(path, $"the server compresses its answer ({coding}), though it was asked not to: ranges of it are not ranges of the file");
            case HttpStatusCode.MethodNotAllowed or HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotImplemented:
                return answer;
        }

        var (status, reason) = (answer.StatusCode, answer.ReasonPhrase);
        answer.Dispose();
        throw status switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new BlobNotFoundException(path, at.ToString()),
            HttpStatusCode.Unauthorized => Refused(path, at.Login is HttpLogin.None ? "401 Unauthorized: the server wants a login, and none is given" : "401 Unauthorized: the server refuses the login"),
            _ => new BlobUnreadableException(path, at.ToString(), new IOException($"{(int)status} {(string.IsNullOrEmpty(reason) ? status : reason)}")) { IsTransient = RemoteFailures.IsTransient(status) },
        };
    }

    private BlobUnreadableException Refused(string path, string why) => new(path, at.ToString(), new IOException(why));

    /// <summary>The innermost says why; those around it say that something was wrong.</summary>
    private static Exception Plain(Exception failure) => failure.GetBaseException() is var inner && !ReferenceEquals(inner, failure) ? new IOException(inner.Message, failure) : failure;
}
