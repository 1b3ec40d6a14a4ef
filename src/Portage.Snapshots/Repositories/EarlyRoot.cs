using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Repositories;

/// <summary>
/// The root of a repository before Elasticsearch 5.0: <c>index</c>, a list of names (<c>{"snapshots":["one","two"]}</c>, of 1.x
/// compressed by LZF). What else a root says stands in the blob of each snapshot, and those of 1.x and 2.x may lie side by side.
/// </summary>
internal static class EarlyRoot
{
    /// <summary>What the root is called.</summary>
    public const string Blob = "index";

    // One small blob a snapshot; a bucket of hourly ones has thousands, and answers each in some tens of milliseconds.
    private const int ReadsAtOnce = 8;

    private static readonly Dictionary<string, string> NoBlobs = [];

    /// <summary>Reads the list, and the blob of each snapshot.</summary>
    /// <param name="names">What lies at the root.</param>
    public static async ValueTask<(IReadOnlyList<SnapshotRoot> Snapshots, IReadOnlyDictionary<string, IndexRoot> Indices)> ReadAsync(
        MetadataBlobs blobs, IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        var json = await blobs.ReadAsync(Blob, codec: null, cancellationToken);
        var listed = json.Member("snapshots").Elements().Select(name => BlobPath.Part(name.Text(), Blob)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var snapshots = new List<SnapshotRoot>();
        foreach (var some in listed.Chunk(ReadsAtOnce))
        {
            snapshots.AddRange(await Task.WhenAll(some.Select(name => ReadSnapshotAsync(blobs, name, names, cancellationToken))));
        }

        // The folder of an index is its name.
        var indices = snapshots.SelectMany(snapshot => snapshot.Entry.Indices ?? [], (snapshot, index) => (index, snapshot.Entry.Uuid))
            .GroupBy(pair => pair.index, pair => pair.Uuid, StringComparer.Ordinal)
            .ToDictionary(index => index.Key, index => new IndexRoot(BlobPath.Part(index.Key, Blob), [.. index], ShardPaths.Fixed), StringComparer.Ordinal);
        return (snapshots, indices);
    }

    private static async Task<SnapshotRoot> ReadSnapshotAsync(MetadataBlobs blobs, string name, IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        var named = BlobNames.Of(name, name, names);
        try
        {
            var json = (await named.ReadSnapshotAsync(blobs, cancellationToken)).Member("snapshot");
            var version = new SourceVersion(json.Member("version_id").Number());
            return new(
                new(
                    name,
                    name,
                    Snapshot.ParseState(json.Member("state")),
                    $"{version.Major}.{version.Minor}.{version.Patch}",
                    [.. json.Member("indices").Elements().Select(index => BlobPath.Part(index.Text(), json.Blob)).Order(StringComparer.Ordinal)]),
                NoBlobs,
                named);
        }
        catch (RepositoryException failure) when (failure is CorruptBlobException or BlobNotFoundException or UnsupportedRepositoryException)
        {
            // The others can be read all the same; whoever opens this one is told.
            return new(new(name, name, SnapshotState.Unknown, Version: null, Indices: null), NoBlobs, named);
        }
    }
}
