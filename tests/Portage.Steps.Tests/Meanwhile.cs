using System.Text;

namespace Portage.Steps.Tests;

/// <summary>Lets somebody else act right after a request of ours, once.</summary>
/// <param name="target">The way to the target.</param>
/// <param name="after">The request, as <c>DELETE /logs</c>.</param>
/// <param name="act">What they do; it is given the way to send requests of theirs.</param>
internal sealed class Meanwhile(HttpMessageHandler target, string after, Func<Func<HttpMethod, string, string?, Task>, Task> act) : DelegatingHandler(target)
{
    /// <summary>True while they wait for the request.</summary>
    public bool IsArmed { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (IsArmed && $"{request.Method} {request.RequestUri!.AbsolutePath}" == after)
        {
            IsArmed = false;
            await act(async (method, path, json) =>
            {
                using var own = new HttpRequestMessage(method, new Uri(request.RequestUri!, path)) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
                (await base.SendAsync(own, cancellationToken)).EnsureSuccessStatusCode();
            });
        }

        return response;
    }
}
