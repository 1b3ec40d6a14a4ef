namespace Portage.Clusters;

/// <summary>How long a cluster may take before it counts as unreachable. Every time is longer than zero.</summary>
public sealed record ClusterTimeouts
{
    /// <summary>Resolving, connecting and the TLS handshake together. Default 5 s.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>One request, from its first byte sent to the last byte of the answer. Default 60 s.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same of one <c>_bulk</c> request. Default 60 s.</summary>
    public TimeSpan Bulk { get; init; } = TimeSpan.FromSeconds(60);
}
