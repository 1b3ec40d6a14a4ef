using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning.Verdicts;

namespace Portage.Planning.Passes;

/// <summary>Asks for every wanted step whether what is recorded is still good, each after those before it.</summary>
internal static class CompareWithRecorded
{
    public static ImmutableArray<StepChange> Changes(ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded, HowToCollect how)
    {
        var looks = new Dictionary<StepAddress, UpstreamLook>(wanted.Length);
        var changes = ImmutableArray.CreateBuilder<StepChange>(wanted.Length);
        var before = new List<UpstreamLook>();
        var others = new Others(wanted, recorded);
        foreach (var step in wanted)
        {
            before.Clear();
            foreach (var edge in step.IsAbsent ? [] : step.Edges)
            {
                before.Add(looks[edge.Upstream]);
            }

            var had = recorded.GetValueOrDefault(step.Address);
            var verdict = StepVerdicts.Of(step, had, before, item => others.Beside(step.Address, item));

            // What is blocked is not touched: what comes after it stands as it did.
            looks[step.Address] = new(verdict, had, verdict.Kind is VerdictKind.Keep or VerdictKind.Block || verdict.OnlyLeaves ? had?.Outputs ?? [] : default);
            changes.Add(ChangeOf(step.Address, verdict));
        }

        return AddWhatIsLeft(changes, wanted, recorded, how);
    }

    /// <summary>Says of what is selected no longer where it goes; that which nobody takes over is left. Known only once every step was asked.</summary>
    private static ImmutableArray<StepChange> AddWhatIsLeft(ImmutableArray<StepChange>.Builder changes, ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded, HowToCollect how)
    {
        var goes = TakenItems.Going(changes);
        for (var place = 0; place < changes.Count; place++)
        {
            var change = changes[place];
            if (change.Left.IsEmpty)
            {
                continue;
            }

            var going = goes[change.Address].Where(one => change.Left.Contains(one.Item, StringComparer.Ordinal)).ToArray();
            var had = recorded.GetValueOrDefault(change.Address);
            var asked = had?.TakingBack is null ? [] : change.Left.Where(item => !IsBegun(had, item) && had.LeavingItems.Contains(item, StringComparer.Ordinal) && !wanted[place].Stays.Contains(item, StringComparer.Ordinal)).ToArray();
            var left = change.Left.Where(item => !IsBegun(had, item)).Except(asked, StringComparer.Ordinal).Except(going.Select(one => one.Item), StringComparer.Ordinal).ToArray();
            changes[place] = (change with { LeftBehind = [.. left] }).And(
            [
                .. asked.Length > 0 ? [new(wanted[place].ItemEdge!.SelectedBy, null, null, $"{NamesText.Of(asked)} {(asked.Length == 1 ? "is" : "are")} selected no longer; {had!.LeavingItemsBy} wants {(asked.Length == 1 ? "it" : "them")} taken back: that comes after what was begun")] : Array.Empty<ChangeReason>(),
                .. going.GroupBy(one => one.To, one => one.Item).Select(to => Reason([.. to], "goes", "go", $"to {to.Key} as")),
                .. left.Length > 0 ? [Reason(left, "left", "left", "as")] : Array.Empty<ChangeReason>(),
            ]);

            ChangeReason Reason(string[] items, string goes, string go, string whereTo) => new(
                wanted[place].ItemEdge!.SelectedBy,
                null,
                null,
                $"{NamesText.Of(items)} {(items.Length == 1 ? "is" : "are")} selected no longer, and {(items.Length == 1 ? goes : go)} {whereTo} {(items.Length == 1 ? "it is" : "they are")}{(whereTo == "as" ? $"{Unfinished(items)}: {how.Of(change.Address, items, items.Length == 1 ? "it" : "them")}" : "")}");

            // Whoever has it left must know that half of it is missing.
            string Unfinished(string[] items)
            {
                var had = recorded.GetValueOrDefault(change.Address);
                string[] begun = had is { Items: { } there, IsServing: false, Inputs.Items.IsDefault: false } ? [.. items.Where(item => there.GetValueOrDefault(item) is { IsDone: false })] : [];
                return begun.Length == 0 ? "" : begun.Length == items.Length ? ", unfinished" : $", {NamesText.Of(begun)} unfinished";
            }
        }

        return changes.DrainToImmutable();
    }

    /// <summary>What was begun to be taken back goes on, whatever else the plan does with the step.</summary>
    private static bool IsBegun(RecordedStep? had, string item) => had is { TakingBack: { } going } && (going.IsDefault || going.Contains(item, StringComparer.Ordinal));

    /// <summary>Everybody's work by its place; put together when somebody asks, which mostly nobody does.</summary>
    private sealed class Others(ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded)
    {
        private readonly Lazy<ILookup<(StepKind Kind, string Source, string? Target, string Item), OtherWork>> _byPlace = new(() =>
        {
            var steps = wanted.ToDictionary(step => step.Address);
            return recorded.Values
                .Where(had => had is { EffectsSince: not null, Items: not null })
                .SelectMany(had => had.Items!.Keys, (had, item) => (Place: PlaceOf(had.Address, item), Work: new OtherWork(had, steps.GetValueOrDefault(had.Address))))
                .ToLookup(one => one.Place, one => one.Work);
        });

        /// <summary>The work of the same kind in an item, in the same place.</summary>
        public IEnumerable<OtherWork> Beside(StepAddress step, string item) => _byPlace.Value[PlaceOf(step, item)];

        private static (StepKind Kind, string Source, string? Target, string Item) PlaceOf(StepAddress step, string item) => (step.Kind, step.Source, step.Target, item);
    }

    private static StepChange ChangeOf(StepAddress step, Verdict verdict)
    {
        StepChange change = verdict.Kind switch
        {
            VerdictKind.Create => new StepChange.Create(step, verdict.Because),
            VerdictKind.Keep => new StepChange.Keep(step, verdict.Because),
            VerdictKind.Adopt => new StepChange.Adopt(step, verdict.Because),
            VerdictKind.Update => new StepChange.Update(step, verdict.Because),
            VerdictKind.Redo when verdict.OnlyLeaves => new StepChange.Revert(step, verdict.Because),
            VerdictKind.Redo => new StepChange.Redo(step, verdict.IsConditional, verdict.Because),
            VerdictKind.Revert => new StepChange.Revert(step, verdict.Because),
            VerdictKind.Block => new StepChange.Block(step, verdict.Because),
            _ => throw new InvalidOperationException($"No change for {verdict.Kind}."),
        };
        return change with { Redone = verdict.Redone, Added = verdict.Added, TakesOver = verdict.TakesOver, Changed = verdict.Changed, Left = verdict.Left, Leaving = verdict.Leaving };
    }
}
