using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning.Graph;

namespace Portage.Planning.Passes;

/// <summary>Asks every kind for its steps and puts them into an order in which each comes after those it depends on.</summary>
internal static class AddWantedSteps
{
    public static ImmutableArray<WantedStep> From(MigrationConfig config, ImmutableArray<IStepDefinition> definitions)
    {
        var steps = definitions
            .SelectMany(definition => definition.Derive(config).Select(step => step with
            {
                Version = definition.Version,
                GatePlacement = definition.GatePlacement,
                RunsAs = definition.RunsAs,
                SetsAside = definition.SetsAside,
                Bears = BornBy(definition, definitions),
            }))
            .ToList();
        steps.Sort(InReadingOrder);

        // An omitted step leaves its neighbours connected: validate comes after the snapshot when there is no backfill.
        var known = steps.Select(step => step.Address).ToHashSet();
        var connected = steps.Select(step => step with { Edges = [.. step.Edges.Where(edge => known.Contains(edge.Upstream))] }).ToList();
        return [.. TopologicalOrder.Of(connected, step => step.Address, step => step.Edges.Select(edge => edge.Upstream))];
    }

    private static ImmutableArray<StepKind> BornBy(IStepDefinition definition, ImmutableArray<IStepDefinition> definitions) => definition.WritesToTarget
        ? [.. definitions.Where(other => other.WritesToTarget && other.Kind > definition.Kind).Select(other => other.Kind).Order()]
        : [];

    /// <summary>By source; what belongs to the whole source first; then slice by slice, target by target, along the pipeline.</summary>
    private static int InReadingOrder(WantedStep a, WantedStep b)
    {
        var order = string.CompareOrdinal(a.Address.Source, b.Address.Source);
        order = order != 0 ? order : (a.Address.Target is not null).CompareTo(b.Address.Target is not null);
        order = order != 0 ? order : string.CompareOrdinal(a.Address.Part, b.Address.Part);
        order = order != 0 ? order : string.CompareOrdinal(a.Address.Target, b.Address.Target);
        return order != 0 ? order : a.Address.Kind.CompareTo(b.Address.Kind);
    }
}
