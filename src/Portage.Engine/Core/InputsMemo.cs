using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Fingerprints;

namespace Portage.Engine.Core;

/// <summary>Remembers the fingerprints of wanted steps, so that deciding again costs no hashing. For one thread.</summary>
public sealed class InputsMemo
{
    private readonly Dictionary<StepAddress, Entry> _entries = [];

    /// <summary>What the step works with, given what the steps before it left.</summary>
    public StepInputs Of(WantedStep step, IReadOnlyDictionary<StepAddress, ImmutableArray<OutputPart>> settled)
    {
        var edges = step.Edges.Where(edge => edge.Group is not null).ToArray();
        if (_entries.TryGetValue(step.Address, out var entry)
            && ReferenceEquals(entry.Step, step)
            && edges.Select(edge => settled[edge.Upstream]).SequenceEqual(entry.Outputs))
        {
            return entry.Inputs;
        }

        var inputs = Fingerprinting.Of(step, [.. edges.Select(edge => Fingerprinting.Consume(edge, settled[edge.Upstream]))]);
        _entries[step.Address] = new(step, [.. edges.Select(edge => settled[edge.Upstream])], inputs);
        return inputs;
    }

    // ImmutableArray compares by reference, which is what makes this cheap: outputs are replaced whole.
    private sealed record Entry(WantedStep Step, ImmutableArray<OutputPart>[] Outputs, StepInputs Inputs);
}
