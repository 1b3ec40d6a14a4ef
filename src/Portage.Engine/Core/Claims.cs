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
public sealed record Claim(string Session, StepAddress Step, string Cluster, string Index)
{
    /// <summary>True where the step made or wrote something there; false where it found all there already.</summary>
    public bool IsOfWork { get; init; } = true;
}

/// <summary>Who has written what, of all sessions of a home: nobody else of Portage may. Pure.</summary>
public static class Claims
{
    /// <summary>Everything that a session has written, and not taken back.</summary>
    /// <param name="configOf">The configuration of a run of the session.</param>
    /// <param name="writes">True for a kind of step that writes into indices.</param>
    public static IEnumerable<Claim> Of(HomeState home, SessionState session, Func<StepKind, bool> writes, Func<int, MigrationConfig> configOf) =>
        session.Steps.Values.SelectMany(step => Of(home, session, step, writes, configOf));

    /// <summary>The claims on some indices that are not of the step's own source: all that could be in its way. What has no part in these indices costs nothing.</summary>
    /// <param name="configOf">The configuration of a run of a session.</param>
    /// <param name="writes">True for a kind of step that writes into indices.</param>
    public static IEnumerable<Claim> OfOthers(HomeState home, string session, StepAddress step, IReadOnlyCollection<string> indices, Func<StepKind, bool> writes, Func<SessionState, int, MigrationConfig> configOf) =>
        from other in home.Sessions.Values
        from address in indices.SelectMany(index => other.WritersOf(index, butOf: other.Name == session ? step.Source : null)).Distinct().OrderBy(address => address.ToString(), StringComparer.Ordinal)
        from claim in Of(home, other, other.Steps[address], writes, run => configOf(other, run))
        select claim;

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

    private static IEnumerable<Claim> Of(HomeState home, SessionState session, StepRecord step, Func<StepKind, bool> writes, Func<int, MigrationConfig> configOf) =>
        step.Address.Target is { } target && step.ConfiguredBy > 0 && writes(step.Address.Kind) && IndicesOf(step).Any() && configOf(step.ConfiguredBy).Targets.GetValueOrDefault(target)?.Endpoint is { } endpoint
            ? IndicesOf(step).Select(index => new Claim(session.Name, step.Address, home.ClusterOf(endpoint), index) { IsOfWork = !step.Untouched.Contains(index, StringComparer.Ordinal) })
            : [];

    /// <summary>The indices that a step made or wrote something in; none where it has nothing on a target.</summary>
    internal static IEnumerable<string> WrittenBy(StepRecord step) => step.Untouched is { IsEmpty: false } untouched ? IndicesOf(step).Except(untouched, StringComparer.Ordinal) : IndicesOf(step);

    /// <summary>The indices that a step is about, though it may have found all there already; none where it has no effects on a target.</summary>
    internal static IEnumerable<string> IndicesOf(StepRecord step) => !step.HasEffects || step.Address.Target is null ? [] :
        step.Items?.Keys ?? step.Outputs?.Parts.Select(part => part.Name).Distinct(StringComparer.Ordinal) ?? [];
}
