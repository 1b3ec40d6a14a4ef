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
    public static ImmutableArray<LeftPart> Of(Planner planner, ImmutableArray<WantedStep> desired, SessionState session) => !desired.Any(step => IsNarrowed(step, session)) ? [] :
    [
        .. planner.Plan(desired, session.Recorded(), null).Plan.Changes
            .Where(change => change.LeftBehind.Length + change.Leaving.Length > 0)
            .Select(change => new LeftPart(change.Address, change.LeftBehind, change.Leaving, change.Leaving.IsEmpty ? null : session.Steps[change.Address].LeavingItems?.By)),
    ];

    private static bool IsNarrowed(WantedStep step, SessionState session) =>
        step is { IsAbsent: false, ItemEdge: { } edge } && session.Steps.GetValueOrDefault(step.Address) is { HasEffects: true, Items: { } items }
        && items.Keys.Any(item => !edge.Include.Contains(item, StringComparer.Ordinal) && !edge.Selects(item));
}
