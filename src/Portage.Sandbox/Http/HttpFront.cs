using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Portage.Sandbox.Http;

/// <summary>
/// Kestrel without a host: a host would bring configuration, logging and a console lifetime that takes Ctrl-C away from the
/// program the sandbox runs in.
/// </summary>
internal sealed class HttpFront : IAsyncDisposable
{
    // Idle connections close at once; this is for those that are in the middle of an answer.
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(200);
    private readonly KestrelServer _server;

    private HttpFront(KestrelServer server, int port) => (_server, Port) = (server, port);

    public int Port { get; }

    public static async Task<HttpFront> StartAsync(SandboxOptions options, SandboxFaults faults, Func<HttpContext, Task> answerAsync, CancellationToken cancellationToken)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = options.BodyBytesMax;

        // A bulk that waits (a fault, a debugger) must not be cut for being slow.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MaxRequestLineSize = 64 * 1024;
        kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Use(next => async connection =>
        {
            if (faults.ConnectionsAreRejected)
            {
                connection.Abort();
                return;
            }

            await next(connection);
        }));

        var server = new KestrelServer(
            Options.Create(kestrel),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(new Application(answerAsync), cancellationToken);
            var address = server.Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            return new(server, new Uri(address).Port);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var grace = new CancellationTokenSource(StopGrace);
        try
        {
            await _server.StopAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            // The connections still busy have been aborted, which is what the grace is for.
        }

        _server.Dispose();
    }

    private sealed class Application(Func<HttpContext, Task> answerAsync) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => answerAsync(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
