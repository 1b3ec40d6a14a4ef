using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Core;

/// <summary>Something to do in the world, or to write down.</summary>
public abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>Write events down; what follows from them is decided next.</summary>
    public sealed record Record(ImmutableArray<LedgerEvent> Events) : Effect;

    /// <summary>Begin a phase of a step; claimed in the ledger first. At least once, under (address, fingerprint, attempt).</summary>
    public sealed record Begin(WantedStep Step, StepPhase Phase, StepInputs Inputs, int Attempt) : Effect
    {
        /// <summary>The items that are taken back, or, in an evaluation, would be; default for all.</summary>
        public ImmutableArray<string> Items { get; init; } = [];

        /// <summary>What other steps did that it takes over, or, in an evaluation, would.</summary>
        public ImmutableArray<TakenWork> Takes { get; init; } = [];

        /// <summary>What a revert may destroy.</summary>
        public ImmutableArray<Destruction> Approved { get; init; } = [];
    }

    /// <summary>Hand new process fields to the step's workload.</summary>
    public sealed record Adjust(WantedStep Step, StepInputs Inputs) : Effect;

    /// <summary>Stop what is under way for the step, gracefully.</summary>
    public sealed record Stop(StepAddress Step, string Why) : Effect;

    /// <summary>Put back what work that is over had set aside of a cluster.</summary>
    public sealed record PutBack(StepAddress Step) : Effect;

    /// <summary>Decide again at this time.</summary>
    public sealed record Wake(DateTimeOffset At) : Effect;
}

/// <summary>What the controller sees of the world at one moment.</summary>
/// <param name="Now">The time.</param>
/// <param name="InFlight">Steps that this controller is working on, or whose workload it watches.</param>
/// <param name="Stopping">Steps whose workload has been asked to stop.</param>
public sealed record Observed(DateTimeOffset Now, IReadOnlySet<StepAddress> InFlight, IReadOnlySet<StepAddress> Stopping)
{
    /// <summary>Those of <see cref="InFlight"/> of which what was set aside is being put back.</summary>
    public IReadOnlySet<StepAddress> PuttingBack { get; init; } = ImmutableHashSet<StepAddress>.Empty;

    /// <summary>True for a step that nobody has to stop any more: it was asked to, or only puts something back.</summary>
    internal bool IsEnding(StepAddress step) => Stopping.Contains(step) || PuttingBack.Contains(step);

    /// <summary>What is under way in the whole home.</summary>
    public IReadOnlyCollection<Placed> Places { get; init; } = [];

    /// <summary>How much may be.</summary>
    public Limits Limits { get; init; } = Limits.None;

    /// <summary>What services said last.</summary>
    public IReadOnlyDictionary<StepAddress, Reading> Readings { get; init; } = ImmutableDictionary<StepAddress, Reading>.Empty;
}

/// <summary>Decides what to do next. Level-triggered and pure: the same state gives the same effects, whatever happened before.</summary>
public static class Reconciler
{
    /// <summary>The effects that bring the session nearer to what is wanted.</summary>
    /// <param name="wanted">The steps of the configuration that holds (<see cref="SessionState.Carried"/>), each after those it depends on.</param>
    /// <param name="session">What is recorded; without a run under way, services serve on, and other work is stopped.</param>
    /// <param name="memo">What was worked out before for these very steps.</param>
    public static ImmutableArray<Effect> Decide(ImmutableArray<WantedStep> wanted, SessionState session, Observed observed, InputsMemo memo)
    {
        memo.Turn(wanted);
        var effects = ImmutableArray.CreateBuilder<Effect>();
        effects.AddRange(StopUnwanted(session, observed, memo));
        effects.AddRange(ForgetUnwanted(session, observed, memo));
        if (session.Carried is not { } run)
        {
            effects.AddRange(PutBack(wanted, session, observed, memo));
            return effects.DrainToImmutable();
        }

        // Only what there may be something to do for, in reading order.
        var isUnderWay = session.ActiveRun is not null;
        var standings = memo.Standings;
        standings.Turn(session, run.Number, observed);
        effects.AddRange(PutBack(wanted, session, observed, memo));

        // What begins there meanwhile would find it set aside, and take that for how it is to be.
        var unready = effects.OfType<Effect.PutBack>().Select(effect => effect.Step).Concat(observed.PuttingBack).Select(step => step.Target).ToHashSet(StringComparer.Ordinal);
        var serving = 0;
        foreach (var place in (isUnderWay ? standings.Ready.Admitted(observed.Places, observed.Limits).Concat(standings.Acting) : ServedOn(wanted, session, observed, memo)).Order())
        {
            var (step, standing) = (wanted[place], standings.At(place));
            if (standing.DropsProposal)
            {
                // What comes next for it is decided once nobody is asked about it any more.
                effects.Add(new Effect.Record([new ProposalDropped(session.Name, run.Number, step.Address)]));
                continue;
            }

            switch (standing)
            {
                case Standing.Serves serves:
                    serving += observed.InFlight.Contains(step.Address) ? 1 : 0;
                    if (isUnderWay && HasOtherProcess(session, step, serves.Inputs))
                    {
                        effects.Add(new Effect.Adjust(step, serves.Inputs));
                    }

                    break;
                case Standing.Ready when unready.Contains(step.Address.Target):
                    break;
                case Standing.Ready ready:
                    effects.Add(new Effect.Begin(step, ready.Phase, ready.Inputs, ready.Attempt) { Items = ready.Items, Takes = ready.Takes, Approved = ready.Approved });
                    break;
                case Standing.Working { Phase: StepPhase.Run } working when Admission.IsWorkload(step.RunsAs) && HasOtherProcess(session, step, working.Inputs):
                    effects.Add(new Effect.Adjust(step, working.Inputs));
                    break;
                case Standing.Held { IsWorking: true } held when !observed.IsEnding(step.Address):
                    effects.Add(new Effect.Stop(step.Address, $"paused by {held.Pause.By}"));
                    break;
                case Standing.StopsFirst when !observed.IsEnding(step.Address):
                    effects.Add(new Effect.Stop(step.Address, "its inputs changed"));
                    break;
                case Standing.GateDue due:
                    effects.Add(new Effect.Record(AskGate(run, session, step, due, memo)));
                    break;
                case Standing.Retries retries:
                    effects.Add(new Effect.Wake(retries.At));
                    break;
                default:
                    break;
            }
        }

        if (isUnderWay && effects.Count == 0 && observed.InFlight.Count == serving && standings.Outcome is { } outcome)
        {
            effects.Add(new Effect.Record([new RunEnded(session.Name, run.Number, outcome, "controller")]));
        }

        return effects.DrainToImmutable();
    }

    /// <summary>True while a step stands like this the run cannot be over, whatever the others do.</summary>
    internal static bool IsUndecided(Standing standing) => standing is Standing.InReview or Standing.Held or Standing.Retries or Standing.StopsFirst or Standing.WaitsForPlace or Standing.Serves { HeldBy: not null };

    /// <summary>Work that nobody wants: of steps which left the configuration; and without a run, all that is no service that serves.</summary>
    private static IEnumerable<Effect> StopUnwanted(SessionState session, Observed observed, InputsMemo memo) => observed.InFlight
        .Where(step => ((session.ActiveRun is null && !session.Served.Contains(step)) || !memo.Contains(step)) && !observed.IsEnding(step))
        .OrderBy(step => step.ToString(), StringComparer.Ordinal)
        .Select(step => new Effect.Stop(step, session.ActiveRun is null ? "the run was stopped" : "no longer wanted"));

    /// <summary>
    /// Work that is over, and that no run goes on with now; who does puts back itself what was set aside. But one of a later run may have lost
    /// an index to another slice, which would begin to write there.
    /// </summary>
    private static IEnumerable<Effect> PutBack(ImmutableArray<WantedStep> wanted, SessionState session, Observed observed, InputsMemo memo) => session.SetAside.Count == 0 ? [] : session.ToPutBack
        .Where(step => !observed.InFlight.Contains(step)
            && (session.ActiveRun is null || memo.PlaceOf(step) is not { } place || wanted[place].IsAbsent || session.Steps[step].Run < session.ActiveRun.Number || memo.Standings.At(place) is Standing.Held or Standing.Failed or Standing.InReview))
        .OrderBy(step => step.ToString(), StringComparer.Ordinal)
        .Select(step => new Effect.PutBack(step));

    /// <summary>Services that left the configuration, and have ended: nobody is to start them again.</summary>
    private static IEnumerable<Effect> ForgetUnwanted(SessionState session, Observed observed, InputsMemo memo)
    {
        if (session.Carried is not { } run || session.Served.Count == 0)
        {
            return [];
        }

        var over = session.Served
            .Where(step => !memo.Contains(step) && !observed.InFlight.Contains(step) && !AtWork.Is(session.Steps[step]))
            .OrderBy(step => step.ToString(), StringComparer.Ordinal)
            .Select(step => new StepStopped(session.Name, run.Number, step, "no longer wanted") { IsOver = true });
        return over.ToImmutableArray<LedgerEvent>() is { Length: > 0 } events ? [new Effect.Record(events)] : [];
    }

    /// <summary>What goes on without a run: services that served are started again, or stopped by a person who pauses them. Their other changes are a run's.</summary>
    private static IEnumerable<int> ServedOn(ImmutableArray<WantedStep> wanted, SessionState session, Observed observed, InputsMemo memo)
    {
        var served = session.Served.Select(memo.PlaceOf).OfType<int>().Where(place => memo.Standings.At(place) is Standing.Ready { Phase: StepPhase.Run } or Standing.Retries or Standing.Held).Order().ToArray();
        var ready = served.Where(place => memo.Standings.At(place) is Standing.Ready).ToArray();
        var waits = Admission.Choose([.. ready.Select(place => Admission.CandidateOf(wanted[place], (Standing.Ready)memo.Standings.At(place), session))], observed.Places, observed.Limits);
        return served.Except(ready.Where((_, i) => waits[i] is not null));
    }

    private static bool HasOtherProcess(SessionState session, WantedStep step, StepInputs inputs) =>
        session.Steps.TryGetValue(step.Address, out var had)
        && had.Workload is not null
        && had.Inputs!.Fingerprints.Process != inputs.Fingerprints.Process;

    private static ImmutableArray<LedgerEvent> AskGate(RunRecord run, SessionState session, WantedStep step, Standing.GateDue due, InputsMemo memo)
    {
        var had = session.Steps[step.Address];
        var evidence = due.Evidence.Digest;
        var events = new List<LedgerEvent>();
        var isApproved = (due.IsBefore && had.Proposal is { } proposal ? proposal.Approved : had.Approved) == evidence;

        // A gate before the run was passed before the run.
        if (!isApproved && (due.IsBefore || step.GatePlacement != GatePlacement.BeforeRun))
        {
            if (GateQuestion.WhyHeld(due.Gate, due.Evidence, memo) is { } why)
            {
                return [new GateOpened(session.Name, run.Number, step.Address, why, evidence)];
            }

            if (step.GatePlacement == GatePlacement.WhileServing && had.Shown != evidence)
            {
                // The reading that let it pass is kept with it.
                events.Add(new StepServing(session.Name, run.Number, step.Address, had.Attempt, due.Evidence, had.Outputs!));
            }

            events.Add(new GatePassed(session.Name, run.Number, step.Address, "policy", due.Gate.Predicate ?? "no gate", evidence, run.Plan));
        }

        if (!due.IsBefore && had.State != StepState.Serving)
        {
            events.Add(new StepCompleted(session.Name, run.Number, step.Address));
        }

        return [.. events];
    }
}
