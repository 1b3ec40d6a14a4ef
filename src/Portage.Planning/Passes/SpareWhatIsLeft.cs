using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Planning.Passes;

/// <summary>
/// Blocks what would delete along with its own work that of a step which nobody wants any more: a plan that says of something that it is
/// left as it is must not delete it a line above.
/// </summary>
internal static class SpareWhatIsLeft
{
    /// <param name="writes">True for a kind that leaves something in indices of a target.</param>
    public static ImmutableArray<StepChange> From(ImmutableArray<StepChange> changes, IReadOnlyDictionary<StepAddress, RecordedStep> recorded, Func<StepKind, bool> writes)
    {
        var wanted = changes.ToDictionary(change => change.Address);
        var left = recorded.Values
            .Where(step => step.EffectsSince is not null && writes(step.Address.Kind) && (!wanted.TryGetValue(step.Address, out var change) || change.Left.Length > 0))
            .ToLookup(step => (step.Address.Source, step.Address.Part, step.Address.Target));
        return left.Count == 0 ? changes : [.. changes.Select(change => Spare(change, wanted, left))];
    }

    private static StepChange Spare(
        StepChange change,
        Dictionary<StepAddress, StepChange> wanted,
        ILookup<(string, string?, string?), RecordedStep> left)
    {
        if (change is not StepChange.Redo { Conditional: false } redo || redo.Address.Target is null)
        {
            return change;
        }

        foreach (var step in left[(redo.Address.Source, redo.Address.Part, redo.Address.Target)].Where(step => step.Address.Kind > redo.Address.Kind && !wanted.ContainsKey(step.Address)))
        {
            var lost = redo.Redone.IsDefault || step.Items is null ? null : redo.Redone.Where(step.Items.ContainsKey).ToArray();
            if (lost is null or { Length: > 0 })
            {
                var what = lost is null ? "what" : $"{string.Join(", ", lost.Take(5))}, which";
                return new StepChange.Block(redo.Address,
                [
                    .. redo.Because,
                    new(step.Address.ToString(), null, null, $"doing it anew would delete {what} {step.Address} wrote, which is no longer in the configuration and is left as it is: bring that step back first"),
                ])
                { Left = redo.Left };
            }
        }

        return change;
    }
}
