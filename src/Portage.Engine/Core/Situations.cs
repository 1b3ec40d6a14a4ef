using Portage.Engine.Ledger;

namespace Portage.Engine.Core;

/// <summary>Where a step stands, in a word or two.</summary>
internal static class Situations
{
    public static string Of(StepRecord step) => step switch
    {
        { Failure: { } failure, RetryAt: null } => $"failed: {failure.Summary}",
        { Review: not null } => "under review",
        { Proposal.Review: not null } => "a change of it is under review",
        { State: StepState.Absent } => "not begun",
        { State: StepState.Evaluating } => "being evaluated",
        { State: StepState.Evaluated } => "evaluated",
        { Failure: { } failure } => $"failed: {failure.Summary}; is tried again",
        { State: StepState.Serving } => "serving",
        { State: StepState.Running, Serves: true } => "served, and is started again",
        { State: StepState.Running } => "begun; goes on from its position",
        { State: StepState.Reported } => "run; its gate is next",
        { State: StepState.Reverting } => "being reverted",
        _ => "complete",
    };
}
