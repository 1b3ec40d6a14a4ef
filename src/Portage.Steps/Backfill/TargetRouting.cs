using System.Globalization;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Clusters.Validation;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Backfill;

/// <summary>Finds out in which shard of a target index a document is.</summary>
internal static class TargetRouting
{
    // Elasticsearch 7.0: indices made before are not made to be split.
    private const long MadeToBeSplitSince = 7_000_001;

    /// <summary>How an index spreads its documents; null when there is none of the name.</summary>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public static async Task<ShardRouting?> FindAsync(ClusterClient client, string target, CancellationToken cancellationToken) =>
        await new ClusterMetadata(client).GetIndexAsync(target, cancellationToken) is { } found ? Of(FlatSettings.Of(TargetState.Parse(found.Json)["settings"] as JsonObject)) : null;

    private static ShardRouting Of(SortedDictionary<string, JsonNode> settings)
    {
        var shards = (int)(Number(settings, "index.number_of_shards") ?? 1);
        var unsaid = Number(settings, "index.version.created") < MadeToBeSplitSince ? shards : ShardRouting.RoutingShardsOf(shards);
        return new(shards, (int)(Number(settings, "index.number_of_routing_shards") ?? unsaid), (int)(Number(settings, "index.routing_partition_size") ?? 1));
    }

    private static long? Number(SortedDictionary<string, JsonNode> settings, string name) =>
        settings.TryGetValue(name, out var value) && long.TryParse(FlatSettings.Text(value), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
