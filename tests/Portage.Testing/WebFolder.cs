using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Portage.Testing;

/// <summary>A web server that shows a folder, with the ranges, tags and conditions of ASP.NET's own static files, on a free loopback port.</summary>
public sealed class WebFolder : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebFolder(WebApplication application) => _application = application;

    /// <summary>The port it listens on.</summary>
    public int Port => new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    /// <summary>What was asked, as <c>GET /root bytes=0-3</c>, and the login after a space where one came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Stands before the folder; null for nothing.</summary>
    public Func<HttpContext, RequestDelegate, Task>? Before { get; set; }

    /// <param name="below">Where the folder stands in an address, as <c>/files</c>.</param>
    /// <param name="certificate">Null: plain HTTP.</param>
    public static async Task<WebFolder> StartAsync(string folder, string below, CancellationToken cancellationToken, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var application = builder.Build();
        var shown = new WebFolder(application);
        application.Use((context, next) =>
        {
            shown.Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{Given(context.Request.Headers.Range)}{Given(context.Request.Headers.Authorization)}");
            return shown.Before is { } before ? before(context, next) : next(context);
        });
        application.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(folder), RequestPath = below, ServeUnknownFileTypes = true });
        await application.StartAsync(cancellationToken);
        return shown;

        static string Given(string? value) => string.IsNullOrEmpty(value) ? "" : $" {value}";
    }

    /// <summary>Lets so many bytes of each answer through, and then cuts the connection; shorter answers come whole.</summary>
    public static Task CutAsync(HttpContext context, RequestDelegate next, int bytes)
    {
        context.Response.Body = new CuttingStream(context.Response.Body, context, bytes);
        return next(context);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private sealed class CuttingStream(Stream inner, HttpContext context, int left) : Stream
    {
        private int _left = left;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => throw new NotSupportedException();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var passed = buffer[..Math.Min(buffer.Length, _left)];
            await inner.WriteAsync(passed, cancellationToken);
            _left -= passed.Length;
            if (passed.Length < buffer.Length)
            {
                await inner.FlushAsync(cancellationToken);
                context.Abort();
                throw new IOException("Cut.");
            }
        }
    }
}
