using Portage.Engine.Ledger;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Core;

/// <summary>Whether what a step said last is about the items that it has: some may have gone to another step since, and some have come back. Pure.</summary>
internal static class ItemsSaid
{
    /// <summary>What must be said with the report, beginning with <c>; </c>; empty where it is about just what the step has.</summary>
    public static string Note(StepRecord had, WantedStep? wanted)
    {
        if (had is not { Items: { } items, Inputs.Items: { IsDefault: false } said })
        {
            return "";
        }

        var gone = said.Select(item => item.Name).Where(item => !items.ContainsKey(item)).Order(StringComparer.Ordinal).ToArray();
        var unsaid = items.Keys.Except(said.Select(item => item.Name), StringComparer.Ordinal).Where(item => wanted?.ItemEdge?.Selects(item) == true).ToArray();
        return $"{(gone.Length > 0 ? $"; since then {NamesText.Of(gone)} went to another step" : "")}{(unsaid.Length > 0 ? $"; besides, {NamesText.Of(unsaid)} from before" : "")}";
    }
}
