using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests.Repositories;

public sealed class FileBlobStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public FileBlobStoreTests()
    {
        Directory.CreateDirectory(_folder["indices/x"]);
        File.WriteAllBytes(_folder["root"], [1, 2, 3, 4]);
        File.WriteAllBytes(_folder["indices/x/blob"], [5, 6]);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private FileBlobStore Store => new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ListAsync_Folder_GivesItsBlobsOnly()
    {
        Assert.Equal([new("root", 4)], await Store.ListAsync("", Cancelled));
        Assert.Equal([new("blob", 2)], await Store.ListAsync("indices/x", Cancelled));
        Assert.Empty(await Store.ListAsync("nothing", Cancelled));
    }

    [Fact]
    public async Task FindLengthAsync_NoBlob_GivesNull()
    {
        Assert.Equal(2, await Store.FindLengthAsync("indices/x/blob", Cancelled));
        Assert.Null(await Store.FindLengthAsync("indices/y", Cancelled));
        Assert.Null(await Store.FindLengthAsync("indices", Cancelled));
    }

    [Fact]
    public async Task ReadAsync_Range_FillsIt()
    {
        await using var blob = await Store.OpenAsync("root", Cancelled);
        var bytes = new byte[2];
        await blob.ReadAsync(1, bytes, Cancelled);
        Assert.Equal([2, 3], bytes);
    }

    [Fact]
    public async Task ReadAsync_RangeBeyondTheEnd_IsCorrupt()
    {
        await using var blob = await Store.OpenAsync("root", Cancelled);
        var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await blob.ReadAsync(3, new byte[2], Cancelled));
        Assert.Equal(("root", "at least 5 bytes", "4 bytes"), (failure.Path, failure.Expected, failure.Found));
    }

    [Fact]
    public async Task OpenAsync_NoBlob_NamesIt()
    {
        var failure = await Assert.ThrowsAsync<BlobNotFoundException>(async () => await Store.OpenAsync("indices/y/blob", Cancelled));
        Assert.Equal("indices/y/blob", failure.Path);
        Assert.Contains(_folder.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadWholeAsync_TooLong_IsCorrupt() =>
        await Assert.ThrowsAsync<CorruptBlobException>(async () => await Store.ReadWholeAsync("root", 3, Cancelled));

    [Fact]
    public async Task ReadWholeAsync_Folder_IsUnreadable() =>
        await Assert.ThrowsAsync<BlobUnreadableException>(async () => await Store.ReadWholeAsync("indices", 3, Cancelled));

    [Theory]
    [InlineData("../x")]
    [InlineData("indices/../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("")]
    public async Task OpenAsync_PathThatLeavesTheRepository_IsRefused(string path) =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.OpenAsync(path, Cancelled));
}
