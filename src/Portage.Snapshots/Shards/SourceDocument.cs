namespace Portage.Snapshots.Shards;

/// <summary>One document of a shard as it was stored.</summary>
/// <remarks>
/// All of it may be kept but <see cref="Source"/>, whose memory belongs to the reader and holds until the next document is
/// asked for: copy what must last longer.
/// </remarks>
public sealed class SourceDocument
{
    /// <summary>The index.</summary>
    public required string Index { get; init; }

    /// <summary>The shard's number.</summary>
    public required int Shard { get; init; }

    /// <summary>The Lucene segment.</summary>
    public required string Segment { get; init; }

    /// <summary>The document's number within the segment, from 0.</summary>
    public required int SegmentDocument { get; init; }

    /// <summary>
    /// The document's number within the shard, from 0: all documents of earlier segments, deleted and nested ones included, and
    /// then <see cref="SegmentDocument"/>. The same for as long as the snapshot exists; to go on after it, start at one more.
    /// </summary>
    public required long Position { get; init; }

    /// <summary>The type that people chose; null where the index has none (in Elasticsearch 7 and OpenSearch 1 its name was <c>_doc</c>).</summary>
    public required string? Type { get; init; }

    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The routing value; null where the document went by its id.</summary>
    public required string? Routing { get; init; }

    /// <summary>
    /// The id of the parent, where the mapping of the type has <c>_parent</c> (up to Elasticsearch 5.x and indices made by it); null
    /// otherwise. Later parents are a field of the source. See <see cref="Metadata.ParentTypes"/> for where it comes from.
    /// </summary>
    public required string? Parent { get; init; }

    /// <summary>When it was written, in milliseconds since 1970: <c>_timestamp</c>, where the index stores that (up to Elasticsearch 2.x); null otherwise.</summary>
    public long? Timestamp { get; init; }

    /// <summary>When it is to be deleted, in milliseconds since 1970: <c>_ttl</c>, where the document has one (up to Elasticsearch 2.x); null otherwise.</summary>
    public long? Expiry { get; init; }

    /// <summary>True where the source is not stored, but put together as the server shows it (<see cref="Metadata.SourceCoverage.Rebuilt"/>).</summary>
    public bool IsRebuilt { get; init; }

    /// <summary>The bytes of the source exactly as they are stored; null where none are, or where it cannot be put together exactly.</summary>
    public required ReadOnlyMemory<byte>? Source { get; init; }

    /// <summary>What <see cref="Source"/> is written in; <see cref="SourceFormat.Unknown"/> where there is none.</summary>
    public SourceFormat Format => Source is { } source ? SourceFormats.Of(source.Span) : SourceFormat.Unknown;
}
