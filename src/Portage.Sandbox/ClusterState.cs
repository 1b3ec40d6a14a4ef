using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Nodes;
using Portage.Model.Clusters;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;
using Portage.Sandbox.Templates;

namespace Portage.Sandbox;

/// <summary>Everything the cluster holds. Used under its one lock only.</summary>
internal sealed class ClusterState
{
    private readonly Random _random;

    public ClusterState(SandboxOptions options, SandboxFaults faults)
    {
        // Ids of two sandboxes must differ unless somebody asks for the contrary.
        _random = options.Random ?? new Random();
        Options = options;
        Faults = faults;
        Blocks = new(faults);
        Expressions = new(Indices);
        Uuid = NewUuid();
        NodeId = NewUuid();
    }

    public SandboxOptions Options { get; }

    public SandboxFaults Faults { get; }

    public IndexBlocks Blocks { get; }

    public string Uuid { get; }

    public string NodeId { get; }

    public SortedDictionary<string, SandboxIndex> Indices { get; } = new(StringComparer.Ordinal);

    public IndexExpressions Expressions { get; }

    public TemplateRegistry Templates { get; } = new();

    public DateTimeOffset Now => Options.TimeProvider.GetUtcNow();

    /// <summary>22 characters, as the real server's index uuids.</summary>
    public string NewUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>20 characters, as the real server's generated document ids.</summary>
    public string NewDocumentId()
    {
        Span<byte> bytes = stackalloc byte[15];
        _random.NextBytes(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Makes an index out of what the client gives and what templates add.</summary>
    /// <exception cref="ApiException">The name, a setting, the mapping or an alias is refused.</exception>
    public SandboxIndex CreateIndex(string name, JsonObject? body)
    {
        IndexNames.Check(name);
        if (Indices.TryGetValue(name, out var existing))
        {
            throw ApiException.OfIndex(400, "resource_already_exists_exception", $"index [{name}/{existing.Uuid}] already exists", name, existing.Uuid);
        }

        if (Expressions.IsAlias(name))
        {
            throw ApiException.OfIndex(400, "invalid_index_name_exception", $"Invalid index name [{name}], already exists as alias", name);
        }

        var wanted = IndexDefinition.Read(body);
        IndexSettings.Check(wanted.Settings);
        var template = Templates.For(name);
        var uuid = NewUuid();
        var settings = new IndexSettings();
        settings.Apply(template.Settings.AsGiven());
        settings.Apply(wanted.Settings);
        AddOwnSettings(settings, name, uuid);

        CheckRoutingShards(settings);
        var index = new SandboxIndex(name, uuid, settings);
        if (Indices.Values.Sum(other => other.TotalShards) is var open && open + index.TotalShards > Options.ShardsMax)
        {
            throw new ApiException(400, "validation_exception", $"Validation Failed: 1: this action would add [{index.TotalShards}] total shards, but this cluster currently has [{open}]/[{Options.ShardsMax}] maximum shards open;");
        }

        var mapping = template.MappingWith(wanted.Mapping);
        if (mapping.Count > 0)
        {
            index.MapNew(mapping);
        }

        CheckSort(index);
        foreach (var (alias, definition) in template.Aliases.Concat(wanted.Aliases))
        {
            var aliasName = alias.Replace("{index}", name, StringComparison.Ordinal);
            IndexNames.CheckAlias(aliasName);
            if (Indices.TryGetValue(aliasName, out var named))
            {
                throw ApiException.OfIndex(400, "invalid_alias_name_exception", $"Invalid alias name [{aliasName}], an index exists with the same name as the alias", aliasName, named.Uuid);
            }

            index.Aliases[aliasName] = definition;
        }

        Indices.Add(name, index);
        return index;
    }

    private static void CheckRoutingShards(IndexSettings settings)
    {
        var shards = settings.Number("index.number_of_shards", 1);
        var routingShards = settings.Number("index.number_of_routing_shards", shards);
        if (routingShards < shards)
        {
            throw ApiException.IllegalArgument($"index.number_of_routing_shards [{routingShards}] must be >= index.number_of_shards [{shards}]");
        }

        if (routingShards % shards != 0)
        {
            throw ApiException.IllegalArgument($"the number of source shards [{shards}] must be a factor of [{routingShards}]");
        }
    }

    private static void CheckSort(SandboxIndex index)
    {
        if (!index.Settings.TryGetValue("index.sort.field", out var fields))
        {
            return;
        }

        foreach (var field in fields is JsonArray several ? several.Select(one => one!.ToString()) : [fields.ToString()])
        {
            if (index.Mapping.Root.Find(field) is null)
            {
                throw ApiException.IllegalArgument($"unknown index sort field:[{field}]");
            }
        }

        if (index.Mapping.Root.HasNested())
        {
            throw ApiException.IllegalArgument("cannot have nested fields when index sort is activated");
        }
    }

    private void AddOwnSettings(IndexSettings settings, string name, string uuid)
    {
        settings.TryAdd("index.number_of_shards", "1");
        settings.TryAdd("index.number_of_replicas", "1");
        settings.ExpandReplicas();
        settings.CheckCopies();
        settings["index.creation_date"] = Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        settings["index.provided_name"] = name;
        settings["index.uuid"] = uuid;
        settings["index.version.created"] = CreatedVersion().ToString(CultureInfo.InvariantCulture);
        if (Options.Version.Flavor == Flavor.OpenSearch)
        {
            settings.TryAdd("index.replication.type", "DOCUMENT");
        }
    }

    // Version.java: two digits each and 99 for a release; OpenSearch flips a bit to be told from Elasticsearch.
    private int CreatedVersion()
    {
        var version = Options.Version;
        var id = (version.Major * 1_000_000) + (version.Minor * 10_000) + (version.Patch * 100) + 99;
        return version.Flavor == Flavor.OpenSearch ? id ^ 0x0800_0000 : id;
    }
}
