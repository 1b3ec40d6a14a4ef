using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Ledger;
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
    public static ImmutableArray<WantedStep> Of(Planner planner, ImmutableArray<WantedStep> wanted, SessionState session, int run)
    {
        var leaving = session.Leaving.Where(step => session.Steps[step].LeavesIn != run).ToHashSet();
        if (leaving.Count == 0)
        {
            return wanted;
        }

        var inPart = wanted.Where(step => session.LeavingInPart.Contains(step.Address) && session.Steps[step.Address].LeavingItems!.In != run).ToDictionary(step => step.Address);
        return Of(planner, wanted, session, leaving, (step, item) => inPart.TryGetValue(step, out var part) && session.Steps[step].LeavingItems!.Items.Contains(item) && !LeftInPart.IsSelected(part, session, item));
    }

    /// <summary>As above, were these steps to go.</summary>
    /// <param name="leavesInPart">True for an item that is to go of a step of which the rest stays.</param>
    internal static ImmutableArray<WantedStep> Of(Planner planner, ImmutableArray<WantedStep> wanted, SessionState session, HashSet<StepAddress> leaving, Func<StepAddress, string, bool> leavesInPart)
    {
        leaving.ExceptWith(wanted.Select(step => step.Address));
        var stays = SpareWhatOthersHave(planner, session, leaving, leavesInPart, wanted.Select(step => step.Address).ToHashSet());
        SpareWhatIsStoodOn(planner, session, leaving, stays);
        return wanted.AddRange(Begun(planner, session, leaving).Select(step => step with { IsAbsent = true, Overwrites = false, Stays = stays.TryGetValue(step.Address, out var items) ? [.. items.Order(StringComparer.Ordinal)] : [] }));
    }

    /// <summary>Keeps work in an index that another slice has work in by now: what would be deleted of the one would be missing in the other.</summary>
    /// <returns>The items that stay of steps of which others go.</returns>
    private static Dictionary<StepAddress, HashSet<string>> SpareWhatOthersHave(Planner planner, SessionState session, HashSet<StepAddress> leaving, Func<StepAddress, string, bool> leavesInPart, HashSet<StepAddress> wanted)
    {
        var stays = new Dictionary<StepAddress, HashSet<string>>();
        foreach (var step in leaving.Where(step => planner.WritesToTarget(step.Kind)).ToArray())
        {
            var had = session.Steps[step];
            var shared = HeldByOthers(planner, session, had, (other, item) => leaving.Contains(other) || leavesInPart(other, item), wanted.Contains);
            if (shared.Count > 0)
            {
                Keep(had, shared, leaving, stays);
            }
        }

        return stays;
    }

    /// <summary>
    /// What a step made and that steps of other slices keep, though nobody wants it of this one: what they wrote in, and what those that are wanted
    /// found just so.
    /// </summary>
    /// <param name="leaves">True for an item of a step that goes as well.</param>
    /// <param name="isWanted">True for a step that the configuration wants.</param>
    internal static HashSet<string> HeldByOthers(Planner planner, SessionState session, StepRecord had, Func<StepAddress, string, bool> leaves, Func<StepAddress, bool> isWanted)
    {
        var made = Claims.WrittenBy(had).ToArray();
        return session.OthersIn(had, made)
            .Where(other => planner.WritesToTarget(other.Address.Kind))
            .SelectMany(other => (isWanted(other.Address) ? Claims.IndicesOf(other) : Claims.WrittenBy(other)).Where(item => !leaves(other.Address, item)))
            .Intersect(made, StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Keeps some items of a step where it can be taken back item by item, else, or where nothing else is left of it, all of it.</summary>
    private static void Keep(StepRecord had, IEnumerable<string> items, HashSet<StepAddress> leaving, Dictionary<StepAddress, HashSet<string>> stays)
    {
        var kept = stays.GetValueOrDefault(had.Address, new(StringComparer.Ordinal));
        kept.UnionWith(items);
        if (CanStayInPart(had, kept))
        {
            stays[had.Address] = kept;
        }
        else
        {
            leaving.Remove(had.Address);
            stays.Remove(had.Address);
        }
    }

    /// <summary>True where every index of a step is an item of it, and some, but not all of them, stay.</summary>
    internal static bool CanStayInPart(StepRecord had, IReadOnlyCollection<string> stays) =>
        had.Items is { } items && Claims.IndicesOf(had).All(items.ContainsKey) && stays.All(items.ContainsKey) && stays.Count < items.Count;

    /// <summary>
    /// Keeps what work that stays was begun on, by the edges of that time: it may be needed to take that work back, and a comparison that is
    /// wanted again would go on saying that all is the same of documents that are gone.
    /// </summary>
    private static void SpareWhatIsStoodOn(Planner planner, SessionState session, HashSet<StepAddress> leaving, Dictionary<StepAddress, HashSet<string>> stays)
    {
        var sources = leaving.Select(step => step.Source).ToHashSet(StringComparer.Ordinal);
        var near = session.Steps.Values.Where(step => step.HasEffects && sources.Contains(step.Address.Source)).Select(step => step.Address).ToHashSet();

        // From the end of the pipeline: what stays because of another step is stood on itself.
        foreach (var step in Begun(planner, session, near).Reverse())
        {
            var part = leaving.Contains(step.Address) ? stays.GetValueOrDefault(step.Address) : null;
            if (leaving.Contains(step.Address) && part is null)
            {
                continue;
            }

            foreach (var edge in step.Edges.Where(edge => leaving.Contains(edge.Upstream)))
            {
                if (part is not null && edge.RestsOn)
                {
                    Keep(session.Steps[edge.Upstream], part, leaving, stays);
                }
                else
                {
                    leaving.Remove(edge.Upstream);
                }
            }
        }
    }

    /// <summary>Steps as they were begun, with the fields and edges of that time, each after those it depended on.</summary>
    public static IEnumerable<WantedStep> Begun(Planner planner, SessionState session, IReadOnlySet<StepAddress> steps) => steps
        .Select(step => session.Steps[step])
        .Where(step => step.ConfiguredBy > 0)
        .GroupBy(step => session.Runs[step.ConfiguredBy - 1].Revision)
        .SelectMany(begun =>
        {
            var addresses = begun.Select(step => step.Address).ToHashSet();
            return planner.Wanted(ConfigurationReader.ReadCanonical(session.Revisions[begun.Key - 1].Configuration).Config!).Where(step => addresses.Contains(step.Address));
        })
        .OrderBy(step => step.Address.Kind)
        .ThenBy(step => step.Address.ToString(), StringComparer.Ordinal);
}
