namespace Portage.Model.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>A field with change <c>Never</c> differs from what finished work was done with.</summary>
    public static readonly DiagnosticKind PlanIsBlocked = new("PG2001", "A field changed that may not");

    /// <summary>The plan named is not the plan that a start would carry out now.</summary>
    public static readonly DiagnosticKind PlanIsAnother = new("PG2002", "The plan is another one");

    /// <summary>A verb needs a configuration, and there is none.</summary>
    public static readonly DiagnosticKind NothingConfigured = new("PG2003", "Nothing is configured");

    /// <summary>A verb needs a committed configuration.</summary>
    public static readonly DiagnosticKind NothingCommitted = new("PG2004", "Nothing is committed");

    /// <summary>No session of that name.</summary>
    public static readonly DiagnosticKind UnknownSession = new("PG2005", "Unknown session");

    /// <summary>A session cannot be made, switched to or deleted like that.</summary>
    public static readonly DiagnosticKind SessionRefused = new("PG2006", "The session cannot be changed");

    /// <summary>A pattern selects no step.</summary>
    public static readonly DiagnosticKind NoSuchStep = new("PG2007", "No step of that name");

    /// <summary>A verb needs a run under way.</summary>
    public static readonly DiagnosticKind NothingRuns = new("PG2008", "Nothing is running");

    /// <summary>A person refused the review.</summary>
    public static readonly DiagnosticKind GateWasRejected = new("PG2009", "Rejected in review");

    /// <summary>A worker process ended without an outcome.</summary>
    public static readonly DiagnosticKind WorkloadLost = new("PG2010", "A worker is gone");

    /// <summary>Approve found nothing to approve.</summary>
    public static readonly DiagnosticKind NothingToApprove = new("PG2011", "Nothing waits for approval");

    /// <summary>The evidence shown is not the evidence there is now.</summary>
    public static readonly DiagnosticKind EvidenceChanged = new("PG2012", "The evidence changed meanwhile");

    /// <summary>A step cannot take back what it did.</summary>
    public static readonly DiagnosticKind CannotRevert = new("PG2013", "The step cannot be reverted");

    /// <summary>Something unexpected happened within a step.</summary>
    public static readonly DiagnosticKind StepBroke = new("PG2014", "A step failed unexpectedly");

    /// <summary>A revision number that does not exist.</summary>
    public static readonly DiagnosticKind UnknownRevision = new("PG2015", "Unknown revision");

    /// <summary>A plan that destroys something is started only by its name.</summary>
    public static readonly DiagnosticKind PlanDestroys = new("PG2020", "The plan destroys something");

    /// <summary>What a plan would destroy cannot be looked at, so nobody can agree to it.</summary>
    public static readonly DiagnosticKind DestructionUnseen = new("PG2021", "What would be destroyed cannot be seen");

    /// <summary>Another session or migration has written into an index.</summary>
    public static readonly DiagnosticKind IndexIsClaimed = new("PG2022", "The index belongs to other work");

    /// <summary>When it came to it, more would have been destroyed than a person approved.</summary>
    public static readonly DiagnosticKind MoreWouldBeDestroyed = new("PG2023", "More would be destroyed than was approved");

    /// <summary>Something would go along with what a step makes anew, and no line of the plan takes it back.</summary>
    public static readonly DiagnosticKind LeftWorkInTheWay = new("PG2024", "Work that is left stands in the way");

    /// <summary>What a review is about has grown or shrunk since it opened, and the approver has not seen that.</summary>
    public static readonly DiagnosticKind DestructionChanged = new("PG2025", "What would be destroyed has changed");

    /// <summary>Each of several slices is to begin with an index that another one gives up only with its own change.</summary>
    public static readonly DiagnosticKind SlicesExchange = new("PG2026", "Slices would wait for each other");

    /// <summary>Work is wanted, or other work would go along with it.</summary>
    public static readonly DiagnosticKind CollectRefused = new("PG2030", "It cannot be collected");
}
