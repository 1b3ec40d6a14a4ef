using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Objects;

/// <summary>What translating an object for the target did to it.</summary>
internal enum FindingKind
{
    /// <summary>Written another way; it means the same, or nearly.</summary>
    Changed,

    /// <summary>Left out: the target has nothing like it.</summary>
    Dropped,

    /// <summary>There is no way to write it.</summary>
    Impossible,
}

/// <summary>One thing that translating did.</summary>
/// <param name="Text">As <c>field title: string → text</c>.</param>
internal sealed record Finding(FindingKind Kind, string Text);

/// <summary>An object as the target is to have it.</summary>
/// <param name="Definition">What is sent. Read only.</param>
/// <param name="Findings">What was done to it, in the order of the rules.</param>
internal sealed record MetadataObject(ObjectName Name, JsonObject Definition, ImmutableArray<Finding> Findings)
{
    /// <summary>The index at the source, of an index or an alias: with an index for each type it has another name.</summary>
    public string? Source { get; init; }

    /// <summary>True for an alias that writes to its index.</summary>
    public bool IsWriteAlias => Name.Kind == ObjectKind.Alias && IsWrite(Definition);

    /// <summary>True when an alias of this definition writes to its index.</summary>
    public static bool IsWrite(JsonObject alias) => alias["is_write_index"]?.ToString() == "true";
}
