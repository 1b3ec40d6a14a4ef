using Portage.Clusters.Bulk;

namespace Portage.Clusters.Tests.Bulk;

public sealed class BulkVerdictTests
{
    [Theory]
    [InlineData(400, "mapper_parsing_exception", nameof(BulkVerdict.Reject))]
    [InlineData(400, "strict_dynamic_mapping_exception", nameof(BulkVerdict.Reject))]
    [InlineData(400, "routing_missing_exception", nameof(BulkVerdict.Reject))]
    [InlineData(400, null, nameof(BulkVerdict.Reject))]
    [InlineData(404, "document_missing_exception", nameof(BulkVerdict.Reject))]
    [InlineData(409, "version_conflict_engine_exception", nameof(BulkVerdict.Conflict))]
    [InlineData(429, "es_rejected_execution_exception", nameof(BulkVerdict.PushedBack))]
    [InlineData(429, "rejected_execution_exception", nameof(BulkVerdict.PushedBack))]
    [InlineData(503, "circuit_breaking_exception", nameof(BulkVerdict.PushedBack))]
    [InlineData(429, null, nameof(BulkVerdict.PushedBack))]
    [InlineData(503, "unavailable_shards_exception", nameof(BulkVerdict.NotReady))]
    [InlineData(503, "process_cluster_event_timeout_exception", nameof(BulkVerdict.NotReady))]
    [InlineData(500, "node_closed_exception", nameof(BulkVerdict.NotReady))]
    [InlineData(404, "shard_not_found_exception", nameof(BulkVerdict.NotReady))]
    [InlineData(503, "cluster_block_exception", nameof(BulkVerdict.NotReady))]
    [InlineData(503, null, nameof(BulkVerdict.NotReady))]
    [InlineData(403, "cluster_block_exception", nameof(BulkVerdict.Abort))]
    [InlineData(429, "cluster_block_exception", nameof(BulkVerdict.Abort))]
    [InlineData(403, "security_exception", nameof(BulkVerdict.Abort))]
    [InlineData(403, null, nameof(BulkVerdict.Abort))]
    [InlineData(404, "index_not_found_exception", nameof(BulkVerdict.Abort))]
    [InlineData(400, "index_closed_exception", nameof(BulkVerdict.Abort))]
    [InlineData(500, "null_pointer_exception", nameof(BulkVerdict.ServerError))]
    public void Of_StatusAndType_Decide(int status, string? type, string expected) => Assert.Equal(expected, BulkVerdicts.Of(status, type).ToString());
}
