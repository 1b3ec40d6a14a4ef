using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Steps of a session as they were begun, with the fields and edges of that time. Worked out when somebody asks. Pure.</summary>
internal sealed class BegunSteps
{
    private readonly Lazy<ImmutableArray<WantedStep>> _all;
    private readonly Lazy<Dictionary<StepAddress, WantedStep>> _steps;
    private readonly Lazy<ILookup<StepAddress, (StepAddress Step, bool RestsOn)>> _on;

    /// <param name="planner">Knows every step kind.</param>
    public BegunSteps(Planner planner, SessionState session)
    {
        _all = new(() => [.. Of(planner, session, session.Steps.Values.Where(step => step.HasEffects).Select(step => step.Address).ToHashSet())]);
        _steps = new(() => _all.Value.ToDictionary(step => step.Address));
        _on = new(() => _all.Value.SelectMany(step => step.Edges, (step, edge) => (edge.Upstream, (step.Address, edge.RestsOn))).ToLookup(one => one.Upstream, one => one.Item2));
    }

    /// <summary>All that have effects, each after those that it depended on.</summary>
    public ImmutableArray<WantedStep> All => _all.Value;

    /// <summary>A step that has effects; null where it has none.</summary>
    public WantedStep? Of(StepAddress step) => _steps.Value.GetValueOrDefault(step);

    /// <summary>The steps that were begun on what one made, and whether what they made rests on it.</summary>
    public IEnumerable<(StepAddress Step, bool RestsOn)> On(StepAddress step) => _on.Value[step];

    /// <summary>Some steps, each after those that it depended on.</summary>
    public static IEnumerable<WantedStep> Of(Planner planner, SessionState session, IReadOnlySet<StepAddress> steps) => steps
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
