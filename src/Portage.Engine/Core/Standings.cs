using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Destroying;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Core;

/// <summary>Works out where every wanted step stands. Pure.</summary>
public static class Standings
{
    private static readonly Standing Settled = new Standing.Settled();

    /// <summary>The standing of each wanted step, in the order given.</summary>
    /// <param name="wanted">The steps, each after those it depends on.</param>
    /// <param name="session">What is recorded.</param>
    /// <param name="run">The run under way; failures of earlier runs are tried again.</param>
    /// <param name="inFlight">Steps that this controller is working on at this moment, workloads it watches included.</param>
    /// <param name="now">The time.</param>
    /// <param name="memo">What was worked out before for these very steps.</param>
    public static IReadOnlyList<(WantedStep Step, Standing Standing)> Of(
        ImmutableArray<WantedStep> wanted,
        SessionState session,
        int run,
        IReadOnlySet<StepAddress> inFlight,
        DateTimeOffset now,
        InputsMemo memo)
    {
        memo.Turn(wanted);
        var look = new Look(wanted, session, memo);
        look.Turn(run, inFlight, now);
        var standings = new (WantedStep, Standing)[wanted.Length];
        for (var place = 0; place < wanted.Length; place++)
        {
            standings[place] = (wanted[place], look.At(place));
        }

        return standings;
    }

    /// <summary>
    /// A look at the steps, each after those before it. What it says of one step follows from that step's record and flight, the run,
    /// the pauses and the time; from what it said of the steps before it; and from the records of the steps that rest on it. From
    /// nothing else: <see cref="KeptStandings"/> looks again only where one of these has changed.
    /// </summary>
    internal sealed class Look(ImmutableArray<WantedStep> wanted, SessionState session, InputsMemo memo)
    {
        // Default where the step is not settled.
        private readonly ImmutableArray<OutputPart>[] _settled = new ImmutableArray<OutputPart>[wanted.Length];
        private readonly UpstreamLook[] _looks = new UpstreamLook[wanted.Length];
        private readonly ImmutableArray<Destruction>[] _approved = new ImmutableArray<Destruction>[wanted.Length];
        private (Paused Pause, AddressPattern Pattern)[] _pauses = [];
        private IReadOnlySet<StepAddress> _inFlight = ImmutableHashSet<StepAddress>.Empty;

        /// <summary>Turns to a moment.</summary>
        public void Turn(int run, IReadOnlySet<StepAddress> inFlight, DateTimeOffset now)
        {
            (Run, Now) = (run, now);
            _inFlight = inFlight;
            if (!session.Pauses.SequenceEqual(_pauses.Select(pause => pause.Pause)))
            {
                _pauses = [.. session.Pauses.Select(pause => (pause, new AddressPattern(pause.Pattern)))];
            }
        }

        /// <summary>What later steps see of a step.</summary>
        public (UpstreamLook Look, ImmutableArray<OutputPart> Settled, ImmutableArray<Destruction> Approved) SeenOf(int place) => (_looks[place], _settled[place], _approved[place]);

        public Standing At(int place)
        {
            (_settled[place], _approved[place]) = (default, default);
            var step = wanted[place];
            var had = session.Steps.GetValueOrDefault(step.Address) ?? new StepRecord(step.Address);
            var waits = Waits(place);
            var inputs = waits.IsEmpty ? memo.Of(place, _settled) : null;
            var recorded = RecordedSteps.Of(had, Run);
            var verdict = StepVerdicts.Of(step, recorded, Before(place));
            _looks[place] = new(verdict, recorded, default);
            if (had.State == StepState.Complete && (verdict.Kind == VerdictKind.Keep || verdict.IsConditional))
            {
                if (!waits.IsEmpty)
                {
                    return new Standing.Waits(waits);
                }

                _settled[place] = had.Outputs?.Parts ?? [];
                _looks[place] = _looks[place] with { Outputs = _settled[place] };
                return Settled;
            }

            // What is about to go must be known to the steps after this one, also while a person holds it.
            var change = new StepStanding(this, place, had, verdict, inputs, waits);
            _looks[place] = _looks[place] with { TakesBack = change.TakesBack() };
            _approved[place] = change.ApprovedDestructions();
            foreach (var (pause, pattern) in _pauses)
            {
                if (pattern.Matches(step.Address))
                {
                    return new Standing.Held(pause, IsWorking: had.Workload is not null || _inFlight.Contains(step.Address));
                }
            }

            return change.Standing();
        }

        private ImmutableArray<StepAddress> Waits(int place)
        {
            var waits = default(HashSet<StepAddress>);
            foreach (var before in memo.Before(place))
            {
                if (_settled[before].IsDefault)
                {
                    (waits ??= []).Add(wanted[before].Address);
                }
            }

            return waits is null ? [] : [.. waits];
        }

        private UpstreamLook[] Before(int place)
        {
            var before = memo.Before(place);
            var looks = new UpstreamLook[before.Length];
            for (var edge = 0; edge < before.Length; edge++)
            {
                looks[edge] = _looks[before[edge]];
            }

            return looks;
        }

        internal InputsMemo Memo => memo;

        internal int Run { get; private set; }

        internal DateTimeOffset Now { get; private set; }

        internal WantedStep WantedAt(int place) => wanted[place];

        internal ReadOnlySpan<int> PlacesBefore(int place) => memo.Before(place);

        internal UpstreamLook LookAt(int place) => _looks[place];

        /// <summary>What may be destroyed at a place, because it was approved there or at a step before it.</summary>
        internal ImmutableArray<Destruction> ApprovedAt(int place) => _approved[place].IsDefault ? [] : _approved[place];

        internal IEnumerable<StepRecord> RestingOn(int place)
        {
            foreach (var other in memo.RestingOn(place).ToArray())
            {
                if (session.Steps.GetValueOrDefault(wanted[other].Address) is { HasEffects: true } record)
                {
                    yield return record;
                }
            }
        }

        internal bool IsInFlight(StepAddress step) => _inFlight.Contains(step);
    }
}
