using System.Text.Json.Nodes;
using Portage.Clusters.Validation;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;
using Portage.Sandbox.Mappings;

namespace Portage.Sandbox.Indices;

/// <summary>One index: what it is and what it holds. Used under the cluster's lock only.</summary>
internal sealed class SandboxIndex(string name, string uuid, IndexSettings settings)
{
    private readonly Dictionary<(int Shard, string Id), StoredDocument> _documents = [];
    private readonly ShardRouting _routing = new(
        settings.Number("index.number_of_shards", 1),
        settings.Number("index.number_of_routing_shards", ShardRouting.RoutingShardsOf(settings.Number("index.number_of_shards", 1))),
        settings.Number("index.routing_partition_size", 1));
    private readonly long[] _nextSequenceNumbers = new long[settings.Number("index.number_of_shards", 1)];
    private StoredDocument[]? _inOrder;
    private MappingReader? _reader;

    public string Name => name;

    public string Uuid => uuid;

    public IndexSettings Settings => settings;

    public IndexMapping Mapping { get; private set; } = IndexMapping.Empty;

    public SortedDictionary<string, AliasDefinition> Aliases { get; } = new(StringComparer.Ordinal);

    public int Shards => _nextSequenceNumbers.Length;

    public int Replicas => settings.Number("index.number_of_replicas", 1);

    /// <summary>Copies of shards, most of which a single node never has.</summary>
    public int TotalShards => Shards * (1 + Replicas);

    public string Health => Replicas > 0 ? "yellow" : "green";

    public bool IsHidden => settings.Flag("index.hidden");

    /// <summary>The highest sequence number that a shard has given away; -1 before any.</summary>
    public long MaxSequenceNumber(int shard) => _nextSequenceNumbers[shard] - 1;

    /// <summary>Documents that exist.</summary>
    public int Count { get; private set; }

    /// <summary>Documents that were overwritten or deleted, as <c>docs.deleted</c> tells before a merge.</summary>
    public int DeletedCount { get; private set; }

    public long SourceBytes { get; private set; }

    public MappingReader Reader => _reader ??= new(settings.NamesBelow("index.analysis.analyzer."), settings.NamesBelow("index.analysis.normalizer."));

    /// <summary>The documents by shard and last write, which is the order of <c>_doc</c>.</summary>
    public IReadOnlyList<StoredDocument> InOrder => _inOrder ??=
        [.. _documents.Values.Where(document => !document.IsDeleted).OrderBy(document => document.Shard).ThenBy(document => document.SequenceNumber)];

    /// <summary>The shard that a document with this id and routing lives in: the same id elsewhere is another document.</summary>
    public int ShardOf(string id, string? routing) => _routing.ShardOf(id, routing);

    /// <summary>The document, or what is known of a deleted one; null where the id was never used in this shard.</summary>
    public StoredDocument? FindEvenDeleted(string id, string? routing) => _documents.GetValueOrDefault((ShardOf(id, routing), id));

    public StoredDocument? Find(string id, string? routing) => FindEvenDeleted(id, routing) is { IsDeleted: false } document ? document : null;

    /// <summary>Keeps a write under the next sequence number of its shard.</summary>
    public StoredDocument Put(StoredDocument document)
    {
        var shard = ShardOf(document.Id, document.Routing);
        if (Find(document.Id, document.Routing) is { } had)
        {
            Count--;
            DeletedCount++;
            SourceBytes -= had.Source.Length;
        }

        var kept = document with { Shard = shard, SequenceNumber = _nextSequenceNumbers[shard]++ };
        _documents[(shard, document.Id)] = kept;
        if (!kept.IsDeleted)
        {
            Count++;
            SourceBytes += kept.Source.Length;
        }

        _inOrder = null;
        return kept;
    }

    /// <summary>Drops what a merge drops.</summary>
    public void ForgetDeleted() => DeletedCount = 0;

    /// <exception cref="ApiException">The mapping has more fields than the index allows.</exception>
    public void SetMapping(IndexMapping mapping)
    {
        if (ReferenceEquals(mapping, Mapping))
        {
            return;
        }

        var limit = settings.Number("index.mapping.total_fields.limit", 1_000);
        if (mapping.Root.CountBelow() > limit)
        {
            throw ApiException.IllegalArgument($"Limit of total fields [{limit}] has been exceeded");
        }

        Mapping = mapping;
    }

    /// <exception cref="ApiException">The mapping cannot be read or contradicts what is there.</exception>
    public void MapNew(JsonObject json) => SetMapping(MappingMerge.Merge(Mapping, Reader.ReadNew(json)));

    public JsonObject AliasesToJson() => new(Aliases.Select(alias => KeyValuePair.Create<string, JsonNode?>(alias.Key, alias.Value.ToJson())));
}
