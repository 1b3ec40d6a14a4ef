using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests.Repositories;

public sealed class FileBlobStoreTests : BlobStoreKit, IDisposable
{
    private readonly TempFolder _folder = new();

    public FileBlobStoreTests()
    {
        foreach (var (path, bytes) in Blobs)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
            File.WriteAllBytes(_folder[path], bytes);
        }
    }

    public void Dispose() => _folder.Dispose();

    protected override Task<IBlobStore> OpenAsync() => Task.FromResult<IBlobStore>(new FileBlobStore(_folder.Path));

    protected override Task<IBlobStore> OpenNowhereAsync() => Task.FromResult<IBlobStore>(new FileBlobStore(_folder["nowhere"]));

    [Fact]
    public async Task ReadWholeAsync_Folder_IsUnreadable() =>
        await Assert.ThrowsAsync<BlobUnreadableException>(async () => await new FileBlobStore(_folder.Path).ReadWholeAsync("indices", 3, Cancelled));

    [Theory]
    [InlineData("nowhere", null)]
    [InlineData("nowhere/deeper", "'<root>' is there, and has no 'nowhere'.")]
    [InlineData("mount/snapshots", "'<root>/mount' is there and empty: perhaps something is to be mounted there.")]
    [InlineData("link", "'<root>/link' is a link to '/nowhere/at/all', which is not there.")]
    [InlineData("link/snapshots", "'<root>/link' is a link to '/nowhere/at/all', which is not there.")]
    [InlineData("file/snapshots", "'<root>/file' is a file, not a folder.")]
    public async Task ListAsync_NothingIsThere_SaysWhatIsMissing(string path, string? hint)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["mount"]);
        File.CreateSymbolicLink(folder["link"], "/nowhere/at/all");
        File.WriteAllText(folder["file"], "");
        var missing = await Assert.ThrowsAsync<RepositoryNotFoundException>(async () => await new FileBlobStore(folder[path]).ListAsync("", TestContext.Current.CancellationToken));
        Assert.EndsWith(hint?.Replace("<root>", folder.Path, StringComparison.Ordinal) ?? "it does not exist.", missing.Message, StringComparison.Ordinal);
    }
}
