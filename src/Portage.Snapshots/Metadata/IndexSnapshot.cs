using System.Text.Json;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;

namespace Portage.Snapshots.Metadata;

/// <summary>One index in a snapshot: its settings, mappings and aliases, and the way to its shards.</summary>
/// <remarks>Immutable, and may be used by many readers at once.</remarks>
public sealed class IndexSnapshot
{
    private readonly IndexRoot _root;
    private readonly MetadataBlobs _blobs;

    private IndexSnapshot(Snapshot snapshot, IndexRoot root, MetadataBlobs blobs) =>
        (Snapshot, _root, _blobs) = (snapshot, root, blobs);

    /// <summary>The snapshot it was opened from.</summary>
    public Snapshot Snapshot { get; }

    /// <summary>The index's name when the snapshot was taken.</summary>
    public required string Name { get; init; }

    /// <summary>The name of its folder in the repository. Not <see cref="Uuid"/>.</summary>
    public string RepositoryId => _root.Id;

    /// <summary><c>index.uuid</c>: another one means another index, even of the same name. Null where the snapshot does not say.</summary>
    public required string? Uuid { get; init; }

    /// <summary>True for an index that was closed when the snapshot was taken.</summary>
    public required bool IsClosed { get; init; }

    /// <summary>Everything about the index, as it stands: also what this reader gives no name to.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>The settings.</summary>
    public required IndexSettings Settings { get; init; }

    /// <summary>One mapping for each type, in the order of the snapshot; empty where the index has none.</summary>
    public required IReadOnlyList<TypeMapping> Mappings { get; init; }

    /// <summary>The aliases: an object of name to <c>filter</c>, <c>index_routing</c>, <c>search_routing</c>, <c>is_write_index</c>, <c>is_hidden</c>.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Aliases { get; init; }

    /// <summary>How many primary shards it has.</summary>
    public required int NumberOfShards { get; init; }

    /// <summary>The version that made the index, which may be older than the one that took the snapshot.</summary>
    public required SourceVersion VersionCreated { get; init; }

    /// <summary>Whether sources are stored, as settings and mappings say.</summary>
    public required SourceStorage SourceStorage { get; init; }

    /// <summary>Which types have parents (<c>_parent</c>, up to Elasticsearch 5.x), and whose.</summary>
    public required ParentTypes Parents { get; init; }

    /// <summary>True when the index may have nested objects, which count among its Lucene documents.</summary>
    public bool HasNestedObjects => Mappings.Any(mapping => mapping.HasNestedObjects);

    /// <summary>The shards that the snapshot itself says it did not save.</summary>
    public IEnumerable<ShardFailure> MissingShards => Snapshot.Failures.Where(failure => failure.Index == Name);

    /// <summary>Reads which files a shard consists of (one blob).</summary>
    /// <param name="number">0 to <see cref="NumberOfShards"/> - 1.</param>
    /// <exception cref="ShardMissingException">The snapshot says it did not save that shard.</exception>
    /// <exception cref="UnsupportedRepositoryException">Its files lie where Portage does not look yet: OpenSearch's remote store.</exception>
    /// <exception cref="RepositoryException">The blob is missing or corrupt.</exception>
    public async ValueTask<ShardSnapshot> OpenShardAsync(int number, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, NumberOfShards);
        if (MissingShards.FirstOrDefault(failure => failure.Shard == number) is { } missing)
        {
            throw new ShardMissingException(Name, number, Snapshot.Name, missing.Reason);
        }

        if (Snapshot.IsShallow)
        {
            throw new UnsupportedRepositoryException("OpenSearch shallow snapshot (the data is in a remote store)", $"indices/{RepositoryId}") { Owner = BlobOwner.Of(Name) };
        }

        return await BlobOwner.NamedAsync(BlobOwner.Of(Name, number), async () =>
        {
            var (store, folder) = await _blobs.ShardPaths.FindAsync(_root, number, cancellationToken);
            var json = await Snapshot.Names.ReadShardAsync(store == _blobs.Store ? _blobs : new(store), folder, cancellationToken);
            RequireSnapshot(json);
            return new ShardSnapshot(this, number, folder, json.Blob, ShardFile.ParseAll(json), store);
        });
    }

    /// <summary>The list of another snapshot of the same shard looks just like this one's, and has other files.</summary>
    private void RequireSnapshot(BlobJson list)
    {
        var name = list.Member("name").Text();
        if (name != Snapshot.NameInBlobs)
        {
            throw new CorruptBlobException(list.Blob, $"the files of the shard in snapshot '{Snapshot.NameInBlobs}'", $"those in '{name}'");
        }
    }

    internal static IndexSnapshot Parse(BlobJson json, string name, IndexRoot root, Snapshot snapshot, MetadataBlobs blobs)
    {
        var (found, index) = json.Members().FirstOrDefault();
        if (found != name)
        {
            throw new CorruptBlobException(json.Blob, $"the metadata of index '{name}'", found is null ? "none" : $"that of '{found}'");
        }

        var settings = new IndexSettings(index.Member("settings"));
        var mappings = SourceOnly.Unwrap(settings, TypeMapping.ParseAll(index.Find("mappings")));
        return new(snapshot, root, blobs)
        {
            Name = name,
            Uuid = settings.Find("index.uuid"),
            IsClosed = index.Find("state")?.Text() == "close",
            Json = index.Value,
            Settings = settings,
            Mappings = mappings,
            Aliases = index.Find("aliases") is { } aliases
                ? aliases.Members().DistinctBy(alias => alias.Name).ToDictionary(alias => alias.Name, alias => alias.Value.Value, StringComparer.Ordinal)
                : [],
            NumberOfShards = settings.Required("index.number_of_shards").Count(),
            VersionCreated = new(settings.Required("index.version.created").Number()),
            SourceStorage = SourceStorage.Of(settings, mappings),
            Parents = ParentTypes.Of(mappings, areStored: snapshot.Version is { IsOpenSearch: false, Major: < 5 }),
        };
    }
}
