using Portage.Engine.Ledger;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>What each event makes of a step's record. Pure.</summary>
internal static class StepTransitions
{
    public static StepRecord After(StepRecord had, LedgerEvent happened, DateTimeOffset at, long place) => happened switch
    {
        StepStarted e => had with
        {
            State = e.Phase switch
            {
                StepPhase.Evaluate => StepState.Evaluating,
                StepPhase.Run => StepState.Running,
                _ => StepState.Reverting,
            },
            Run = e.Run,
            Attempt = e.Attempt,
            // A revert works on what was done: it takes back the old inputs.
            Inputs = e.Phase == StepPhase.Revert ? had.Inputs : e.Inputs,
            HasEffects = had.HasEffects || e.Phase == StepPhase.Run,
            EffectsSince = had.HasEffects || e.Phase != StepPhase.Run ? had.EffectsSince : place,
            TakenBackAt = e.Phase == StepPhase.Revert ? place : had.TakenBackAt,
            // An approval is for these inputs: other ones need another approval, whatever their evidence says.
            Approved = e.Phase != StepPhase.Revert && had.Inputs is { } before && InputDifferences.HaveSameResult(before, e.Inputs) ? had.Approved : null,
            // Who looks at it now decides about something that is being replaced.
            Review = null,
            Rejection = null,
            IsClaimed = true,
            ConfiguredBy = e.Phase == StepPhase.Revert ? had.ConfiguredBy : e.Run,
            Failure = null,
            RetryAt = null,
            StartedAt = at,
        },
        StepEvaluated e => had with { State = StepState.Evaluated, Evidence = e.Evidence, GateReport = e.Evidence, Review = null, IsClaimed = false, Failure = null, RetryAt = null },
        StepReported e => had with { State = StepState.Reported, Report = e.Report, GateReport = e.Report, Outputs = e.Outputs, Review = null, IsClaimed = false, Workload = null, Failure = null, RetryAt = null },
        StepCompleted => had with { State = StepState.Complete, Review = null, Failure = null, RetryAt = null },
        StepFailed e => had with { Failure = e.Because, RetryAt = e.RetryAt, Run = e.Run, IsClaimed = false, Workload = null },
        StepReverted e => new StepRecord(had.Address) { Run = e.Run, Inputs = had.Inputs, ConfiguredBy = had.ConfiguredBy, TakenBackAt = had.TakenBackAt },
        StepStopped => had with { IsClaimed = false, Workload = null },
        GateOpened e => had with { Review = e, Failure = null, RetryAt = null },
        GatePassed e => had with { Review = null, Approved = e.Evidence, Failure = null, RetryAt = null },
        GateRejected e => had with
        {
            Review = null,
            Rejection = e,
            Run = e.Run,
            Failure = DiagnosticCatalog.GateWasRejected.Error(null, $"{e.By} rejected {e.Step}{(e.Comment is null ? "" : $": {e.Comment}")}."),
            RetryAt = null,
        },
        WorkloadStarted e => had with { Workload = e.Workload },
        WorkloadAdopted e => had with { Workload = e.Workload },
        WorkloadAdjusted e => had with { Inputs = e.Inputs, ConfiguredBy = e.Run },
        WorkloadLost e => had with { IsClaimed = false, Workload = null, RetryAt = e.RetryAt, Failure = DiagnosticCatalog.WorkloadLost.Error(null, e.Why) },
        _ => throw new InvalidOperationException($"No transition for {happened.GetType().Name}."),
    };
}

/// <summary>Where a step stands, in a word or two.</summary>
internal static class Situations
{
    public static string Of(StepRecord step) => step switch
    {
        { Failure: { } failure, RetryAt: null } => $"failed: {failure.Summary}",
        { Review: not null } => "under review",
        { State: StepState.Absent } => "not begun",
        { State: StepState.Evaluating } => "being evaluated",
        { State: StepState.Evaluated } => "evaluated",
        { Failure: { } failure } => $"failed: {failure.Summary}; is tried again",
        { State: StepState.Running } => "begun; goes on from its position",
        { State: StepState.Reported } => "run; its gate is next",
        { State: StepState.Reverting } => "being reverted",
        _ => "complete",
    };
}
