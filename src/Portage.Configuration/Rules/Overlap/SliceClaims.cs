namespace Portage.Configuration.Rules.Overlap;

/// <summary>The claims of a configuration.</summary>
internal static class SliceClaims
{
    /// <summary>The slices of every source, by source and name.</summary>
    public static IReadOnlyList<SliceClaim> Of(MigrationConfig config)
    {
        var clusters = config.Targets.ToDictionary(
            target => target.Key,
            target => new TargetCluster(target.Key, target.Value.Endpoint is { } endpoint ? EndpointRule.ClusterOf(endpoint) : target.Key),
            StringComparer.Ordinal);

        // Without a target yet, they will be written to the same one.
        var every = new ClusterSet(clusters.Count == 0 ? [new(null, "")] : [.. config.Targets.Keys.Select(name => clusters[name])]);
        var sets = new Dictionary<string, ClusterSet>(StringComparer.Ordinal);
        var claims = new List<SliceClaim>();
        foreach (var (source, migration) in config.Migrations)
        {
            foreach (var (name, slice) in migration.Slices)
            {
                claims.Add(new(source, name, slice, slice.Targets.IsEmpty ? every : SetOf(slice), claims.Count));
            }
        }

        return claims;

        ClusterSet SetOf(SliceConfig slice)
        {
            var key = string.Join('\n', slice.Targets);
            if (!sets.TryGetValue(key, out var set))
            {
                // A name that is not configured is reported; until then it is a cluster of its own.
                sets.Add(key, set = new([.. slice.Targets.Select(name => clusters.GetValueOrDefault(name) ?? new(name, name))]));
            }

            return set;
        }
    }
}
