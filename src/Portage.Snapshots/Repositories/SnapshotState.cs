namespace Portage.Snapshots.Repositories;

/// <summary>How a snapshot ended, as the repository's root says it (<c>org.elasticsearch.snapshots.SnapshotState</c>).</summary>
public enum SnapshotState
{
    /// <summary>The root does not say (Elasticsearch 5.0 and 5.1), or says something newer than this reader.</summary>
    Unknown,

    /// <summary>Still being taken.</summary>
    InProgress,

    /// <summary>All shards saved.</summary>
    Success,

    /// <summary>Nothing useful saved.</summary>
    Failed,

    /// <summary>At least one shard is missing.</summary>
    Partial,

    /// <summary>Taken by a version that the repository's last writer could not read.</summary>
    Incompatible,
}

/// <summary>How snapshot states are written.</summary>
public static class SnapshotStateExtensions
{
    /// <summary>The word that the servers themselves use in <c>GET _snapshot/*/_status</c>, as <c>SUCCESS</c> and <c>IN_PROGRESS</c>.</summary>
    public static string ToWord(this SnapshotState state) => state == SnapshotState.InProgress ? "IN_PROGRESS" : state.ToString().ToUpperInvariant();
}
