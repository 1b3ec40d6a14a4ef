using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>
/// Who is about to write which index, from the moment its evaluation begins: what nobody has written yet cannot be found by <see cref="Claims"/>,
/// and whoever comes second must hear of it before a person is asked to approve both. For one thread.
/// </summary>
internal sealed class ClaimsToCome
{
    // Whoever came first. What became of it since is asked of its record: an entry alone says nothing.
    private readonly Dictionary<(string Cluster, string Index), (SessionState Session, StepAddress Step)> _first = [];

    /// <summary>Those of the runs under way.</summary>
    /// <param name="writes">True for a kind of step that writes into indices.</param>
    /// <param name="configOf">The configuration of a run of a session.</param>
    public static ClaimsToCome Of(HomeState home, Func<StepKind, bool> writes, Func<SessionState, int, MigrationConfig> configOf)
    {
        var claims = new ClaimsToCome();
        foreach (var session in home.Sessions.Values.Where(session => session.ActiveRun is not null))
        {
            var config = configOf(session, session.ActiveRun!.Number);
            foreach (var step in session.Steps.Values.Where(step => step.Address.Target is not null && writes(step.Address.Kind)).OrderBy(step => step.StartedAt))
            {
                if (Comes(session, step) is { } inputs && config.Targets.GetValueOrDefault(step.Address.Target!)?.Endpoint is { } endpoint)
                {
                    claims.Add(session, step.Address, home.ClusterOf(endpoint), inputs.Items.Select(item => item.Name));
                }
            }
        }

        return claims;
    }

    /// <summary>True where work that does not know of each other may be about to begin: of several sessions, or of several sources.</summary>
    public static bool AreNeeded(HomeState home, bool hasSeveralSources) => hasSeveralSources || home.Sessions.Values.Count(session => session.ActiveRun is not null) > 1;

    /// <summary>All of them.</summary>
    public IEnumerable<Claim> All => _first.Keys.Select(place => Find(place.Cluster, place.Index)).OfType<Claim>();

    /// <summary>Those on some indices of a cluster.</summary>
    public IEnumerable<Claim> On(string cluster, IEnumerable<string> indices) => indices.Select(index => Find(cluster, index)).OfType<Claim>();

    /// <summary>Takes in what a step is about to write, but for what another one is about to.</summary>
    public void Add(SessionState session, StepAddress step, string cluster, IEnumerable<string> indices)
    {
        foreach (var index in indices.Where(index => Find(cluster, index) is null))
        {
            _first[(cluster, index)] = (session, step);
        }
    }

    private Claim? Find(string cluster, string index) =>
        _first.TryGetValue((cluster, index), out var first)
        && first.Session.Steps.TryGetValue(first.Step, out var had)
        && Comes(first.Session, had) is { } inputs
        && inputs.Items.Any(item => item.Name == index)
            ? new(first.Session.Name, first.Step, cluster, index)
            : null;

    /// <summary>What a step would be done with next in the run under way; null where nothing of it comes.</summary>
    private static StepInputs? Comes(SessionState session, StepRecord step)
    {
        var run = session.ActiveRun?.Number ?? 0;
        var inputs = run == 0 || step is { Failure: not null, RetryAt: null } ? null
            : step.Proposal is { Leaves: false } proposal ? proposal.Run == run ? proposal.Inputs : null
            : step.Run == run && step.State is StepState.Evaluating or StepState.Evaluated ? step.Inputs : null;
        return inputs is { Items.IsDefaultOrEmpty: false } ? inputs : null;
    }
}
