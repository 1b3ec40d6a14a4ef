namespace Portage.Snapshots.Repositories;

/// <summary>One snapshot, as far as the repository's root knows it.</summary>
/// <param name="Name">What people call it; unique in the repository.</param>
/// <param name="Uuid">What its blobs are called by. Equal to the name for snapshots from before Elasticsearch 5.0.</param>
/// <param name="State">How it ended.</param>
/// <param name="Version">The version that took it, as the root has it (<c>7.10.2</c>; without the product, and <c>8.11.0</c> for anything later); null from 5.0 to 7.5.</param>
/// <param name="Indices">The names of its indices, in ordinal order; null for a snapshot from before Elasticsearch 5.0 whose own blob cannot be read.</param>
public sealed record SnapshotEntry(string Name, string Uuid, SnapshotState State, string? Version, IReadOnlyList<string>? Indices);
