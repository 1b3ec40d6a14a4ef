namespace Portage.Clusters.Bulk;

/// <summary>What became of one operation.</summary>
public enum BulkItemOutcome
{
    /// <summary>A new document was written.</summary>
    Created,

    /// <summary>A document was written over another.</summary>
    Updated,

    /// <summary>A document was deleted.</summary>
    Deleted,

    /// <summary>There was no document to delete.</summary>
    NotFound,

    /// <summary>
    /// Not written, because the target has the document already (<see cref="BulkAction.Create"/>) or a version that wins.
    /// See <see cref="BulkItemResult.EarlierAnswerWasLost"/>.
    /// </summary>
    Conflict,

    /// <summary>Taken without a fault, and not written all the same (<c>"result":"noop"</c>, as after a pipeline that drops it, or a word that is not known).</summary>
    Noop,

    /// <summary>Not written, and never will be as it is: <see cref="BulkItemResult.ErrorType"/> and <see cref="BulkItemResult.Reason"/> say why.</summary>
    Rejected,
}

/// <summary>What became of one operation, and why.</summary>
/// <param name="Operation">The operation, with its source as it was sent.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Status">The item's HTTP status; 413 for a document that is too large for a request of its own, 0 for one that the caller refused.</param>
/// <param name="ErrorType">As <c>mapper_parsing_exception</c>; for <see cref="BulkItemOutcome.Noop"/> the target's result; null where nothing failed.</param>
/// <param name="Reason">The cluster's words; null where nothing failed.</param>
/// <param name="EarlierAnswerWasLost">
/// True when the operation was sent before and that answer never came whole, so that a <see cref="BulkItemOutcome.Conflict"/>
/// may be with its own first sending.
/// </param>
public readonly record struct BulkItemResult(
    BulkOperation Operation, BulkItemOutcome Outcome, int Status, string? ErrorType, string? Reason, bool EarlierAnswerWasLost);
