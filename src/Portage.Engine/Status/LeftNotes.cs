using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Status;

/// <summary>Says what is left that no configuration wants any more, and what somebody wants taken back, each in one line. Pure.</summary>
internal static class LeftNotes
{
    private const string Run = "the run that is under way";
    private const string Next = "the next start";

    /// <param name="parts">What slices that were narrowed left behind.</param>
    /// <param name="wanted">What is wanted, present or absent.</param>
    /// <param name="dormant">What was asked for and waits: it is told by itself.</param>
    public static IEnumerable<string> Of(SessionState session, ImmutableArray<LeftPart> parts, ImmutableArray<WantedStep> wanted, ImmutableArray<Wish> dormant)
    {
        var known = wanted.Select(step => step.Address).Concat(dormant.Where(wish => wish.Items.IsEmpty).Select(wish => wish.Step)).ToHashSet();
        var orphans = session.Steps.Values.Where(step => step.HasEffects && step.Items is not { IsEmpty: true } && !known.Contains(step.Address)).OrderBy(step => step.Address.ToString(), StringComparer.Ordinal).ToLookup(step => step.LeavesBy is not null, step => step.Address.ToString());
        if (orphans[true].Any())
        {
            yield return $"No longer in the configuration, and taken back by {Next}, as somebody asked: {string.Join(", ", orphans[true])}.";
        }

        if (orphans[false].Any())
        {
            yield return $"No longer in the configuration, and left as they are: {string.Join(", ", orphans[false])}. How to have them taken back: workflow collect.";
        }

        foreach (var leaving in parts.Where(part => part.Leaving.Length > 0).GroupBy(part => WhenDoes(session, session.Steps[part.Step]), part => $"{NamesText.Of(part.Leaving)} of {part.Step}"))
        {
            yield return $"Selected no longer, and taken back by {leaving.Key}, as somebody asked: {string.Join(", ", leaving)}.";
        }

        var waits = dormant.SelectMany(wish => wish.Items, (wish, item) => (wish.Step, item)).ToHashSet();
        var left = parts.Select(part => (part.Step, Items: part.Left.Where(item => !waits.Contains((part.Step, item))).ToImmutableArray())).Where(part => !part.Items.IsEmpty).Select(part => $"{NamesText.Of(part.Items)} of {part.Step}").ToArray();
        if (left.Length > 0)
        {
            yield return $"Selected no longer, and left as they are: {string.Join(", ", left)}. How to have them taken back: workflow collect.";
        }
    }

    /// <summary>What was asked for in a run waits for the next one.</summary>
    private static string WhenDoes(SessionState session, StepRecord had) => session.ActiveRun is not { } run || had.LeavingItems?.In == run.Number ? Next
        : had.OpenReview is null ? Run
        : $"{Run} when it is approved (workflow approve)";
}
