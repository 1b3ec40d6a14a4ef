using System.Net;
using System.Net.Sockets;
using Azure.Storage.Sas;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.Azure;

namespace Portage.Snapshots.Tests.Repositories;

/// <summary>The store of Azure against a real server that speaks like it.</summary>
public sealed class AzureBlobStoreTests(AzureBlobStoreTests.OneServer servers) : BlobStoreKit, IClassFixture<AzureBlobStoreTests.OneServer>
{
    private const string Container = "snapshots";
    private static readonly AzureLogin Key = new AzureLogin.Key(AzureObjects.Key);

    protected override async Task<IBlobStore> OpenAsync() => await OpenAsync(Key, "/prod/search/");

    protected override async Task<IBlobStore> OpenNowhereAsync() => await OpenAsync(Key, container: "nowhere");

    protected override bool IsInABucket => true;

    [Fact]
    public async Task Location_OfAStore_SaysWhereAndNoKey()
    {
        Assert.Equal($"azure://portage/snapshots/prod/search at {(await servers.StartAsync()).Endpoint}", (await OpenAsync()).Location);
        Assert.Equal("azure://portage/snapshots", new AzureLocation("portage", "snapshots") { Login = Key }.ToString());
        Assert.DoesNotContain(AzureObjects.Key, Key.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListAsync_WrongKey_SaysWhatTheStoreSays()
    {
        var store = await OpenAsync(new AzureLogin.Key(Convert.ToBase64String("wrong"u8)));
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ListAsync("", Cancelled));
        Assert.Contains("403 AuthorizationFailure: Server failed to authenticate the request", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task ListAsync_NobodyThere_IsTriedAgainLater()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var store = new AzureBlobStore(new("portage", Container) { Endpoint = new($"http://127.0.0.1:{port}/portage"), Login = Key });
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ListAsync("", Cancelled));
        Assert.True(failure.IsTransient);
        Assert.Contains("Connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadWholeAsync_ByASharedAccessSignature_IsAllOfIt()
    {
        var sas = AzureObjects.Container(await servers.StartAsync(), Container)
            .GenerateSasUri(BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List, new(2999, 1, 1, 0, 0, 0, TimeSpan.Zero)).Query;
        var store = await OpenAsync(new AzureLogin.Sas(sas), "prod/search");
        Assert.Equal([1, 2, 3, 4], await store.ReadWholeAsync("root", 4, Cancelled));
        Assert.Equal([new("root", 4)], await store.ListAsync("", Cancelled));
    }

    [Fact]
    public async Task ReadWholeAsync_ByAConnectionString_IsAllOfIt()
    {
        var text = AzureObjects.ConnectionStringOf(await servers.StartAsync());
        Assert.Equal([1, 2, 3, 4], await (await OpenAsync(new AzureLogin.ConnectionString(text), "prod/search")).ReadWholeAsync("root", 4, Cancelled));
    }

    /// <summary>What the configuration says and what the secret says are one place.</summary>
    [Fact]
    public void New_LoginOfAnotherFormOrPlace_SaysWhatIsWanted()
    {
        const string Text = "DefaultEndpointsProtocol=https;AccountName=other;AccountKey=aGlkZGVu;EndpointSuffix=core.windows.net";
        var other = Assert.Throws<FormatException>(() => new AzureBlobStore(new("portage", Container) { Login = new AzureLogin.ConnectionString(Text) }));
        Assert.Equal("a connection string of the account 'portage'; it is of 'other' at https://other.blob.core.windows.net", other.Message);
        Assert.Throws<FormatException>(() => new AzureBlobStore(new("other", Container) { Endpoint = new("http://127.0.0.1:1/other"), Login = new AzureLogin.ConnectionString(Text) }));
        foreach (var login in (AzureLogin[])[new AzureLogin.Key("hidden!"), new AzureLogin.ConnectionString("hidden!")])
        {
            Assert.DoesNotContain("hidden", Assert.Throws<FormatException>(() => new AzureBlobStore(new("portage", Container) { Login = login })).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ReadAsync_BlobChangesUnderIt_IsNoticed()
    {
        var server = await servers.StartAsync();
        await AzureObjects.FillAsync(server, Container, [new("changing", [1, 2, 3, 4])], Cancelled);
        await using var blob = await (await OpenAsync(Key)).OpenAsync("changing", Cancelled);
        await blob.ReadAsync(0, new byte[2], Cancelled);
        await AzureObjects.FillAsync(server, Container, [new("changing", [9, 9, 9, 9])], Cancelled);
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await blob.ReadAsync(2, new byte[2], Cancelled));
        Assert.Contains("it was changed while it was read", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);
    }

    private async Task<AzureBlobStore> OpenAsync(AzureLogin login, string prefix = "", string container = Container) =>
        new(new(AzureObjects.Account, container) { Prefix = prefix, Endpoint = new(AzureObjects.EndpointOf(await servers.StartAsync())), Login = login });

    /// <summary>One server for all tests, started by the first that asks.</summary>
    public sealed class OneServer : IAsyncDisposable
    {
        private readonly SemaphoreSlim _gate = new(1);
        private RealServer? _server;

        public async ValueTask DisposeAsync()
        {
            await (_server?.DisposeAsync() ?? default);
            _gate.Dispose();
        }

        internal async Task<RealServer> StartAsync()
        {
            await _gate.WaitAsync(Cancelled);
            try
            {
                if (_server is null)
                {
                    var server = await RealServer.AzureAsync(Cancelled);
                    await AzureObjects.FillAsync(server, Container, Blobs.Select(blob => KeyValuePair.Create($"prod/search/{blob.Key}", blob.Value)), Cancelled);
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
}
