namespace Portage.Configuration.Fields;

/// <summary>What a field's value decides, and so what a change of it makes worthless.</summary>
public enum Affects
{
    /// <summary>Labels, approvals, descriptions: a change reruns nothing and adjusts nothing.</summary>
    Nothing,

    /// <summary>The same outcome by other means: work is adopted and adjusted.</summary>
    Process,

    /// <summary>The outcome differs: work is done again.</summary>
    Result,
}

/// <summary>How a field may change once steps have been done with its value.</summary>
public enum Change
{
    /// <summary>At any time.</summary>
    Free,

    /// <summary>Only after what was done with the old value has been reverted.</summary>
    Never,
}

/// <summary>What a text must look like, beyond being a text. Each form has its rule.</summary>
public enum TextForm
{
    /// <summary>Any text of one line.</summary>
    Any,

    /// <summary>An http:// or https:// address with host and port, and perhaps a path.</summary>
    Endpoint,

    /// <summary>An http:// or https:// address of what is no cluster.</summary>
    WebAddress,

    /// <summary>Product and version of a cluster, as <c>ES 7.10.2</c>.</summary>
    ClusterVersion,

    /// <summary>A name, a pattern with <c>*</c>, or <c>regex:</c> and a regular expression.</summary>
    IndexPattern,

    /// <summary>An absolute path on this machine.</summary>
    AbsolutePath,

    /// <summary>An absolute path on another machine, which may be of another system.</summary>
    AbsolutePathElsewhere,

    /// <summary>The name of a secret; what looks like a value is refused and never shown.</summary>
    SecretName,

    /// <summary>The name of a bucket of an object store.</summary>
    BucketName,

    /// <summary>Where a field stands in a document: names with dots between them, as <c>user.name</c>.</summary>
    FieldPath,

    /// <summary>The name of one field, without a dot.</summary>
    FieldName,

    /// <summary>Any text, of several lines too.</summary>
    Lines,

    /// <summary>A text that is one JSON value.</summary>
    Json,

    /// <summary>A text that is one JSON object.</summary>
    JsonObject,
}

/// <summary>
/// Says what a property of the configuration means. The reader, the JSON Schema, the reference page, the sample, the
/// validation and the fingerprints all derive from it, so that a new field is one property.
/// </summary>
/// <remarks>
/// Where <see cref="Affects"/> or <see cref="Change"/> is not given, the field inherits it from the field that holds its
/// record; <see cref="Change"/> is inherited only by fields that affect the result. So the patterns of a snapshot to take may never
/// change, and those of a slice may, though both are the same record.
/// </remarks>
/// <param name="description">What the field is for, in a sentence or two, with its unit and limits in words.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldAttribute(string description) : Attribute
{
    private readonly Affects? _affects;
    private readonly Change? _change;
    private readonly bool? _inPlace;

    /// <summary>What the field is for.</summary>
    public string Description { get; } = description;

    /// <summary>What a change of the value makes worthless. Default: as of the field that holds the record, at the top <see cref="Affects.Nothing"/>.</summary>
    public Affects Affects
    {
        get => _affects ?? default;
        init => _affects = value;
    }

    /// <summary>How the value may change. Default: as of the field that holds the record, at the top <see cref="Change.Free"/>.</summary>
    public Change Change
    {
        get => _change ?? default;
        init => _change = value;
    }

    /// <summary>
    /// A change of the value can be carried out where the objects stand: what was made with the old value is changed, not made
    /// anew. Only of a field that affects the result. Default: as of the field that holds the record, at the top false.
    /// </summary>
    public bool InPlace
    {
        get => _inPlace ?? false;
        init => _inPlace = value;
    }

    /// <summary>The field must be given; the reader reports it when it is missing.</summary>
    public bool Required { get; init; }

    /// <summary>A list that is given must hold something.</summary>
    public bool NotEmpty { get; init; }

    /// <summary>What a text must look like. Of a list, what each of its texts must look like.</summary>
    public TextForm Form { get; init; }

    /// <summary>The least value of a number, inclusive.</summary>
    public long Min { get; init; } = long.MinValue;

    /// <summary>The greatest value of a number, inclusive.</summary>
    public long Max { get; init; } = long.MaxValue;

    /// <summary>The unit of a number, as <c>bytes</c> or <c>seconds</c>; null when it counts things.</summary>
    public string? Unit { get; init; }

    /// <summary>A value for the sample and the reference page, as YAML text; of a map, the name of its entry in the sample.</summary>
    public string? Example { get; init; }

    /// <summary>What a field that is left out stands for, where its value alone does not say it, as <c>every target</c>.</summary>
    public string? Default { get; init; }

    /// <summary>The field of the same record whose value this one has when it is left out.</summary>
    public string? SameAs { get; init; }

    /// <summary>The key that, given alone in this field's record, says the same as leaving the field out.</summary>
    public string? SameAsGiving { get; init; }

    /// <summary>The sample shows the field as a comment, because giving it even with its defaults changes what happens.</summary>
    public bool CommentInSample { get; init; }

    /// <summary><see cref="Affects"/> under a field with <paramref name="inherited"/>.</summary>
    internal Affects AffectsUnder(Affects inherited) => _affects ?? inherited;

    /// <summary><see cref="Change"/> under a field with <paramref name="inherited"/>, given what the field itself affects.</summary>
    internal Change ChangeUnder(Change inherited, Affects affects) => _change ?? (affects == Affects.Result ? inherited : Change.Free);

    /// <summary><see cref="InPlace"/> under a field with <paramref name="inherited"/>, given what the field itself affects.</summary>
    internal bool InPlaceUnder(bool inherited, Affects affects) => affects == Affects.Result && (_inPlace ?? inherited);
}

/// <summary>The field names an entry of a map elsewhere, which must exist.</summary>
/// <param name="map">The map, as <c>targets</c> or relative to the same migration, as <c>snapshots</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReferenceAttribute(string map) : Attribute
{
    /// <summary>The map that holds the names.</summary>
    public string Map { get; } = map;
}

/// <summary>The field is a gate: <c>manual</c>, <c>auto</c>, <c>none</c>, or a predicate over these numbers of the step's report.</summary>
/// <param name="auto">The predicate that <c>auto</c> stands for.</param>
/// <param name="numbers">The names that a predicate may use.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GateAttribute(string auto, params string[] numbers) : Attribute
{
    /// <summary>The predicate that <c>auto</c> stands for.</summary>
    public string Auto { get; } = auto;

    /// <summary>The names that a predicate may use.</summary>
    public string[] Numbers { get; } = numbers;

    /// <summary>True for a step that serves: its predicate may say for how long it must hold.</summary>
    public bool IsLive { get; init; }
}

/// <summary>Exactly one of these properties must be given.</summary>
/// <param name="keys">Their keys; none means every property of the record.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ExactlyOneAttribute(params string[] keys) : Attribute
{
    /// <summary>Their keys; empty means every property of the record.</summary>
    public string[] Keys { get; } = keys;
}

/// <summary>What people write here by mistake may be a secret: no message repeats a value of this record or of one below it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SensitiveAttribute : Attribute;

/// <summary>Keys of the design that this version does not serve: they are refused with that reason, never ignored.</summary>
/// <param name="keys">The keys.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NotAvailableYetAttribute(params string[] keys) : Attribute
{
    /// <summary>The keys.</summary>
    public string[] Keys { get; } = keys;
}
