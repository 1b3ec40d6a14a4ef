using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Portage.Sandbox.Http;

/// <summary>Answers requests of this very process, without a connection and without another thread.</summary>
internal sealed class InProcessTransport(Func<HttpContext, Task> answerAsync) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var body = new MemoryStream();
        using var answer = new MemoryStream();
        var lifetime = new Lifetime(cancellationToken);
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = request.RequestUri!.PathAndQuery;
        context.Request.Method = request.Method.Method;
        foreach (var (name, values) in request.Headers)
        {
            context.Request.Headers[name] = values.ToArray();
        }

        if (request.Content is { } content)
        {
            await content.CopyToAsync(body, cancellationToken);
            foreach (var (name, values) in content.Headers)
            {
                context.Request.Headers[name] = values.ToArray();
            }
        }

        body.Position = 0;
        context.Request.Body = body;
        context.Response.Body = answer;
        await answerAsync(context);
        if (lifetime.IsAborted)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was closed.");
        }

        var response = new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode) { Content = new ByteArrayContent(answer.ToArray()), RequestMessage = request };
        foreach (var (name, values) in context.Response.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values!))
            {
                response.Content.Headers.Remove(name);
                response.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values!);
            }
        }

        return response;
    }

    private sealed class Lifetime(CancellationToken cancellationToken) : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; } = cancellationToken;

        public void Abort() => IsAborted = true;
    }
}
