using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>One thing that happened. State is what all of them, in order, imply; none is ever changed or removed.</summary>
/// <remarks>
/// The JSON names are a contract: ledgers outlive releases. A new event is a new record here; a field may be added when
/// its default means "as before"; nothing is renamed. The README of this folder lists them.
/// </remarks>
/// <param name="Session">The session concerned.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(SessionCreated), "sessionCreated")]
[JsonDerivedType(typeof(SessionSwitched), "sessionSwitched")]
[JsonDerivedType(typeof(SessionDeleted), "sessionDeleted")]
[JsonDerivedType(typeof(RevisionRecorded), "revisionRecorded")]
[JsonDerivedType(typeof(RevisionCommitted), "revisionCommitted")]
[JsonDerivedType(typeof(PendingDiscarded), "pendingDiscarded")]
[JsonDerivedType(typeof(RunStarted), "runStarted")]
[JsonDerivedType(typeof(RunEnded), "runEnded")]
[JsonDerivedType(typeof(Paused), "paused")]
[JsonDerivedType(typeof(Resumed), "resumed")]
[JsonDerivedType(typeof(StepStarted), "stepStarted")]
[JsonDerivedType(typeof(StepEvaluated), "stepEvaluated")]
[JsonDerivedType(typeof(StepReported), "stepReported")]
[JsonDerivedType(typeof(StepCompleted), "stepCompleted")]
[JsonDerivedType(typeof(StepFailed), "stepFailed")]
[JsonDerivedType(typeof(StepReverted), "stepReverted")]
[JsonDerivedType(typeof(StepStopped), "stepStopped")]
[JsonDerivedType(typeof(GateOpened), "gateOpened")]
[JsonDerivedType(typeof(GatePassed), "gatePassed")]
[JsonDerivedType(typeof(GateRejected), "gateRejected")]
[JsonDerivedType(typeof(WorkloadStarted), "workloadStarted")]
[JsonDerivedType(typeof(WorkloadAdopted), "workloadAdopted")]
[JsonDerivedType(typeof(WorkloadAdjusted), "workloadAdjusted")]
[JsonDerivedType(typeof(WorkloadLost), "workloadLost")]
public abstract record LedgerEvent(string Session);

/// <summary>An event in its place.</summary>
/// <param name="Sequence">Counted from 1, without gaps.</param>
/// <param name="At">When it was appended.</param>
/// <param name="Event">What happened.</param>
public sealed record RecordedEvent(long Sequence, DateTimeOffset At, LedgerEvent Event);

/// <summary>A session began.</summary>
/// <param name="By">Who did it.</param>
public sealed record SessionCreated(string Session, string By) : LedgerEvent(Session);

/// <summary>Verbs without <c>--session</c> act on this session from now on.</summary>
public sealed record SessionSwitched(string Session, string By) : LedgerEvent(Session);

/// <summary>The session is gone from lists; its events stay.</summary>
public sealed record SessionDeleted(string Session, string By) : LedgerEvent(Session);

/// <summary>The configuration was edited; the revision is pending until committed.</summary>
/// <param name="Number">Counted from 1 within the session.</param>
/// <param name="Parent">The revision edited; 0 for none.</param>
/// <param name="Message">What the edit was.</param>
/// <param name="Configuration">Canonical JSON.</param>
public sealed record RevisionRecorded(string Session, int Number, int Parent, string By, string Message, string Configuration) : LedgerEvent(Session);

/// <summary>A revision became the current one.</summary>
public sealed record RevisionCommitted(string Session, int Number, string By) : LedgerEvent(Session);

/// <summary>The pending revision was dropped.</summary>
public sealed record PendingDiscarded(string Session, string By) : LedgerEvent(Session);

/// <summary>A plan was started; a run that was under way goes over into it.</summary>
/// <param name="Run">Counted from 1 within the session.</param>
/// <param name="Revision">The configuration to carry out.</param>
/// <param name="Plan">The hash of the plan shown.</param>
public sealed record RunStarted(string Session, int Run, int Revision, Fingerprint Plan, string By) : LedgerEvent(Session);

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>Every wanted step is complete.</summary>
    Done,

    /// <summary>Something failed, and nothing else can go on.</summary>
    Failed,

    /// <summary>A person stopped it.</summary>
    Stopped,
}

/// <summary>Nothing is under way any more.</summary>
public sealed record RunEnded(string Session, int Run, RunOutcome Outcome, string By) : LedgerEvent(Session);

/// <summary>Steps that the pattern selects are held until resumed.</summary>
public sealed record Paused(string Session, string Pattern, string By) : LedgerEvent(Session);

/// <summary>A pause with this very pattern ended; <c>*</c> ends all.</summary>
public sealed record Resumed(string Session, string Pattern, string By) : LedgerEvent(Session);

/// <summary>Which part of a step is under way.</summary>
public enum StepPhase
{
    /// <summary>Finding out what it would do.</summary>
    Evaluate,

    /// <summary>Doing it.</summary>
    Run,

    /// <summary>Taking it back.</summary>
    Revert,
}

/// <summary>A step was claimed: from here on its effects may exist.</summary>
/// <param name="Inputs">What it works with.</param>
public sealed record StepStarted(string Session, int Run, StepAddress Step, int Attempt, StepPhase Phase, StepInputs Inputs) : LedgerEvent(Session);

/// <summary>A step was evaluated: its gate can be asked.</summary>
public sealed record StepEvaluated(string Session, int Run, StepAddress Step, int Attempt, StepReport Evidence) : LedgerEvent(Session);

/// <summary>A step has run: this is what came of it.</summary>
public sealed record StepReported(string Session, int Run, StepAddress Step, int Attempt, StepReport Report, StepOutputs Outputs) : LedgerEvent(Session);

/// <summary>A step is complete, its gate included.</summary>
public sealed record StepCompleted(string Session, int Run, StepAddress Step) : LedgerEvent(Session);

/// <summary>An attempt failed.</summary>
/// <param name="RetryAt">When it is tried again; null when a person must act first.</param>
public sealed record StepFailed(string Session, int Run, StepAddress Step, int Attempt, StepPhase Phase, Diagnostic Because, DateTimeOffset? RetryAt) : LedgerEvent(Session);

/// <summary>What a step had made is gone.</summary>
public sealed record StepReverted(string Session, int Run, StepAddress Step) : LedgerEvent(Session);

/// <summary>A workload ended at our request, with its position kept.</summary>
/// <param name="Why">As <c>paused</c>.</param>
public sealed record StepStopped(string Session, int Run, StepAddress Step, string Why) : LedgerEvent(Session);

/// <summary>A step waits for a person.</summary>
/// <param name="Why">As <c>manual</c>, or the comparison that does not hold.</param>
/// <param name="Evidence">Digest of the report that is to be looked at.</param>
public sealed record GateOpened(string Session, int Run, StepAddress Step, string Why, Fingerprint Evidence) : LedgerEvent(Session);

/// <summary>A step may go on.</summary>
/// <param name="By">A person, or <c>policy</c>.</param>
/// <param name="Comment">What the person said; or the predicate that held.</param>
/// <param name="Evidence">Digest of the report that was looked at: another report needs another approval.</param>
/// <param name="Plan">The plan it was approved for.</param>
public sealed record GatePassed(string Session, int Run, StepAddress Step, string By, string? Comment, Fingerprint Evidence, Fingerprint Plan) : LedgerEvent(Session);

/// <summary>A person refused; the step has failed.</summary>
public sealed record GateRejected(string Session, int Run, StepAddress Step, string By, string? Comment, Fingerprint Evidence) : LedgerEvent(Session);

/// <summary>A workload exists for the step.</summary>
public sealed record WorkloadStarted(string Session, int Run, StepAddress Step, WorkloadHandle Workload) : LedgerEvent(Session);

/// <summary>A controller found the workload alive and took it over.</summary>
public sealed record WorkloadAdopted(string Session, int Run, StepAddress Step, WorkloadHandle Workload) : LedgerEvent(Session);

/// <summary>The workload acknowledged other process fields.</summary>
/// <param name="Inputs">What it works with now.</param>
public sealed record WorkloadAdjusted(string Session, int Run, StepAddress Step, StepInputs Inputs) : LedgerEvent(Session);

/// <summary>The workload is gone without an outcome; another one continues from its position.</summary>
public sealed record WorkloadLost(string Session, int Run, StepAddress Step, string Why, DateTimeOffset? RetryAt) : LedgerEvent(Session);

/// <summary>What a step found or did, for people and for gates.</summary>
public sealed record StepReport
{
    private readonly Lazy<ImmutableSortedDictionary<string, long>> _numbers;

    /// <summary>A report whose numbers are at hand.</summary>
    [JsonConstructor]
    public StepReport(ImmutableSortedDictionary<string, long> numbers, ImmutableArray<string> lines) =>
        (_numbers, Lines) = (new(numbers), lines);

    /// <summary>A report whose numbers are read when somebody asks for them, which only an open gate does.</summary>
    public StepReport(Func<ImmutableSortedDictionary<string, long>> readNumbers, ImmutableArray<string> lines) =>
        (_numbers, Lines) = (new(readNumbers), lines);

    /// <summary>What predicates are asked over.</summary>
    public ImmutableSortedDictionary<string, long> Numbers
    {
        get => _numbers.Value;
        init => _numbers = new(value);
    }

    /// <summary>One thing a line, most important first.</summary>
    public ImmutableArray<string> Lines { get; init; }

    /// <summary>What going on from here would destroy.</summary>
    [JsonIgnore]
    public ImmutableArray<Destruction> Destroys { get; init; } = [];

    /// <summary>Equal digests mean that a person who saw the one saw the other.</summary>
    [JsonIgnore]
    public Fingerprint Digest => Fingerprint.Of(string.Join('\n', Numbers.OrderBy(number => number.Key, StringComparer.Ordinal).Select(number => $"{number.Key}={number.Value}")
        .Concat(Lines)
        .Concat(Destroys.Select(destroyed => $"{destroyed.Kind} {destroyed.Target} {destroyed.Name} {(destroyed.Foreign > 0 ? "foreign" : "ours")}").Order(StringComparer.Ordinal))));
}

/// <summary>What a step leaves to later ones.</summary>
/// <param name="Parts">Digests, by which later steps know whether anything that concerns them changed.</param>
/// <param name="Data">JSON object for the later steps; its shape is the step kind's own.</param>
public sealed record StepOutputs(ImmutableArray<OutputPart> Parts, string Data);

/// <summary>Finds a workload again.</summary>
/// <param name="Kind">The backend's word for it, as <c>process</c>.</param>
/// <param name="Id">The backend's name of it.</param>
/// <param name="Token">Fencing token: a workload with an older one must not write any more.</param>
/// <param name="Identity">The identity fingerprint of its work.</param>
public sealed record WorkloadHandle(string Kind, string Id, long Token, Fingerprint Identity);
