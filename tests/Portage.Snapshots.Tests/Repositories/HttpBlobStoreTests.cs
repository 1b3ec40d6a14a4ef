using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.Http;

namespace Portage.Snapshots.Tests.Repositories;

/// <summary>The store of web servers against a real one.</summary>
public sealed class HttpBlobStoreTests : BlobStoreKit, IAsyncDisposable
{
    private const string Below = "/files/search";
    private static readonly byte[] Large = [.. Enumerable.Range(0, 1_200_000).Select(i => (byte)(i * 31 % 251))];
    private readonly TempFolder _folder = new();
    private readonly HurriedTime _time = new();
    private readonly List<IAsyncDisposable> _servers = [];

    public HttpBlobStoreTests()
    {
        foreach (var (path, bytes) in Blobs.Append(new("huge/large", Large)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
            File.WriteAllBytes(_folder[path], bytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _folder.Dispose();
    }

    protected override async Task<IBlobStore> OpenAsync() => Open(await ServeAsync());

    protected override async Task<IBlobStore> OpenNowhereAsync() => Open(await ServeAsync(), below: "/nowhere");

    [Fact]
    public async Task Location_OfAStore_SaysWhereAndNoLogin()
    {
        var server = await ServeAsync();
        Assert.Equal($"http://127.0.0.1:{server.Port}/files/search", Open(server, Below + "/", new HttpLogin.Basic("reader", "hidden")).Location);
        Assert.DoesNotContain("hidden", new HttpLogin.Basic("reader", "hidden").ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new HttpLocation(new("https://reader:hidden@files.example/")));
    }

    [Fact]
    public async Task ReadAsync_Range_AsksForNoMore()
    {
        var server = await ServeAsync();
        await using var blob = await Open(server).OpenAsync("huge/large", Cancelled);
        var bytes = new byte[1_000];
        await blob.ReadAsync(5_000, bytes, Cancelled);
        Assert.Equal(Large[5_000..6_000], bytes);
        Assert.Equal(["GET /files/search/huge/large bytes=5000-5999"], server.Requests);
    }

    /// <summary>What came before the connection broke is not asked for again, and nothing is missing.</summary>
    [Fact]
    public async Task ReadAsync_AnswersThatBreakOff_GoesOnFromThere()
    {
        var server = await ServeAsync((context, next) => WebFolder.CutAsync(context, next, 300_000));
        var store = Open(server);
        await using var blob = await store.OpenAsync("huge/large", Cancelled);
        var bytes = new byte[1_000_000];
        await blob.ReadAsync(17, bytes, Cancelled);
        Assert.Equal(Large[17..(17 + bytes.Length)], bytes);
        var from = server.Requests.Select(request => int.Parse(request.Split('=', '-')[1], CultureInfo.InvariantCulture)).ToArray();
        Assert.InRange(from.Length, 4, 12);
        Assert.Equal(from.Distinct().Order(), from);
        Assert.Equal(Large, await store.ReadWholeAsync("huge/large", Large.Length, Cancelled));
    }

    [Fact]
    public async Task ReadAsync_AnswersWithoutAByte_GivesUp()
    {
        var server = await ServeAsync((context, next) => WebFolder.CutAsync(context, next, 0));
        await using var blob = await Open(server).OpenAsync("root", Cancelled);
        Assert.True((await Assert.ThrowsAsync<BlobUnreadableException>(async () => await blob.ReadAsync(0, new byte[4], Cancelled))).IsTransient);
    }

    /// <summary>Half of the one and half of the other would be neither.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_BlobChangesUnderIt_IsNoticed(bool serverHeedsNoConditions)
    {
        var server = await ServeAsync((context, next) =>
        {
            if (serverHeedsNoConditions)
            {
                context.Request.Headers.IfMatch = default;
            }

            return next(context);
        });
        await using var blob = await Open(server).OpenAsync("root", Cancelled);
        await blob.ReadAsync(0, new byte[2], Cancelled);
        File.WriteAllBytes(_folder["root"], [9, 9, 9, 9]);
        File.SetLastWriteTimeUtc(_folder["root"], new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await blob.ReadAsync(2, new byte[2], Cancelled));
        Assert.Contains("changed while it was read (it was ETag", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(100, false)]
    public async Task ReadWholeAsync_RefusedForAMoment_IsAskedForAgain(int refusals, bool isRead)
    {
        var left = refusals;
        var server = await ServeAsync((context, next) =>
        {
            if (left-- <= 0)
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        if (isRead)
        {
            Assert.Equal([1, 2, 3, 4], await Open(server).ReadWholeAsync("root", 4, Cancelled));
            Assert.Equal((3, 2), (server.Requests.Count, _time.Pauses));
            return;
        }

        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await Open(server).ReadWholeAsync("root", 4, Cancelled));
        Assert.Contains("503 Service Unavailable", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);
        Assert.Equal((6, 5), (server.Requests.Count, _time.Pauses));
    }

    [Fact]
    public async Task FindLengthAsync_NobodyThere_IsTriedAgainLater()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var store = new HttpBlobStore(new(new($"http://127.0.0.1:{port}")), Transport(), _time);
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.FindLengthAsync("root", Cancelled));
        Assert.True(failure.IsTransient);
        Assert.Contains("Connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, false, "401 Unauthorized: the server wants a login, and none is given")]
    [InlineData(401, true, "401 Unauthorized: the server refuses the login")]
    [InlineData(403, true, "403 Forbidden")]
    public async Task ReadAsync_Refused_SaysWhatTheServerSays(int status, bool hasLogin, string says)
    {
        var server = await ServeAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var blob = await Open(server, login: hasLogin ? new HttpLogin.Bearer("hidden") : null).OpenAsync("root", Cancelled);
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await blob.ReadAsync(0, new byte[4], Cancelled));
        Assert.EndsWith(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
        Assert.Equal([$"GET /files/search/root bytes=0-3{(hasLogin ? " Bearer hidden" : "")}"], server.Requests);
    }

    [Fact]
    public async Task ReadAsync_ServerKnowsNoRanges_IsRefused()
    {
        var store = Open(await ServeAsync((context, next) =>
        {
            context.Request.Headers.Range = default;
            return next(context);
        }));
        await using var blob = await store.OpenAsync("root", Cancelled);
        foreach (var (from, length) in ((int, int)[])[(1, 2), (0, 2)])
        {
            var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await blob.ReadAsync(from, new byte[length], Cancelled));
            Assert.Contains("it must know ranges (Accept-Ranges: bytes)", failure.Message, StringComparison.Ordinal);
            Assert.False(failure.IsTransient);
        }

        var whole = new byte[4];
        await blob.ReadAsync(0, whole, Cancelled);
        Assert.Equal([1, 2, 3, 4], whole);
    }

    [Fact]
    public async Task FindLengthAsync_ServerKnowsNoHead_IsSaidAllTheSame()
    {
        var store = Open(await ServeAsync((context, next) =>
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return context.Request.Method == "HEAD" ? Task.CompletedTask : next(context);
        }));
        Assert.Equal(4, await store.FindLengthAsync("root", Cancelled));
        Assert.Null(await store.FindLengthAsync("nothing", Cancelled));
    }

    /// <summary>What the one byte that came is long is not what the file is long.</summary>
    [Fact]
    public async Task FindLengthAsync_PartWithoutTheLengthOfTheWhole_IsRefused()
    {
        var store = Open(await ServeAsync(async (context, _) =>
        {
            context.Response.StatusCode = context.Request.Method == "HEAD" ? StatusCodes.Status405MethodNotAllowed : StatusCodes.Status206PartialContent;
            if (context.Request.Method == "GET")
            {
                context.Response.ContentLength = 1;
                await context.Response.Body.WriteAsync(new byte[1]);
            }
        }));
        Assert.Contains("does not say how long the file is", (await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.FindLengthAsync("root", Cancelled))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_AnswerIsCompressed_IsRefused()
    {
        var store = Open(await ServeAsync((context, next) =>
        {
            Assert.Equal("identity", context.Request.Headers.AcceptEncoding);
            context.Response.Headers.ContentEncoding = "gzip";
            return next(context);
        }));
        Assert.Contains("compresses its answer (gzip)", (await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ReadWholeAsync("root", 4, Cancelled))).Message, StringComparison.Ordinal);
    }

    /// <summary>An answer without a length is read to its end, and one that is too long no further than it may be.</summary>
    [Fact]
    public async Task ReadWholeAsync_LengthIsNotSaid_IsAllOfIt()
    {
        var store = Open(await ServeAsync(async (context, _) =>
        {
            await context.Response.Body.WriteAsync(Large.AsMemory(0, 100_000));
            await context.Response.Body.FlushAsync();
            await context.Response.Body.WriteAsync(Large.AsMemory(100_000, 7));
        }));
        Assert.Equal(Large[..100_007], await store.ReadWholeAsync("root", 200_000, Cancelled));
        await Assert.ThrowsAsync<CorruptBlobException>(async () => await store.ReadWholeAsync("root", 50_000, Cancelled));
    }

    [Fact]
    public async Task FindLengthAsync_Folder_IsNoBlob()
    {
        var store = Open(await ServeAsync((context, _) =>
        {
            context.Response.Redirect(context.Request.Path + "/");
            return Task.CompletedTask;
        }));
        Assert.Null(await store.FindLengthAsync("indices", Cancelled));
    }

    [Fact]
    public async Task ReadWholeAsync_LedElsewhereOnTheSameHost_Goes()
    {
        var server = await ServeAsync((context, next) =>
        {
            if (context.Request.Path != "/moved/root")
            {
                return next(context);
            }

            context.Response.Redirect("/files/search/root", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        Assert.Equal([1, 2, 3, 4], await Open(server, "/moved", new HttpLogin.Basic("a", "b")).ReadWholeAsync("root", 4, Cancelled));
        Assert.Equal(["GET /moved/root Basic YTpi", "GET /files/search/root Basic YTpi"], server.Requests);
    }

    /// <summary>Another port is another server. Where it may be gone to, the login stays behind.</summary>
    [Fact]
    public async Task ReadWholeAsync_LedToAnotherHost_GoesOnlyWhereAllowedAndTellsNoLogin()
    {
        var other = await ServeAsync();
        var server = await ServeAsync((context, _) =>
        {
            context.Response.Redirect($"http://127.0.0.1:{other.Port}/files/search/root");
            return Task.CompletedTask;
        });
        var login = new HttpLogin.Basic("a", "b");
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await Open(server, login: login).ReadWholeAsync("root", 4, Cancelled));
        Assert.Contains($"leads to http://127.0.0.1:{other.Port}: name that address, or allow redirects", failure.Message, StringComparison.Ordinal);
        Assert.Empty(other.Requests);

        Assert.Equal([1, 2, 3, 4], await Open(server, login: login, allowRedirects: true).ReadWholeAsync("root", 4, Cancelled));
        Assert.Equal(["GET /files/search/root"], other.Requests);
    }

    [Fact]
    public async Task ReadWholeAsync_LedInACircle_GivesUp()
    {
        var server = await ServeAsync((context, _) =>
        {
            context.Response.Redirect("/files/search/root");
            return Task.CompletedTask;
        });
        Assert.Contains("leads on and on", (await Assert.ThrowsAsync<BlobUnreadableException>(async () => await Open(server).ReadWholeAsync("root", 4, Cancelled))).Message, StringComparison.Ordinal);
        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public async Task OpenAsync_NoIndexLatest_SaysWhatIsNeeded()
    {
        var store = await OpenAsync();
        var failure = await Assert.ThrowsAsync<RepositoryEmptyException>(async () => await SnapshotRepository.OpenAsync(store, Cancelled));
        Assert.Contains("found no 'index.latest', which says what N is. A web server lists nothing", failure.Message, StringComparison.Ordinal);
    }

    private static SocketsHttpHandler Transport() => new() { AllowAutoRedirect = false };

    private async Task<WebFolder> ServeAsync(Func<HttpContext, RequestDelegate, Task>? before = null)
    {
        var server = await WebFolder.StartAsync(_folder.Path, Below, Cancelled);
        server.Before = before;
        _servers.Add(server);
        return server;
    }

    private HttpBlobStore Open(WebFolder server, string below = Below, HttpLogin? login = null, bool allowRedirects = false) =>
        new(new(new($"http://127.0.0.1:{server.Port}{below}")) { Login = login ?? new HttpLogin.None(), AllowRedirects = allowRedirects }, Transport(), _time);
}
