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
}
