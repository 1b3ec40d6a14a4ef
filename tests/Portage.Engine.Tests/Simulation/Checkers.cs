using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Simulation;

/// <summary>One invariant of every history.</summary>
internal interface IChecker
{
    /// <summary>What is wrong about an event; null when nothing is.</summary>
    /// <param name="session">As it was before.</param>
    /// <param name="wanted">The steps of the run under way, by address.</param>
    string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened);
}

internal sealed class NoStepRunsBeforeItsInputs : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened) =>
        happened is StepStarted { Phase: not StepPhase.Revert } started
        && !wanted[started.Step].IsAbsent
        && session.Steps.GetValueOrDefault(started.Step)?.State is not StepState.Running
        && wanted[started.Step].Edges.FirstOrDefault(edge => !IsEnough(edge, session.Steps.GetValueOrDefault(edge.Upstream))) is { } open
            ? $"{open.Upstream} is not complete"
            : null;

    private static bool IsEnough(InputEdge edge, StepRecord? upstream) => upstream is { State: StepState.Complete }
        || (upstream is { State: StepState.Serving } serving && (edge.Needs == EdgeNeed.Serving || serving.Approved == serving.Shown));
}

internal sealed class CompleteWorkIsLeftAlone(Planner planner) : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened)
    {
        if (happened is not StepStarted started || session.Steps.GetValueOrDefault(started.Step) is not { State: StepState.Complete, LeavesBy: null } had)
        {
            return null;
        }

        var config = ConfigurationReader.ReadCanonical(session.ConfigurationOf(session.ActiveRun!.Number)).Config!;
        var change = planner.Plan(config, session.Recorded()).Plan.Changes.Single(change => change.Address == had.Address);
        return change is StepChange.Redo or StepChange.Block || (change is StepChange.Update && started.Phase != StepPhase.Revert) || had.Proposal is { IsApproved: true } || StandsOnWhatGoes(session, wanted, started) ? null : $"the plan says {change.Word}";
    }

    /// <summary>What an evaluation found, and a person approved, no plan could say beforehand.</summary>
    private static bool StandsOnWhatGoes(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, StepStarted started) =>
        started.Phase == StepPhase.Revert && wanted[started.Step].Edges.Any(edge => edge.RestsOn && session.Steps.GetValueOrDefault(edge.Upstream) is { } under
            && (under.Proposal is { IsApproved: true } goes ? started.Items is null || started.Items.Value.Any(goes.TakesBack)
                : under is { State: StepState.Evaluated, HasEffects: true } && under.Approved == under.Shown));
}

internal sealed class RevertsGoBackwards : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened) =>
        happened is StepStarted { Phase: StepPhase.Revert } started
        && wanted.Values.FirstOrDefault(step => step.Edges.Any(edge => edge.RestsOn && edge.Upstream == started.Step) && Stands(session.Steps.GetValueOrDefault(step.Address), started)) is { } standing
            ? $"{standing.Address} still stands on it"
            : null;

    private static bool Stands(StepRecord? above, StepStarted started) =>
        above is { HasEffects: true } && (started.Items is not { } items || above.Items is null || items.Any(above.Items.ContainsKey));
}

internal sealed class PausedMeansNoNewWork : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened) =>
        happened is StepStarted started && session.Pauses.FirstOrDefault(pause => new AddressPattern(pause.Pattern).Matches(started.Step)) is { } pause
            ? $"{pause.Pattern} is paused"
            : null;
}

internal sealed class NothingBeginsWithoutARun : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened) =>
        happened is StepStarted started && session.ActiveRun?.Number != started.Run && !(started.Phase == StepPhase.Run && session.Served.Contains(started.Step)) ? $"run {session.ActiveRun?.Number} is under way" : null;
}

internal sealed class NothingBeginsWhereSomethingIsAside : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened) =>
        happened is StepStarted started
        && session.SetAside.Select(step => session.Steps[step]).FirstOrDefault(had => had.Address.Target == started.Step.Target && had.Address != started.Step && !wanted.ContainsKey(had.Address)
            && !had.IsClaimed && had.Workload is null && had.PutBackTriedIn < session.Runs.Count) is { } aside
            ? $"what {aside.Address} set aside is not put back"
            : null;
}

internal sealed class OneClaimAtATime : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened) =>
        happened is StepStarted started && session.Steps.GetValueOrDefault(started.Step) is { } had && (had.IsClaimed || had.Workload is not null) ? "it is claimed already" : null;
}

internal sealed class NothingRunsUnapproved : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened)
    {
        if (happened is not StepStarted { Phase: StepPhase.Run } started || wanted[started.Step].GatePlacement != GatePlacement.BeforeRun)
        {
            return null;
        }

        return session.Steps.GetValueOrDefault(started.Step) switch
        {
            { Proposal: { } proposal } when InputDifferences.HaveSameResult(proposal.Inputs, started.Inputs) => proposal.IsApproved ? null : "what was proposed is not approved",
            { State: StepState.Running } => null,
            { State: StepState.Evaluated, Shown: not null } had => had.Approved == had.Shown ? null : "what was approved is not what was shown",
            _ => "it was not evaluated",
        };
    }
}

/// <summary>Whatever is taken back from a target, a person had said so, about that very thing.</summary>
internal sealed class NothingIsDestroyedUnasked(Planner planner) : IChecker
{
    private readonly Dictionary<(string Session, StepAddress Step, Fingerprint Evidence), StepReport> _shown = [];
    private readonly HashSet<(string Session, string Place, string? Item)> _approved = [];
    private readonly Dictionary<(string Session, StepAddress Step), ImmutableArray<string>?> _lookedAt = [];
    private readonly Dictionary<(string Session, StepAddress Step), StepReport> _found = [];

    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened)
    {
        switch (happened)
        {
            case StepStarted { Phase: StepPhase.Evaluate } e:
                _lookedAt[(e.Session, e.Step)] = e.Items;
                return null;
            case StepEvaluated e:
                _shown[(e.Session, e.Step, e.Evidence.Digest)] = e.Evidence;
                _found[(e.Session, e.Step)] = e.Evidence;
                return null;
            case GatePassed { By: not "policy" } e when _shown.TryGetValue((e.Session, e.Step, e.Evidence), out var report):
                _approved.UnionWith(report.Destroys.Select(destroys => (e.Session, Place(e.Step), destroys.Item)));
                return null;
            case GatePassed { By: "policy" } e when _shown.TryGetValue((e.Session, e.Step, e.Evidence), out var report) && !report.Destroys.IsEmpty:
                return "a rule let a destruction pass";
            case StepStarted { Phase: StepPhase.Revert, Items: { } items } e when planner.WritesToTarget(e.Step.Kind):
                // Where the evaluation found nothing of an item there was nothing to approve; if there is by now, the revert is refused.
                return items.FirstOrDefault(item => !_approved.Contains((e.Session, Place(e.Step), item)) && !WasNotThere(e, item)) is { } item ? $"nobody approved that {item} goes" : null;
            case StepStarted { Phase: StepPhase.Revert } e when planner.WritesToTarget(e.Step.Kind) && session.Steps[e.Step].State != StepState.Reverting:
                return session.Steps[e.Step] is { LeavesBy: not null, Proposal.IsApproved: true } && !_approved.Any(one => one.Session == e.Session && one.Place == Place(e.Step)) ? "nobody approved that all of it goes"
                    : session.Steps[e.Step] is { LeavesBy: not null, Proposal.IsApproved: true } ? null : "all of it goes";
            default:
                return null;
        }
    }

    private bool WasNotThere(StepStarted revert, string item) =>
        _lookedAt.TryGetValue((revert.Session, revert.Step), out var items) && (items is not { } some || some.Contains(item, StringComparer.Ordinal))
        && _found.TryGetValue((revert.Session, revert.Step), out var found) && found.Destroys.All(destroys => destroys.TakenBack != item);

    private static string Place(StepAddress step) => $"{step.Source}/{step.Part}@{step.Target}";
}

/// <summary>What a step wrote that nobody wants any more is not taken along with what it is in.</summary>
internal sealed class WhatIsLeftStays(Planner planner) : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened) =>
        happened is StepStarted { Phase: StepPhase.Revert } started
        && session.Steps.Values.FirstOrDefault(other => StandsIn(other, started) && !wanted.ContainsKey(other.Address)) is { } left
            ? $"{left.Address} is left as it is, and in it"
            : null;

    private bool StandsIn(StepRecord other, StepStarted started) =>
        other.HasEffects && planner.WritesToTarget(other.Address.Kind) && other.Address.Kind > started.Step.Kind && other.Address.Target == started.Step.Target
        && other.Items is not null && (started.Items is { } items ? items.Any(other.Items.ContainsKey) : other.Address.Part == started.Step.Part);
}

/// <summary>Counted by what the ledger says of claims and workers, not by what the controller thinks.</summary>
internal sealed class NeverMoreThanAllowed(Planner planner) : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened)
    {
        if (happened is not StepStarted started || session.ActiveRun is not { } run)
        {
            return null;
        }

        var config = ConfigurationReader.ReadCanonical(session.ConfigurationOf(run.Number)).Config!;
        var underWay = session.Steps.Values.Where(step => step.IsClaimed || step.Workload is not null).ToArray();
        var workers = underWay.Count(step => step is { State: StepState.Running, Proposal: not { Evidence: null } } && step.Address.Kind is StepKind.Backfill or StepKind.Validate);
        var backfills = underWay.Count(step => step.Address.Kind == StepKind.Backfill);
        var onBlue = underWay.Count(step => step.Address.Target == "blue");
        var services = underWay.Count(step => step.State is StepState.Running or StepState.Serving && planner.RunsAs(step.Address.Kind) == RunsAs.Service);
        var isService = started.Phase == StepPhase.Run && planner.RunsAs(started.Step.Kind) == RunsAs.Service;
        var isWorker = started.Phase == StepPhase.Run && started.Step.Kind is StepKind.Backfill or StepKind.Validate;
        return isWorker && workers >= config.Limits.Workers ? $"{workers} workers are under way of {config.Limits.Workers}"
            : !isWorker && !isService && underWay.Length - workers - services >= config.Limits.LightSteps ? $"{underWay.Length - workers} light steps are under way of {config.Limits.LightSteps}"
            : started.Step.Kind == StepKind.Backfill && backfills >= config.Limits.Kinds.Backfill ? $"{backfills} backfills are under way of {config.Limits.Kinds.Backfill}"
            : started.Step.Target is not null && onBlue >= config.Targets["blue"].StepsMax ? $"{onBlue} steps of blue are under way of {config.Targets["blue"].StepsMax}"
            : null;
    }
}

/// <summary>What is taken over was begun or done, is idle, wanted by nobody else, and done with the same.</summary>
internal sealed class OnlyWhatIsFreeChangesHands : IChecker
{
    public string? Look(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, LedgerEvent happened) =>
        happened is not StepStarted { Takes: { } takes } started ? null
            : started.Phase != StepPhase.Run ? "nothing changes hands before it runs"
            : takes.Select(work => WhyNot(session, wanted, started, work)).FirstOrDefault(why => why is not null);

    private static string? WhyNot(SessionState session, IReadOnlyDictionary<StepAddress, WantedStep> wanted, StepStarted started, TakenWork work) =>
        session.Steps.GetValueOrDefault(work.From) is not { State: StepState.Running or StepState.Reported or StepState.Complete, IsClaimed: false, Workload: null, LeavesBy: null, Rejection: null } from ? $"{work.From} has nothing to give, or is at work"
            : from.Inputs!.Fingerprints.Identity != work.Identity ? $"{work.From} works elsewhere"
            : work.Items.FirstOrDefault(item => from.Items?.GetValueOrDefault(item)?.Digest != started.Inputs.Items.Single(one => one.Name == item).Digest) is { } other ? $"{other} was done with something else"
            : wanted.GetValueOrDefault(work.From)?.Edges.FirstOrDefault(edge => edge.SelectedBy is not null) is { } edge && work.Items.FirstOrDefault(edge.Include.Contains) is { } selected ? $"{work.From} wants {selected} still"
            : null;
}

internal static class Checkers
{
    private static IChecker[] All(Planner planner) =>
    [
        new NoStepRunsBeforeItsInputs(),
        new CompleteWorkIsLeftAlone(planner),
        new RevertsGoBackwards(),
        new PausedMeansNoNewWork(),
        new NothingBeginsWithoutARun(),
        new NothingBeginsWhereSomethingIsAside(), new OneClaimAtATime(),
        new NothingRunsUnapproved(),
        new NothingIsDestroyedUnasked(planner),
        new WhatIsLeftStays(planner),
        new NeverMoreThanAllowed(planner),
        new OnlyWhatIsFreeChangesHands(),
    ];

    /// <param name="after">Events up to this one were written by an earlier engine, which had other rules.</param>
    public static void Check(IReadOnlyList<RecordedEvent> events, int after = 0, Planner? planner = null)
    {
        var (home, checkers, kept) = (new HomeState(), All(planner ??= Kinds.Planner), new KeptDecisions(planner));
        var known = new Dictionary<string, IReadOnlyDictionary<StepAddress, WantedStep>>(StringComparer.Ordinal);
        foreach (var recorded in events)
        {
            if (home.Sessions.TryGetValue(recorded.Event.Session, out var session))
            {
                var configuration = session.Carried is { } run ? session.ConfigurationOf(run.Number) : "{}";
                if (!known.TryGetValue(configuration, out var wanted))
                {
                    known[configuration] = wanted = planner.Wanted(ConfigurationReader.ReadCanonical(configuration).Config!).ToDictionary(step => step.Address);
                }

                if (session.Leaving.Count > 0)
                {
                    wanted = Desired.Of(planner, [.. wanted.Values], session, session.Carried?.Number ?? 0).ToDictionary(step => step.Address);
                }

                foreach (var checker in checkers)
                {
                    if (checker.Look(session, wanted, recorded.Event) is { } wrong && recorded.Sequence > after)
                    {
                        Assert.Fail($"{checker.GetType().Name}: event {recorded.Sequence}, {recorded.Event}: {wrong}.");
                    }
                }
            }

            home.Apply(recorded);
            if (kept.Look(home, recorded) is { } differs)
            {
                Assert.Fail($"After event {recorded.Sequence}, {recorded.Event}, what is decided from what was kept is another: {differs}");
            }
        }
    }
}
