namespace Portage.Clusters.Snapshots;

/// <summary>What a snapshot has come to, in the words of all versions.</summary>
public enum SnapshotState
{
    /// <summary>Being taken, or queued.</summary>
    InProgress,

    /// <summary>Complete.</summary>
    Success,

    /// <summary>Complete but for some shards.</summary>
    Partial,

    /// <summary>Nothing that could be restored.</summary>
    Failed,

    /// <summary>Written by a version that this cluster cannot read.</summary>
    Incompatible,
}

/// <summary>How far a snapshot is.</summary>
/// <param name="State">What it has come to.</param>
/// <param name="ShardsDone">Shards that are finished.</param>
/// <param name="ShardsTotal">Shards to be taken; 0 while the cluster has not counted yet.</param>
/// <param name="ShardsFailed">Shards that could not be taken.</param>
/// <param name="BytesDone">Bytes written to the repository so far; what earlier snapshots hold already is not written again.</param>
/// <param name="BytesTotal">Bytes to be written.</param>
public sealed record SnapshotProgress(SnapshotState State, int ShardsDone, int ShardsTotal, int ShardsFailed, long BytesDone, long BytesTotal);

/// <summary>A shard that could not be taken.</summary>
public sealed record SnapshotFailure(string Index, int Shard, string Reason);

/// <summary>A snapshot as its repository lists it.</summary>
/// <param name="Name">Unique within the repository at a time.</param>
/// <param name="Uuid">Unique.</param>
/// <param name="State">What it has come to.</param>
/// <param name="Version">The version that took it, as the cluster writes it; null where it does not say.</param>
/// <param name="Indices">The indices in it.</param>
/// <param name="Started">When it was begun; null where the cluster does not say.</param>
/// <param name="Ended">When it was finished; null while it is in progress.</param>
/// <param name="ShardsTotal">Shards in it.</param>
/// <param name="ShardsFailed">Shards that could not be taken.</param>
/// <param name="Failures">Why they could not.</param>
public sealed record SnapshotInfo(
    string Name, string Uuid, SnapshotState State, string? Version, IReadOnlyList<string> Indices,
    DateTimeOffset? Started, DateTimeOffset? Ended, int ShardsTotal, int ShardsFailed, IReadOnlyList<SnapshotFailure> Failures);
