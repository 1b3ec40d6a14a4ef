using System.Collections.Immutable;

namespace Portage.Snapshots.Shards;

/// <summary>How much there is in a shard, as its commit says, without reading documents.</summary>
/// <param name="Segments">Lucene segments.</param>
/// <param name="LiveLuceneDocuments">
/// Lucene documents that are not deleted. Nested objects are documents of their own here, so that this is the number of
/// documents only for an index without them, and an upper bound otherwise.
/// </param>
/// <param name="PositionEnd">One more than the highest <see cref="SourceDocument.Position"/>: deleted documents count.</param>
/// <param name="StoredBytes">Compressed bytes of all stored fields: what reading every document fetches.</param>
public sealed record ShardCounts(int Segments, long LiveLuceneDocuments, long PositionEnd, long StoredBytes)
{
    /// <summary>The number of the last write that is in the shard; -1 where there was none, null where the server numbered none (before Elasticsearch 6).</summary>
    public long? MaxSequenceNumber { get; init; }

    /// <summary>How large the segments are, in the order of their documents' positions.</summary>
    public ImmutableArray<SegmentSize> Sizes { get; init; } = [];
}

/// <summary>How large a segment is.</summary>
/// <param name="Positions">Documents, deleted ones included.</param>
/// <param name="StoredBytes">Compressed bytes of their stored fields.</param>
public readonly record struct SegmentSize(long Positions, long StoredBytes);
