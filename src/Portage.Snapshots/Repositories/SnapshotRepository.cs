using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Repositories;

/// <summary>
/// A snapshot repository as its newest root describes it: Elasticsearch 1.x and later, OpenSearch. Snapshots of several
/// versions may lie side by side. Opening it reads one blob (before Elasticsearch 5.0 one more a snapshot); nothing is ever written.
/// </summary>
/// <remarks>Immutable, and may be used by many readers at once. Snapshots taken later show in a newly opened one.</remarks>
public sealed class SnapshotRepository
{
    private readonly RepositoryRoot _root;
    private readonly MetadataBlobs _blobs;

    private SnapshotRepository(MetadataBlobs blobs, RepositoryRoot root)
    {
        (_root, _blobs) = (root, blobs);
        Snapshots = [.. root.Snapshots.Select(snapshot => snapshot.Entry)];
    }

    /// <summary>Where it is, for messages.</summary>
    public string Location => _blobs.Store.Location;

    /// <summary>The blob that describes it: <c>index-N</c> with the highest N; <c>index</c> before Elasticsearch 5.0.</summary>
    public string RootBlob => _root.Blob;

    /// <summary>All snapshots, in ordinal order of their names.</summary>
    public IReadOnlyList<SnapshotEntry> Snapshots { get; }

    /// <summary>Finds and reads the newest root.</summary>
    /// <exception cref="RepositoryNotFoundException">There is nothing at the place.</exception>
    /// <exception cref="RepositoryEmptyException">What is there is no repository.</exception>
    /// <exception cref="CorruptBlobException">The root cannot be understood.</exception>
    /// <exception cref="BlobUnreadableException">The store failed.</exception>
    public static async ValueTask<SnapshotRepository> OpenAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        var blobs = new MetadataBlobs(store);
        return new(blobs, await RepositoryRoot.ReadAsync(blobs, cancellationToken));
    }

    /// <summary>Reads what a snapshot says about itself (one blob).</summary>
    /// <param name="nameOrUuid">A name is looked for first.</param>
    /// <exception cref="SnapshotNotFoundException">There is none of that name or uuid; the exception holds the names that there are.</exception>
    /// <exception cref="SnapshotUnfinishedException">It was being taken when the root was written.</exception>
    /// <exception cref="RepositoryException">Its blob is missing, corrupt or of a format that cannot be read.</exception>
    public async ValueTask<Snapshot> OpenSnapshotAsync(string nameOrUuid, CancellationToken cancellationToken)
    {
        var root = _root.Snapshots.FirstOrDefault(snapshot => snapshot.Entry.Name == nameOrUuid)
            ?? _root.Snapshots.FirstOrDefault(snapshot => snapshot.Entry.Uuid == nameOrUuid)
            ?? throw new SnapshotNotFoundException(nameOrUuid, Location, [.. Snapshots.Select(snapshot => snapshot.Name)]);
        var path = root.Names.Snapshot;
        if (root.Entry.State == SnapshotState.InProgress && await _blobs.Store.FindLengthAsync(path, cancellationToken) is null)
        {
            throw new SnapshotUnfinishedException(root.Entry.Name, path);
        }

        var json = await root.Names.ReadSnapshotAsync(_blobs, cancellationToken);
        return Snapshot.Parse(json.Member("snapshot"), root, _root, _blobs);
    }
}
