using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Portage.Scenarios;

/// <summary>What a proxy does to a request instead of passing it on, or after it.</summary>
internal enum ProxyTrouble
{
    /// <summary>Answers 502 in its own words; the cluster never sees the request.</summary>
    BadGateway,

    /// <summary>Answers 429 with Retry-After; the cluster never sees the request.</summary>
    TooManyRequests,

    /// <summary>Cuts the connection; the cluster never sees the request.</summary>
    CutBefore,

    /// <summary>Cuts the connection after the cluster has done what was asked: its answer is lost.</summary>
    CutAfter,
}

/// <summary>A reverse proxy before a cluster, with TLS and basic authentication.</summary>
internal sealed class TlsProxy : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ProxyTrouble?> _troubles = new();
    private int _troubleCount;

    private TlsProxy(WebApplication application) => _application = application;

    /// <summary>The port it listens on.</summary>
    public int Port => new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    /// <summary>Its address by the name that its certificate has.</summary>
    public string Endpoint => $"https://localhost:{Port}";

    /// <summary>How often it made trouble.</summary>
    public int TroubleCount => _troubleCount;

    /// <param name="certificate">Null: plain HTTP.</param>
    /// <param name="login">As <c>USER:PASSWORD</c>.</param>
    public static async Task<TlsProxy> StartAsync(string before, X509Certificate2? certificate, string login)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "cluster", Match = new() { Path = "{**any}" } }],
            [new ClusterConfig { ClusterId = "cluster", Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { ["node"] = new() { Address = before } } }]);
        var application = builder.Build();
        var proxy = new TlsProxy(application);
        var expected = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(login))}";
        application.Use((context, next) => AdmitAsync(context, next, expected));
        application.Use(proxy.TroubleAsync);
        application.MapReverseProxy();
        await application.StartAsync(TestContext.Current.CancellationToken);
        return proxy;
    }

    /// <summary>What to do to the <c>_bulk</c> requests to come, one after the other; null passes one on.</summary>
    public void Plan(IEnumerable<ProxyTrouble?> troubles)
    {
        foreach (var trouble in troubles)
        {
            _troubles.Enqueue(trouble);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static Task AdmitAsync(HttpContext context, RequestDelegate next, string expected)
    {
        if (context.Request.Headers.Authorization == expected)
        {
            // What the proxy asks for is not the cluster's business.
            context.Request.Headers.Authorization = default;
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"search\"";

        // Some servers show what they were sent: it must not reach anybody's log by this way.
        return context.Response.WriteAsync($"<html><head><title>401 Authorization Required for {context.Request.Headers.Authorization}</title></head></html>");
    }

    private async Task TroubleAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.Value!.EndsWith("/_bulk", StringComparison.Ordinal) || !_troubles.TryDequeue(out var planned) || planned is not { } trouble)
        {
            await next(context);
            return;
        }

        Interlocked.Increment(ref _troubleCount);
        switch (trouble)
        {
            case ProxyTrouble.BadGateway:
                context.Response.StatusCode = StatusCodes.Status502BadGateway;
                await context.Response.WriteAsync("<html><head><title>502 Bad Gateway</title></head></html>");
                return;
            case ProxyTrouble.TooManyRequests:
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                context.Response.Headers.RetryAfter = "1";
                return;
            case ProxyTrouble.CutBefore:
                context.Abort();
                return;
            default:
                using (var lost = new MemoryStream())
                {
                    context.Response.Body = lost;
                    await next(context);
                    context.Abort();
                }

                return;
        }
    }
}
