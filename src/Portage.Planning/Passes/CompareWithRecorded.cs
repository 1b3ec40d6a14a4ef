using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Planning.Verdicts;

namespace Portage.Planning.Passes;

/// <summary>Asks for every wanted step whether what is recorded is still good, each after those before it.</summary>
internal static class CompareWithRecorded
{
    public static ImmutableArray<StepChange> Changes(ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded)
    {
        var looks = new Dictionary<StepAddress, UpstreamLook>(wanted.Length);
        var changes = ImmutableArray.CreateBuilder<StepChange>(wanted.Length);
        var before = new List<UpstreamLook>();
        Func<string, IEnumerable<OtherWork>> others = new Others(wanted, recorded).In;
        foreach (var step in wanted)
        {
            before.Clear();
            foreach (var edge in step.IsAbsent ? [] : step.Edges)
            {
                before.Add(looks[edge.Upstream]);
            }

            var had = recorded.GetValueOrDefault(step.Address);
            var verdict = StepVerdicts.Of(step, had, before, others);

            // What is blocked is not touched: what comes after it stands as it did.
            looks[step.Address] = new(verdict, had, verdict.Kind is VerdictKind.Keep or VerdictKind.Block ? had?.Outputs ?? [] : default);
            changes.Add(ChangeOf(step.Address, verdict));
        }

        return TellWhatGoes(changes);
    }

    /// <summary>Of what is selected no longer, that which another step takes over is not left.</summary>
    private static ImmutableArray<StepChange> TellWhatGoes(ImmutableArray<StepChange>.Builder changes)
    {
        var goes = changes.Where(change => !change.TakesOver.IsEmpty).SelectMany(change => change.TakesOver, (change, taken) => (taken.From, taken.Item, To: change.Address)).ToLookup(one => one.From);
        for (var place = 0; goes.Count > 0 && place < changes.Count; place++)
        {
            var change = changes[place];
            if (goes[change.Address].ToArray() is { Length: > 0 } going && change.Because.FirstOrDefault(reason => reason.Text == StepVerdicts.LeftText(change.Left)) is { } left)
            {
                var stays = change.Left.Except(going.Select(one => one.Item), StringComparer.Ordinal).ToArray();
                changes[place] = change.With(
                [
                    .. change.Because.Where(reason => reason != left),
                    .. going.GroupBy(one => one.To, one => one.Item).Select(to => left with { Text = StepVerdicts.GoesText([.. to], to.Key) }),
                    .. stays.Length > 0 ? [left with { Text = StepVerdicts.LeftText(stays) }] : Array.Empty<ChangeReason>(),
                ]);
            }
        }

        return changes.DrainToImmutable();
    }

    /// <summary>Everybody's work by its items; put together when somebody asks, which mostly nobody does.</summary>
    private sealed class Others(ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded)
    {
        private readonly Lazy<ILookup<string, OtherWork>> _byItem = new(() =>
        {
            var steps = wanted.ToDictionary(step => step.Address);
            return recorded.Values
                .Where(had => had is { EffectsSince: not null, Items: not null })
                .SelectMany(had => had.Items!.Keys, (had, item) => (Item: item, Work: new OtherWork(had, steps.GetValueOrDefault(had.Address))))
                .ToLookup(one => one.Item, one => one.Work, StringComparer.Ordinal);
        });

        public IEnumerable<OtherWork> In(string item) => _byItem.Value[item];
    }

    private static StepChange ChangeOf(StepAddress step, Verdict verdict)
    {
        StepChange change = verdict.Kind switch
        {
            VerdictKind.Create => new StepChange.Create(step, verdict.Because),
            VerdictKind.Keep => new StepChange.Keep(step, verdict.Because),
            VerdictKind.Adopt => new StepChange.Adopt(step, verdict.Because),
            VerdictKind.Update => new StepChange.Update(step, verdict.Because),
            VerdictKind.Redo => new StepChange.Redo(step, verdict.IsConditional, verdict.Because),
            VerdictKind.Revert => new StepChange.Revert(step, verdict.Because),
            VerdictKind.Block => new StepChange.Block(step, verdict.Because),
            _ => throw new InvalidOperationException($"No change for {verdict.Kind}."),
        };
        return change with { Redone = verdict.Redone, Added = verdict.Added, TakesOver = verdict.TakesOver, Changed = verdict.Changed, Left = verdict.Left };
    }
}
