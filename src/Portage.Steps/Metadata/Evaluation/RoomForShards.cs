using System.Collections.Immutable;
using System.Globalization;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Room;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Finds out whether a target takes as many shards as there will be.</summary>
/// <remarks>
/// A target counts the shards of open indices with their replicas, and refuses the index that would be one too many: half of a slice
/// would be there by then. What is counted here is the end, so that it is the same before a run and in the middle of it.
/// </remarks>
internal static class RoomForShards
{
    /// <summary>What a person should know; empty where there is room, or where nobody can tell.</summary>
    /// <exception cref="StepException">They certainly do not fit.</exception>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public static async Task<ImmutableArray<string>> LookAsync(ClusterClient client, SliceOnTarget on, TargetState state, ImmutableArray<EvaluatedObject> objects, CancellationToken cancellationToken)
    {
        var changed = objects.Where(evaluated => evaluated.Name.Kind == ObjectKind.Index && evaluated.Outcome is ObjectOutcome.Create or ObjectOutcome.Update).ToArray();
        if (changed.Length == 0 || await new ClusterRoom(client).FindShardsAsync(cancellationToken) is not { } room)
        {
            return [];
        }

        bool Counts(string index) => !room.IgnoresDotIndices || !index.StartsWith('.');
        var names = changed.Select(evaluated => evaluated.Name.Name).ToHashSet(StringComparer.Ordinal);
        var others = state.Summaries.Where(index => index.Status == "open" && Counts(index.Name) && !names.Contains(index.Name)).Sum(index => (long)index.PrimaryCount * (1 + index.ReplicaCount));
        var wanted = changed.Where(evaluated => Counts(evaluated.Name.Name)).Select(evaluated => ShardsOf(evaluated.Object, room.DataNodes)).ToArray();
        var (least, most) = (others + wanted.Sum(one => one.Least), others + wanted.Sum(one => one.Most));
        var limit = string.Create(CultureInfo.InvariantCulture, $"{room.Max:N0} shards that it takes (cluster.max_shards_per_node is {room.PerNode:N0}, on {room.DataNodes} data {(room.DataNodes == 1 ? "node" : "nodes")})");
        return least > room.Max
            ? throw new StepException(
                DiagnosticCatalog.TargetHasNoRoom.Error(on.TargetPath, string.Create(CultureInfo.InvariantCulture, $"With these indices the target would have {least:N0} shards, more than the {limit}. Give it more data nodes, let it take more, or create fewer replicas.")),
                isTransient: false,
                null)
            : most > room.Max ? [$"room: with these indices the target may get more than the {limit}"] : [];
    }

    /// <summary>What is not set is the target's to say, and what expands by itself follows the nodes that there are.</summary>
    private static (long Least, long Most) ShardsOf(MetadataObject index, int dataNodes)
    {
        var settings = FlatSettings.Of(index.Definition["settings"] as System.Text.Json.Nodes.JsonObject);
        int? Number(string name) => int.TryParse(FlatSettings.Text(settings.GetValueOrDefault(name)), CultureInfo.InvariantCulture, out var number) ? number : null;
        var primaries = Number("index.number_of_shards") ?? 1;
        var auto = FlatSettings.Text(settings.GetValueOrDefault("index.auto_expand_replicas"));
        var (least, most) = auto.Length > 0 && auto != "false"
            ? (0, dataNodes - 1)
            : Number("index.number_of_replicas") is { } replicas ? (replicas, replicas) : (0, 1);
        return ((long)primaries * (1 + least), (long)primaries * (1 + most));
    }
}
