using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>How far a step has come, as its events imply.</summary>
public enum StepState
{
    /// <summary>It never began, or it was reverted.</summary>
    Absent,

    /// <summary>Under evaluation.</summary>
    Evaluating,

    /// <summary>Evaluated; its gate comes before it runs.</summary>
    Evaluated,

    /// <summary>Running.</summary>
    Running,

    /// <summary>A service that serves. What it may not go on without is its gate's to say.</summary>
    Serving,

    /// <summary>Run; its gate comes before it is complete.</summary>
    Reported,

    /// <summary>Complete.</summary>
    Complete,

    /// <summary>Being taken back.</summary>
    Reverting,
}

/// <summary>What would become of a step that has effects if it were done with other inputs. Nothing of it is done yet.</summary>
/// <param name="Inputs">What it would be done with.</param>
/// <param name="Redone">The items whose present work would be taken back first; default for all.</param>
public sealed record Proposal(StepInputs Inputs, ImmutableArray<string> Redone)
{
    /// <summary>The run in which it was looked at.</summary>
    public int Run { get; init; }

    /// <summary>True where nothing is to come instead: it is taken back because nobody wants it any more.</summary>
    public bool Leaves { get; init; }

    /// <summary>What the evaluation found; null until it has.</summary>
    public StepReport? Evidence { get; init; }

    /// <summary>Why a person is asked; null while nobody is.</summary>
    public GateOpened? Review { get; init; }

    /// <summary>The evidence that was approved; null when none was.</summary>
    public Fingerprint? Approved { get; init; }

    /// <summary>True when what the evaluation found may be carried out.</summary>
    public bool IsApproved => Evidence is not null && Approved == Evidence.Digest;

    /// <summary>True when it is about doing the work with these inputs, and looked at the items as if they were gone.</summary>
    /// <param name="redone">Default for all.</param>
    public bool IsFor(StepInputs inputs, ImmutableArray<string> redone) => InputDifferences.HaveSameResult(Inputs, inputs)
        && (Redone.IsDefault || (!redone.IsDefault && redone.All(item => Redone.Contains(item, StringComparer.Ordinal))));

    /// <summary>True for an item that would be taken back: the plan said so, or the evaluation found that it cannot be changed in place.</summary>
    public bool TakesBack(string item) =>
        Redone.IsDefault || Redone.Contains(item, StringComparer.Ordinal) || (Evidence is { } evidence && evidence.Destroys.Any(destroys => destroys.TakenBack == item));
}

/// <summary>What the ledger knows of one step.</summary>
/// <param name="Address">Its name.</param>
public sealed record StepRecord(StepAddress Address)
{
    /// <summary>No items; unlike null, which is that nobody wrote them down.</summary>
    internal static readonly ImmutableSortedDictionary<string, RecordedItem> NoItems = ImmutableSortedDictionary.Create<string, RecordedItem>(StringComparer.Ordinal);

    private static readonly ImmutableSortedDictionary<string, long> Never = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>How far it has come.</summary>
    public StepState State { get; init; }

    /// <summary>The run that it last belonged to.</summary>
    public int Run { get; init; }

    /// <summary>Tries of the present phase, in this run; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>True from the claim of a phase until something came of it, a stop included.</summary>
    public bool IsClaimed { get; init; }

    /// <summary>True for a service that served, and is to serve on, until it is taken back or nobody wants it.</summary>
    public bool Serves { get; init; }

    /// <summary>The run whose configuration it began with; 0 before it began. A revert does not change it.</summary>
    public int ConfiguredBy { get; init; }

    /// <summary>What it began with; null before it began.</summary>
    public StepInputs? Inputs { get; init; }

    /// <summary>True once it may have changed something that reverting must take back.</summary>
    public bool HasEffects { get; init; }

    /// <summary>The place, among the session's events, of the run that first had effects; 0 while it has none.</summary>
    public long EffectsSince { get; init; }

    /// <summary>The place, among the session's events, at which it was last begun to be taken back, in whole or in part; 0 when it never was.</summary>
    public long TakenBackAt { get; init; }

    /// <summary>The items that it did or has begun, with what and when; null where an earlier release did not write them down, and for a step without items.</summary>
    public ImmutableSortedDictionary<string, RecordedItem>? Items { get; init; }

    /// <summary>What it took over when its work last began: the notes go along before anything else.</summary>
    public ImmutableArray<TakenWork> Took { get; init; } = [];

    /// <summary>When each item was last begun to be taken back.</summary>
    public ImmutableSortedDictionary<string, long> TakenBack { get; init; } = Never;

    /// <summary>While it is being taken back, the items that go; default for all of it.</summary>
    public ImmutableArray<string> TakingBack { get; init; }

    /// <summary>Where it stood before some items of it began to be taken back, and stands again afterwards.</summary>
    public StepState Before { get; init; }

    /// <summary>What was found out about doing work that has effects otherwise than it was done; null when nothing was.</summary>
    public Proposal? Proposal { get; init; }

    /// <summary>The review that waits for a person, of what was done or of what is proposed; null when none does.</summary>
    public GateOpened? OpenReview => Proposal?.Review ?? Review;

    /// <summary>What that review is about.</summary>
    public StepReport? Reviewed => Proposal is { Review: not null, Evidence: var evidence } ? evidence : Review is null ? null : GateReport;

    /// <summary>The proposal that evidence is about; null when it is about something else.</summary>
    internal Proposal? ProposalOf(Fingerprint evidence) => Proposal?.Evidence?.Digest == evidence ? Proposal : null;

    /// <summary>What its evaluation found.</summary>
    public StepReport? Evidence { get; init; }

    /// <summary>What was let pass, where another look found something else since: who is asked again is told what changed. Null otherwise.</summary>
    public StepReport? Superseded { get; init; }

    /// <summary>What came of running it.</summary>
    public StepReport? Report { get; init; }

    /// <summary>What it left to later steps.</summary>
    public StepOutputs? Outputs { get; init; }

    /// <summary>Items in which it has nothing of its own, all having been there already; known only of what was done to its end.</summary>
    public ImmutableArray<string> Untouched => (State == StepState.Reverting ? Before : State) is StepState.Reported or StepState.Complete ? Outputs?.Untouched ?? [] : [];

    /// <summary>What its gate is about: the evidence, or after the run the report; null before there is either.</summary>
    public StepReport? GateReport { get; init; }

    /// <summary>The digest of <see cref="GateReport"/>.</summary>
    public Fingerprint? Shown => GateReport?.Digest;

    /// <summary>Why its gate waits for a person; null when it does not.</summary>
    public GateOpened? Review { get; init; }

    /// <summary>Who refused what it found or did, and why; null when nobody did. A later run does the step anew.</summary>
    public GateRejected? Rejection { get; init; }

    /// <summary>Who wants it done anew though nothing about it changed; null when nobody does.</summary>
    public string? AskedBy { get; init; }

    /// <summary>The last run there was when that was asked: only a later one does it. 0 when nobody asked.</summary>
    public int AskedIn { get; init; }

    /// <summary>Who wants the documents sent again that it could not write; null when nobody does.</summary>
    public string? ResendBy { get; init; }

    /// <summary>The last run there was when that was asked: only a later one does it. 0 when nobody asked.</summary>
    public int ResendIn { get; init; }

    /// <summary>Of work that is to send them again since it began, when that was asked; 0 when it is not.</summary>
    public int Resends { get; init; }

    /// <summary>When documents of each item last came out otherwise, because they were sent again.</summary>
    public ImmutableSortedDictionary<string, long> Resent { get; init; } = Never;

    /// <summary>How many documents it could not write, as it reported last; null where it has not, or has begun anew since.</summary>
    public long? RejectedCount => State is StepState.Reported or StepState.Complete ? Report?.Numbers.GetValueOrDefault("rejected") : null;

    /// <summary>Who wants it taken back, now that no configuration wants it; null when nobody does.</summary>
    public string? LeavesBy { get; init; }

    /// <summary>The last run there was when that was asked: only a later one does it. 0 when nobody asked.</summary>
    public int LeavesIn { get; init; }

    /// <summary>What of it somebody wants taken back though the step is wanted, because its slice does not select that any more; null for nothing.</summary>
    public LeavingItems? LeavingItems { get; init; }

    /// <summary>The evidence that was approved; null when none was.</summary>
    public Fingerprint? Approved { get; init; }

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public Diagnostic? Failure { get; init; }

    /// <summary>When it is tried again after a failure; null when a person must act.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>That the tries of its present phase fail, and since when; null when none has failed since something came of it.</summary>
    public FailingSince? Failing { get; init; }

    /// <summary>True from the claim of a run that sets something of a cluster aside, until it is known that all of that is put back.</summary>
    public bool SetsAside { get; init; }

    /// <summary>Why what was set aside could not be put back; null where it was not tried, or can be.</summary>
    public Diagnostic? PutBackFailure { get; init; }

    /// <summary>The last run there was when that was tried in vain: it is tried again in a later one. 0 when it was not.</summary>
    public int PutBackTriedIn { get; init; }

    /// <summary>Its workload; null when it has none.</summary>
    public WorkloadHandle? Workload { get; init; }

    /// <summary>When the present phase began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the state last changed.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>True when its gate let it pass with what is shown.</summary>
    internal bool IsThrough => Approved is not null && Approved == Shown;

    /// <summary>Which asking for documents to be sent again a phase in a run is to carry out; null for none.</summary>
    internal int? ResendOf(int run) => ResendBy is not null && ResendIn < run ? ResendIn : Resends > 0 ? Resends : null;

    /// <summary>As it is when a try has failed.</summary>
    /// <param name="retryAt">When it is tried again; null when a person must act.</param>
    /// <param name="at">When it failed.</param>
    internal StepRecord Failed(Diagnostic because, int attempt, DateTimeOffset? retryAt, DateTimeOffset at) =>
        Idle() with { Failure = because, RetryAt = retryAt, Failing = new(because, attempt, at, Failing?.Since ?? at) };

    /// <summary>As it is once nothing works on it: what served begins again.</summary>
    internal StepRecord Idle() => this with { State = State == StepState.Serving ? StepState.Running : State, IsClaimed = false, Workload = null };
}
