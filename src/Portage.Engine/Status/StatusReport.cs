using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Engine.Status;

/// <summary>Under which heading people look for a step.</summary>
public enum StepGroup
{
    /// <summary>Done, its gate included.</summary>
    Complete,

    /// <summary>Under way.</summary>
    InProgress,

    /// <summary>Waits for a person's approval.</summary>
    UnderReview,

    /// <summary>Failed, and a person must act.</summary>
    Failed,

    /// <summary>Not begun, held or waiting; the reason says what would end that.</summary>
    Pending,
}

/// <summary>Everything that status says, of one session at one moment. Immutable; every face renders it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Run">The run under way, or the last one; null before the first.</param>
/// <param name="Outcome">How that run ended; null while it is under way.</param>
/// <param name="Controller">The process that carries out runs; null when there is none.</param>
/// <param name="CurrentRevision">The revision committed last; null when there is none.</param>
/// <param name="PendingRevision">The revision that is not committed; null when there is none.</param>
/// <param name="Steps">In reading order.</param>
/// <param name="Notes">What the user should know beyond the steps.</param>
public sealed record StatusReport(
    string Session,
    int? Run,
    RunOutcome? Outcome,
    int? Controller,
    int? CurrentRevision,
    int? PendingRevision,
    ImmutableArray<StepStatus> Steps,
    ImmutableArray<string> Notes)
{
    /// <summary>The last event of the ledger that it takes into account.</summary>
    public long Position { get; init; }

    /// <summary>The plan that the run carries out; null before the first run.</summary>
    public Fingerprint? Plan { get; init; }

    /// <summary>When it was true.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>True when a run is under way and nothing of it can go on before a person approves, rejects or resumes something.</summary>
    public bool WaitsForPerson { get; init; }
}

/// <summary>Where one step stands.</summary>
/// <param name="Address">Its name.</param>
/// <param name="About">What it is about.</param>
/// <param name="Group">Its heading.</param>
/// <param name="Situation">One line: the phase, the reason of the wait and what would end it, or what came of it.</param>
/// <param name="Progress">How far it is; null when it is not under way or has not said.</param>
/// <param name="Remaining">Time left at the present rate; null when that cannot be said.</param>
/// <param name="Evidence">The report that a review is about, or the result of a complete step.</param>
/// <param name="EvidenceDigest">What an approval names; null when nothing is under review.</param>
/// <param name="Failure">Why the last attempt failed.</param>
/// <param name="Attempt">The attempt of the present phase.</param>
/// <param name="Since">When it came to stand where it stands; while its tries fail, when the first of them did.</param>
public sealed record StepStatus(
    StepAddress Address,
    string About,
    StepGroup Group,
    string Situation,
    StepProgress? Progress,
    TimeSpan? Remaining,
    StepReport? Evidence,
    Fingerprint? EvidenceDigest,
    Diagnostic? Failure,
    int Attempt,
    DateTimeOffset? Since)
{
    /// <summary>That tries of it fail, and since when; null when none has failed since something came of it.</summary>
    public FailingSince? Failing { get; init; }

    /// <summary>When a failed try is made again with nobody doing anything about it; null where it is not.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>What it waited for when it ended in the middle, as it said then; null where it is at work, or waited for nothing.</summary>
    public string? WaitedFor { get; init; }

    /// <summary>The condition of its gate that did not hold, so that a person is asked; null where a person is always asked, or nobody is.</summary>
    public string? Unmet { get; init; }

    /// <summary>Under review, what somebody let pass before and that came out otherwise since; null otherwise.</summary>
    public StepReport? Superseded { get; init; }

    /// <summary>True where more comes of it after what it does now: it was only evaluated, is taken back and done anew, or is looked at again though it is complete.</summary>
    public bool HasMoreToCome { get; init; }

    /// <summary>How far its items are; null for a step that has none, or has not said.</summary>
    public ItemsProgress? Items { get; init; }
}
