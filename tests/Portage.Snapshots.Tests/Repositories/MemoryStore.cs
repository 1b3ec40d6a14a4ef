using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests.Repositories;

/// <summary>A repository in memory, whose blobs a test may change.</summary>
internal sealed class MemoryStore : IBlobStore
{
    // The arrays are shared: a test replaces a blob, and never writes into one.
    public MemoryStore(IEnumerable<KeyValuePair<string, byte[]>> blobs) => Blobs = new(blobs, StringComparer.Ordinal);

    public Dictionary<string, byte[]> Blobs { get; }

    public bool CanList { get; init; } = true;

    public long BytesRead { get; private set; }

    public string Location => "memory";

    public BucketAround? Bucket { get; init; }

    public ValueTask<IReadOnlyList<BlobEntry>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        if (!CanList)
        {
            throw new NotSupportedException();
        }

        var prefix = folder.Length == 0 ? "" : folder + "/";
        return new([.. Blobs
            .Where(blob => blob.Key.StartsWith(prefix, StringComparison.Ordinal) && !blob.Key.AsSpan(prefix.Length).Contains('/'))
            .Select(blob => new BlobEntry(blob.Key[prefix.Length..], blob.Value.Length))]);
    }

    public ValueTask<long?> FindLengthAsync(string path, CancellationToken cancellationToken) =>
        new(Blobs.TryGetValue(path, out var blob) ? blob.Length : null);

    public ValueTask<IBlob> OpenAsync(string path, CancellationToken cancellationToken) => new(new MemoryBlob(this, path, Find(path)));

    public ValueTask<byte[]> ReadWholeAsync(string path, int bytesMax, CancellationToken cancellationToken)
    {
        var blob = Find(path);
        BytesRead += blob.Length;
        return new(blob);
    }

    private byte[] Find(string path) => Blobs.TryGetValue(path, out var blob) ? blob : throw new BlobNotFoundException(path, Location);

    private sealed class MemoryBlob(MemoryStore store, string path, byte[] bytes) : IBlob
    {
        public string Path => path;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
        {
            if (position > bytes.Length - destination.Length)
            {
                throw new CorruptBlobException(path, $"at least {position + destination.Length} bytes", $"{bytes.Length}");
            }

            store.BytesRead += destination.Length;
            bytes.AsMemory((int)position, destination.Length).CopyTo(destination);
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}
