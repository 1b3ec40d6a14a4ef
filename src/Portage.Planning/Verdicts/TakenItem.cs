using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Model.Addresses;
using Portage.Planning.Fingerprints;

namespace Portage.Planning.Verdicts;

/// <summary>An item that another step has done just so, or begun, and that nobody wants of that one any more: it changes hands as it is, and is not done again.</summary>
/// <param name="Item">The item, as an index.</param>
/// <param name="From">The step that did it.</param>
/// <param name="IsDone">False where it was begun and is not at its end: whoever takes it over goes on from there.</param>
public sealed record TakenItem(string Item, StepAddress From, bool IsDone);

/// <summary>Work of another step, as far as a verdict cares.</summary>
/// <param name="Had">What is recorded of it.</param>
/// <param name="Wanted">What is wanted of it now; null where it is not.</param>
public readonly record struct OtherWork(RecordedStep Had, WantedStep? Wanted);

/// <summary>Finds who has done an item already that a step is to do.</summary>
internal static class TakenItems
{
    /// <summary>What goes from each step, and to which, by all changes together.</summary>
    public static ILookup<StepAddress, (string Item, StepAddress To)> Going(IEnumerable<StepChange> changes) => changes
        .SelectMany(change => change.TakesOver, (change, taken) => (taken.From, Goes: (taken.Item, To: change.Address)))
        .ToLookup(one => one.From, one => one.Goes);

    /// <summary>The work that the step may take over; null where it must do the item itself.</summary>
    /// <param name="edge">The edge that brings the items.</param>
    /// <param name="wanted">The item, with what it is to be done with.</param>
    /// <param name="before">The steps before it, in the order of its edges.</param>
    /// <param name="others">Others' work in the item; of another kind, or in another place, none counts.</param>
    public static TakenItem? Of(WantedStep step, InputEdge edge, StepItem wanted, IReadOnlyList<UpstreamLook> before, IEnumerable<OtherWork> others)
    {
        foreach (var other in others.OrderBy(other => other.Had.Address.ToString(), StringComparer.Ordinal))
        {
            if (IsOfSameKind(step, other.Had.Address)
                && other.Had.Items?.GetValueOrDefault(wanted.Name) is { } item
                && item.Digest == wanted.Digest
                && IsFree(other, wanted.Name)
                && WasDoneLike(step, edge, before, other.Had)
                && StandsOnTheSame(step, before, wanted.Name, item.Since, other.Had.Address))
            {
                return new(wanted.Name, other.Had.Address, item.IsDone);
            }
        }

        return null;
    }

    private static bool IsOfSameKind(WantedStep step, StepAddress other) =>
        other.Kind == step.Address.Kind && other.Source == step.Address.Source && other.Target == step.Address.Target && other != step.Address;

    /// <summary>Complete, or begun, and neither wanted there any more nor about to go.</summary>
    private static bool IsFree(OtherWork other, string item) =>
        (other.Wanted is null || other.Had.AskedBy is null)
        && other.Had is { EffectsSince: not null, LeavesBy: null, Rejection: null, TakingBack: null, IsServing: false }
        && !other.Had.LeavingItems.Contains(item, StringComparer.Ordinal)
        && (other.Had.State == RecordedState.Complete || other.Had.IsHalfway)
        && (other.Wanted is null || (!other.Wanted.IsAbsent && other.Wanted.ItemEdge is { } edge && !edge.Selects(item)));

    /// <summary>With the same fields, but for those that select, and the same of everything that is taken whole.</summary>
    private static bool WasDoneLike(WantedStep step, InputEdge edge, IReadOnlyList<UpstreamLook> before, RecordedStep had)
    {
        if (had.Inputs.Version != step.Version
            || InputDifferences.Between(had.Inputs.Parts, step.Inputs).Any(field => field.Affects == Affects.Result && !InputDifferences.IsWithin(field.Key, edge.SelectedBy!)))
        {
            return false;
        }

        for (var place = 0; place < before.Count; place++)
        {
            if (step.Edges[place] is { Group: { } group } whole && whole != edge
                && (before[place].Outputs.IsDefault
                    || had.Inputs.Consumed.FirstOrDefault(output => output.Upstream.Kind == whole.Upstream.Kind && output.Group == group)?.Digest != Fingerprinting.Consume(whole, before[place].Outputs).Digest))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What it stands on changes hands as well, or has done so.</summary>
    private static bool StandsOnTheSame(WantedStep step, IReadOnlyList<UpstreamLook> before, string item, long since, StepAddress other)
    {
        for (var place = 0; place < before.Count; place++)
        {
            var under = before[place];
            if (step.Edges[place].RestsOn
                && !under.Verdict.TakesOver.Any(taken => taken.Item == item && (taken.From.Part, taken.From.Target) == (other.Part, other.Target))
                && (under.Recorded?.Items?.GetValueOrDefault(item) is not { } there || there.Since > since || under.Verdict.Redoes(item)))
            {
                return false;
            }
        }

        return true;
    }
}
