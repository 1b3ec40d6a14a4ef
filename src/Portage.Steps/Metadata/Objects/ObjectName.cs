namespace Portage.Steps.Metadata.Objects;

/// <summary>What may be created on a target, in the order in which it is: later kinds need the earlier ones.</summary>
internal enum ObjectKind
{
    LegacyTemplate,
    ComponentTemplate,
    IndexTemplate,
    Index,
    Alias,
}

/// <summary>Names one object of a target.</summary>
/// <param name="Index">The index of an alias; null for every other kind.</param>
internal readonly record struct ObjectName(ObjectKind Kind, string Name, string? Index = null)
{
    /// <summary>As people are told: <c>index logs</c>, <c>alias errors of logs</c>.</summary>
    public override string ToString() => Index is null ? $"{Word(Kind, 1)} {Name}" : $"{Word(Kind, 1)} {Name} of {Index}";

    public static string Word(ObjectKind kind, int count) => (kind, count == 1) switch
    {
        (ObjectKind.LegacyTemplate, true) => "template",
        (ObjectKind.LegacyTemplate, false) => "templates",
        (ObjectKind.ComponentTemplate, true) => "component template",
        (ObjectKind.ComponentTemplate, false) => "component templates",
        (ObjectKind.IndexTemplate, true) => "index template",
        (ObjectKind.IndexTemplate, false) => "index templates",
        (ObjectKind.Index, true) => "index",
        (ObjectKind.Index, false) => "indices",
        (_, true) => "alias",
        (_, false) => "aliases",
    };
}
