namespace Portage.Clusters;

/// <summary>A named object of a cluster, as the cluster wrote it.</summary>
/// <param name="Name">The object's name.</param>
/// <param name="Json">Its definition: one JSON value, its bytes untouched.</param>
public sealed record NamedJson(string Name, ReadOnlyMemory<byte> Json);
