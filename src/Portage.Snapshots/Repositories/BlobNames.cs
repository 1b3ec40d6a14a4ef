using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Repositories;

/// <summary>
/// What the metadata blobs of one snapshot are called and sealed by. It goes by the version that took the snapshot: a repository keeps
/// those of several.
/// </summary>
/// <remarks>
/// <code>
///                    state of the cluster   the snapshot        an index                          a shard
/// 1.x (no envelope)  metadata-NAME          snapshot-NAME       indices/INDEX/snapshot-NAME       indices/INDEX/N/snapshot-NAME
/// 2.x                meta-NAME.dat          snap-NAME.dat       indices/INDEX/meta-NAME.dat       indices/INDEX/N/snap-NAME.dat
/// 5.0 on             meta-UUID.dat          snap-UUID.dat       indices/ID/meta-UUID or BLOB.dat  indices/ID/N/snap-UUID.dat
/// </code>
/// </remarks>
internal sealed class BlobNames
{
    private readonly string _key;
    private readonly bool _isSealed;

    private BlobNames(string key, bool isSealed) => (_key, _isSealed) = (key, isSealed);

    /// <summary>Of Elasticsearch 2.0 and later.</summary>
    /// <param name="key">The uuid; the name before 5.0.</param>
    public static BlobNames Sealed(string key) => new(key, isSealed: true);

    /// <summary>Of Elasticsearch 1.x: JSON as it is, or compressed by LZF, with no checksum.</summary>
    public static BlobNames Plain(string name) => new(name, isSealed: false);

    /// <summary>Which of them a snapshot has, by what lies at the root of its repository.</summary>
    public static BlobNames Of(string name, string key, IReadOnlySet<string> root) =>
        !root.Contains(Sealed(key).Snapshot) && root.Contains(Plain(name).Snapshot) ? Plain(name) : Sealed(key);

    public string Snapshot => _isSealed ? $"snap-{_key}.dat" : $"snapshot-{_key}";

    public string State => _isSealed ? $"meta-{_key}.dat" : $"metadata-{_key}";

    /// <param name="blob">Since 7.9 several snapshots share a blob, which has a name of its own; null for the snapshot's.</param>
    public string Index(string folder, string? blob) => _isSealed ? $"{folder}/meta-{blob ?? _key}.dat" : $"{folder}/snapshot-{_key}";

    public string Shard(string folder) => $"{folder}/{Snapshot}";

    public ValueTask<BlobJson> ReadSnapshotAsync(MetadataBlobs blobs, CancellationToken cancellationToken) => ReadAsync(blobs, Snapshot, "snapshot", cancellationToken);

    public ValueTask<BlobJson> ReadStateAsync(MetadataBlobs blobs, CancellationToken cancellationToken) => ReadAsync(blobs, State, "metadata", cancellationToken);

    public ValueTask<BlobJson> ReadIndexAsync(MetadataBlobs blobs, string folder, string? blob, CancellationToken cancellationToken) =>
        ReadAsync(blobs, Index(folder, blob), "index-metadata", cancellationToken);

    public ValueTask<BlobJson> ReadShardAsync(MetadataBlobs blobs, string folder, CancellationToken cancellationToken) =>
        ReadAsync(blobs, Shard(folder), "snapshot", cancellationToken);

    private ValueTask<BlobJson> ReadAsync(MetadataBlobs blobs, string path, string codec, CancellationToken cancellationToken) =>
        blobs.ReadAsync(path, _isSealed ? codec : null, cancellationToken);
}
