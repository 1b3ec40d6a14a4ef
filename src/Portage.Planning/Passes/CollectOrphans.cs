using System.Collections.Immutable;
using Portage.Model.Addresses;

namespace Portage.Planning.Passes;

/// <summary>Lists what is recorded and no longer wanted.</summary>
internal static class CollectOrphans
{
    public static IEnumerable<StepChange> Changes(ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded)
    {
        var known = wanted.Select(step => step.Address).ToHashSet();
        return recorded.Values
            .Where(step => step.State != RecordedState.Absent && !known.Contains(step.Address))
            .OrderBy(step => step.Address.ToString(), StringComparer.Ordinal)
            .Select(step => new StepChange.Collect(step.Address, [new(null, null, null, "no longer in the configuration; what it made is left as it is")]));
    }
}
