namespace Portage.Clusters.Bulk;

/// <summary>What a bulk operation does with its document.</summary>
public enum BulkAction
{
    /// <summary>Writes the document, over one that is there.</summary>
    Index,

    /// <summary>Writes the document only where none is; otherwise <see cref="BulkItemOutcome.Conflict"/>.</summary>
    Create,

    /// <summary>Deletes the document.</summary>
    Delete,
}

/// <summary>When a version given from outside wins over the one that is there (<c>version_type</c>, Elasticsearch 5 and later, OpenSearch).</summary>
public enum ExternalVersionRule
{
    /// <summary>Only a higher version is written (<c>external</c>). A repetition of the same write conflicts with itself.</summary>
    Higher,

    /// <summary>A higher or the same version is written (<c>external_gte</c>), so that a write can be repeated.</summary>
    HigherOrEqual,
}

/// <summary>One operation of a bulk request.</summary>
/// <remarks>Operations on the same document have no order among themselves: batches are sent at the same time, and what fails is sent again later.</remarks>
public readonly record struct BulkOperation
{
    /// <summary>What to do.</summary>
    public BulkAction Action { get; init; }

    /// <summary>The target index, or an alias with a write index.</summary>
    public required string Index { get; init; }

    /// <summary>The document's id; never left to the server, because a repetition would then double the document.</summary>
    public required string Id { get; init; }

    /// <summary>The document's routing; null where it has none.</summary>
    public string? Routing { get; init; }

    /// <summary>The version to write under; null leaves it to the server. Not allowed with <see cref="BulkAction.Create"/> by any version.</summary>
    public long? ExternalVersion { get; init; }

    /// <summary>When <see cref="ExternalVersion"/> wins. Default <see cref="ExternalVersionRule.Higher"/>.</summary>
    public ExternalVersionRule VersionRule { get; init; }

    /// <summary>
    /// The write that is written over: where another one came since, or the document was deleted, nothing is written
    /// (<see cref="BulkItemOutcome.Conflict"/>). A repetition of the same write conflicts with itself. Null writes over any. Not together with
    /// <see cref="ExternalVersion"/>, nor with <see cref="BulkAction.Create"/>.
    /// </summary>
    public LastWrite? Over { get; init; }

    /// <summary>
    /// The document as one JSON object; empty for <see cref="BulkAction.Delete"/>. Copied when the operation is read, and the
    /// caller's memory not looked at again: in a result, this is the copy. Line ends, which JSON allows between tokens only,
    /// are sent as spaces; nothing else is changed.
    /// </summary>
    public ReadOnlyMemory<byte> Source { get; init; }

    /// <summary>
    /// Why the caller knows that it cannot be sent; null where it can. It takes its place among the others, is not sent, and comes back as
    /// <see cref="BulkItemOutcome.Rejected"/> with status 0. <see cref="Source"/> may be anything then, and nothing of it is changed.
    /// </summary>
    public BulkRefusal? Refusal { get; init; }

    /// <summary>The caller's number for the operation, as its position in a segment; comes back with the result.</summary>
    public long Tag { get; init; }

    /// <summary>Anything of the caller's; comes back with the result.</summary>
    public object? State { get; init; }
}

/// <summary>One write of a document, as the cluster numbers it (<c>if_seq_no</c>, <c>if_primary_term</c>).</summary>
/// <param name="SequenceNumber">Its number within the shard.</param>
/// <param name="PrimaryTerm">The term of the primary that wrote it.</param>
public readonly record struct LastWrite(long SequenceNumber, long PrimaryTerm);

/// <summary>Why an operation cannot be sent.</summary>
/// <param name="Type">A word for programs, as <see cref="BulkItemResult.ErrorType"/>.</param>
/// <param name="Reason">A sentence for people, as <see cref="BulkItemResult.Reason"/>.</param>
public sealed record BulkRefusal(string Type, string Reason);
