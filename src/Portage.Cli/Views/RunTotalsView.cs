using Portage.Engine.Questions;

namespace Portage.Cli.Views;

/// <summary>How far a run is as a whole, in a line.</summary>
internal static class RunTotalsView
{
    /// <summary>As <c>1 of 4 steps complete; under way: 45 %, 1,234 of 2,800 documents, 350/s, 5 s left</c>; null where nothing that is under way counts.</summary>
    public static string? Line(RunTotals? totals)
    {
        if (totals is not { UnderWay.IsEmpty: false })
        {
            return null;
        }

        var underWay = string.Join("; ", totals.UnderWay.Select(unit => ProgressText.Of(unit.Finished, unit.Total, unit.TotalIsAtMost, unit.Unit, unit.PerSecond, unit.Remaining)));
        return $"{totals.StepsComplete} of {totals.Steps} steps complete; under way: {underWay}{(totals.Remaining is { } left ? $"; the run is over in {ProgressText.Duration(left)}" : "")}";
    }
}
