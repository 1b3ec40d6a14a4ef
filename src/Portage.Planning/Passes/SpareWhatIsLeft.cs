using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning.Verdicts;

namespace Portage.Planning.Passes;

/// <summary>
/// Marks what would delete along with its own work that of a step which nobody takes back: a plan that says of something that it is
/// left as it is must not delete it a line above.
/// </summary>
/// <remarks>
/// What certainly would is blocked. What looks for itself whether it can change in place mostly can, so that a block would forbid what
/// harms nobody: it is only warned of, and the engine refuses it should it come to that.
/// </remarks>
internal static class SpareWhatIsLeft
{
    /// <param name="writes">True for a kind that leaves something in indices of a target.</param>
    public static ImmutableArray<StepChange> From(ImmutableArray<StepChange> changes, ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded, Func<StepKind, bool> writes)
    {
        var steps = wanted.ToDictionary(step => step.Address);
        var unselected = changes.Where(change => change.Left.Length + change.Leaving.Length > 0).ToDictionary(change => change.Address, change => change.Left.Concat(change.Leaving).ToHashSet(StringComparer.Ordinal));
        var bearable = recorded.Values.Where(step => step.EffectsSince is not null && writes(step.Address.Kind)).Select(step => LeftWork.Staying(step, steps.GetValueOrDefault(step.Address), IsSelected)).OfType<RecordedStep>().ToLookup(step => (step.Address.Source, step.Address.Target));
        return bearable.Count == 0 ? changes : [.. changes.Select(change => Spare(change, steps[change.Address], recorded.GetValueOrDefault(change.Address), bearable, steps.GetValueOrDefault, IsSelected))];

        bool IsSelected(WantedStep step, string item) => !unselected.TryGetValue(step.Address, out var no) || !no.Contains(item);
    }

    private static StepChange Spare(
        StepChange change,
        WantedStep step,
        RecordedStep? had,
        ILookup<(string Source, string? Target), RecordedStep> bearable,
        Func<StepAddress, WantedStep?> wantedAs,
        Func<WantedStep, string, bool> isSelected)
    {
        var isCertain = change is StepChange.Redo { Conditional: false } or StepChange.Revert;
        var isPossible = isCertain || (change is StepChange.Redo or StepChange.Update && step.Edges.Any(edge => edge.InPlace));
        if (!isPossible || had?.EffectsSince is null || step.Bears.IsEmpty)
        {
            return change;
        }

        var all = had.Items is { } items ? [.. items.Keys.Except(change.Left, StringComparer.Ordinal)] : default(ImmutableArray<string>);
        var others = bearable[(step.Address.Source, step.Address.Target)];
        if (isCertain && LeftWork.In(step, had, Gone(change, had, all), change.Left, others, wantedAs, isSelected) is { IsEmpty: false } lost)
        {
            return new StepChange.Block(change.Address,
            [
                .. change.Because,
                .. lost.Select(left => new ChangeReason(left.Step.ToString(), null, null, $"doing it anew would delete {left.Text}")),
            ])
            { Left = change.Left, LeftBehind = change.LeftBehind, Leaving = change.Leaving, Spares = lost };
        }

        // What is redone may find besides that others of its items cannot be changed in place.
        return !step.IsAbsent && step.Edges.Any(edge => edge.InPlace) && LeftWork.In(step, had, all, change.Left, others, wantedAs, isSelected) is { IsEmpty: false } endangered ? change with { Spares = endangered } : change;
    }

    /// <summary>What certainly goes: what is redone, and what was begun to be taken back before.</summary>
    private static ImmutableArray<string> Gone(StepChange change, RecordedStep had, ImmutableArray<string> all)
    {
        var going = had.TakingBack ?? [];
        return change.Redone.IsDefault || going.IsDefault ? all : [.. change.Redone.Union(going, StringComparer.Ordinal)];
    }
}
