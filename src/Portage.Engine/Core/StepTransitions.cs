using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Portage.Engine.Ledger;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>What each event makes of a step's record. Pure.</summary>
internal static class StepTransitions
{
    private static readonly ImmutableSortedDictionary<string, RecordedItem> NoItems = ImmutableSortedDictionary.Create<string, RecordedItem>(StringComparer.Ordinal);

    public static StepRecord After(StepRecord had, LedgerEvent happened, DateTimeOffset at, long place) => happened switch
    {
        StepStarted e => Started(had, e, place) with
        {
            Run = e.Run,
            Attempt = e.Attempt,
            IsClaimed = true,
            Failure = null,
            RetryAt = null,
            StartedAt = at,
        },
        StepEvaluated { Evidence: var evidence } when had.Proposal is { } proposal => had with
        {
            Proposal = proposal with { Evidence = evidence, Review = null },
            IsClaimed = false,
            Failure = null,
            RetryAt = null,
        },
        StepEvaluated e => had with { State = StepState.Evaluated, Evidence = e.Evidence, GateReport = e.Evidence, Review = null, IsClaimed = false, Failure = null, RetryAt = null },
        StepReported e => had with { State = StepState.Reported, Report = e.Report, GateReport = e.Report, Outputs = e.Outputs, Review = null, IsClaimed = false, Workload = null, Failure = null, RetryAt = null },
        StepCompleted => had with { State = StepState.Complete, Review = null, Failure = null, RetryAt = null },
        StepFailed e => had with { Failure = e.Because, RetryAt = e.RetryAt, Run = e.Run, IsClaimed = false, Workload = null },
        StepReverted { Items: { } items } e => had with
        {
            State = had.Before,
            Run = e.Run,
            Items = had.Items?.RemoveRange(items),
            TakingBack = [],
            IsClaimed = false,
            Failure = null,
            RetryAt = null,
        },
        StepReverted e => Reverted(had, e),
        RevertRefused e => had with { State = had.Before, TakingBack = [], Proposal = null, Run = e.Run, IsClaimed = false, Failure = e.Because, RetryAt = null },
        StepStopped => had with { IsClaimed = false, Workload = null },
        GateOpened e when IsAbout(had, e.Evidence, out var proposal) => had with { Proposal = proposal with { Review = e }, Failure = null, RetryAt = null },
        GateOpened e => had with { Review = e, Failure = null, RetryAt = null },
        GatePassed e when IsAbout(had, e.Evidence, out var proposal) => had with { Proposal = proposal with { Review = null, Approved = e.Evidence }, Failure = null, RetryAt = null },
        GatePassed e => had with { Review = null, Approved = e.Evidence, Failure = null, RetryAt = null },

        // What was refused was only proposed: the work stays as it was done, and a later run asks again.
        GateRejected e when IsAbout(had, e.Evidence, out _) => had with { Proposal = null, Run = e.Run, Failure = Refused(e), RetryAt = null },
        GateRejected e => had with
        {
            Review = null,
            Rejection = e,
            Run = e.Run,
            Failure = Refused(e),
            RetryAt = null,
        },
        WorkloadStarted e => had with { Workload = e.Workload },
        WorkloadAdopted e => had with { Workload = e.Workload },
        WorkloadAdjusted e => had with { Inputs = e.Inputs, ConfiguredBy = e.Run },
        WorkloadLost e => had with { IsClaimed = false, Workload = null, RetryAt = e.RetryAt, Failure = DiagnosticCatalog.WorkloadLost.Error(null, e.Why) },
        _ => throw new InvalidOperationException($"No transition for {happened.GetType().Name}."),
    };

    private static StepRecord Started(StepRecord had, StepStarted e, long place) => e.Phase switch
    {
        // An approval is for these inputs: other ones need another approval, whatever their evidence says.
        StepPhase.Evaluate when had.HasEffects && had.State != StepState.Evaluated => had with
        {
            Proposal = new(e.Inputs, e.Items ?? default)
            {
                Approved = had.Proposal is { } before && InputDifferences.HaveSameResult(before.Inputs, e.Inputs) ? before.Approved : null,
            },
        },

        // A revert works on what was done: it takes back the old inputs.
        StepPhase.Revert => had with
        {
            State = StepState.Reverting,
            Before = had.State == StepState.Reverting ? had.Before : had.State,
            TakingBack = e.Items ?? default,
            TakenBackAt = place,
            TakenBack = e.Items is { } items ? had.TakenBack.SetItems(items.Select(item => KeyValuePair.Create(item, place))) : had.TakenBack,
            Approved = null,
            Review = null,
            Rejection = null,
        },
        _ => had with
        {
            State = e.Phase == StepPhase.Evaluate ? StepState.Evaluating : StepState.Running,
            Inputs = e.Inputs,
            Items = e.Phase == StepPhase.Run && !e.Inputs.Items.IsDefault ? Begun(had, e.Inputs.Items, place) : had.Items,
            Evidence = had.Proposal?.Evidence ?? had.Evidence,
            HasEffects = had.HasEffects || e.Phase == StepPhase.Run,
            EffectsSince = had.HasEffects || e.Phase != StepPhase.Run ? had.EffectsSince : place,
            Approved = had.Proposal is { } proposal ? proposal.Approved : had.Inputs is { } before && InputDifferences.HaveSameResult(before, e.Inputs) ? had.Approved : null,
            Proposal = null,

            // Who looks at it now decides about something that is being replaced.
            Review = null,
            Rejection = null,
            ConfiguredBy = e.Run,
        },
    };

    /// <summary>Items that were done stay done, with what they are now; what nobody wants any more stays known too, because it is still there.</summary>
    private static ImmutableSortedDictionary<string, RecordedItem> Begun(StepRecord had, ImmutableArray<StepItem> items, long place)
    {
        var begun = (had.Items ?? NoItems).ToBuilder();
        foreach (var item in items)
        {
            begun[item.Name] = new(item.Digest, begun.TryGetValue(item.Name, out var done) ? done.Since : place);
        }

        return begun.ToImmutable();
    }

    /// <summary>Nothing of it is left. What was approved to come instead is still approved.</summary>
    private static StepRecord Reverted(StepRecord had, StepReverted e)
    {
        var left = new StepRecord(had.Address) { Run = e.Run, Inputs = had.Inputs, ConfiguredBy = had.ConfiguredBy, TakenBackAt = had.TakenBackAt, TakenBack = had.TakenBack };
        return had.Proposal is { IsApproved: true } proposal
            ? left with { State = StepState.Evaluated, Inputs = proposal.Inputs, Evidence = proposal.Evidence, GateReport = proposal.Evidence, Approved = proposal.Approved }
            : left;
    }

    private static bool IsAbout(StepRecord had, Fingerprint evidence, [NotNullWhen(true)] out Proposal? proposal)
    {
        proposal = had.Proposal;
        return proposal?.Evidence is { } found && found.Digest == evidence;
    }

    private static Diagnostic Refused(GateRejected e) =>
        DiagnosticCatalog.GateWasRejected.Error(null, $"{e.By} rejected {e.Step}{(e.Comment is null ? "" : $": {e.Comment}")}.");
}

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
        { State: StepState.Running } => "begun; goes on from its position",
        { State: StepState.Reported } => "run; its gate is next",
        { State: StepState.Reverting } => "being reverted",
        _ => "complete",
    };
}
