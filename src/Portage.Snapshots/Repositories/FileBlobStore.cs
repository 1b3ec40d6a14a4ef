using Microsoft.Win32.SafeHandles;

namespace Portage.Snapshots.Repositories;

/// <summary>A snapshot repository in a folder, as the repository type <c>fs</c> writes it.</summary>
/// <remarks>
/// Reads are synchronous: .NET has no asynchronous file reads on Linux, only reads on another thread, which cost more than
/// what they wait for.
/// </remarks>
public sealed class FileBlobStore : IBlobStore
{
    private readonly string _root;

    /// <param name="folder">The folder that holds <c>index-N</c>. Need not exist: the first access says so.</param>
    public FileBlobStore(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _root = Path.GetFullPath(folder);
    }

    /// <inheritdoc/>
    public string Location => _root;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlobEntry>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var directory = new DirectoryInfo(folder.Length == 0 ? _root : Resolve(folder));
        FolderLooks.Note(directory.FullName);
        try
        {
            if (!directory.Exists)
            {
                return folder.Length == 0 ? throw new RepositoryNotFoundException(_root, NearbyRepository.Find(_root)) : new([]);
            }

            return new([.. directory.EnumerateFiles().Select(file => new BlobEntry(file.Name, file.Length))]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BlobUnreadableException(folder, _root, failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<string?> FindNearbyAsync(CancellationToken cancellationToken) => new(NearbyRepository.Find(_root));

    /// <inheritdoc/>
    public ValueTask<long?> FindLengthAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var file = new FileInfo(Resolve(path));
            FolderLooks.Note(file.FullName);
            return new(file.Exists ? file.Length : null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BlobUnreadableException(path, _root, failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IBlob> OpenAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new FileBlob(OpenHandle(path), path, _root));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> ReadWholeAsync(string path, int bytesMax, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var handle = OpenHandle(path);
        var length = RandomAccess.GetLength(handle);
        if (length > bytesMax)
        {
            throw new CorruptBlobException(path, $"at most {bytesMax:N0} bytes", $"{length:N0} bytes");
        }

        var bytes = new byte[length];
        FileBlob.Fill(handle, path, _root, 0, bytes);
        return new(bytes);
    }

    private SafeFileHandle OpenHandle(string path)
    {
        var file = Resolve(path);
        FolderLooks.Note(file);
        try
        {
            return File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Directory.Exists(_root) ? new BlobNotFoundException(path, _root) : new RepositoryNotFoundException(_root, NearbyRepository.Find(_root));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BlobUnreadableException(path, _root, failure);
        }
    }

    private string Resolve(string path) => Path.Combine(_root, BlobPath.Below("", path));

    private sealed class FileBlob(SafeFileHandle handle, string path, string location) : IBlob
    {
        public string Path => path;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Fill(handle, path, location, position, destination.Span);
            return default;
        }

        public ValueTask DisposeAsync()
        {
            handle.Dispose();
            return default;
        }

        public static void Fill(SafeFileHandle handle, string path, string location, long position, Span<byte> destination)
        {
            var filled = 0;
            try
            {
                while (filled < destination.Length)
                {
                    var read = RandomAccess.Read(handle, destination[filled..], position + filled);
                    if (read == 0)
                    {
                        throw new CorruptBlobException(path, $"at least {position + destination.Length:N0} bytes", $"{position + filled:N0} bytes");
                    }

                    filled += read;
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new BlobUnreadableException(path, location, failure);
            }
        }
    }
}
