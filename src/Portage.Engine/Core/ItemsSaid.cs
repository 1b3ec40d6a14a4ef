using Portage.Engine.Ledger;
using Portage.Model.Clusters;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Whether what a step said last is about the items that it has: some may have gone to another step since, and some have come back. Pure.</summary>
internal static class ItemsSaid
{
    private const int NamesMax = 5;

    /// <summary>What must be said with the report, beginning with <c>; </c>; empty where it is about just what the step has.</summary>
    public static string Note(StepRecord had, WantedStep? wanted)
    {
        if (had is not { Items: { } items, Inputs.Items: { IsDefault: false } said })
        {
            return "";
        }

        var gone = said.Select(item => item.Name).Where(item => !items.ContainsKey(item)).Order(StringComparer.Ordinal).ToArray();
        var unsaid = items.Keys.Except(said.Select(item => item.Name), StringComparer.Ordinal).Where(item => wanted is not null && Selects(wanted, item)).ToArray();
        return $"{(gone.Length > 0 ? $"; since then {Names(gone)} went to another step" : "")}{(unsaid.Length > 0 ? $"; besides, {Names(unsaid)} from before" : "")}";
    }

    private static bool Selects(WantedStep wanted, string item) => wanted.Edges.FirstOrDefault(edge => edge.SelectedBy is not null) is { } edge
        && edge.Include.Any(pattern => new IndexPattern(pattern).Matches(item)) && !edge.Exclude.Any(pattern => new IndexPattern(pattern).Matches(item));

    private static string Names(string[] names) => $"{string.Join(", ", names.Take(NamesMax))}{(names.Length > NamesMax ? $" and {names.Length - NamesMax} more" : "")}";
}
