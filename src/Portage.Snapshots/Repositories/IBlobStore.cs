using Portage.Lucene.Files;

namespace Portage.Snapshots.Repositories;

/// <summary>
/// Where the blobs of a snapshot repository lie: a folder, a bucket with a prefix. Read only, and read by ranges, so that
/// no shard is ever copied to this machine.
/// </summary>
/// <remarks>
/// Paths are relative to the repository's root, with <c>/</c> between their parts and none at the start
/// (<c>indices/uB3…/0/__x1…</c>). An implementation may be used by many readers at once.
/// </remarks>
public interface IBlobStore
{
    /// <summary>Where the repository is, for messages: a folder, a URL. Never holds a credential.</summary>
    string Location { get; }

    /// <summary>
    /// The bucket around the repository, in which OpenSearch may keep shards outside of it; null where the repository is all of it, or nobody
    /// knows where it ends.
    /// </summary>
    BucketAround? Bucket => null;

    /// <summary>False where <see cref="ListAsync"/> cannot be answered; then the newest root is what <c>index.latest</c> names.</summary>
    bool CanList => true;

    /// <summary>How many small reads are worth doing at once: more than one where each waits for an answer from afar.</summary>
    int ReadsAtOnce => 1;

    /// <summary>How far ahead of its use a large blob is worth reading. The further away the store, the further.</summary>
    ReadAheadLimits ReadAhead => Near;

    /// <summary>For a store that answers at once.</summary>
    private static readonly ReadAheadLimits Near = new();

    /// <summary>The blobs directly in a folder, in no particular order; empty where the folder does not exist.</summary>
    /// <param name="folder">The empty text for the root.</param>
    /// <exception cref="RepositoryNotFoundException">The root itself does not exist.</exception>
    /// <exception cref="BlobUnreadableException">It exists and cannot be listed.</exception>
    /// <exception cref="NotSupportedException">The store lists nothing (<see cref="CanList"/>).</exception>
    ValueTask<IReadOnlyList<BlobEntry>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>For a place that holds no repository: a sentence that says where one is, or what to do first; null where that is not known.</summary>
    ValueTask<string?> FindNearbyAsync(CancellationToken cancellationToken) => default;

    /// <summary>The length of a blob in bytes, or null where there is none.</summary>
    /// <exception cref="BlobUnreadableException">It exists and cannot be read.</exception>
    ValueTask<long?> FindLengthAsync(string path, CancellationToken cancellationToken);

    /// <summary>Opens a blob to read ranges of it. May be lazy: a missing blob may show only at the first read.</summary>
    /// <exception cref="BlobNotFoundException">There is no such blob.</exception>
    /// <exception cref="BlobUnreadableException">It exists and cannot be read.</exception>
    ValueTask<IBlob> OpenAsync(string path, CancellationToken cancellationToken);

    /// <summary>Reads a whole blob, as is meant for metadata.</summary>
    /// <param name="bytesMax">Longer blobs are refused, so that a damaged repository cannot fill the memory.</param>
    /// <exception cref="BlobNotFoundException">There is no such blob.</exception>
    /// <exception cref="BlobUnreadableException">It exists and cannot be read.</exception>
    /// <exception cref="CorruptBlobException">It is longer than <paramref name="bytesMax"/>.</exception>
    ValueTask<byte[]> ReadWholeAsync(string path, int bytesMax, CancellationToken cancellationToken);
}

/// <summary>What a repository lies in.</summary>
/// <param name="Store">All of it. Lives as long as the repository's own.</param>
/// <param name="BasePath">From its root to that of the repository, without slashes at its ends.</param>
public sealed record BucketAround(IBlobStore Store, string BasePath);

/// <summary>One blob in a listing.</summary>
/// <param name="Name">Without its folder.</param>
/// <param name="Length">In bytes.</param>
public sealed record BlobEntry(string Name, long Length);

/// <summary>One blob, open for reading. Reads may overlap in time.</summary>
public interface IBlob : IAsyncDisposable
{
    /// <summary>Relative to the repository's root.</summary>
    string Path { get; }

    /// <summary>Fills <paramref name="destination"/> from <paramref name="position"/> on.</summary>
    /// <exception cref="BlobNotFoundException">There is no such blob.</exception>
    /// <exception cref="BlobUnreadableException">The read failed.</exception>
    /// <exception cref="CorruptBlobException">The blob ends before the range does.</exception>
    ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken);
}
