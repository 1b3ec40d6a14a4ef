using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Items of a wanted step that its slice does not select any more.</summary>
/// <param name="Step">The step.</param>
/// <param name="Left">Those that are left as they are, and that no other step takes over.</param>
/// <param name="Leaving">Those that the next start takes back.</param>
/// <param name="By">Who asked for that; null where nobody did.</param>
public sealed record LeftPart(StepAddress Step, ImmutableArray<string> Left, ImmutableArray<string> Leaving, string? By);

/// <summary>Finds what slices that were narrowed have left behind. Pure.</summary>
public static class LeftInPart
{
    /// <summary>In the order of the steps. Costs a plan where there may be something, and nearly nothing elsewhere.</summary>
    /// <param name="desired">What the next start wants, present or absent.</param>
    public static ImmutableArray<LeftPart> Of(Planner planner, ImmutableArray<WantedStep> desired, SessionState session)
    {
        var names = new Dictionary<(StepAddress, string?), HashSet<string>?>();
        var stays = desired.Where(step => step is { IsAbsent: false, Stays.IsEmpty: false }).ToDictionary(step => step.Address, step => step.Stays.ToHashSet(StringComparer.Ordinal));
        return !desired.Any(step => IsNarrowed(step, session, names)) ? [] :
        [
            .. planner.Plan(desired, session.Recorded(), null).Plan.Changes
                .Select(change => (Change: change, Leaving: change.Leaving.IsEmpty ? Going(change, stays.GetValueOrDefault(change.Address) ?? [], session) : change.Leaving))
                .Where(one => one.Change.LeftBehind.Length + one.Leaving.Length > 0)
                .Select(one => new LeftPart(one.Change.Address, [.. one.Change.LeftBehind.Except(one.Leaving, StringComparer.Ordinal)], one.Leaving, one.Leaving.IsEmpty ? null : session.Steps[one.Change.Address].LeavingItems?.By)),
        ];
    }

    /// <summary>What is on its way out already: taking it back was begun, and goes on; and what goes after that.</summary>
    private static ImmutableArray<string> Going(StepChange change, HashSet<string> stays, SessionState session) => session.Steps.GetValueOrDefault(change.Address) is { State: StepState.Reverting, LeavingItems: { } asked }
        ? [.. asked.Items.Where(item => change.Left.Contains(item, StringComparer.Ordinal) && !stays.Contains(item))]
        : [];

    /// <summary>True for an item that a slice has to do: its patterns select it, and the snapshot has it, as far as that is known.</summary>
    public static bool IsSelected(WantedStep step, SessionState session, string item) => step.ItemEdge is { } edge && edge.Selects(item)
        && (session.Outputs.GetValueOrDefault(edge.Upstream) is not { } left || left.Parts.Any(part => part.Name == item && part.Group == edge.Group));

    private static bool IsNarrowed(WantedStep step, SessionState session, Dictionary<(StepAddress, string?), HashSet<string>?> names)
    {
        if (step is not { IsAbsent: false, ItemEdge: { } edge } || session.Steps.GetValueOrDefault(step.Address) is not { HasEffects: true, Items: { } items })
        {
            return false;
        }

        // One slice may have thousands of items, and thousands of slices one snapshot.
        if (!names.TryGetValue((edge.Upstream, edge.Group), out var known))
        {
            names[(edge.Upstream, edge.Group)] = known = session.Outputs.GetValueOrDefault(edge.Upstream)?.Parts.Where(part => part.Group == edge.Group).Select(part => part.Name).ToHashSet(StringComparer.Ordinal);
        }

        var selects = edge.Selector();
        return known is not null && items.Keys.Any(item => !known.Contains(item) || !selects(item));
    }
}
