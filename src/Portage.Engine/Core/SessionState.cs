using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Core;

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

/// <summary>What the events of one session imply. Changed only by <see cref="Apply"/>, by the one thread that owns it.</summary>
/// <param name="name">The session's name.</param>
public sealed class SessionState(string name)
{
    private readonly Dictionary<StepAddress, StepRecord> _steps = [];
    private readonly List<Revision> _revisions = [];
    private readonly List<RunRecord> _runs = [];
    private readonly List<Paused> _pauses = [];
    private long _place;

    /// <summary>The session's name.</summary>
    public string Name { get; } = name;

    /// <summary>Every step that ever began.</summary>
    public IReadOnlyDictionary<StepAddress, StepRecord> Steps => _steps;

    /// <summary>What steps left to later ones, by address; the outputs of a step are there until it is reverted.</summary>
    public ImmutableDictionary<StepAddress, StepOutputs> Outputs { get; private set; } = ImmutableDictionary<StepAddress, StepOutputs>.Empty;

    /// <summary>All revisions, oldest first.</summary>
    public IReadOnlyList<Revision> Revisions => _revisions;

    /// <summary>All runs, oldest first.</summary>
    public IReadOnlyList<RunRecord> Runs => _runs;

    /// <summary>Pauses in force.</summary>
    public IReadOnlyList<Paused> Pauses => _pauses;

    /// <summary>The revision that is edited and not committed; null when there is none.</summary>
    public Revision? Pending { get; private set; }

    /// <summary>The revision that was committed last; null when none was.</summary>
    public Revision? Current { get; private set; }

    /// <summary>The run under way; null when there is none.</summary>
    public RunRecord? ActiveRun => _runs.Count > 0 && _runs[^1].Outcome is null ? _runs[^1] : null;

    /// <summary>The configuration that a run carries out, as canonical JSON.</summary>
    public string ConfigurationOf(int run) => _revisions[_runs[run - 1].Revision - 1].Configuration;

    /// <summary>What the planner compares with.</summary>
    public IReadOnlyDictionary<StepAddress, RecordedStep> Recorded() => _steps.Values
        .Select(step => step.Recorded(run: 0))
        .OfType<RecordedStep>()
        .ToDictionary(step => step.Address);

    /// <summary>Takes in one event.</summary>
    public void Apply(LedgerEvent happened, DateTimeOffset at)
    {
        switch (happened)
        {
            case RevisionRecorded e:
                var recorded = new Revision(e.Number, e.Parent, e.By, at, e.Message, e.Configuration);
                _revisions.Add(recorded);
                Pending = recorded;
                break;
            case RevisionCommitted e:
                var index = _revisions.FindIndex(revision => revision.Number == e.Number);
                _revisions[index] = _revisions[index] with { CommittedAt = at };
                Current = _revisions[index];
                Pending = Pending?.Number == e.Number ? null : Pending;
                break;
            case PendingDiscarded:
                Pending = null;
                break;
            case RunStarted e:
                EndRun(RunOutcome.Stopped, at);
                _runs.Add(new(e.Run, e.Revision, e.Plan, e.By, at));
                break;
            case RunEnded e:
                EndRun(e.Outcome, at);
                break;
            case Paused e:
                _pauses.RemoveAll(pause => pause.Pattern == e.Pattern);
                _pauses.Add(e);
                break;
            case Resumed e:
                _pauses.RemoveAll(pause => e.Pattern == "*" || pause.Pattern == e.Pattern);
                break;
            default:
                ApplyToStep(happened, at);
                break;
        }
    }

    private void EndRun(RunOutcome outcome, DateTimeOffset at)
    {
        if (ActiveRun is { } run)
        {
            _runs[^1] = run with { Outcome = outcome, EndedAt = at };
        }
    }

    private void ApplyToStep(LedgerEvent happened, DateTimeOffset at)
    {
        var address = happened switch
        {
            StepStarted e => e.Step,
            StepEvaluated e => e.Step,
            StepReported e => e.Step,
            StepCompleted e => e.Step,
            StepFailed e => e.Step,
            StepReverted e => e.Step,
            RevertRefused e => e.Step,
            StepStopped e => e.Step,
            GateOpened e => e.Step,
            GatePassed e => e.Step,
            GateRejected e => e.Step,
            WorkloadStarted e => e.Step,
            WorkloadAdopted e => e.Step,
            WorkloadAdjusted e => e.Step,
            WorkloadLost e => e.Step,
            _ => throw new InvalidOperationException($"No state for {happened.GetType().Name}."),
        };
        var had = _steps.GetValueOrDefault(address) ?? new StepRecord(address);
        var now = StepTransitions.After(had, happened, at, ++_place) with { ChangedAt = at };
        _steps[address] = now;
        if (happened is RevertRefused)
        {
            ForgetApprovals(address);
        }

        if (!ReferenceEquals(now.Outputs, had.Outputs))
        {
            Outputs = now.Outputs is { } outputs ? Outputs.SetItem(address, outputs) : Outputs.Remove(address);
        }
    }

    /// <summary>The world is another one than was approved: what stands on each other in one place is looked at again.</summary>
    private void ForgetApprovals(StepAddress refused)
    {
        foreach (var step in _steps.Values.Where(step => step.Proposal is not null && (step.Address.Source, step.Address.Part, step.Address.Target) == (refused.Source, refused.Part, refused.Target)).ToArray())
        {
            _steps[step.Address] = step with { Proposal = null };
        }
    }
}
