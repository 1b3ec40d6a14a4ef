using Portage.Snapshots.Repositories;

namespace Portage.Fuzz.Targets;

/// <summary>A repository, one blob of which is replaced.</summary>
internal sealed class BlobsInMemory(IReadOnlyDictionary<string, byte[]> blobs, string replaced, byte[] by) : IBlobStore
{
    public string Location => "memory";

    public ValueTask<IReadOnlyList<BlobEntry>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        return new([.. from path in blobs.Keys
                       where path.StartsWith(prefix, StringComparison.Ordinal) && !path.AsSpan(prefix.Length).Contains('/')
                       select new BlobEntry(path[prefix.Length..], Find(path)!.Length)]);
    }

    public ValueTask<long?> FindLengthAsync(string path, CancellationToken cancellationToken) => new(Find(path)?.Length);

    public ValueTask<IBlob> OpenAsync(string path, CancellationToken cancellationToken) => new(new Blob(path, Find(path) ?? throw new BlobNotFoundException(path, Location)));

    public ValueTask<byte[]> ReadWholeAsync(string path, int bytesMax, CancellationToken cancellationToken) => new(Find(path) ?? throw new BlobNotFoundException(path, Location));

    private byte[]? Find(string path) => path == replaced ? by : blobs.GetValueOrDefault(path);

    private sealed class Blob(string path, byte[] bytes) : IBlob
    {
        public string Path => path;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
        {
            if (position < 0 || position > bytes.Length - destination.Length)
            {
                throw new CorruptBlobException(path, $"{destination.Length} bytes", $"{bytes.Length}");
            }

            bytes.AsSpan((int)position, destination.Length).CopyTo(destination.Span);
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}
