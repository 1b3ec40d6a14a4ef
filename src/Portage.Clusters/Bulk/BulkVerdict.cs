using System.Collections.Frozen;

namespace Portage.Clusters.Bulk;

/// <summary>What to do about one item that failed.</summary>
internal enum BulkVerdict
{
    /// <summary>The target has something that wins.</summary>
    Conflict,

    /// <summary>The document will never be taken as it is.</summary>
    Reject,

    /// <summary>The target is overloaded: send it again, later and less at a time.</summary>
    PushedBack,

    /// <summary>The target is not ready: send it again later.</summary>
    NotReady,

    /// <summary>The target failed for a reason that may be the document's: send it again a few times.</summary>
    ServerError,

    /// <summary>It concerns the index or the credential, not the document: end the run.</summary>
    Abort,
}

/// <summary>Decides by an error's status and type, never by its words.</summary>
internal static class BulkVerdicts
{
    // Reasons that pass by themselves, whatever status a version gives them (Elasticsearch 5 to 8, OpenSearch 1 to 3).
    private static readonly FrozenSet<string> NotReady = FrozenSet.ToFrozenSet(
        [
            "unavailable_shards_exception", "no_shard_available_action_exception", "process_cluster_event_timeout_exception", "primary_shard_not_allocated_exception",
            "illegal_index_shard_state_exception", "index_shard_recovering_exception", "index_shard_not_started_exception", "shard_not_found_exception",
            "shard_not_in_primary_mode_exception", "retry_on_primary_exception", "retry_on_replica_exception", "master_not_discovered_exception",
            "cluster_manager_not_discovered_exception", "not_master_exception", "not_cluster_manager_exception", "node_closed_exception",
            "node_not_connected_exception", "node_disconnected_exception", "connect_transport_exception", "receive_timeout_transport_exception", "timeout_exception",
        ],
        StringComparer.Ordinal);

    private static readonly FrozenSet<string> PushedBack = FrozenSet.ToFrozenSet(
        ["es_rejected_execution_exception", "rejected_execution_exception", "circuit_breaking_exception"], StringComparer.Ordinal);

    // What every document of the index would get: thousands of rejected documents would bury the one thing to mend.
    private static readonly FrozenSet<string> Abort = FrozenSet.ToFrozenSet(
        ["index_not_found_exception", "index_closed_exception", "security_exception", "cluster_block_exception"], StringComparer.Ordinal);

    /// <summary>The verdict on an item with a status of 300 or more.</summary>
    public static BulkVerdict Of(int status, string? errorType) => (status, errorType) switch
    {
        (503, "cluster_block_exception") => BulkVerdict.NotReady,
        (_, not null) when Abort.Contains(errorType) => BulkVerdict.Abort,
        (_, not null) when PushedBack.Contains(errorType) => BulkVerdict.PushedBack,
        (_, not null) when NotReady.Contains(errorType) => BulkVerdict.NotReady,
        (401 or 403, _) => BulkVerdict.Abort,
        (409, _) => BulkVerdict.Conflict,
        (429, _) => BulkVerdict.PushedBack,
        (502 or 503 or 504, _) => BulkVerdict.NotReady,
        ( >= 500, _) => BulkVerdict.ServerError,
        _ => BulkVerdict.Reject,
    };
}
