using System.Collections.Immutable;
using Portage.Engine.Status;

namespace Portage.Engine.Questions;

/// <summary>How far a run is as a whole. Only what is really counted, and time only where all of it really moves.</summary>
/// <param name="StepsComplete">Steps that are done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="UnderWay">What is under way, together, by its unit.</param>
/// <param name="Remaining">Until the run is over; null where nobody can tell, because something has not begun, stands still, waits or has more to come.</param>
public sealed record RunTotals(int StepsComplete, int Steps, ImmutableArray<UnitTotal> UnderWay, TimeSpan? Remaining)
{
    /// <summary>The totals of the run under way; null when none is.</summary>
    public static RunTotals? Of(StatusReport report)
    {
        if (report is not { Run: not null, Outcome: null })
        {
            return null;
        }

        var unfinished = report.Steps.Where(step => step.Group != StepGroup.Complete).ToArray();
        var underWay = unfinished
            .Where(step => step is { Group: StepGroup.InProgress, Progress.Total: > 0 })
            .GroupBy(step => step.Progress!.Unit, StringComparer.Ordinal)
            .OrderBy(unit => unit.Key, StringComparer.Ordinal)
            .Select(unit => UnitTotal.Of([.. unit]))
            .ToImmutableArray();
        return new(report.Steps.Length - unfinished.Length, report.Steps.Length, underWay, unfinished.Length > 0 && report.Steps.All(step => !step.HasMoreToCome) ? Longest(unfinished) : null);
    }

    /// <summary>The longest of them, because they run at the same time; null where one of them cannot say.</summary>
    internal static TimeSpan? Longest(IReadOnlyCollection<StepStatus> steps) => steps.All(step => step.Remaining is not null) ? steps.Max(step => step.Remaining) : null;
}

/// <summary>What is under way and counts in one unit.</summary>
/// <param name="Unit">As <c>documents</c>.</param>
/// <param name="Finished">Units done.</param>
/// <param name="Total">Units in all.</param>
/// <param name="TotalIsAtMost">True when the total may turn out smaller.</param>
/// <param name="PerSecond">The present rate of those that move; null when none does.</param>
/// <param name="Remaining">Until the slowest is done; null where one of them cannot say.</param>
public sealed record UnitTotal(string Unit, long Finished, long Total, bool TotalIsAtMost, double? PerSecond, TimeSpan? Remaining)
{
    internal static UnitTotal Of(ImmutableArray<StepStatus> steps)
    {
        var parts = steps.Select(step => step.Progress!).ToArray();
        return new(
            parts[0].Unit,
            parts.Sum(part => part.Done),
            parts.Sum(part => part.Total!.Value),
            parts.Any(part => part.TotalIsAtMost),
            parts.Any(part => part.PerSecond is not null) ? parts.Sum(part => part.PerSecond) : null,
            RunTotals.Longest(steps));
    }
}
