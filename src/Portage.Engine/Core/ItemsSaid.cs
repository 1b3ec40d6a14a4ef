using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Core;

/// <summary>Whether what a step said last is about the items that it has: some may be another step's by now, or were taken back since, and some have come back. Pure.</summary>
internal static class ItemsSaid
{
    /// <summary>What must be said with the report, beginning with <c>; </c>; empty where it is about just what the step has.</summary>
    public static string Note(StepRecord had, WantedStep? wanted, SessionState session)
    {
        if (had is not { Items: { } items, Inputs.Items: { IsDefault: false } said })
        {
            return "";
        }

        var gone = said.Select(item => item.Name).Where(item => !items.ContainsKey(item)).Order(StringComparer.Ordinal)
            .GroupBy(item => session.WritersBeside(had.Address, item).FirstOrDefault(other => other.Kind == had.Address.Kind));
        var unsaid = items.Keys.Except(said.Select(item => item.Name), StringComparer.Ordinal).Where(item => wanted?.ItemEdge?.Selects(item) == true).ToArray();
        return $"{string.Concat(gone.Select(of => Words(of.Key, [.. of])))}{Before([.. unsaid.Where(item => items[item].IsDone)], "")}{Before([.. unsaid.Where(item => !items[item].IsDone)], ", unfinished")}";
    }

    private static string Before(string[] items, string how) => items.Length == 0 ? "" : $"; besides, {NamesText.Of(items)} from before{how}";

    private static string Words(StepAddress? now, string[] items) =>
        now is null ? $"; since then {NamesText.Of(items)} {(items.Length == 1 ? "was" : "were")} taken back" : $"; by now {now} has {NamesText.Of(items)}";
}
