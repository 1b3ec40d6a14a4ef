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
            .OrderBy(step => (step.Address.Source, step.Address.Part, step.Address.Target), Comparer<(string, string?, string?)>.Create(static (a, b) => string.CompareOrdinal($"{a}", $"{b}")))
            .ThenBy(step => step.Address.Kind)
            .Select(step => new StepChange.Collect(
                step.Address,
                step.IsWorking,
                [step is { LeavesBy: { } by, IsWorking: false } ? new(null, null, null, $"no longer in the configuration; {by} asked for it to be taken back, and other work keeps it: what it made is left as it is") : new(null, null, null, $"no longer in the configuration; {(step.IsWorking ? "it is stopped, and " : "")}what it made is left as it is: workflow collect {step.Address} takes it back")]));
    }
}
