using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Planning.Verdicts;

namespace Portage.Planning.Passes;

/// <summary>Lists what is recorded and no longer wanted.</summary>
internal static class CollectOrphans
{
    /// <param name="changes">Of the steps that are wanted.</param>
    public static IEnumerable<StepChange> Changes(ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded, ImmutableArray<StepChange> changes, HowToCollect how)
    {
        var goes = TakenItems.Going(changes);
        var known = wanted.Select(step => step.Address).ToHashSet();
        return recorded.Values
            .Where(step => step.State != RecordedState.Absent && !known.Contains(step.Address))
            .OrderBy(step => (step.Address.Source, step.Address.Part, step.Address.Target), Comparer<(string, string?, string?)>.Create(static (a, b) => string.CompareOrdinal($"{a}", $"{b}")))
            .ThenBy(step => step.Address.Kind)
            .Select(step => new StepChange.Collect(step.Address, step.IsWorking, [new(null, null, null, $"no longer in the configuration; {FateOf(step, [.. goes[step.Address]], how)}")]));
    }

    /// <param name="goes">What other steps take over.</param>
    private static string FateOf(RecordedStep step, ImmutableArray<(string Item, StepAddress To)> goes, HowToCollect how)
    {
        if (!goes.IsEmpty || step.Items is { Count: 0 })
        {
            var going = goes.GroupBy(one => one.To, one => one.Item).Select(to => $"{NamesText.Of([.. to.Order(StringComparer.Ordinal)])} {(to.Count() == 1 ? "goes" : "go")} to {to.Key}");
            var left = step.Items!.Keys.Except(goes.Select(one => one.Item), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            var rest = left.Length == 0 ? "and it has nothing else in any index" : $"and what it made of {NamesText.Of(left)} is left as it is";
            return $"{(goes.IsEmpty ? "what it did has gone to other steps" : string.Join(", ", going))}, {rest}";
        }

        return step is { LeavesBy: { } by, IsWorking: false }
            ? $"{by} asked for it to be taken back, and other work keeps it: what it made is left as it is"
            : $"{(step.IsWorking ? "it is stopped, and " : "")}what it made is left as it is: {how.Of(step.Address, null, "it")}";
    }
}
