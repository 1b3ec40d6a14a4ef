using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>
/// The fields of one event, one after the other and in any order. Those that mean the same in every event it takes in by itself.
/// </summary>
/// <remarks>
/// Whoever reads an event asks for <see cref="Next"/> until there is none, and takes or skips the value of each. What is of another
/// type than asked for is an <see cref="InvalidOperationException"/> or a <see cref="FormatException"/>.
/// </remarks>
internal ref struct EventFields
{
    private readonly ReadOnlySpan<byte> _text;
    private Utf8JsonReader _json;
    private string? _session;
    private int? _run;
    private StepAddress? _step;

    /// <exception cref="JsonException">The text is no JSON object, or has no <c>event</c>.</exception>
    public EventFields(ReadOnlySpan<byte> text)
    {
        _text = text;
        _json = new(text);
        _json.Read();
        JsonParts.Begin(ref _json, JsonTokenType.StartObject);

        // It is written first. But whoever else writes may put it anywhere.
        var start = _json;
        if (JsonParts.NextField(ref _json, out var first) && first == "event")
        {
            Event = Name(ref _json);
        }
        else
        {
            _json = start;
            Event = FindName(start);
        }
    }

    /// <summary>Which event it is.</summary>
    public string Event { get; }

    /// <summary>The session concerned. There when all fields are read, as the next two.</summary>
    public readonly string Session => Needed(_session, "session");

    /// <summary>The run that it happened in, or that began or ended.</summary>
    public readonly int Run => Needed(_run, "run");

    /// <summary>The step concerned.</summary>
    public readonly StepAddress Step => Needed(_step, "step");

    /// <summary>Moves to the value of the next field that is this event's own; false after the last one.</summary>
    public bool Next([NotNullWhen(true)] out string? name)
    {
        while (JsonParts.NextField(ref _json, out name))
        {
            switch (name)
            {
                case "event": break;
                case "session": _session = KnownTexts.Of(ref _json); break;
                case "run": _run = _json.GetInt32(); break;
                case "step": _step = JsonParts.Address(ref _json); break;
                default: return true;
            }
        }

        return false;
    }

    /// <summary>Passes over a field of a later release.</summary>
    public void Skip() => _json.Skip();

    /// <summary>Reads an event that has no fields of its own.</summary>
    public void SkipRest()
    {
        while (Next(out _))
        {
            Skip();
        }
    }

    /// <summary>Makes sure that nothing follows.</summary>
    public void End()
    {
        if (_json.Read())
        {
            throw new JsonException("An event is followed by something else.");
        }
    }

    public string? Text() => KnownTexts.Of(ref _json);

    /// <summary>A pattern of addresses, as one would type it today, so that a pause of an earlier build ends by either form.</summary>
    public string? Pattern() => Text() is { } text ? new AddressPattern(text).Text : null;

    public int Number() => _json.GetInt32();

    public bool Flag() => _json.GetBoolean();

    public Fingerprint Digest() => JsonParts.Digest(ref _json);

    public DateTimeOffset? Time() => _json.TokenType == JsonTokenType.Null ? null : _json.GetDateTimeOffset();

    public StepInputs Inputs() => StepInputsReader.Read(ref _json, _text);

    public StepReport Report() => StepReport.Read(ref _json, _text);

    public StepOutputs Outputs() => StepOutputs.Read(ref _json);

    public WorkloadHandle Workload() => WorkloadHandle.Read(ref _json);

    public ImmutableArray<TakenWork> TakenWork() => JsonParts.List(ref _json, Ledger.TakenWork.Read);

    public ImmutableArray<string> Texts() => JsonParts.List(ref _json, JsonParts.Text);

    public ImmutableSortedDictionary<string, string> TextsByName()
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        JsonParts.Begin(ref _json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref _json, out var name))
        {
            texts[name] = JsonParts.Text(ref _json);
        }

        return texts.ToImmutable();
    }

    public Diagnostic Because() => DiagnosticReader.Read(ref _json);

    public StepPhase Phase() => Text() switch
    {
        nameof(StepPhase.Evaluate) => StepPhase.Evaluate,
        nameof(StepPhase.Run) => StepPhase.Run,
        nameof(StepPhase.Revert) => StepPhase.Revert,
        var word => throw JsonParts.Unknown("phase", word),
    };

    public RunOutcome Outcome() => Text() switch
    {
        nameof(RunOutcome.Done) => RunOutcome.Done,
        nameof(RunOutcome.Failed) => RunOutcome.Failed,
        nameof(RunOutcome.Stopped) => RunOutcome.Stopped,
        var word => throw JsonParts.Unknown("outcome", word),
    };

    /// <summary>A field that the event cannot be without.</summary>
    /// <param name="name">As it stands in the JSON; the name of the variable, when that is the same.</param>
    public readonly T Needed<T>(T? value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : class => value ?? throw Missing(name);

    /// <inheritdoc cref="Needed{T}(T?, string)"/>
    public readonly T Needed<T>(T? value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct => value ?? throw Missing(name);

    private readonly JsonException Missing(string name) => new($"The event '{Event}' has no field '{name}'.");

    private static string FindName(Utf8JsonReader json)
    {
        while (JsonParts.NextField(ref json, out var name))
        {
            if (name == "event")
            {
                return Name(ref json);
            }

            json.Skip();
        }

        throw new JsonException("An event has no name.");
    }

    private static string Name(ref Utf8JsonReader json)
    {
        JsonParts.Begin(ref json, JsonTokenType.String);
        return JsonParts.NameOf(ref json);
    }
}
