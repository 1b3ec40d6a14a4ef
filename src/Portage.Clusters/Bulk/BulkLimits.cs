namespace Portage.Clusters.Bulk;

/// <summary>Limits of one <c>_bulk</c> request. Whichever is reached first closes the batch.</summary>
public sealed record BulkLimits
{
    /// <summary>Most operations in one request; at least 1. Default 1,000.</summary>
    public int OperationCountMax { get; init; } = 1_000;

    /// <summary>
    /// Most body bytes in one request, counted as sent (action lines, sources and line ends), before compression; at least
    /// 1. Default 10 MiB, the limit of several hosted services. One operation that is larger goes alone.
    /// </summary>
    public int BodyBytesMax { get; init; } = 10 * 1024 * 1024;
}
