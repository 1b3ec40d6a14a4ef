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

    /// <summary>With an approval that shows the old and the new value.</summary>
    Gated,

    /// <summary>Only after what was done with the old value has been reverted.</summary>
    Never,
}

/// <summary>
/// Says what a property of the configuration means. The reader, the JSON Schema, the reference page, the sample, the
/// validation and the fingerprints all derive from it, so that a new field is one property.
/// </summary>
/// <param name="description">What the field is for, in a sentence or two, with its unit and limits in words.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldAttribute(string description) : Attribute
{
    /// <summary>What the field is for.</summary>
    public string Description { get; } = description;

    /// <summary>What a change of the value makes worthless. Default <see cref="Affects.Nothing"/>.</summary>
    public Affects Affects { get; init; }

    /// <summary>How the value may change. Default <see cref="Change.Free"/>.</summary>
    public Change Change { get; init; }

    /// <summary>The field must be given; the reader reports it when it is missing.</summary>
    public bool Required { get; init; }

    /// <summary>The least value of a number, inclusive.</summary>
    public long Min { get; init; } = long.MinValue;

    /// <summary>The greatest value of a number, inclusive.</summary>
    public long Max { get; init; } = long.MaxValue;

    /// <summary>The unit of a number, as <c>bytes</c> or <c>seconds</c>; null when it counts things.</summary>
    public string? Unit { get; init; }

    /// <summary>A value for the sample and the reference page, as YAML text.</summary>
    public string? Example { get; init; }
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
}

/// <summary>Exactly one of the record's properties must be given.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ExactlyOneAttribute : Attribute;

/// <summary>Keys of the design that this version does not serve: they are refused with that reason, never ignored.</summary>
/// <param name="keys">The keys.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NotAvailableYetAttribute(params string[] keys) : Attribute
{
    /// <summary>The keys.</summary>
    public string[] Keys { get; } = keys;
}
