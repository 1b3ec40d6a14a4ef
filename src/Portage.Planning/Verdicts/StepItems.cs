using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Portage.Model.Steps;
using Portage.Planning.Fingerprints;

namespace Portage.Planning.Verdicts;

/// <summary>The items of steps: the outputs of an earlier step that the step's own fields select, index by index.</summary>
internal static class StepItems
{
    /// <summary>The edge that brings the items; null for a step that has none.</summary>
    public static int? EdgeOf(WantedStep step)
    {
        for (var edge = 0; edge < step.Edges.Length; edge++)
        {
            if (step.Edges[edge].BringsItems)
            {
                return edge;
            }
        }

        return null;
    }

    /// <summary>What is wanted now; null while the earlier step is not settled.</summary>
    public static Dictionary<string, Fingerprint>? Wanted(InputEdge edge, UpstreamLook before) => before.Outputs.IsDefault
        ? null
        : ByName(Fingerprinting.Consume(edge, before.Outputs).Items);

    /// <summary>What was done, with the place at which each item was begun; null where an earlier release wrote too little down to tell.</summary>
    public static IReadOnlyDictionary<string, RecordedItem>? Had(InputEdge edge, RecordedStep had, RecordedStep? upstream)
    {
        if (had.Items is { } items)
        {
            return items;
        }

        // Earlier releases kept one digest over all items. As long as the earlier step's outputs are the same, they still tell.
        var then = ConsumedOf(edge, had);
        if (then is null || upstream is null || upstream.Outputs.IsDefaultOrEmpty)
        {
            return null;
        }

        var now = Fingerprinting.Consume(edge with { Include = Patterns(edge, had, "include") ?? edge.Include, Exclude = Patterns(edge, had, "exclude") ?? edge.Exclude }, upstream.Outputs);
        return now.Digest == then.Digest
            ? now.Items.ToFrozenDictionary(item => item.Name, item => new RecordedItem(item.Digest, had.EffectsSince ?? 0), StringComparer.Ordinal)
            : null;
    }

    /// <summary>What a step took from an earlier one by an edge; by kind and group where the earlier one has another name by now.</summary>
    public static ConsumedOutput? ConsumedOf(InputEdge edge, RecordedStep had) =>
        had.Inputs.Consumed.FirstOrDefault(output => output.Upstream == edge.Upstream && output.Group == edge.Group)
        ?? had.Inputs.Consumed.FirstOrDefault(output => output.Upstream.Kind == edge.Upstream.Kind && output.Group == edge.Group);

    // Not frozen: thousands of slices have one index each, and it is asked for a few times.
    private static Dictionary<string, Fingerprint> ByName(ImmutableArray<StepItem> items)
    {
        var byName = new Dictionary<string, Fingerprint>(items.Length, StringComparer.Ordinal);
        foreach (var item in items)
        {
            byName[item.Name] = item.Digest;
        }

        return byName;
    }

    private static ImmutableArray<string>? Patterns(InputEdge edge, RecordedStep had, string which)
    {
        var part = had.Inputs.Parts.FirstOrDefault(part => part.Key == $"{edge.SelectedBy}.{which}");
        if (part is null)
        {
            return null;
        }

        using var list = JsonDocument.Parse(part.Value);
        return [.. list.RootElement.EnumerateArray().Select(pattern => pattern.GetString()!)];
    }
}
