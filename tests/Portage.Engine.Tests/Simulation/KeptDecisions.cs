using System.Collections.Immutable;
using System.Text;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Simulation;

/// <summary>Decides after each event with what was kept from the event before, and again from nothing: it must be the same.</summary>
internal sealed class KeptDecisions(Planner planner)
{
    private readonly Dictionary<string, (string Configuration, ImmutableArray<WantedStep> Wanted, Limits Limits, InputsMemo[] Kept, InputsMemo Sums)> _known = new(StringComparer.Ordinal);

    /// <summary>What differs; null when nothing does.</summary>
    public string? Look(HomeState home, RecordedEvent recorded)
    {
        if (!home.Sessions.TryGetValue(recorded.Event.Session, out var session))
        {
            return null;
        }

        // What is to be absent is known for a run from its start.
        var configuration = session.Carried is { } run ? $"{run.Number} {session.ConfigurationOf(run.Number)}" : "0 {}";
        if (!_known.TryGetValue(session.Name, out var known) || known.Configuration != configuration)
        {
            var config = ConfigurationReader.ReadCanonical(configuration[configuration.IndexOf('{', StringComparison.Ordinal)..]).Config!;
            _known[session.Name] = known = (configuration, Desired.Of(planner, config, session, session.Carried?.Number ?? 0), Limits.Of(config, 2), [new(), new(), new()], new());
        }

        var working = AtWork.Of(session).ToHashSet();
        Observed[] seen =
        [
            new(recorded.At, working, ImmutableHashSet<StepAddress>.Empty) { Places = AtWork.Places(home, planner), Limits = known.Limits },

            // Another controller may know of fewer flights, be asked to stop some, and look later.
            new(recorded.At.AddSeconds(recorded.Sequence % 90), working.Where(step => (step.ToString().Length + recorded.Sequence) % 3 > 0).ToHashSet(), working),
            new(recorded.At.AddSeconds(-recorded.Sequence % 200), ImmutableHashSet<StepAddress>.Empty, ImmutableHashSet<StepAddress>.Empty),
        ];
        for (var i = 0; i < seen.Length; i++)
        {
            var kept = Reconciler.Decide(known.Wanted, session, seen[i], known.Kept[i]);
            var anew = Reconciler.Decide(known.Wanted, session, seen[i], new InputsMemo());
            if (Told(kept) != Told(anew))
            {
                return $"kept:\n{Told(kept)}anew:\n{Told(anew)}";
            }

            if (session.ActiveRun is { } active && Concerned(kept, session, seen[i]) is var does && Acting(known.Wanted, session, active, seen[i], known.Sums, PutBackOn(kept)) is var should && does != should)
            {
                return $"decided about:\n{does}\nby all the standings it should be:\n{should}";
            }
        }

        return Claimed(home, session, recorded);
    }

    /// <summary>What others have written, found by the indices that somebody is about to write, and among all that there is.</summary>
    private string? Claimed(HomeState home, SessionState session, RecordedEvent recorded)
    {
        MigrationConfig ConfigOf(SessionState of, int run) => ConfigurationReader.ReadCanonical(of.ConfigurationOf(run)).Config!;

        if (recorded.Event is not StepEvent happened || happened.Step.Target is null || session.Steps[happened.Step] is not { Items.Count: > 0 } step)
        {
            return null;
        }

        var names = step.Items.Keys.Append("another").ToArray();
        foreach (var asking in (StepAddress[])[happened.Step, new("another", happened.Step.Part, happened.Step.Target, happened.Step.Kind)])
        {
            var all = home.Sessions.Values.SelectMany(other => Claims.Of(home, other, planner.WritesToTarget, run => ConfigOf(other, run)));
            var (by, among) = (
                Claims.Conflicts(home, session.Name, asking, "http://blue:9200", names, Claims.OfOthers(home, session.Name, asking, names, planner.WritesToTarget, ConfigOf)),
                Claims.Conflicts(home, session.Name, asking, "http://blue:9200", names, all.OrderBy(claim => claim.Step.ToString(), StringComparer.Ordinal)));
            if (!by.SequenceEqual(among))
            {
                return $"{asking} would meet {string.Join(", ", by)}, and should meet {string.Join(", ", among)}";
            }
        }

        return null;
    }

    /// <summary>The steps that something is decided about, as all standings and the admission of all candidates together say it.</summary>
    private static string Acting(ImmutableArray<WantedStep> wanted, SessionState session, RunRecord run, Observed seen, InputsMemo memo, HashSet<string?> putBackOn) => string.Join('\n',
        Admission.Over(Standings.Of(wanted, session, run.Number, seen.InFlight, seen.Now, memo, seen.Readings), session, seen)
            .Select(pair => (pair.Step.Address, What: pair.Standing switch
            {
                { DropsProposal: true } => "record",
                Standing.Serves serves when session.Steps[pair.Step.Address] is { Workload: not null, Inputs: { } inputs } && inputs.Fingerprints.Process != serves.Inputs.Fingerprints.Process => "adjust",
                Standing.Ready when putBackOn.Contains(pair.Step.Address.Target) => "",
                Standing.Ready ready => $"begin {ready.Phase} #{ready.Attempt}",
                Standing.Held { IsWorking: true } when !seen.Stopping.Contains(pair.Step.Address) => "stop",
                Standing.StopsFirst when !seen.Stopping.Contains(pair.Step.Address) => "stop",
                Standing.GateDue => "record",
                Standing.Retries retries => $"wake {retries.At:O}",
                Standing.Working { Phase: StepPhase.Run } working when Admission.IsWorkload(pair.Step.RunsAs) && session.Steps[pair.Step.Address] is { Workload: not null, Inputs: { } inputs } && inputs.Fingerprints.Process != working.Inputs.Fingerprints.Process => "adjust",
                _ => "",
            }))
            .Where(one => one.What.Length > 0)
            .Select(one => $"{(one.What.StartsWith("wake", StringComparison.Ordinal) ? "" : one.Address)} {one.What}"));

    /// <summary>Where nothing begins until what was set aside is put back.</summary>
    private static HashSet<string?> PutBackOn(ImmutableArray<Effect> effects) => [.. effects.OfType<Effect.PutBack>().Select(effect => effect.Step.Target)];

    private static string Concerned(ImmutableArray<Effect> effects, SessionState session, Observed seen) => string.Join('\n', effects
        .Where(effect => effect is not Effect.PutBack and not Effect.Stop { Why: "no longer wanted" } and not Effect.Record { Events: [RunEnded] })
        .Select(effect => effect switch
        {
            Effect.Begin begin => $"{begin.Step.Address} begin {begin.Phase} #{begin.Attempt}",
            Effect.Stop stop => $"{stop.Step} stop",
            Effect.Adjust adjust => $"{adjust.Step.Address} adjust",
            Effect.Record record => $"{((StepEvent)record.Events[0]).Step} record",
            Effect.Wake wake => $" wake {wake.At:O}",
            _ => throw new InvalidOperationException($"{effect} of {session.Name} at {seen.Now}"),
        }));

    private static string Told(ImmutableArray<Effect> effects)
    {
        var text = new StringBuilder();
        foreach (var effect in effects)
        {
            text.Append(effect switch
            {
                Effect.Begin begin => $"begin {begin.Step.Address} {begin.Phase} #{begin.Attempt} {begin.Inputs.Fingerprints} [{Items(begin.Items)}] {string.Join(' ', begin.Approved.Select(one => one.Key))}",
                Effect.Adjust adjust => $"adjust {adjust.Step.Address} {adjust.Inputs.Fingerprints}",
                Effect.Record record => string.Concat(record.Events.Select(happened => Encoding.UTF8.GetString(LedgerJson.Write(happened)))),
                _ => $"{effect}",
            }).Append('\n');
        }

        return text.ToString();
    }

    private static string Items(ImmutableArray<string> items) => items.IsDefault ? "all" : string.Join(' ', items);
}
