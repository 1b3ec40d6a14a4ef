using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Reading;
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

        leaving.ExceptWith(wanted.Select(step => step.Address));
        SpareWhatOthersHave(planner, session, leaving);
        SpareWhatIsStoodOn(planner, session, leaving);
        return wanted.AddRange(Begun(planner, session, leaving).Select(step => step with { IsAbsent = true }));
    }

    /// <summary>Keeps work in an index that another slice has work in by now: what would be deleted of the one would be missing in the other.</summary>
    private static void SpareWhatOthersHave(Planner planner, SessionState session, HashSet<StepAddress> leaving)
    {
        foreach (var step in leaving.Where(step => planner.WritesToTarget(step.Kind)).ToArray())
        {
            if (session.OthersIn(session.Steps[step], Claims.IndicesOf(session.Steps[step])).Any(other => !leaving.Contains(other.Address) && planner.WritesToTarget(other.Address.Kind)))
            {
                leaving.Remove(step);
            }
        }
    }

    /// <summary>
    /// Keeps what work that stays was begun on, by the edges of that time: it may be needed to take that work back, and a comparison that is
    /// wanted again would go on saying that all is the same of documents that are gone.
    /// </summary>
    private static void SpareWhatIsStoodOn(Planner planner, SessionState session, HashSet<StepAddress> leaving)
    {
        var sources = leaving.Select(step => step.Source).ToHashSet(StringComparer.Ordinal);
        var near = session.Steps.Values.Where(step => step.HasEffects && sources.Contains(step.Address.Source)).Select(step => step.Address).ToHashSet();

        // From the end of the pipeline: what stays because of another step is stood on itself.
        foreach (var step in Begun(planner, session, near).Reverse().Where(step => !leaving.Contains(step.Address)))
        {
            leaving.ExceptWith(step.Edges.Select(edge => edge.Upstream));
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
