using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Configuration.Fields;
using Portage.Model.Addresses;
using Portage.Model.Clusters;
using Portage.Model.Steps;

namespace Portage.Planning;

/// <summary>A step that the configuration wants.</summary>
/// <param name="Address">Its name.</param>
/// <param name="Inputs">Every field that it reads.</param>
/// <param name="Edges">The steps that come before it.</param>
/// <param name="Gate">What lets it go on.</param>
public sealed record WantedStep(StepAddress Address, ImmutableArray<InputPart> Inputs, ImmutableArray<InputEdge> Edges, GateRule Gate)
{
    /// <summary>The kind's version, from <see cref="IStepDefinition.Version"/>.</summary>
    public int Version { get; init; }

    /// <summary>From <see cref="IStepDefinition.GatePlacement"/>.</summary>
    public GatePlacement GatePlacement { get; init; }

    /// <summary>From <see cref="IStepDefinition.RunsAs"/>.</summary>
    public RunsAs RunsAs { get; init; }

    /// <summary>From <see cref="IStepDefinition.SetsAside"/>.</summary>
    public bool SetsAside { get; init; }

    /// <summary>True when running it replaces documents that may be there already, though nothing is recorded of them.</summary>
    public bool Overwrites { get; init; }

    /// <summary>True when taking its work back may delete something from a cluster: then that is looked at, and approved by a person, first.</summary>
    public bool Destroys { get; init; }

    /// <summary>True when it is done anew beside what is there: that stays, because steps that stand on it may need it to be taken back, and goes when the step is to be absent.</summary>
    public bool IsRedoneBeside { get; init; }

    /// <summary>True for work that nobody wants any more and that is to be taken back: with the fields and edges that it was begun with.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>Of what somebody wants taken back, all of it or items that are not selected any more, the items that stay all the same, because other work is in them.</summary>
    public ImmutableArray<string> Stays { get; init; } = [];

    /// <summary>Later kinds that write into what this one makes: when it goes, what they wrote goes along.</summary>
    public ImmutableArray<StepKind> Bears { get; init; } = [];

    /// <summary>The edge that brings its items; null for a step that has none.</summary>
    public InputEdge? ItemEdge => Edges.FirstOrDefault(edge => edge.BringsItems);

    /// <summary>One line for people: what the step is about, as <c>bring your own: nightly</c>.</summary>
    public string About { get; init; } = "";
}

/// <summary>One field that a step reads.</summary>
/// <param name="Key">The field's name within the step, which a rename of a slice or target does not change; what is hashed.</param>
/// <param name="Path">Where it stands in the configuration; what people are told.</param>
/// <param name="Value">Canonical JSON, defaults applied.</param>
/// <param name="Affects">What a change makes worthless.</param>
/// <param name="Change">How it may change.</param>
[method: JsonConstructor]
public sealed record InputPart([property: JsonPropertyOrder(-2)] string Key, string Path, string Value, Affects Affects, Change Change)
{
    // Told only to people, and each is a longer text than all the rest: put together when somebody asks.
    private readonly string _path = Path;
    private readonly string? _field;

    /// <summary>A field of a record.</summary>
    /// <param name="record">Where the record stands in the configuration.</param>
    /// <param name="field">Where the field stands in the record.</param>
    public InputPart(string key, string record, string field, string value, Affects affects, Change change)
        : this(key, record, value, affects, change) => _field = field;

    /// <summary>Where it stands in the configuration; what people are told.</summary>
    [JsonPropertyOrder(-1)]
    public string Path
    {
        get => _field is null ? _path : $"{_path}.{_field}";
        init => (_path, _field) = (value, null);
    }

    /// <summary>
    /// True when the field holds its default, given or left out. Then it counts as not there: it is in no fingerprint, so that
    /// a release which adds a field reruns nothing. A release that means something else by a default raises the kind's version.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsDefault { get; init; }

    /// <summary>True when the step can change it in what is there, without taking anything back. Of the release, so it is not written down.</summary>
    [JsonIgnore]
    public bool InPlace { get; init; }

    /// <summary>True when they say the same, however the path is kept.</summary>
    public bool Equals(InputPart? other) => ReferenceEquals(this, other) || (other is not null
        && Key == other.Key && Path == other.Path && Value == other.Value && Affects == other.Affects && Change == other.Change && IsDefault == other.IsDefault && InPlace == other.InPlace);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, Value);
}

/// <summary>A step that comes before another one, and what the later one takes from it.</summary>
/// <param name="Upstream">The step that must be complete first.</param>
/// <param name="Group">Which outputs are consumed, as <c>documents</c>; null for none: then only the order counts.</param>
/// <param name="Include">Patterns over the names of those outputs.</param>
/// <param name="Exclude">Patterns over the names that do not count.</param>
/// <param name="RestsOn">What this step made stands on what the upstream made: when that is reverted, this must be reverted first, and run again.</param>
public sealed record InputEdge(StepAddress Upstream, string? Group, ImmutableArray<string> Include, ImmutableArray<string> Exclude, bool RestsOn)
{
    /// <summary>The key of the fields that the patterns come from: then the outputs are the items of this step. Null where the patterns are always the same.</summary>
    public string? SelectedBy { get; init; }

    /// <summary>The step looks for itself whether it can change what is there when this comes out differently; only where it cannot, it takes back and does anew.</summary>
    public bool InPlace { get; init; }

    /// <summary>True where the outputs are the items of the step.</summary>
    public bool BringsItems => Group is not null && SelectedBy is not null;

    /// <summary>True for an output that counts.</summary>
    public bool Selects(string name) => Selector()(name);

    /// <summary>The same, for whoever asks about many: the patterns are read once.</summary>
    public Func<string, bool> Selector()
    {
        IndexPattern[] include = [.. Include.Select(pattern => new IndexPattern(pattern))];
        IndexPattern[] exclude = [.. Exclude.Select(pattern => new IndexPattern(pattern))];
        return name => include.Any(pattern => pattern.Matches(name)) && !exclude.Any(pattern => pattern.Matches(name));
    }

    /// <summary>How far the upstream must be before this begins.</summary>
    public EdgeNeed Needs { get; init; }

    /// <summary>What this step finds out is about what the upstream made: when the upstream begins later, this must run again.</summary>
    public bool LooksAt { get; init; }
}

/// <summary>How far an earlier step must be before a later one begins. What was begun, or is done, is not disturbed when it falls behind again.</summary>
public enum EdgeNeed
{
    /// <summary>Complete; of a service: serving, with its gate passed.</summary>
    Complete,

    /// <summary>Serving, whatever its gate says.</summary>
    Serving,
}

/// <summary>One output of a complete step. Later steps depend on the digest, not on the fact that the step ran.</summary>
/// <param name="Group">What it is, as <c>documents</c>.</param>
/// <param name="Name">Which of them, as an index name.</param>
/// <param name="Digest">Equal digests mean equal outputs.</param>
public sealed record OutputPart(string Group, string Name, Fingerprint Digest);

/// <summary>What lets a step go on.</summary>
/// <param name="Mode">Who decides.</param>
/// <param name="Predicate">The condition; null unless the mode is <see cref="GateMode.Automatic"/>.</param>
public sealed record GateRule(GateMode Mode, string? Predicate)
{
    /// <summary>Nobody is asked.</summary>
    public static GateRule None { get; } = new(GateMode.None, null);

    /// <summary>Something is destroyed: a person, whatever the configuration says.</summary>
    public static GateRule Destruction { get; } = new(GateMode.Manual, "nothing is destroyed");

    /// <summary>True for the condition that <c>auto</c> stands for, which needs no mention.</summary>
    public bool IsUsual { get; init; }

    /// <summary>The rule of an <c>approve</c> field: <c>manual</c>, <c>none</c>, <c>auto</c> or a predicate.</summary>
    public static GateRule Of(string approve, string auto) => approve switch
    {
        "manual" => new(GateMode.Manual, null),
        "none" => new(GateMode.None, null),
        "auto" => new(GateMode.Automatic, auto) { IsUsual = true },
        _ => new(GateMode.Automatic, approve),
    };

    /// <summary>As a plan shows it: <c>review: manual</c>; empty without a gate.</summary>
    public override string ToString() => Mode switch
    {
        GateMode.None => "",
        GateMode.Manual => "review: manual",
        _ => $"review unless {Predicate}",
    };
}

/// <summary>Who decides whether a step goes on.</summary>
public enum GateMode
{
    /// <summary>Nobody: it goes on.</summary>
    None,

    /// <summary>A condition over the step's numbers; where it fails, a person.</summary>
    Automatic,

    /// <summary>A person.</summary>
    Manual,
}
