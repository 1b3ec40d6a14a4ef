using Microsoft.Win32.SafeHandles;

namespace Portage.Lucene.Files;

/// <summary>A Lucene index in a plain folder, such as <c>nodes/0/indices/UUID/0/index</c> of a server's data.</summary>
public sealed class FileSystemDirectory : ILuceneDirectory
{
    private readonly string _folder;

    /// <summary>Lists the folder as it is now; files that appear later are not seen.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public FileSystemDirectory(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Files = new DirectoryInfo(_folder).EnumerateFiles().ToDictionary(file => file.Name, file => file.Length, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> Files { get; }

    /// <inheritdoc/>
    public ValueTask<ILuceneFile> OpenAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!Files.ContainsKey(name))
        {
            throw new FileNotFoundException($"'{_folder}' has no file '{name}'.", name);
        }

        var handle = File.OpenHandle(Path.Combine(_folder, name), options: FileOptions.Asynchronous | FileOptions.SequentialScan);
        return new(new PlainFile(handle, name));
    }

    private sealed class PlainFile(SafeFileHandle handle, string name) : ILuceneFile
    {
        public long Length { get; } = RandomAccess.GetLength(handle);

        public async ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
        {
            while (destination.Length > 0)
            {
                var read = await RandomAccess.ReadAsync(handle, destination, position, cancellationToken);
                if (read == 0)
                {
                    throw new EndOfStreamException($"'{name}' ends at {position}, where {destination.Length} more bytes were expected.");
                }

                position += read;
                destination = destination[read..];
            }
        }

        public ValueTask DisposeAsync()
        {
            handle.Dispose();
            return default;
        }
    }
}
