using System.Globalization;
using System.Text.Json;
using Portage.Clusters.Failures;

namespace Portage.Clusters.Room;

/// <summary>How many shards a cluster takes.</summary>
/// <param name="PerNode"><c>cluster.max_shards_per_node</c>.</param>
/// <param name="DataNodes">Nodes that hold data.</param>
/// <param name="IgnoresDotIndices">True when indices whose names begin with a dot count for nothing (<c>cluster.ignore_dot_indexes</c>).</param>
public sealed record ShardRoom(int PerNode, int DataNodes, bool IgnoresDotIndices)
{
    /// <summary>Shards of open indices, replicas included, that there may be: an index beyond it is refused.</summary>
    public long Max => (long)PerNode * DataNodes;
}

/// <summary>How much the data nodes of a cluster hold.</summary>
/// <param name="FreeBytes">Free now, over all of them.</param>
/// <param name="TotalBytes">In all.</param>
public sealed record DiskRoom(long FreeBytes, long TotalBytes);

/// <summary>Asks a cluster how much more it takes.</summary>
/// <remarks>Who may write need not be one who may ask, and not every service answers: then nothing can be told, which is no error.</remarks>
public sealed class ClusterRoom(ClusterClient client)
{
    /// <summary>Null when it cannot be told.</summary>
    /// <exception cref="ClusterUnreachableException">There is no answer.</exception>
    public Task<ShardRoom?> FindShardsAsync(CancellationToken cancellationToken) => TryAsync(async () =>
    {
        var settings = await client.ReadAsync(HttpMethod.Get, "/_cluster/settings?include_defaults=true&flat_settings=true", null, Settings, cancellationToken);
        var nodes = await client.ReadAsync(HttpMethod.Get, "/_cluster/health", null, DataNodes, cancellationToken);
        return int.TryParse(settings.GetValueOrDefault("cluster.max_shards_per_node"), CultureInfo.InvariantCulture, out var perNode) && perNode > 0 && nodes > 0
            ? new ShardRoom(perNode, nodes, settings.GetValueOrDefault("cluster.ignore_dot_indexes") == "true")
            : null;
    });

    /// <summary>Null when it cannot be told.</summary>
    /// <exception cref="ClusterUnreachableException">There is no answer.</exception>
    public Task<DiskRoom?> FindDiskAsync(CancellationToken cancellationToken) => TryAsync(() =>
        client.ReadAsync(HttpMethod.Get, "/_cat/allocation?format=json&bytes=b&h=node,disk.avail,disk.total", null, Disks, cancellationToken));

    private static async Task<T?> TryAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is ClusterUnauthorizedException or ClusterRequestException or ClusterProtocolException)
        {
            return null;
        }
    }

    /// <summary>What is set for the time being goes before what is set for good, and that before what is built in.</summary>
    private static Dictionary<string, string> Settings(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in (string[])["defaults", "persistent", "transient"])
        {
            if (document.RootElement.TryGetProperty(group, out var values))
            {
                foreach (var setting in values.EnumerateObject().Where(setting => setting.Value.ValueKind == JsonValueKind.String))
                {
                    settings[setting.Name] = setting.Value.GetString()!;
                }
            }
        }

        return settings;
    }

    private static int DataNodes(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("number_of_data_nodes").GetInt32();
    }

    private static DiskRoom? Disks(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var (free, total) = (0L, 0L);
        foreach (var node in document.RootElement.EnumerateArray())
        {
            // A line of its own tells how many shards are on no node.
            if (Number(node, "disk.avail") is { } nodeFree && Number(node, "disk.total") is { } nodeTotal)
            {
                (free, total) = (free + nodeFree, total + nodeTotal);
            }
        }

        return total > 0 ? new(free, total) : null;
    }

    private static long? Number(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
