using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Core;

/// <summary>What comes next for one step that is not settled. Pure.</summary>
/// <remarks>
/// Work that has effects is changed in this order: evaluated with the new inputs; reviewed, by a person wherever something is destroyed; what
/// stands on the items that go is taken back, then those items, and no others; run. Whatever fails, is refused or killed
/// before the last approval leaves everything as it was.
/// </remarks>
/// <param name="look">At all the steps.</param>
/// <param name="place">Of the step.</param>
/// <param name="inputs">What it is to work with; null until the steps before it are settled.</param>
/// <param name="waits">The steps before it that are not.</param>
internal sealed class StepStanding(Standings.Look look, int place, StepRecord had, Verdict verdict, StepInputs? inputs, ImmutableArray<StepAddress> waits)
{
    private WantedStep Step => look.WantedAt(place);

    private bool IsWorking => had.Workload is not null || look.IsInFlight(had.Address);

    /// <summary>True where there is something that is not as it is wanted.</summary>
    private bool MustChange => had.HasEffects && verdict is { Kind: VerdictKind.Redo or VerdictKind.Update, IsConditional: false };

    /// <summary>True where a run found something else than was approved, and changed nothing.</summary>
    private bool FoundOtherEvidence => had is { HasEffects: true, State: StepState.Evaluated };

    private bool EvaluatesFirst => Step.GatePlacement == GatePlacement.BeforeRun || Step.Overwrites;

    private bool MustBeEvaluated => EvaluatesFirst || (Step.Destroys && !Step.IsRedoneBeside && verdict.Kind == VerdictKind.Redo);

    private ImmutableArray<string> Redone => verdict.Kind == VerdictKind.Redo ? verdict.Redone : [];

    /// <summary>What was found out about the change that is wanted now; null for nothing, or for another change.</summary>
    private Proposal? Proposal => had.Proposal is { Leaves: false } proposal && IsOfNow(proposal) && inputs is not null && proposal.IsFor(inputs, Redone) ? proposal : null;

    /// <summary>What an earlier run found that would be destroyed is looked at again, and asked about again: by now there may be more of it.</summary>
    private bool IsOfNow(Proposal proposal) => proposal.Run == look.Run || proposal.Evidence is not { Destroys.IsEmpty: false };

    /// <summary>The items of it that go next, because a person approved that, or because what they stand on goes or went; default for all of it.</summary>
    public ImmutableArray<string> TakesBack() => Spared().IsEmpty ? Goes(isApproved: true) : [];

    /// <summary>As far as it is known now.</summary>
    /// <param name="isApproved">False for what would go if all that waits for a person were approved.</param>
    private ImmutableArray<string> Goes(bool isApproved)
    {
        if (had.State == StepState.Reverting)
        {
            return had.TakingBack;
        }

        if (Step.IsAbsent)
        {
            return had.HasEffects ? Going : [];
        }

        if (!MustChange)
        {
            return FoundOtherEvidence && (!isApproved || had.Approved == had.Shown) ? Present(item => had.Evidence!.Destroys.Any(destroys => destroys.TakenBack == item)) : [];
        }

        var disturbed = Disturbed();
        if (disturbed.IsDefault)
        {
            return default;
        }

        if (!MustBeEvaluated)
        {
            return inputs is null ? disturbed : Union(disturbed, GoneAsRedone());
        }

        return Proposal is { Evidence: { } evidence } proposal && (!isApproved || proposal.IsApproved)
            ? Union(disturbed, Gone(proposal.Redone.IsDefault || !proposal.Redone.IsEmpty || evidence.Destroys.Any(destroys => destroys.TakenBack is not null), proposal.TakesBack))
            : isApproved ? disturbed : Union(disturbed, GoneAsRedone());
    }

    private ImmutableArray<string> GoneAsRedone() => Step.IsRedoneBeside ? [] : Gone(Redone.IsDefault || !Redone.IsEmpty, item => Redone.Contains(item, StringComparer.Ordinal));

    /// <summary>What would go along and nobody takes back: then nothing goes.</summary>
    private ImmutableArray<LeftWork> Spared() => _spared.IsDefault ? _spared = look.LeftIn(place, had, Goes(isApproved: false), verdict.Left) : _spared;

    private ImmutableArray<LeftWork> _spared;

    /// <summary>What may be destroyed here: what was approved for this step, and for those that it stands on.</summary>
    public ImmutableArray<Destruction> ApprovedDestructions()
    {
        var approved = ImmutableArray.CreateBuilder<Destruction>();
        foreach (var before in look.PlacesBefore(place))
        {
            approved.AddRange(look.ApprovedAt(before));
        }

        // While it is under way, the proposal that led to it is still what was approved.
        if (had.Proposal is { IsApproved: true, Evidence: { } evidence })
        {
            approved.AddRange(evidence.Destroys);
        }
        else if ((FoundOtherEvidence || had is { State: StepState.Reverting, Before: StepState.Evaluated, Proposal: null }) && had.Evidence is { } shown && had.Approved == shown.Digest)
        {
            approved.AddRange(shown.Destroys);
        }

        return approved.DrainToImmutable();
    }

    public Standing Standing()
    {
        if (had.State == StepState.Reverting)
        {
            return FailureOf() ?? RevertWaits(had.TakingBack) ?? Refused(Spared()) ?? Phase(StepPhase.Revert, had.Inputs!, had.TakingBack);
        }

        if (Step.IsAbsent)
        {
            return Leaving();
        }

        if (verdict.Kind == VerdictKind.Block)
        {
            return new Standing.Failed(DiagnosticCatalog.PlanIsBlocked.Error(verdict.Because[0].Path, $"{had.Address} was done with another value: {verdict.Because[0].Text}."));
        }

        if (MustChange || FoundOtherEvidence)
        {
            return Changing();
        }

        // Looked at with other inputs, and nothing done yet.
        if (had is { HasEffects: false, State: StepState.Evaluating or StepState.Evaluated } && verdict is { Kind: VerdictKind.Redo or VerdictKind.Update, IsConditional: false })
        {
            return IsWorking ? new Standing.StopsFirst() : inputs is null ? new Standing.Waits(waits) : Phase(FirstPhase, inputs, []);
        }

        // What was refused before anything was done is looked at anew by the next run.
        if (had is { HasEffects: false, State: StepState.Evaluated, Rejection: { } refused } && refused.Run != look.Run && inputs is not null)
        {
            return Phase(FirstPhase, inputs, []);
        }

        return FailureOf() ?? RestedOnStill() ?? Next();
    }

    /// <summary>What is to be absent: looked at, reviewed where something is destroyed, and taken back after what stands on it.</summary>
    private Standing Leaving()
    {
        if (look.IsInFlight(had.Address) && had is { IsClaimed: true, Workload: null, Proposal: { Evidence: null } evaluated })
        {
            return new Standing.Working(StepPhase.Evaluate, evaluated.Inputs);
        }

        if (IsWorking)
        {
            return new Standing.StopsFirst();
        }

        // Whoever asked for it may have thought better of it.
        if (!had.HasEffects || had.LeavesBy is null || Going is { IsDefault: false, IsEmpty: true })
        {
            return new Standing.Settled();
        }

        if ((FailureOf() ?? Refused(Spared())) is { } failed)
        {
            return failed;
        }

        return had.Proposal switch
        {
            _ when !Step.Destroys => RevertWaits(Going) ?? Phase(StepPhase.Revert, had.Inputs!, Going),
            { Leaves: true } earlier when !IsOfNow(earlier) => Phase(StepPhase.Evaluate, had.Inputs!, Going),
            { Leaves: true, IsApproved: true } => Together(Going) ?? RevertWaits(Going) ?? Phase(StepPhase.Revert, had.Inputs!, Going),
            { Leaves: true, Evidence: { } evidence, Review: var review } => Gate(evidence, review, isBefore: true),
            _ => Phase(StepPhase.Evaluate, had.Inputs!, Going),
        };
    }

    /// <summary>What goes of work that is to be absent; default for all of it.</summary>
    private ImmutableArray<string> Going => Step.Stays.IsEmpty || had.Items is null ? default : Present(item => !Step.Stays.Contains(item, StringComparer.Ordinal));

    private StepPhase FirstPhase => EvaluatesFirst ? StepPhase.Evaluate : StepPhase.Run;

    /// <summary>Brings what is there to what is wanted.</summary>
    private Standing Changing()
    {
        if (look.IsInFlight(had.Address) && had is { IsClaimed: true, Workload: null, Proposal: { Evidence: null } evaluated } && ReferenceEquals(evaluated, Proposal))
        {
            return new Standing.Working(StepPhase.Evaluate, evaluated.Inputs);
        }

        if (IsWorking)
        {
            return new Standing.StopsFirst();
        }

        if (!Spared().IsEmpty)
        {
            // What an earlier run found may have been mended since, but for what the plan says already.
            return Proposal is { Evidence: not null } && inputs is not null && had.Run != look.Run && look.LeftIn(place, had, GoneAsRedone(), verdict.Left).IsEmpty
                ? Phase(StepPhase.Evaluate, inputs, Redone)
                : Refused(Spared())!;
        }

        var takesBack = TakesBack();
        if (takesBack.IsDefault || !takesBack.IsEmpty)
        {
            // What must go needs no look at why it failed.
            return RevertWaits(takesBack) ?? Phase(StepPhase.Revert, had.Inputs!, takesBack);
        }

        if (inputs is null)
        {
            return new Standing.Waits(waits);
        }

        if (FailureOf() is { } failed)
        {
            return failed;
        }

        if (!MustChange)
        {
            return had.Approved == had.Shown ? Phase(StepPhase.Run, inputs, []) : Gate(had.Evidence!, had.Review, isBefore: true);
        }

        return MustBeEvaluated
            ? Proposal switch
            {
                null or { Evidence: null } => Phase(StepPhase.Evaluate, inputs, Redone),
                { IsApproved: true } => Phase(StepPhase.Run, inputs, []),
                { Evidence: { } evidence, Review: var review } => Gate(evidence, review, isBefore: true),
            }
            : Phase(StepPhase.Run, inputs, []);
    }

    private Standing Next() => had.State switch
    {
        // What has begun goes on even while an earlier step is looked at again: its inputs are what it began with.
        StepState.Running => Phase(StepPhase.Run, inputs ?? had.Inputs!, []),
        StepState.Serving => Serving(inputs ?? had.Inputs!),
        StepState.Reported => Gate(had.Report!, had.Review, isBefore: false),
        _ when inputs is null => new Standing.Waits(waits),
        StepState.Evaluating => Phase(StepPhase.Evaluate, inputs, []),
        StepState.Evaluated when had.Approved == had.Shown => Phase(StepPhase.Run, inputs, []),
        StepState.Evaluated => Gate(had.Evidence!, had.Review, isBefore: true),
        _ => Phase(FirstPhase, inputs, []),
    };

    /// <summary>A service goes on serving while its gate is asked, and after it was let pass.</summary>
    private Standing Serving(StepInputs with)
    {
        if (had.IsThrough || Step.GatePlacement != GatePlacement.WhileServing)
        {
            return new Standing.Serves(with, null);
        }

        if (Step.Gate.Mode != GateMode.Automatic)
        {
            return Gate(had.Report!, had.Review, isBefore: false);
        }

        var reading = look.ReadingOf(had.Address);
        return Reading.WhyHeld(reading, look.Memo.Predicate(Step.Gate.Predicate!), look.Now) is { } why
            ? new Standing.Serves(with, why)
            : new Standing.GateDue(Step.Gate, reading!.Report, IsBefore: false);
    }

    /// <summary>Items that stand on something that goes, or went while this stood. Their review was that of what they stand on.</summary>
    /// <returns>Default for all of the step.</returns>
    private ImmutableArray<string> Disturbed()
    {
        if (verdict.Kind != VerdictKind.Redo)
        {
            return [];
        }

        var disturbed = new SortedSet<string>(StringComparer.Ordinal);
        var before = look.PlacesBefore(place);
        for (var edge = 0; edge < before.Length; edge++)
        {
            var (under, goes) = (look.LookAt(before[edge]).Recorded, look.LookAt(before[edge]).TakesBack);
            if (!Step.Edges[edge].RestsOn)
            {
                continue;
            }

            // An item that was taken back alone is known by its name; a step that was taken back whole is not.
            var went = under is not null && under.TakenBackAt > had.EffectsSince;
            if (goes.IsDefault || (had.Items is null && (goes.Length > 0 || went)) || (went && under!.TakenBack is not { Count: > 0 }))
            {
                return default;
            }

            disturbed.UnionWith(Present(item =>
                verdict.Redoes(item) && (goes.Contains(item, StringComparer.Ordinal) || under?.TakenBack?.GetValueOrDefault(item) > had.Items![item].Since)));
        }

        return [.. disturbed];
    }

    /// <summary>What goes of it: all of it where an earlier release did not write down what it did.</summary>
    private ImmutableArray<string> Gone(bool any, Func<string, bool> which) => any && had.Items is null ? default : Present(which);

    private ImmutableArray<string> Present(Func<string, bool> which) => had.Items is null ? [] : [.. had.Items.Keys.Where(which)];

    private static ImmutableArray<string> Union(ImmutableArray<string> a, ImmutableArray<string> b) =>
        a.IsDefault || b.IsDefault ? default : [.. a.Union(b, StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Waits for what stands on these items to be taken back; null when there is nothing.</summary>
    private Standing.RevertWaits? RevertWaits(ImmutableArray<string> items) =>
        look.LeavingAbove(place, had, items).Select(record => record.Address).ToImmutableArray() is { Length: > 0 } others
            ? new(others)
            : WaitsFor(record => items.IsDefault || record.Items is null || items.Any(record.Items.ContainsKey));

    /// <summary>Whoever refuses one of those that go together refuses the deletion of what is in both; null where nothing is missing.</summary>
    private Standing.RevertWaits? Together(ImmutableArray<string> items) =>
        look.LeavingBeside(place, had, items) is { IsEmpty: false } others ? new(others) { IsTogether = true } : null;

    /// <summary>What was taken back whole is not done anew while something stands on what is gone.</summary>
    private Standing.RevertWaits? RestedOnStill() => had is { TakenBackAt: > 0, State: StepState.Absent or StepState.Evaluated }
        ? WaitsFor(record => record.EffectsSince < had.TakenBackAt)
        : null;

    private Standing.RevertWaits? WaitsFor(Func<StepRecord, bool> which) =>
        look.RestingOn(place).Where(which).Select(record => record.Address).ToImmutableArray() is { Length: > 0 } resting ? new(resting) : null;

    private Standing.Failed? Refused(ImmutableArray<LeftWork> left) => left.IsEmpty ? null : new Standing.Failed(left[0].Describe(had.Address));

    /// <summary>A failure that holds the step; null when there is none, or it is time to try again.</summary>
    private Standing? FailureOf() => had switch
    {
        { Failure: { } failure, RetryAt: { } at } => RetryTimes.IsDue(at, look.Now) ? null : new Standing.Retries(failure, at),
        { Failure: { } failure } when had.Run == look.Run => new Standing.Failed(failure),
        _ => null,
    };

    private Standing Phase(StepPhase phase, StepInputs with, ImmutableArray<string> items)
    {
        if (look.IsInFlight(had.Address))
        {
            return new Standing.Working(phase, with);
        }

        if (phase != StepPhase.Revert && !Step.IsAbsent && look.LeavingFrom(had, with) is { IsEmpty: false } leaving)
        {
            return new Standing.Waits(leaving);
        }

        var takes = phase == StepPhase.Revert || Step.IsAbsent ? [] : verdict.TakesOver;
        if (look.StillAt(takes) is { IsEmpty: false } busy)
        {
            return new Standing.Waits(busy);
        }

        var goesOn = had.Run == look.Run && phase switch
        {
            StepPhase.Evaluate => had.State == StepState.Evaluating || had.Proposal is { Evidence: null },
            StepPhase.Run => had.State == StepState.Running,
            _ => had.State == StepState.Reverting,
        };
        return new Standing.Ready(phase, AsBegun(with), goesOn ? had.Attempt + (had.Failure is null ? 0 : 1) : 1)
        {
            Items = items,
            Takes = look.WithNotes(takes),
            Approved = phase == StepPhase.Revert ? look.ApprovedAt(place) : [],
        };
    }

    /// <summary>
    /// Work keeps the identity that it was begun with, by which it and its notes are found again, however much of it was added or changed in
    /// place since, and though this release would name it otherwise.
    /// </summary>
    private StepInputs AsBegun(StepInputs with) => had.HasEffects && had.Inputs is { } begun && begun.Fingerprints.Identity != with.Fingerprints.Identity
        ? with with { Fingerprints = with.Fingerprints with { Identity = begun.Fingerprints.Identity } }
        : with;

    private bool IsApprovedBelow(StepReport evidence)
    {
        var approved = ImmutableArray.CreateBuilder<Destruction>();
        foreach (var before in evidence.Destroys.IsEmpty ? [] : look.PlacesBefore(place))
        {
            approved.AddRange(look.ApprovedAt(before));
        }

        return approved.Count > 0 && !evidence.Destroys.Any(destroys => destroys.IsBeyond(approved));
    }

    /// <summary>In review as long as the rule holds it for the reason that the person was told; a rule changed since is asked anew.</summary>
    private Standing Gate(StepReport evidence, GateOpened? review, bool isBefore)
    {
        // Whoever approved it with what this stands on is not asked twice, least of all when half of it is done.
        var rule = GateQuestion.RuleOf(Step, isBefore && IsApprovedBelow(evidence) ? evidence with { Destroys = [] } : evidence, isBefore);
        return review is not null && review.Evidence == evidence.Digest && review.Why == GateQuestion.WhyHeld(rule, evidence, look.Memo)
            ? new Standing.InReview(review)
            : new Standing.GateDue(rule, evidence, isBefore);
    }
}
