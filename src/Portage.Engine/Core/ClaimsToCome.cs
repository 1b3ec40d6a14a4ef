using System.Collections.Immutable;
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
            foreach (var step in session.Steps.Values.Where(step => step.Address.Target is not null && writes(step.Address.Kind) && Comes(session, step) is not null).OrderBy(step => step.StartedAt))
            {
                if (config.Targets.GetValueOrDefault(step.Address.Target!)?.Endpoint is { } endpoint)
                {
                    claims.Add(session, step.Address, home.ClusterOf(endpoint), Comes(session, step)!.Items.Select(item => item.Name));
                }
            }
        }

        return claims;
    }

    /// <summary>True where work that does not know of each other may be about to begin: of several sessions, or of several sources.</summary>
    public static bool AreNeeded(HomeState home, bool hasSeveralSources) => hasSeveralSources || home.Sessions.Values.Count(session => session.ActiveRun is not null) > 1;

    /// <summary>What the step would write, and another one that came before it is about to; none where it may go on.</summary>
    public ImmutableArray<Claim> Conflicts(SessionState session, StepAddress step, string cluster, IEnumerable<string> indices) =>
    [
        .. from index in indices
           where _first.TryGetValue((cluster, index), out var first) && !IsSameWork(first, session, step) && Holds(first.Session, first.Step, index)
           let owner = _first[(cluster, index)]
           orderby index
           select new Claim(owner.Session.Name, owner.Step, cluster, index),
    ];

    /// <summary>Takes in what a step is about to write, but for what another one is about to.</summary>
    public void Add(SessionState session, StepAddress step, string cluster, IEnumerable<string> indices)
    {
        foreach (var index in indices)
        {
            if (!_first.TryGetValue((cluster, index), out var first) || !Holds(first.Session, first.Step, index))
            {
                _first[(cluster, index)] = (session, step);
            }
        }
    }

    private static bool IsSameWork((SessionState Session, StepAddress Step) first, SessionState session, StepAddress step) => ReferenceEquals(first.Session, session) && first.Step.Source == step.Source;

    private static bool Holds(SessionState session, StepAddress step, string index) =>
        session.Steps.TryGetValue(step, out var had) && Comes(session, had) is { } inputs && inputs.Items.Any(item => item.Name == index);

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
