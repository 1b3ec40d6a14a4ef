using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Every step that is wanted, present or absent. Pure.</summary>
public static class Desired
{
    /// <summary>The steps that a configuration wants present, and after them those that somebody wants absent.</summary>
    /// <param name="config">Of the run, or of the revision that is planned.</param>
    /// <param name="run">The run under way: what was asked for in it waits for the next one; 0 for a plan.</param>
    public static ImmutableArray<WantedStep> Of(Planner planner, MigrationConfig config, SessionState session, int run) =>
        Of(planner, planner.Wanted(config), session, run);

    /// <summary>As above, of steps that are derived already.</summary>
    public static ImmutableArray<WantedStep> Of(Planner planner, ImmutableArray<WantedStep> wanted, SessionState session, int run) =>
        session.Leaving.Count + session.LeavingInPart.Count == 0 ? wanted : Of(planner, wanted, session, Going.Asked(planner, session, wanted, run), run);

    /// <summary>As above, given what goes.</summary>
    private static ImmutableArray<WantedStep> Of(Planner planner, ImmutableArray<WantedStep> wanted, SessionState session, Going going, int run)
    {
        // What was asked for of a step that is wanted, and stays because of other work, is as if nobody had asked.
        var stays = Going.AskedInPart(session, wanted, run)
            .Select(step => (Step: step.Key, Items: step.Value.Where(item => !going.Goes(step.Key, item)).Order(StringComparer.Ordinal).ToImmutableArray()))
            .Where(step => !step.Items.IsEmpty)
            .ToDictionary(step => step.Step, step => step.Items);
        ImmutableArray<WantedStep> present = stays.Count == 0 ? wanted : [.. wanted.Select(step => stays.TryGetValue(step.Address, out var items) ? step with { Stays = items } : step)];
        return going.Whole.Count == 0 ? present : present.AddRange(BegunSteps.Of(planner, session, going.Whole).Select(step => step with { IsAbsent = true, Overwrites = false, Stays = going.StaysOf(step.Address) }));
    }
}
