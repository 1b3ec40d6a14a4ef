using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Repositories;

/// <summary>
/// What <c>index-N</c> at the root of a repository says: since Elasticsearch 5.0 plain JSON, without a checksum. For what was there before
/// see <see cref="EarlyRoot"/>.
/// </summary>
internal sealed class RepositoryRoot
{
    private const string Prefix = "index-";
    private const string Latest = "index.latest";

    private RepositoryRoot(string blob, IReadOnlyList<SnapshotRoot> snapshots, IReadOnlyDictionary<string, IndexRoot> indices) =>
        (Blob, Snapshots, Indices) = (blob, snapshots, indices);

    /// <summary>The blob it was read from.</summary>
    public string Blob { get; }

    /// <summary>In ordinal order of their names.</summary>
    public IReadOnlyList<SnapshotRoot> Snapshots { get; }

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, IndexRoot> Indices { get; }

    /// <summary>Finds and reads the newest root.</summary>
    public static async ValueTask<RepositoryRoot> ReadAsync(MetadataBlobs blobs, CancellationToken cancellationToken)
    {
        var store = blobs.Store;
        if (!store.CanList)
        {
            var latest = await FindUnlistedAsync(store, cancellationToken);
            return Parse(BlobJson.Parse(await store.ReadWholeAsync(latest, MetadataBody.BytesMax, cancellationToken), latest), []);
        }

        var names = (await store.ListAsync("", cancellationToken)).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        if (await FindAsync(store, names, cancellationToken) is { } blob)
        {
            var bytes = await store.ReadWholeAsync(blob, MetadataBody.BytesMax, cancellationToken);
            return Parse(BlobJson.Parse(bytes, blob), names);
        }

        if (names.Contains(EarlyRoot.Blob))
        {
            var (snapshots, indices) = await EarlyRoot.ReadAsync(blobs, names, cancellationToken);
            return new(EarlyRoot.Blob, snapshots, indices);
        }

        throw new RepositoryEmptyException(store.Location, names.Count switch
        {
            0 => "no blob at all",
            1 => $"only '{names.First()}'",
            _ => $"{names.Count} others, '{names.Order(StringComparer.Ordinal).First()}' among them",
        }, await store.FindNearbyAsync(cancellationToken));
    }

    /// <summary>The newest <c>index-N</c>; null where there is none.</summary>
    private static async ValueTask<string?> FindAsync(IBlobStore store, HashSet<string> names, CancellationToken cancellationToken)
    {
        long? newest = null;
        foreach (var name in names)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && (newest is null || number > newest))
            {
                newest = number;
            }
        }

        if (newest is null && names.Contains(Latest))
        {
            newest = await ReadLatestAsync(store, cancellationToken);
        }

        return newest is { } found ? Name(found) : null;
    }

    private static async ValueTask<string> FindUnlistedAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        try
        {
            return Name(await ReadLatestAsync(store, cancellationToken));
        }
        catch (BlobNotFoundException missing) when (missing.Path == Latest)
        {
            throw new RepositoryEmptyException(store.Location, $"no '{Latest}', which says what N is", await store.FindNearbyAsync(cancellationToken));
        }
    }

    private static async ValueTask<long> ReadLatestAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        var bytes = await store.ReadWholeAsync(Latest, 64, cancellationToken);
        var number = bytes.Length == 8 ? BinaryPrimitives.ReadInt64BigEndian(bytes) : -1;
        return number >= 0 ? number : throw new CorruptBlobException(Latest, "8 bytes with the number of the newest 'index-N'", $"{bytes.Length} bytes: {Convert.ToHexString(bytes)}");
    }

    private static string Name(long number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}");

    private static RepositoryRoot Parse(BlobJson json, HashSet<string> names)
    {
        var identifiers = json.Find("index_metadata_identifiers") is { } all
            ? all.Members().DistinctBy(one => one.Name).ToDictionary(one => one.Name, one => BlobPath.Part(one.Value.Text(), json.Blob), StringComparer.Ordinal)
            : [];
        var indices = json.Member("indices").Members().DistinctBy(index => index.Name).ToDictionary(index => index.Name, index => ParseIndex(index.Value), StringComparer.Ordinal);
        var namesBySnapshot = indices
            .SelectMany(index => index.Value.SnapshotUuids, (index, uuid) => (uuid, index.Key))
            .ToLookup(pair => pair.uuid, pair => pair.Key, StringComparer.Ordinal);

        var snapshots = json.Member("snapshots").Elements()
            .Select(snapshot => ParseSnapshot(snapshot, identifiers, namesBySnapshot, names))
            .OrderBy(snapshot => snapshot.Entry.Name, StringComparer.Ordinal)
            .ToList();
        return new(json.Blob, snapshots, indices);
    }

    private static IndexRoot ParseIndex(BlobJson json)
    {
        // 5.0 to 5.4 list objects with name and uuid, later versions uuids.
        var uuids = json.Member("snapshots").Elements()
            .Select(snapshot => snapshot.Value.ValueKind == JsonValueKind.Object ? snapshot.Member("uuid").Text() : snapshot.Text());
        return new(
            BlobPath.Part(json.Member("id").Text(), json.Blob),
            [.. uuids],
            json.Find("shard_path_type")?.Count() ?? ShardPaths.Fixed);
    }

    private static SnapshotRoot ParseSnapshot(BlobJson json, Dictionary<string, string> identifiers, ILookup<string, string> namesBySnapshot, HashSet<string> names)
    {
        var uuid = BlobPath.Part(json.Member("uuid").Text(), json.Blob);
        var entry = new SnapshotEntry(
            json.Member("name").Text(),
            uuid,
            ParseState(json.Find("state")),
            json.Find("version")?.Text(),
            [.. namesBySnapshot[uuid].Order(StringComparer.Ordinal)]);

        // Before 7.9, and for snapshots from before 7.9 in newer repositories: one metadata blob for each snapshot.
        var blobs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (json.Find("index_metadata_lookup") is { } lookup)
        {
            foreach (var (index, key) in lookup.Members())
            {
                blobs[index] = identifiers.TryGetValue(key.Text(), out var blob)
                    ? blob
                    : throw new CorruptBlobException(json.Blob, $"'{key.Text()}' ({key.Place}) in 'index_metadata_identifiers'", "nothing");
            }
        }

        return new(entry, blobs, BlobNames.Of(entry.Name, uuid, names));
    }

    private static SnapshotState ParseState(BlobJson? json) => json?.Number() switch
    {
        0 => SnapshotState.InProgress,
        1 => SnapshotState.Success,
        2 => SnapshotState.Failed,
        3 => SnapshotState.Partial,
        4 => SnapshotState.Incompatible,
        _ => SnapshotState.Unknown,
    };
}

/// <summary>A snapshot in the root.</summary>
/// <param name="MetadataBlobs">The name (without <c>meta-</c> and <c>.dat</c>) of the metadata blob of an index, by the index's repository id; empty before 7.9.</param>
/// <param name="Names">Where its other blobs are.</param>
internal sealed record SnapshotRoot(SnapshotEntry Entry, IReadOnlyDictionary<string, string> MetadataBlobs, BlobNames Names);

/// <summary>An index in the root.</summary>
/// <param name="Id">Its folder; not the index uuid of its settings.</param>
/// <param name="ShardPathType">OpenSearch 2.17 and later: 0 fixed, 1 hashed prefix, 2 hashed infix.</param>
internal sealed record IndexRoot(string Id, IReadOnlyList<string> SnapshotUuids, int ShardPathType);
