using System.Runtime.CompilerServices;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Metadata;

namespace Portage.Snapshots.Repositories;

/// <summary>One snapshot: when and by what it was taken, what it holds, what it failed to hold.</summary>
/// <remarks>Immutable, and may be used by many readers at once.</remarks>
public sealed class Snapshot
{
    private readonly SnapshotRoot _entry;
    private readonly RepositoryRoot _root;
    private readonly MetadataBlobs _blobs;

    private Snapshot(SnapshotRoot entry, RepositoryRoot root, MetadataBlobs blobs) =>
        (_entry, _root, _blobs) = (entry, root, blobs);

    /// <summary>What people call it.</summary>
    public string Name => _entry.Entry.Name;

    /// <summary>What its blobs are called by.</summary>
    public string Uuid => _entry.Entry.Uuid;

    /// <summary>Where its blobs are.</summary>
    internal BlobNames Names => _entry.Names;

    /// <summary>How it ended.</summary>
    public required SnapshotState State { get; init; }

    /// <summary>The version of the cluster that took it.</summary>
    public required SourceVersion Version { get; init; }

    /// <summary>When it was begun; null where the snapshot does not say.</summary>
    public required DateTimeOffset? StartTime { get; init; }

    /// <summary>When it was done; null while it is not.</summary>
    public required DateTimeOffset? EndTime { get; init; }

    /// <summary>Whether templates, pipelines and settings of the cluster are in it; null where it does not say (before 6.2).</summary>
    public required bool? IncludeGlobalState { get; init; }

    /// <summary>Primary shards of all its indices.</summary>
    public required int TotalShards { get; init; }

    /// <summary>Those of them that were saved.</summary>
    public required int SuccessfulShards { get; init; }

    /// <summary>The shards that were not saved. Of indices in <see cref="IndexNames"/> all the same.</summary>
    public required IReadOnlyList<ShardFailure> Failures { get; init; }

    /// <summary>The data streams whose backing indices are among <see cref="IndexNames"/>.</summary>
    public required IReadOnlyList<string> DataStreams { get; init; }

    /// <summary>The names of its indices, in ordinal order.</summary>
    public required IReadOnlyList<string> IndexNames { get; init; }

    /// <summary>True for an OpenSearch snapshot that only refers to a remote store, where the data is.</summary>
    public required bool IsShallow { get; init; }

    /// <summary>How many small reads of it are worth doing at once.</summary>
    public int ReadsAtOnce => _blobs.Store.ReadsAtOnce;

    /// <summary>Reads templates, pipelines and the rest of the cluster's state (one blob). Nearly empty where the snapshot was taken without it.</summary>
    /// <exception cref="RepositoryException">The blob is missing, corrupt or of a format that cannot be read.</exception>
    public async ValueTask<GlobalMetadata> ReadGlobalMetadataAsync(CancellationToken cancellationToken)
    {
        var json = await Names.ReadStateAsync(_blobs, cancellationToken);
        return GlobalMetadata.Parse(json.Member("meta-data"));
    }

    /// <summary>Reads settings, mappings and aliases of an index (one blob).</summary>
    /// <exception cref="IndexNotFoundException">The snapshot holds no such index.</exception>
    /// <exception cref="RepositoryException">The blob is missing, corrupt or of a format that cannot be read.</exception>
    public async ValueTask<IndexSnapshot> OpenIndexAsync(string name, CancellationToken cancellationToken)
    {
        if (!IndexNames.Contains(name))
        {
            throw new IndexNotFoundException(name, Name, IndexNames);
        }

        if (!_root.Indices.TryGetValue(name, out var index))
        {
            throw new CorruptBlobException(_root.Blob, $"index '{name}' of snapshot '{Name}' under 'indices'", "nothing");
        }

        var blob = _entry.MetadataBlobs.GetValueOrDefault(index.Id);
        return await BlobOwner.NamedAsync(BlobOwner.Of(name), async () =>
        {
            var json = await Names.ReadIndexAsync(_blobs, $"indices/{index.Id}", blob, cancellationToken);
            return IndexSnapshot.Parse(json, name, index, this, _blobs);
        });
    }

    /// <summary>Opens all indices whose names are <paramref name="wanted"/>, one after the other, in ordinal order of their names.</summary>
    /// <exception cref="RepositoryException">As <see cref="OpenIndexAsync"/>.</exception>
    public async IAsyncEnumerable<IndexSnapshot> OpenIndicesAsync(Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in IndexNames.Where(wanted))
        {
            yield return await OpenIndexAsync(name, cancellationToken);
        }
    }

    /// <summary>What its own blobs call it; <see cref="Name"/> is what the root of the repository calls it.</summary>
    public required string NameInBlobs { get; init; }

    internal static Snapshot Parse(BlobJson json, SnapshotRoot entry, RepositoryRoot root, MetadataBlobs blobs)
    {
        var uuid = json.Find("uuid")?.Text();
        if (uuid is not null && uuid != entry.Entry.Uuid)
        {
            throw new CorruptBlobException(json.Blob, $"the snapshot {entry.Entry.Uuid}", uuid);
        }

        return new(entry, root, blobs)
        {
            NameInBlobs = json.Member("name").Text(),

            // The root is the later word where it says that the snapshot is of no use.
            State = entry.Entry.State is SnapshotState.Failed or SnapshotState.Incompatible ? entry.Entry.State : ParseState(json.Member("state")),
            Version = new(json.Member("version_id").Number()),
            StartTime = Time(json.Find("start_time")),
            EndTime = Time(json.Find("end_time")),
            IncludeGlobalState = json.Find("include_global_state")?.Claim(),
            IsShallow = json.Find("remote_store_index_shallow_copy")?.Claim() ?? false,
            TotalShards = json.Member("total_shards").Count(),
            SuccessfulShards = json.Member("successful_shards").Count(),
            Failures = json.Find("failures") is { } failures ? [.. failures.Elements().Select(ParseFailure)] : [],
            DataStreams = json.Find("data_streams") is { } streams ? [.. streams.Elements().Select(stream => stream.Text()).Order(StringComparer.Ordinal)] : [],
            IndexNames = [.. json.Member("indices").Elements().Select(index => index.Text()).Order(StringComparer.Ordinal)],
        };
    }

    private static ShardFailure ParseFailure(BlobJson json) => new(
        json.Member("index").Text(),
        json.Member("shard_id").Count(),
        json.Find("reason")?.Text() ?? "no reason given",
        json.Find("status")?.Text());

    // 0 stands for "not yet" in both.
    private static DateTimeOffset? Time(BlobJson? json) => json?.Number() switch
    {
        null or 0 => null,
        > 0 and < MillisecondsMax and var milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
        _ => throw json!.Unlike("a time in milliseconds"),
    };

    // The end of the year 9999.
    private const long MillisecondsMax = 253_402_300_800_000;

    internal static SnapshotState ParseState(BlobJson json) => json.Text() switch
    {
        "IN_PROGRESS" => SnapshotState.InProgress,
        "SUCCESS" => SnapshotState.Success,
        "FAILED" => SnapshotState.Failed,
        "PARTIAL" => SnapshotState.Partial,
        "INCOMPATIBLE" => SnapshotState.Incompatible,
        _ => SnapshotState.Unknown,
    };
}
