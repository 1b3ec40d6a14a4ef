using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests.Repositories;

/// <summary>What every store keeps to, whatever the blobs lie in. In it: <c>root</c> with the bytes 1 to 4, and <c>indices/x/blob</c> with 5 and 6.</summary>
public abstract class BlobStoreKit
{
    /// <summary>The blobs, by their paths.</summary>
    protected static IReadOnlyDictionary<string, byte[]> Blobs { get; } = new Dictionary<string, byte[]> { ["root"] = [1, 2, 3, 4], ["indices/x/blob"] = [5, 6] };

    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A store over these blobs.</summary>
    protected abstract Task<IBlobStore> OpenAsync();

    /// <summary>A store over nothing, not even an empty place.</summary>
    protected abstract Task<IBlobStore> OpenNowhereAsync();

    /// <summary>True where the repository lies below <c>prod/search</c> in a bucket or container.</summary>
    protected virtual bool IsInABucket => false;

    /// <summary>OpenSearch may put shards beside the repository, where names begin with a hash.</summary>
    [Fact]
    public async Task Bucket_OfARepositoryBelowAPrefix_HoldsWhatIsOutsideOfIt()
    {
        var store = await OpenAsync();
        Assert.Equal(IsInABucket ? "prod/search" : null, store.Bucket?.BasePath);
        if (store.Bucket is { } around)
        {
            Assert.Equal([1, 2, 3, 4], await around.Store.ReadWholeAsync("prod/search/root", 4, Cancelled));
        }

        Assert.Null((await OpenNowhereAsync()).Bucket);
    }

    [Fact]
    public async Task ListAsync_Folder_GivesItsBlobsOnly()
    {
        var store = await OpenAsync();
        if (!store.CanList)
        {
            await Assert.ThrowsAsync<NotSupportedException>(async () => await store.ListAsync("", Cancelled));
            return;
        }

        Assert.Equal([new("root", 4)], await store.ListAsync("", Cancelled));
        Assert.Equal([new("blob", 2)], await store.ListAsync("indices/x", Cancelled));
        Assert.Empty(await store.ListAsync("nothing", Cancelled));
    }

    [Fact]
    public async Task FindLengthAsync_NoBlob_GivesNull()
    {
        var store = await OpenAsync();
        Assert.Equal(2, await store.FindLengthAsync("indices/x/blob", Cancelled));
        Assert.Null(await store.FindLengthAsync("indices/y", Cancelled));
        Assert.Null(await store.FindLengthAsync("indices", Cancelled));
    }

    [Fact]
    public async Task ReadAsync_Range_FillsIt()
    {
        await using var blob = await (await OpenAsync()).OpenAsync("root", Cancelled);
        var bytes = new byte[2];
        await blob.ReadAsync(1, bytes, Cancelled);
        Assert.Equal([2, 3], bytes);
        await blob.ReadAsync(4, Memory<byte>.Empty, Cancelled);
    }

    [Fact]
    public async Task ReadAsync_RangeBeyondTheEnd_IsCorrupt()
    {
        await using var blob = await (await OpenAsync()).OpenAsync("root", Cancelled);
        var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await blob.ReadAsync(3, new byte[2], Cancelled));
        Assert.Equal(("root", "at least 5 bytes", "4 bytes"), (failure.Path, failure.Expected, failure.Found));
        var beyond = await Assert.ThrowsAsync<CorruptBlobException>(async () => await blob.ReadAsync(9, new byte[2], Cancelled));
        Assert.Equal(("root", "at least 11 bytes"), (beyond.Path, beyond.Expected));
    }

    /// <summary>At once, or with the first read.</summary>
    [Fact]
    public async Task ReadAsync_NoBlob_NamesIt()
    {
        var store = await OpenAsync();
        var failure = await Assert.ThrowsAsync<BlobNotFoundException>(async () =>
        {
            await using var blob = await store.OpenAsync("indices/y/blob", Cancelled);
            await blob.ReadAsync(0, new byte[1], Cancelled);
        });
        Assert.Equal("indices/y/blob", failure.Path);
        Assert.Contains(store.Location, failure.Message, StringComparison.Ordinal);
        Assert.Equal("indices/y/blob", (await Assert.ThrowsAsync<BlobNotFoundException>(async () => await store.ReadWholeAsync("indices/y/blob", 3, Cancelled))).Path);
    }

    [Fact]
    public async Task ReadWholeAsync_Blob_IsAllOfIt() => Assert.Equal([1, 2, 3, 4], await (await OpenAsync()).ReadWholeAsync("root", 4, Cancelled));

    [Fact]
    public async Task ReadWholeAsync_TooLong_IsCorrupt()
    {
        var store = await OpenAsync();
        await Assert.ThrowsAsync<CorruptBlobException>(async () => await store.ReadWholeAsync("root", 3, Cancelled));
    }

    [Fact]
    public async Task ListAsync_NothingThere_SaysWhere()
    {
        var store = await OpenNowhereAsync();
        if (!store.CanList)
        {
            // An empty place and none look the same there.
            Assert.Null(await store.FindLengthAsync("root", Cancelled));
            return;
        }

        Assert.Equal(store.Location, (await Assert.ThrowsAsync<RepositoryNotFoundException>(async () => await store.ListAsync("", Cancelled))).Location);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("indices/../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("")]
    public async Task ReadWholeAsync_PathThatLeavesTheRepository_IsRefused(string path)
    {
        var store = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.ReadWholeAsync(path, 1, Cancelled));
        await Assert.ThrowsAsync<ArgumentException>(async () =>
        {
            await using var blob = await store.OpenAsync(path, Cancelled);
            await blob.ReadAsync(0, new byte[1], Cancelled);
        });
    }
}
