using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Engine.Status;

namespace Portage.Cli.Views;

/// <summary>How far the steps that are under way are together, beside how many are complete.</summary>
internal static class RunTotal
{
    /// <summary>A line, as <c>1 of 4 steps complete; under way: 45 %, 1,234 of 2,800 documents, 350/s, 5 s left</c>; null where nothing that is under way counts.</summary>
    public static string? Of(StatusReport report)
    {
        var counted = report.Steps
            .Where(step => step.Group == StepGroup.InProgress && step.Progress is { Total: > 0 })
            .GroupBy(step => step.Progress!.Unit, StringComparer.Ordinal)
            .OrderBy(unit => unit.Key, StringComparer.Ordinal)
            .Select(unit => unit.ToArray())
            .Select(unit => StatusView.ProgressText(Sum([.. unit.Select(step => step.Progress!)]), Remaining(unit)))
            .ToArray();
        return report.Outcome is not null || counted.Length == 0
            ? null
            : $"{report.Steps.Count(step => step.Group == StepGroup.Complete)} of {report.Steps.Length} steps complete; under way: {string.Join("; ", counted)}";
    }

    /// <summary>The longest of them, because they run at the same time; null where one of them cannot say.</summary>
    private static TimeSpan? Remaining(StepStatus[] steps) => steps.All(step => step.Remaining is not null) ? steps.Max(step => step.Remaining) : null;

    private static StepProgress Sum(ImmutableArray<StepProgress> parts) => new(
        parts.Sum(part => part.Done),
        parts.Sum(part => part.Total),
        parts[0].Unit,
        parts.Any(part => part.PerSecond is not null) ? parts.Sum(part => part.PerSecond) : null,
        null,
        ImmutableSortedDictionary<string, long>.Empty)
    {
        TotalIsAtMost = parts.Any(part => part.TotalIsAtMost),
    };
}
