using System.Collections.Immutable;

namespace Portage.Configuration.Rules.Overlap;

/// <summary>A target, and the cluster behind it: two targets with one endpoint are one cluster.</summary>
/// <param name="Target">Its name; null where there are no targets yet.</param>
/// <param name="Cluster">What tells clusters apart; see <see cref="EndpointRule.ClusterOf"/>.</param>
internal sealed record TargetCluster(string? Target, string Cluster);

/// <summary>The clusters that slices with the same targets write to. Slices share it, so that they are compared by it quickly.</summary>
internal sealed class ClusterSet(ImmutableArray<TargetCluster> targets)
{
    /// <summary>In the order of the targets' names.</summary>
    public ImmutableArray<TargetCluster> Targets { get; } = targets;

    /// <summary>Two targets of this set that are one cluster, or null.</summary>
    public (TargetCluster First, TargetCluster Second)? Twice { get; } = targets
        .GroupBy(target => target.Cluster, StringComparer.Ordinal)
        .Where(group => group.Count() > 1)
        .Select(group => ((TargetCluster, TargetCluster)?)(group.First(), group.ElementAt(1)))
        .FirstOrDefault();

    /// <summary>The first cluster of this set that is in the other too.</summary>
    public (TargetCluster Here, TargetCluster There)? SharedWith(ClusterSet other)
    {
        foreach (var target in Targets)
        {
            if (other.Targets.FirstOrDefault(there => there.Cluster == target.Cluster) is { } there)
            {
                return (target, there);
            }
        }

        return null;
    }
}
