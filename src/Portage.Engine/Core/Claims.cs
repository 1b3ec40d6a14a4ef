using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Engine.Core;

/// <summary>An index of a cluster that the work of a step is in.</summary>
/// <param name="Session">Whose work.</param>
/// <param name="Step">The step that wrote it.</param>
/// <param name="Cluster">The cluster's own id where it is known, else its address.</param>
/// <param name="Index">The index.</param>
public sealed record Claim(string Session, StepAddress Step, string Cluster, string Index);

/// <summary>Who has written what, of all sessions of a home: nobody else of Portage may. Pure.</summary>
public static class Claims
{
    /// <summary>Everything that a session has written, and not taken back.</summary>
    /// <param name="configOf">The configuration of a run of the session.</param>
    /// <param name="writes">True for a kind of step that writes into indices.</param>
    public static IEnumerable<Claim> Of(HomeState home, SessionState session, Func<StepKind, bool> writes, Func<int, MigrationConfig> configOf) =>
        from step in session.Steps.Values
        where step.HasEffects && step.Address.Target is not null && writes(step.Address.Kind) && step.ConfiguredBy > 0
        let endpoint = configOf(step.ConfiguredBy).Targets.GetValueOrDefault(step.Address.Target!)?.Endpoint
        where endpoint is not null
        from index in Indices(step)
        select new Claim(session.Name, step.Address, home.ClusterOf(endpoint), index);

    /// <summary>The claims of others that a step of a session would write into; none where it may go on.</summary>
    /// <param name="endpoint">Of the step's target.</param>
    /// <param name="indices">What it would write.</param>
    /// <param name="all">The claims of all sessions.</param>
    public static ImmutableArray<Claim> Conflicts(HomeState home, string session, StepAddress step, string endpoint, IEnumerable<string> indices, IEnumerable<Claim> all)
    {
        var (cluster, wanted) = (home.ClusterOf(endpoint), indices.ToHashSet(StringComparer.Ordinal));
        return
        [
            .. all.Where(claim => claim.Cluster == cluster && wanted.Contains(claim.Index) && !IsSameWork(claim, session, step))
                .DistinctBy(claim => (claim.Session, claim.Index))
                .OrderBy(claim => claim.Index, StringComparer.Ordinal)
                .ThenBy(claim => claim.Session, StringComparer.Ordinal),
        ];
    }

    /// <summary>The steps of one slice work in the same indices, and so do those of slices between which an index was moved.</summary>
    private static bool IsSameWork(Claim claim, string session, StepAddress step) => claim.Session == session && claim.Step.Source == step.Source;

    private static IEnumerable<string> Indices(StepRecord step) =>
        (step.Items?.Keys ?? []).Concat(step.Outputs?.Parts.Select(part => part.Name) ?? []).Distinct(StringComparer.Ordinal);
}
