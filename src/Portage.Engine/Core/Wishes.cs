using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Core;

/// <summary>Somebody asked for work to be taken back, and the next start does not do it.</summary>
/// <param name="Step">The step.</param>
/// <param name="By">Who asked.</param>
/// <param name="IsWantedAgain">True where the configuration wants the step again; false where other work keeps it.</param>
public sealed record Wish(StepAddress Step, string By, bool IsWantedAgain)
{
    /// <summary>Of a step that is wanted, the items that were to go and that its slice selects again; empty where all of it was to go.</summary>
    public ImmutableArray<string> Items { get; init; } = [];

    /// <summary>In words, with what ends it.</summary>
    public string Text => Items.Length > 0
        ? $"{By} asked for {NamesText.Of(Items)} of {Step} to be taken back, and the configuration selects {(Items.Length == 1 ? "it" : "them")} again: {(Items.Length == 1 ? "it stays" : "they stay")} as long as it does. To forget that: workflow collect {Step} --cancel"
        : IsWantedAgain
        ? $"{By} asked for {Step} to be taken back, and the configuration wants it again: it stays as long as it does. To forget that: workflow collect {Step} --cancel"
        : $"{By} asked for {Step} to be taken back: it stays as long as other work was begun on it, or is in the same indices. To forget that: workflow collect {Step} --cancel";
}

/// <summary>What was asked for and waits, so that nobody is surprised when it is done one day. Pure.</summary>
public static class Wishes
{
    /// <summary>The wishes that the next start does not carry out, in order of their addresses.</summary>
    /// <param name="config">Of the revision that is planned.</param>
    public static ImmutableArray<Wish> Dormant(Planner planner, MigrationConfig config, SessionState session) =>
        session.Leaving.Count + session.LeavingInPart.Count == 0 ? [] : Dormant(Desired.Of(planner, config, session, run: 0), session);

    /// <summary>As above.</summary>
    /// <param name="desired">What the next start wants, present or absent.</param>
    public static ImmutableArray<Wish> Dormant(ImmutableArray<WantedStep> desired, SessionState session)
    {
        if (session.Leaving.Count + session.LeavingInPart.Count == 0)
        {
            return [];
        }

        var isAbsent = desired.ToDictionary(step => step.Address, step => step.IsAbsent);
        return
        [
            .. session.Leaving
                .Where(step => session.Steps[step] is { HasEffects: true, LeavesBy: not null } && !isAbsent.GetValueOrDefault(step))
                .OrderBy(step => step.ToString(), StringComparer.Ordinal)
                .Select(step => new Wish(step, session.Steps[step].LeavesBy!, isAbsent.ContainsKey(step))),
            .. from step in desired
               where !step.IsAbsent && session.LeavingInPart.Contains(step.Address)
               let leaving = session.Steps[step.Address].LeavingItems!
               let again = leaving.Items.Where(item => LeftInPart.IsSelected(step, session, item)).ToImmutableArray()
               where again.Length > 0
               select new Wish(step.Address, leaving.By, IsWantedAgain: true) { Items = again },
        ];
    }
}
