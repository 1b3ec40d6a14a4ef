using System.Net;
using System.Net.Sockets;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.Gcs;

namespace Portage.Snapshots.Tests.Repositories;

/// <summary>The store of Google against what speaks like it.</summary>
public sealed class GcsBlobStoreTests : BlobStoreKit, IAsyncLifetime
{
    private const string Bucket = "snapshots";
    private static readonly GcsLogin Anonymous = new GcsLogin.Anonymous();
    private readonly List<IDisposable> _opened = [];
    private GcsServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await GcsServer.StartAsync(Bucket, Cancelled);
        foreach (var (name, bytes) in Blobs)
        {
            _server.Put($"prod/search/{name}", bytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _opened.ForEach(one => one.Dispose());
        await _server.DisposeAsync();
    }

    protected override async Task<IBlobStore> OpenAsync() => await OpenAsync(Anonymous, "/prod/search/");

    protected override async Task<IBlobStore> OpenNowhereAsync() => await OpenAsync(Anonymous, bucket: "nowhere");

    protected override bool IsInABucket => true;

    [Fact]
    public async Task Location_OfAStore_SaysWhereAndNoKey()
    {
        Assert.Equal($"gs://snapshots/prod/search at {_server.Endpoint}", (await OpenAsync()).Location);
        Assert.Equal("gs://snapshots", new GcsLocation("snapshots").ToString());
        Assert.DoesNotContain("hidden", new GcsLocation("snapshots") { Login = new GcsLogin.Key("hidden") }.Login.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListAsync_MoreThanAPage_GivesAll()
    {
        _server.PageSize = 3;
        for (var number = 0; number < 10; number++)
        {
            _server.Put($"prod/search/many/{number}", [1]);
            _server.Put($"prod/search/many/deeper-{number}/x", [1]);
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(number => $"{number}"), (await (await OpenAsync()).ListAsync("many", Cancelled)).Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.Equal(7, _server.Requests.Count);
    }

    /// <summary>What came before the connection broke is not asked for again, and nothing is missing.</summary>
    [Fact]
    public async Task ReadAsync_AnswersThatBreakOff_GoesOnFromThere()
    {
        var large = Large(1_000_000);
        _server.Put("prod/search/large", large);
        _server.Before = (context, next) => WebFolder.CutAsync(context, next, 300_000);
        await using var blob = await (await OpenAsync()).OpenAsync("large", Cancelled);
        var bytes = new byte[900_000];
        await blob.ReadAsync(17, bytes, Cancelled);
        Assert.Equal(large[17..900_017], bytes);
        var asked = RangesAsked();
        Assert.Equal("bytes=17-900016", asked[0]);
        Assert.True(asked.Count is > 1 and < 10, $"asked {asked.Count} times");
        Assert.All(asked.Zip(asked.Skip(1)), pair => Assert.True(FromOf(pair.First) < FromOf(pair.Second), $"{pair.First}, then {pair.Second}"));
        Assert.Equal(large, await (await OpenAsync()).ReadWholeAsync("large", large.Length, Cancelled));
    }

    /// <summary>The bytes of one object and those of the one that took its place are never put together.</summary>
    [Fact]
    public async Task ReadWholeAsync_BlobChangesWhereTheAnswerBreaksOff_IsNoticed()
    {
        _server.Put("prod/search/large", Large(1_000_000));
        var isCut = false;
        _server.Before = async (context, next) =>
        {
            if (isCut)
            {
                await next(context);
                return;
            }

            isCut = true;
            try
            {
                await WebFolder.CutAsync(context, next, 300_000);
            }
            finally
            {
                _server.Put("prod/search/large", new byte[1_000_000]);
            }
        };
        var store = await OpenAsync();
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ReadWholeAsync("large", 1_000_000, Cancelled));
        Assert.Contains("it was changed while it was read", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_BlobChangesUnderIt_IsNoticed()
    {
        await using var blob = await (await OpenAsync()).OpenAsync("root", Cancelled);
        await blob.ReadAsync(0, new byte[2], Cancelled);
        _server.Put("prod/search/root", [9, 9, 9, 9]);
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await blob.ReadAsync(2, new byte[2], Cancelled));
        Assert.Contains("it was changed while it was read", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);
    }

    /// <summary>So does Google with objects that are stored compressed.</summary>
    [Fact]
    public async Task ReadAsync_WholeObjectWhereARangeIsAskedFor_IsRefused()
    {
        _server.Before = (context, next) =>
        {
            context.Request.Headers.Remove("Range");
            return next(context);
        };
        await using var blob = await (await OpenAsync()).OpenAsync("root", Cancelled);
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await blob.ReadAsync(0, new byte[2], Cancelled));
        Assert.Contains("with the whole object where a range of it is asked for", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadWholeAsync_NameWithEveryKindOfLetter_IsOneObject()
    {
        const string Name = "a b+c%2Fd?e#f&ü";
        _server.Put($"prod/search/{Name}", [7]);
        var store = await OpenAsync();
        Assert.Equal([7], await store.ReadWholeAsync(Name, 1, Cancelled));
        Assert.Equal(1, await store.FindLengthAsync(Name, Cancelled));
        Assert.Contains(new(Name, 1), await store.ListAsync("", Cancelled));
    }

    /// <summary>Refused for a moment, and then not.</summary>
    [Fact]
    public async Task ReadWholeAsync_RefusedForAMoment_AsksAgain()
    {
        var refusals = new Queue<int>([503, 429]);
        _server.Before = (context, next) => refusals.TryDequeue(out var status) ? GcsServer.RefuseAsync(context, status, "backendError", "Backend Error") : next(context);
        Assert.Equal([1, 2, 3, 4], await (await OpenAsync()).ReadWholeAsync("root", 4, Cancelled));
        Assert.Empty(refusals);
    }

    [Fact]
    public async Task ListAsync_NobodyThere_IsTriedAgainLater()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var store = await GcsBlobStore.OpenAsync(new(Bucket) { Endpoint = new($"http://127.0.0.1:{port}"), Login = Anonymous }, TimeProvider.System, Cancelled);
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ListAsync("", Cancelled));
        Assert.True(failure.IsTransient);
        Assert.Contains("Connection refused", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The client's own way: a signed assertion for a token that may only read.</summary>
    [Fact]
    public async Task ReadWholeAsync_ByAKeyOfAServiceAccount_IsAllOfIt()
    {
        using var account = new GcsAccount("reader@portage.example");
        _server.Accounts.Add(account);
        var store = await OpenAsync(new GcsLogin.Key(account.KeyFile(_server.Tokens)), "prod/search");
        Assert.Equal([1, 2, 3, 4], await store.ReadWholeAsync("root", 4, Cancelled));
        Assert.Equal("https://www.googleapis.com/auth/devstorage.read_only", account.Scope);

        // A token that is taken back is replaced.
        account.Expire();
        Assert.Equal([new("root", 4)], await store.ListAsync("", Cancelled));
    }

    [Theory]
    [InlineData(false, "401 Unauthorized: Anonymous caller does not have storage.objects.list access")]
    [InlineData(true, "403 Forbidden: other@portage.example does not have storage.objects.list access")]
    public async Task ListAsync_LoginThatMayNot_SaysWhatTheStoreSays(bool isKnown, string words)
    {
        using var account = new GcsAccount("other@portage.example") { MayRead = false };
        _server.Accounts.Add(account);
        var store = await OpenAsync(isKnown ? new GcsLogin.Key(account.KeyFile(_server.Tokens)) : Anonymous, "prod/search");
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ListAsync("", Cancelled));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Contains(isKnown ? "storage.objects.get)" : "no login is given", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words.Replace("list", "get", StringComparison.Ordinal), (await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ReadWholeAsync("root", 4, Cancelled))).Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    /// <summary>Somebody else's key with the account's name on it.</summary>
    [Fact]
    public async Task ListAsync_KeyThatIsNotTheAccounts_SaysThatTheLoginIsRefused()
    {
        using var account = new GcsAccount("reader@portage.example");
        using var forger = new GcsAccount("reader@portage.example");
        _server.Accounts.Add(account);
        var store = await OpenAsync(new GcsLogin.Key(forger.KeyFile(_server.Tokens)));
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ListAsync("", Cancelled));
        Assert.Contains("the login was refused: invalid_grant: Invalid JWT Signature.", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task OpenAsync_KeyOfAnotherForm_SaysWhatIsWanted()
    {
        using var account = new GcsAccount("reader@portage.example");
        var file = account.KeyFile(_server.Tokens);
        foreach (var unlike in (string[])["hidden!", "{\"hidden\":1}", file.Replace("service_account", "authorized_user", StringComparison.Ordinal), file.Replace(account.Secret, "hidden", StringComparison.Ordinal), file[..^1]])
        {
            var failure = await Assert.ThrowsAsync<FormatException>(async () => await GcsBlobStore.OpenAsync(new(Bucket) { Login = new GcsLogin.Key(unlike) }, TimeProvider.System, Cancelled));
            Assert.Equal("a key of a service account: the JSON file as Google gives it, with \"type\": \"service_account\"", failure.Message);
            Assert.Null(failure.InnerException);
        }
    }

    /// <summary>The login does not go along to wherever it leads.</summary>
    [Fact]
    public async Task ReadWholeAsync_LedElsewhere_GoesNowhere()
    {
        using var account = new GcsAccount("reader@portage.example");
        _server.Accounts.Add(account);
        await using var other = await GcsServer.StartAsync(Bucket, Cancelled);
        _server.Before = (context, next) =>
        {
            if (context.Request.Method == "POST")
            {
                return next(context);
            }

            context.Response.Redirect($"{other.Endpoint}/storage/v1/b/{Bucket}/o/prod%2Fsearch%2Froot?alt=media");
            return Task.CompletedTask;
        };
        var store = await OpenAsync(new GcsLogin.Key(account.KeyFile(_server.Tokens)));
        Assert.Contains("302", (await Assert.ThrowsAsync<BlobUnreadableException>(async () => await store.ReadWholeAsync("prod/search/root", 4, Cancelled))).Message, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    private static byte[] Large(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private List<string> RangesAsked() => [.. _server.Requests.Where(asked => asked.Contains(" bytes=", StringComparison.Ordinal)).Select(asked => asked[(asked.LastIndexOf(' ') + 1)..])];

    private static long FromOf(string range) => long.Parse(range["bytes=".Length..range.IndexOf('-', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);

    private async Task<GcsBlobStore> OpenAsync(GcsLogin login, string prefix = "", string bucket = Bucket)
    {
        var store = await GcsBlobStore.OpenAsync(new(bucket) { Prefix = prefix, Endpoint = new(_server.Endpoint), Login = login }, TimeProvider.System, Cancelled);
        _opened.Add(store);
        return store;
    }
}
