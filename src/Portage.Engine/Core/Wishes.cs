using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Core;

/// <summary>Somebody asked for work to be taken back, and the next start does not do it.</summary>
/// <param name="Step">The step.</param>
/// <param name="By">Who asked.</param>
/// <param name="IsWantedAgain">True where the configuration wants the step, or the items, again; false where other work keeps it.</param>
public sealed record Wish(StepAddress Step, string By, bool IsWantedAgain)
{
    /// <summary>Of a step that is wanted, the items that were to go; empty where all of it was to go.</summary>
    public ImmutableArray<string> Items { get; init; } = [];

    /// <summary>The step whose work keeps it; null where it is wanted again.</summary>
    public StepAddress? KeptBy { get; init; }

    /// <summary>True where that was begun on it; false where it is in the same indices.</summary>
    public bool IsStoodOn { get; init; }

    /// <summary>True for items of a step that is not wanted at all by now: of that, nobody asked for all.</summary>
    public bool IsOfUnwanted { get; init; }

    /// <summary>In words, with what ends it.</summary>
    public string Text
    {
        get
        {
            var (what, it, stays) = Items.Length switch
            {
                0 => ($"{Step}", "it", "it stays"),
                1 => ($"{Items[0]} of {Step}", "it", "it stays"),
                _ => ($"{NamesText.Of(Items)} of {Step}", "them", "they stay"),
            };
            var why = IsOfUnwanted ? $", and by now the configuration does not want the step at all: {stays} until all of that is asked for, or the step is wanted again without {it}"
                : IsWantedAgain ? $", and the configuration {(Items.IsEmpty ? "wants" : "selects")} {it} again: {stays} as long as it does"
                : KeptBy is null ? $": {stays} as long as other work was begun on {it}, or is in the same indices"
                : IsStoodOn ? $": {stays} as long as what {KeptBy} made of {it} does"
                : $": {stays} as long as what {KeptBy} wrote in the same {(Items.Length == 1 ? "index" : "indices")} does";
            return $"{By} asked for {what} to be taken back{why}. To forget that: workflow collect {Step} --cancel";
        }
    }
}

/// <summary>What was asked for and waits, so that nobody is surprised when it is done one day. Pure.</summary>
public static class Wishes
{
    /// <summary>The wishes that the next start does not carry out, in order of their addresses.</summary>
    /// <param name="config">Of the revision that is planned.</param>
    public static ImmutableArray<Wish> Dormant(Planner planner, MigrationConfig config, SessionState session) =>
        session.Leaving.Count + session.LeavingInPart.Count == 0 ? [] : Dormant(planner, planner.Wanted(config), session);

    /// <summary>As above.</summary>
    /// <param name="desired">What the next start wants, present or absent.</param>
    public static ImmutableArray<Wish> Dormant(Planner planner, ImmutableArray<WantedStep> desired, SessionState session)
    {
        if (session.Leaving.Count + session.LeavingInPart.Count == 0)
        {
            return [];
        }

        ImmutableArray<WantedStep> wanted = [.. desired.Where(step => !step.IsAbsent)];
        return Of(wanted, session, Going.Asked(planner, session, wanted, run: 0), session.Leaving);
    }

    /// <summary>The wishes that are not carried out, given what goes.</summary>
    /// <param name="wanted">The steps that the configuration wants.</param>
    /// <param name="whole">The steps that were asked for.</param>
    internal static ImmutableArray<Wish> Of(ImmutableArray<WantedStep> wanted, SessionState session, Going going, IEnumerable<StepAddress> whole)
    {
        var present = wanted.Select(step => step.Address).ToHashSet();
        return
        [
            .. whole
                .Where(step => session.Steps[step] is { HasEffects: true, LeavesBy: not null } && !going.Whole.Contains(step))
                .OrderBy(step => step.ToString(), StringComparer.Ordinal)
                .Select(step => Kept(new(step, session.Steps[step].LeavesBy!, present.Contains(step)), going, item: null)),
            .. from step in wanted
               where session.LeavingInPart.Contains(step.Address) && session.Steps[step.Address] is { HasEffects: true }
               let leaving = session.Steps[step.Address].LeavingItems!
               from wish in InPart(step, leaving, session, going)
               select wish,
            .. from step in session.LeavingInPart
               where !present.Contains(step) && session.Steps[step] is { HasEffects: true, LeavesBy: null }
               let leaving = session.Steps[step].LeavingItems!
               let items = leaving.Items.Where(item => session.Steps[step].Items?.ContainsKey(item) == true).ToImmutableArray()
               where !items.IsEmpty
               orderby step.ToString()
               select new Wish(step, leaving.By, IsWantedAgain: false) { Items = items, IsOfUnwanted = true },
        ];
    }

    private static IEnumerable<Wish> InPart(WantedStep step, LeavingItems leaving, SessionState session, Going going)
    {
        var stays = leaving.Items.Where(item => !going.Goes(step.Address, item)).ToLookup(item => LeftInPart.IsSelected(step, session, item));
        if (stays[true].ToImmutableArray() is { IsEmpty: false } again)
        {
            yield return new(step.Address, leaving.By, IsWantedAgain: true) { Items = again };
        }

        // Of what it has no more, nothing can go.
        foreach (var kept in stays[false].Where(item => session.Steps[step.Address].Items?.ContainsKey(item) == true)
            .Select(item => Kept(new(step.Address, leaving.By, IsWantedAgain: false) { Items = [item] }, going, item))
            .GroupBy(wish => (wish.KeptBy, wish.IsStoodOn)))
        {
            yield return kept.First() with { Items = [.. kept.SelectMany(wish => wish.Items)] };
        }
    }

    private static Wish Kept(Wish wish, Going going, string? item) =>
        !wish.IsWantedAgain && going.KeepersOf(wish.Step).FirstOrDefault(keeper => item is null || keeper.Items.Contains(item)) is { } keeper ? wish with { KeptBy = keeper.By, IsStoodOn = keeper.StandsOnIt } : wish;
}
