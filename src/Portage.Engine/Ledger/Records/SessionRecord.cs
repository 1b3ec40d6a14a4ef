using System.Collections.Immutable;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>A revision of a configuration.</summary>
/// <param name="Number">Counted from 1 within the session.</param>
/// <param name="Parent">The revision edited; 0 for none.</param>
/// <param name="Configuration">Canonical JSON.</param>
public sealed record Revision(int Number, int Parent, string By, DateTimeOffset At, string Message, string Configuration)
{
    /// <summary>When it was committed; null when it never was.</summary>
    public DateTimeOffset? CommittedAt { get; init; }
}

/// <summary>A run of a plan.</summary>
public sealed record RunRecord(int Number, int Revision, Fingerprint Plan, string By, DateTimeOffset StartedAt)
{
    /// <summary>How it ended; null while it is under way.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>What the ledger knows of a session, its steps apart.</summary>
internal sealed record SessionRecord
{
    /// <summary>All revisions, oldest first.</summary>
    public ImmutableList<Revision> Revisions { get; init; } = [];

    /// <summary>All runs, oldest first.</summary>
    public ImmutableList<RunRecord> Runs { get; init; } = [];

    /// <summary>Pauses in force.</summary>
    public ImmutableList<Paused> Pauses { get; init; } = [];

    /// <summary>The revision that is edited and not committed; null when there is none.</summary>
    public Revision? Pending { get; init; }

    /// <summary>The revision that was committed last; null when none was.</summary>
    public Revision? Current { get; init; }

    /// <summary>The run under way; null when there is none.</summary>
    public RunRecord? ActiveRun => Runs.Count > 0 && Runs[^1].Outcome is null ? Runs[^1] : null;

    /// <summary>The same with the run that was under way ended; the same when none was.</summary>
    public SessionRecord WithRunEnded(RunOutcome outcome, DateTimeOffset at) =>
        ActiveRun is { } run ? this with { Runs = Runs.SetItem(Runs.Count - 1, run with { Outcome = outcome, EndedAt = at }) } : this;
}
