using Portage.Lucene.Files;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Shards;

/// <summary>The files of a shard's Lucene index, read by ranges from the blobs that hold them.</summary>
internal sealed class ShardDirectory(IBlobStore store, string folder, string listBlob, IReadOnlyDictionary<string, ShardFile> files) : ILuceneDirectory
{
    public IReadOnlyDictionary<string, long> Files { get; } = files.ToDictionary(file => file.Key, file => file.Value.Length, StringComparer.Ordinal);

    public ValueTask<ILuceneFile> OpenAsync(string name, CancellationToken cancellationToken)
    {
        if (!files.TryGetValue(name, out var file))
        {
            throw new CorruptBlobException(listBlob, $"the file '{name}' in the shard's list", $"{files.Count} others");
        }

        return file.Content is { } content && Sound(content, file)
            ? new(new ContentFile(content, listBlob, file.Name))
            : OpenBlobsAsync(store, folder, listBlob, file, cancellationToken);
    }

    /// <summary>The file as its blobs have it, even where the list carries the content too.</summary>
    public static async ValueTask<ILuceneFile> OpenBlobsAsync(IBlobStore store, string folder, string listBlob, ShardFile file, CancellationToken cancellationToken) => file switch
    {
        { IsVirtual: true } => new ContentFile(file.Content!.Value, listBlob, file.Name),
        { PartCount: 1 } => new BlobFile(await store.OpenAsync($"{folder}/{file.BlobName}", cancellationToken), file.Length),
        _ => new PartsFile(store, folder, file),
    };

    // For a file with a blob of its own the list's copy is a shortcut, taken only where it is the file beyond doubt.
    private static bool Sound(ReadOnlyMemory<byte> content, ShardFile file) =>
        file.IsVirtual || (file.Checksum is { } checksum && content.Length > sizeof(long) && Crc32.Compute(content.Span[..^sizeof(long)]) == checksum);

    private sealed class ContentFile(ReadOnlyMemory<byte> content, string blob, string name) : ILuceneFile
    {
        public long Length => content.Length;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
        {
            if (position < 0 || position > content.Length - destination.Length)
            {
                throw new CorruptBlobException(blob, $"at least {position + destination.Length:N0} bytes of '{name}'", $"{content.Length:N0} bytes");
            }

            content.Slice((int)position, destination.Length).CopyTo(destination);
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class BlobFile(IBlob blob, long length) : ILuceneFile
    {
        public long Length => length;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken) =>
            blob.ReadAsync(position, destination, cancellationToken);

        public ValueTask DisposeAsync() => blob.DisposeAsync();
    }

    // A part is opened for each read, and reads are large: a file of thousands of parts must not hold as many handles.
    private sealed class PartsFile(IBlobStore store, string folder, ShardFile file) : ILuceneFile
    {
        public long Length => file.Length;

        public async ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
        {
            while (!destination.IsEmpty)
            {
                var (part, at) = Math.DivRem(position, file.PartBytes);
                if (part >= file.PartCount)
                {
                    throw new CorruptBlobException($"{folder}/{file.PartName(file.PartCount - 1)}", $"bytes from {position:N0} on of '{file.Name}'", $"{file.Length:N0} bytes");
                }

                var here = (int)Math.Min(destination.Length, file.PartBytes - at);
                await using var blob = await store.OpenAsync($"{folder}/{file.PartName((int)part)}", cancellationToken);
                await blob.ReadAsync(at, destination[..here], cancellationToken);
                position += here;
                destination = destination[here..];
            }
        }

        public ValueTask DisposeAsync() => default;
    }
}
