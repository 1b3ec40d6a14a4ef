namespace Portage.Snapshots.Repositories;

/// <summary>A shard that was not saved, as the snapshot says it.</summary>
/// <param name="Index">The index.</param>
/// <param name="Shard">The shard's number.</param>
/// <param name="Reason">In the words of the cluster that took the snapshot.</param>
/// <param name="Status">An HTTP status by name, as <c>INTERNAL_SERVER_ERROR</c>; null where there is none.</param>
public sealed record ShardFailure(string Index, int Shard, string Reason, string? Status);
