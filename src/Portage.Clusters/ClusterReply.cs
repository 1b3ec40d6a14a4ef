namespace Portage.Clusters;

/// <summary>A complete answer of a cluster.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">As the server wrote it; null where it wrote none.</param>
/// <param name="Body">The bytes as they came; may be empty.</param>
public sealed record ClusterReply(int Status, string? ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>True for 200 to 299.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}
