using Portage.Engine.Ledger;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>What the ledger knows of steps, in the words of the planner. Pure.</summary>
internal static class RecordedSteps
{
    /// <summary>One step; null before it began.</summary>
    /// <param name="run">The run under way: what a person refused or asked for in it is not done anew before the next one; 0 for a plan.</param>
    public static RecordedStep? Of(StepRecord step, int run) => (step.Inputs ?? step.Proposal?.Inputs) is not { } inputs
        ? null
        : new(
            step.Address,
            step.State switch
            {
                StepState.Absent => RecordedState.Absent,
                StepState.Complete or StepState.Serving => RecordedState.Complete,
                _ => RecordedState.Begun,
            },
            inputs,
            step.Outputs?.Parts ?? [],
            Situations.Of(step))
        {
            EffectsSince = step.HasEffects ? step.EffectsSince : null,
            TakenBackAt = step.TakenBackAt,
            Items = step.Items,
            Untouched = step.Untouched,
            TakenBack = step.TakenBack,
            TakingBack = step.State == StepState.Reverting ? step.TakingBack : null,
            AskedBy = step.AskedIn != run ? step.AskedBy : null,
            Resends = step.ResendBy is { } resends && step.ResendIn != run ? $"{(step.RejectedCount is { } count ? $"{count:N0} {(count == 1 ? "document" : "documents")} that {(count == 1 ? "was" : "were")} rejected {(count == 1 ? "is" : "are")}" : "the documents that were rejected are")} sent again: {resends} asked for it" : null,
            Resent = step.Resent,
            LeavesBy = step.LeavesBy,
            LeavingItems = step.LeavingItems is { } leaving && leaving.In != run ? leaving.Items : [],
            LeavingItemsBy = step.LeavingItems?.By,
            IsServing = step.State == StepState.Serving,
            IsWorking = step.IsClaimed || step.Workload is not null,
            IsHalfway = step is { State: StepState.Running } or { State: StepState.Reported, Rejection: null },
            Rejection = step.Rejection is { } refused && refused.Run != run ? $"rejected by {refused.By}{(refused.Comment is null ? "" : $": {refused.Comment}")}" : null,
        };
}
