using System.Net;
using System.Net.Sockets;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.S3;

namespace Portage.Snapshots.Tests.Repositories;

/// <summary>The store of S3 against a real server that speaks like it.</summary>
public sealed class S3BlobStoreTests(S3BlobStoreTests.OneServer servers) : BlobStoreKit, IClassFixture<S3BlobStoreTests.OneServer>
{
    private const string Bucket = "snapshots";
    private static readonly S3Login Keys = new S3Login.Keys(S3Objects.AccessKey, S3Objects.SecretKey, null);

    protected override async Task<IBlobStore> OpenAsync() => new S3BlobStore(new(Bucket) { Prefix = "/prod/search/", Endpoint = new((await servers.StartAsync()).Endpoint), Login = Keys });

    protected override async Task<IBlobStore> OpenNowhereAsync() => new S3BlobStore(new("nowhere") { Endpoint = new((await servers.StartAsync()).Endpoint), Login = Keys });

    protected override bool IsInABucket => true;

    [Fact]
    public async Task Location_OfAStore_SaysWhereAndNoKey() =>
        Assert.Equal($"s3://snapshots/prod/search at {(await servers.StartAsync()).Endpoint}", (await OpenAsync()).Location);

    [Fact]
    public async Task ListAsync_WrongKey_SaysWhatTheStoreSays()
    {
        var store = new S3BlobStore(new(Bucket) { Endpoint = new((await servers.StartAsync()).Endpoint), Login = new S3Login.Keys("portage", "wrong", null) });
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ListAsync("", Cancelled));
        Assert.Contains("403 SignatureDoesNotMatch", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task ListAsync_NobodyThere_IsTriedAgainLater()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var store = new S3BlobStore(new(Bucket) { Endpoint = new($"http://127.0.0.1:{port}"), Login = Keys });
        Assert.True((await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ListAsync("", Cancelled))).IsTransient);
    }

    /// <summary>More blobs in a folder than one answer lists.</summary>
    [Fact]
    public async Task ListAsync_MoreThanAPage_GivesAll()
    {
        var store = await OpenAsync();
        Assert.Equal(1_100, (await store.ListAsync("many", Cancelled)).Select(entry => entry.Name).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task ReadAsync_BlobChangesUnderIt_IsNoticed()
    {
        var server = await servers.StartAsync();
        await S3Objects.FillAsync(server, Bucket, [new("changing", [1, 2, 3, 4])], Cancelled);
        using var store = new S3BlobStore(new(Bucket) { Endpoint = new(server.Endpoint), Login = Keys });
        await using var blob = await store.OpenAsync("changing", Cancelled);
        await blob.ReadAsync(0, new byte[2], Cancelled);
        await S3Objects.FillAsync(server, Bucket, [new("changing", [9, 9, 9, 9])], Cancelled);
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await blob.ReadAsync(2, new byte[2], Cancelled));
        Assert.Contains("it was changed while it was read", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);
    }

    /// <summary>What came before the connection broke is not asked for again, and nothing is missing.</summary>
    [Fact]
    public async Task ReadAsync_AnswersThatBreakOff_GoesOnFromThere()
    {
        var server = await servers.StartAsync();
        await using var breaking = new BreakingProxy(server.Port, bodyBytes: 300_000);
        using var store = new S3BlobStore(new(Bucket) { Prefix = "prod/search", Endpoint = new($"http://127.0.0.1:{breaking.Port}"), Login = Keys });
        await using var blob = await store.OpenAsync("huge/large", Cancelled);
        var bytes = new byte[1_000_000];
        await blob.ReadAsync(17, bytes, Cancelled);
        Assert.Equal(OneServer.Large[17..(17 + bytes.Length)], bytes);
        Assert.InRange(breaking.Broken, 3, 10);
        Assert.Equal(OneServer.Large, await store.ReadWholeAsync("huge/large", OneServer.Large.Length, Cancelled));
    }

    /// <summary>One server for all tests, started by the first that asks.</summary>
    public sealed class OneServer : IAsyncDisposable
    {
        private readonly SemaphoreSlim _gate = new(1);
        private readonly TempFolder _data = new();
        private RealServer? _server;

        internal static byte[] Large { get; } = [.. Enumerable.Range(0, 1_200_000).Select(i => (byte)(i * 31 % 251))];

        public async ValueTask DisposeAsync()
        {
            if (_server is { } server)
            {
                await server.DisposeAsync();
            }

            _data.Dispose();
            _gate.Dispose();
        }

        internal async Task<RealServer> StartAsync()
        {
            await _gate.WaitAsync(Cancelled);
            try
            {
                if (_server is null)
                {
                    var server = await RealServer.S3Async(Cancelled, _data.Path);
                    var blobs = Blobs.Append(new("huge/large", Large)).Concat(Enumerable.Range(0, 1_100).Select(i => KeyValuePair.Create($"many/{i}", (byte[])[1])));
                    await S3Objects.FillAsync(server, Bucket, blobs.Select(blob => KeyValuePair.Create($"prod/search/{blob.Key}", blob.Value)), Cancelled);
                    _server = server;
                }

                return _server;
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    /// <summary>Lets so many bytes of each answer through, and then cuts the connection; short answers come whole.</summary>
    private sealed class BreakingProxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _ending = new();
        private readonly Task _accepting;
        private readonly int _to;
        private readonly int _bodyBytes;
        private int _broken;

        public BreakingProxy(int to, int bodyBytes)
        {
            (_to, _bodyBytes) = (to, bodyBytes);
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Broken => Volatile.Read(ref _broken);

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            await _accepting;
            _listener.Dispose();
            _ending.Dispose();
        }

        private async Task AcceptAsync()
        {
            var connections = new List<Task>();
            try
            {
                while (true)
                {
                    connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
                }
            }
            catch (OperationCanceledException)
            {
                await Task.WhenAll(connections);
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using var here = client;
            using var there = new TcpClient();
            try
            {
                await there.ConnectAsync(IPAddress.Loopback, _to, _ending.Token);
                var asking = here.GetStream().CopyToAsync(there.GetStream(), _ending.Token);
                var buffer = new byte[16 * 1024];
                var passed = 0;
                while (await there.GetStream().ReadAsync(buffer, _ending.Token) is var read and > 0)
                {
                    await here.GetStream().WriteAsync(buffer.AsMemory(0, read), _ending.Token);
                    passed += read;
                    if (passed > _bodyBytes)
                    {
                        Interlocked.Increment(ref _broken);
                        return;
                    }
                }

                await asking;
            }
            catch (Exception over) when (over is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // Either end is gone.
            }
        }
    }
}
