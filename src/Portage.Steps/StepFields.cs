using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Portage.Configuration;
using Portage.Configuration.Fields;
using Portage.Planning;

namespace Portage.Steps;

/// <summary>Collects the fields that a step reads.</summary>
internal static class StepFields
{
    // Every step to a target walks that target's record anew, and every step of a slice that slice's: records never change.
    private static readonly ConditionalWeakTable<object, IReadOnlyList<FieldValue>> Walked = [];

    /// <summary>Every field of a record, or nothing where there is none.</summary>
    /// <param name="record">The record.</param>
    /// <param name="key">What the step calls it, which a rename in the configuration does not change.</param>
    /// <param name="path">Where it stands in the configuration.</param>
    public static IEnumerable<InputPart> Of(object? record, string key, string path) => record is null
        ? []
        : Walked.GetValue(record, static walked => FieldWalker.Walk(walked, "")).Select(field => new InputPart($"{key}.{field.Path}", $"{path}.{field.Path}", field.Json, field.Affects, field.Change) { IsDefault = field.IsDefault });

    /// <summary>What a step that writes to a target reads of it.</summary>
    public static IEnumerable<InputPart> OfTarget(MigrationConfig config, string name) => Of(config.Targets[name], "target", $"targets.{name}");

    /// <summary>What decides which documents go where under which name.</summary>
    public static IEnumerable<InputPart> OfSelection(SliceOnTarget on) =>
    [
        .. Of(on.Slice, "slice", on.SlicePath).Where(part => part.Key is "slice.types"),
        .. Of(on.Slice.Indices ?? new IndexSelectionConfig { Exclude = [".*"] }, "slice.indices", $"{on.SlicePath}.indices"),
    ];

    /// <summary>The gate of a record's <c>approve</c> field.</summary>
    public static GateRule Gate(object record, string approve)
    {
        var gate = record.GetType().GetProperty("Approve")!.GetCustomAttribute<GateAttribute>()!;
        return GateRule.Of(approve, gate.Auto);
    }

    /// <summary>Leaves out the fields that concern neither result nor process.</summary>
    public static ImmutableArray<InputPart> Relevant(params IEnumerable<InputPart>[] parts) =>
        [.. parts.SelectMany(part => part).Where(part => part.Affects != Affects.Nothing)];
}
