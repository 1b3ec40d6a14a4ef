namespace Portage.Clusters.Validation;

/// <summary>What names one document of a cluster.</summary>
/// <param name="Index">The index, or an alias of one index.</param>
/// <param name="Id">The document's id.</param>
/// <param name="Routing">The document's routing; null where it has none. Without the right one, it is not found.</param>
public readonly record struct DocumentKey(string Index, string Id, string? Routing);

/// <summary>What a cluster has under a <see cref="DocumentKey"/>.</summary>
/// <param name="Key">The key asked for.</param>
/// <param name="IsFound">True when there is such a document.</param>
/// <param name="Routing">The routing that the cluster keeps of it; null when it keeps none. With several shards it may be found with another one.</param>
/// <param name="Source">The document's bytes exactly as the cluster keeps them, but for comments or a byte order mark around its object; null when there is none, or when its index keeps no sources.</param>
public sealed record FoundDocument(DocumentKey Key, bool IsFound, string? Routing, ReadOnlyMemory<byte>? Source)
{
    /// <summary>The number of its last write within its shard; null when it is not there.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>How often the document was written since it was made: 1 where it was made and nothing else; null when it is not there.</summary>
    public long? Version { get; init; }

    /// <summary>The term of the primary that wrote it; null when it is not there.</summary>
    public long? PrimaryTerm { get; init; }
}

/// <summary>What became of a document that was to be deleted as it was seen.</summary>
public enum DeleteOutcome
{
    /// <summary>It is gone, whoever deleted it.</summary>
    Deleted,

    /// <summary>Somebody has written it since, so it stays.</summary>
    Changed,
}
