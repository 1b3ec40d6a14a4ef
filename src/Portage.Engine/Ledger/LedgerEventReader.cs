using System.Text.Json;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>
/// Reads the JSON of one event by hand. A verb that only reads the ledger spent half of its time on the serializer: it makes
/// itself ready for every type of every event first, and compiles code for each type of a property.
/// </summary>
/// <remarks>
/// As the serializer would: fields in any order, unknown ones passed over, so that a later release may add some. But a field that an
/// event cannot be without is missed, not taken for null. What <see cref="LedgerJson.Write"/> writes is read here field for field, which
/// the tests insist on.
/// </remarks>
internal sealed class LedgerEventReader
{
    private string? _event;
    private string? _session;
    private string? _by;
    private string? _message;
    private string? _configuration;
    private string? _pattern;
    private string? _why;
    private string? _comment;
    private int? _number;
    private int? _parent;
    private int? _revision;
    private int? _run;
    private int? _attempt;
    private StepAddress? _step;
    private StepPhase? _phase;
    private RunOutcome? _outcome;
    private Fingerprint? _plan;
    private Fingerprint? _evidence;
    private StepInputs? _inputs;
    private StepReport? _found;
    private StepReport? _report;
    private StepOutputs? _outputs;
    private Diagnostic? _because;
    private DateTimeOffset? _retryAt;
    private WorkloadHandle? _workload;

    /// <summary>The event of a text.</summary>
    /// <exception cref="JsonException">The text is no event that this release knows.</exception>
    public static LedgerEvent Read(ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(text);
        json.Read();
        var reader = new LedgerEventReader();
        reader.ReadFields(ref json, text);
        if (json.Read())
        {
            throw new JsonException("An event is followed by something else.");
        }

        return reader.Make();
    }

    private void ReadFields(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        EventParts.Begin(ref json, JsonTokenType.StartObject);
        while (EventParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "event": _event = json.GetString(); break;
                case "session": _session = json.GetString(); break;
                case "by": _by = json.GetString(); break;
                case "message": _message = json.GetString(); break;
                case "configuration": _configuration = json.GetString(); break;
                case "pattern": _pattern = json.GetString(); break;
                case "why": _why = json.GetString(); break;
                case "comment": _comment = json.GetString(); break;
                case "number": _number = json.GetInt32(); break;
                case "parent": _parent = json.GetInt32(); break;
                case "revision": _revision = json.GetInt32(); break;
                case "run": _run = json.GetInt32(); break;
                case "attempt": _attempt = json.GetInt32(); break;
                case "step": _step = EventParts.Address(ref json); break;
                case "phase": _phase = PhaseOf(json.GetString()); break;
                case "outcome": _outcome = OutcomeOf(json.GetString()); break;
                case "plan": _plan = EventParts.Digest(ref json); break;
                case "inputs": _inputs = EventParts.Inputs(ref json, text); break;
                case "report": _report = EventParts.Report(ref json, text); break;
                case "outputs": _outputs = EventParts.Outputs(ref json); break;
                case "because": _because = EventParts.Because(ref json); break;
                case "retryAt": _retryAt = json.TokenType == JsonTokenType.Null ? null : json.GetDateTimeOffset(); break;
                case "workload": _workload = EventParts.Workload(ref json); break;

                // A digest where a gate names it, and the report itself where the step found it.
                case "evidence" when json.TokenType == JsonTokenType.String: _evidence = EventParts.Digest(ref json); break;
                case "evidence": _found = EventParts.Report(ref json, text); break;
                default: json.Skip(); break;
            }
        }
    }

    private LedgerEvent Make()
    {
        var session = Needed(_session, "session");
        return _event switch
        {
            "sessionCreated" => new SessionCreated(session, By),
            "sessionSwitched" => new SessionSwitched(session, By),
            "sessionDeleted" => new SessionDeleted(session, By),
            "revisionRecorded" => new RevisionRecorded(session, Number, Needed(_parent, "parent"), By, Needed(_message, "message"), Needed(_configuration, "configuration")),
            "revisionCommitted" => new RevisionCommitted(session, Number, By),
            "pendingDiscarded" => new PendingDiscarded(session, By),
            "runStarted" => new RunStarted(session, Run, Needed(_revision, "revision"), Plan, By),
            "runEnded" => new RunEnded(session, Run, Needed(_outcome, "outcome"), By),
            "paused" => new Paused(session, Pattern, By),
            "resumed" => new Resumed(session, Pattern, By),
            "stepStarted" => new StepStarted(session, Run, Step, Attempt, Phase, Inputs),
            "stepEvaluated" => new StepEvaluated(session, Run, Step, Attempt, Needed(_found, "evidence")),
            "stepReported" => new StepReported(session, Run, Step, Attempt, Needed(_report, "report"), Needed(_outputs, "outputs")),
            "stepCompleted" => new StepCompleted(session, Run, Step),
            "stepFailed" => new StepFailed(session, Run, Step, Attempt, Phase, Needed(_because, "because"), _retryAt),
            "stepReverted" => new StepReverted(session, Run, Step),
            "stepStopped" => new StepStopped(session, Run, Step, Why),
            "gateOpened" => new GateOpened(session, Run, Step, Why, Evidence),
            "gatePassed" => new GatePassed(session, Run, Step, By, _comment, Evidence, Plan),
            "gateRejected" => new GateRejected(session, Run, Step, By, _comment, Evidence),
            "workloadStarted" => new WorkloadStarted(session, Run, Step, Workload),
            "workloadAdopted" => new WorkloadAdopted(session, Run, Step, Workload),
            "workloadAdjusted" => new WorkloadAdjusted(session, Run, Step, Inputs),
            "workloadLost" => new WorkloadLost(session, Run, Step, Why, _retryAt),
            null => throw new JsonException("An event has no name."),
            _ => throw new JsonException($"There is no event '{_event}' in this release."),
        };
    }

    private string By => Needed(_by, "by");

    // As one would type it today, so that a pause of an earlier build ends by either form.
    private string Pattern => new AddressPattern(Needed(_pattern, "pattern")).Text;

    private string Why => Needed(_why, "why");

    private int Number => Needed(_number, "number");

    private int Run => Needed(_run, "run");

    private int Attempt => Needed(_attempt, "attempt");

    private StepAddress Step => Needed(_step, "step");

    private StepPhase Phase => Needed(_phase, "phase");

    private StepInputs Inputs => Needed(_inputs, "inputs");

    private Fingerprint Plan => Needed(_plan, "plan");

    private Fingerprint Evidence => Needed(_evidence, "evidence");

    private WorkloadHandle Workload => Needed(_workload, "workload");

    private T Needed<T>(T? value, string name)
        where T : class => value ?? throw Missing(name);

    private T Needed<T>(T? value, string name)
        where T : struct => value ?? throw Missing(name);

    private JsonException Missing(string name) => new($"The event '{_event}' has no field '{name}'.");

    private static StepPhase PhaseOf(string? word) => word switch
    {
        nameof(StepPhase.Evaluate) => StepPhase.Evaluate,
        nameof(StepPhase.Run) => StepPhase.Run,
        nameof(StepPhase.Revert) => StepPhase.Revert,
        _ => throw new JsonException($"There is no phase '{word}' in this release."),
    };

    private static RunOutcome OutcomeOf(string? word) => word switch
    {
        nameof(RunOutcome.Done) => RunOutcome.Done,
        nameof(RunOutcome.Failed) => RunOutcome.Failed,
        nameof(RunOutcome.Stopped) => RunOutcome.Stopped,
        _ => throw new JsonException($"There is no outcome '{word}' in this release."),
    };
}
