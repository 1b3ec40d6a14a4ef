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
    /// <param name="readings">What services said last; empty where nobody listens.</param>
    public static IReadOnlyList<(WantedStep Step, Standing Standing)> Of(
        ImmutableArray<WantedStep> wanted,
        SessionState session,
        int run,
        IReadOnlySet<StepAddress> inFlight,
        DateTimeOffset now,
        InputsMemo memo,
        IReadOnlyDictionary<StepAddress, Reading> readings)
    {
        memo.Turn(wanted);
        var look = new Look(wanted, session, memo);
        look.Turn(run, inFlight, now, readings);
        var standings = new (WantedStep, Standing)[wanted.Length];
        for (var place = 0; place < wanted.Length; place++)
        {
            standings[place] = (wanted[place], look.At(place));
        }

        return standings;
    }

    /// <summary>
    /// A look at the steps, each after those before it. What it says of one step follows from that step's record and flight, the run,
    /// the pauses and the time; from what it said of the steps before it; and from the records of the steps that rest on it; of a service, from
    /// its reading; and of a step that <see cref="LooksAround"/>, or <see cref="LooksAtWorkOf"/> others, from the records and flights of those. From nothing else:
    /// <see cref="KeptStandings"/> looks again only where one of these has changed.
    /// </summary>
    internal sealed class Look(ImmutableArray<WantedStep> wanted, SessionState session, InputsMemo memo)
    {
        // What later steps may take; default where the step has come to nothing yet that is good.
        private readonly ImmutableArray<OutputPart>[] _left = new ImmutableArray<OutputPart>[wanted.Length];
        private readonly Reach[] _reach = new Reach[wanted.Length];
        private readonly UpstreamLook[] _looks = new UpstreamLook[wanted.Length];
        private readonly ImmutableArray<Destruction>[] _approved = new ImmutableArray<Destruction>[wanted.Length];
        private (Paused Pause, AddressPattern Pattern)[] _pauses = [];
        private IReadOnlySet<StepAddress> _inFlight = ImmutableHashSet<StepAddress>.Empty;
        private IReadOnlyDictionary<StepAddress, Reading> _readings = ImmutableDictionary<StepAddress, Reading>.Empty;

        /// <summary>The indices in which others of the same source and target were looked for, for what was said of the step last; default where nobody was, empty for any index.</summary>
        public ImmutableArray<string> LooksAround { get; private set; }

        /// <summary>The other steps whose work was looked at, for what was said of the step last.</summary>
        public ImmutableArray<StepAddress> LooksAtWorkOf { get; private set; } = [];

        /// <summary>Turns to a moment.</summary>
        public void Turn(int run, IReadOnlySet<StepAddress> inFlight, DateTimeOffset now, IReadOnlyDictionary<StepAddress, Reading> readings)
        {
            (Run, Now) = (run, now);
            _inFlight = inFlight;
            _readings = readings;
            if (!session.Pauses.SequenceEqual(_pauses.Select(pause => pause.Pause)))
            {
                _pauses = [.. session.Pauses.Select(pause => (pause, new AddressPattern(pause.Pattern)))];
            }
        }

        /// <summary>What later steps see of a step.</summary>
        public Seen SeenOf(int place) => new(_looks[place], _left[place], _reach[place], _approved[place]);

        public Standing At(int place)
        {
            (_left[place], _reach[place], _approved[place], LooksAround, LooksAtWorkOf) = (default, Reach.Nothing, default, default, []);
            var standing = Of(place, out var dropsProposal);
            return dropsProposal ? standing with { DropsProposal = true } : standing;
        }

        /// <param name="dropsProposal">True where the step stands as if nobody had looked at the change that was wanted before.</param>
        private Standing Of(int place, out bool dropsProposal)
        {
            var step = wanted[place];
            var had = session.Steps.GetValueOrDefault(step.Address) ?? new StepRecord(step.Address);
            var recorded = RecordedSteps.Of(had, Run);
            var verdict = StepVerdicts.Of(step, recorded, Before(place), item => WorkIn(step, item));
            var isDone = had.State == StepState.Complete && (verdict.Kind == VerdictKind.Keep || verdict.IsConditional);
            var waits = Waits(place, isDone);
            var inputs = waits.IsEmpty ? memo.Of(place, _left) : null;
            _looks[place] = new(verdict, recorded, default);
            dropsProposal = had.Proposal is { } proposal && IsAbandoned(step, had, proposal, verdict, inputs);
            had = dropsProposal ? had with { Proposal = null } : had;
            if (step.IsAbsent)
            {
                var leaving = new StepStanding(this, place, had, verdict, inputs, waits);
                _approved[place] = leaving.ApprovedDestructions();
                return HeldBy(step.Address, had) ?? leaving.Standing();
            }

            if (isDone)
            {
                if (!waits.IsEmpty)
                {
                    return new Standing.Waits(waits);
                }

                Leave(place, had, Reach.Complete);
                _approved[place] = ApprovedBefore(had);
                return Settled;
            }

            // What is about to go must be known to the steps after this one, also while a person holds it.
            var change = new StepStanding(this, place, had, verdict, inputs, waits);
            _looks[place] = _looks[place] with { TakesBack = change.TakesBack() };
            _approved[place] = change.ApprovedDestructions();
            if (HeldBy(step.Address, had) is { } held)
            {
                return held;
            }

            var standing = change.Standing();
            if (had.Serves && (verdict.Kind is VerdictKind.Keep or VerdictKind.Adopt || verdict.IsConditional))
            {
                Leave(place, had, standing is Standing.Serves serves ? serves.HeldBy is null ? Reach.Complete : Reach.Serving : Reach.Nothing);
            }

            return standing;
        }

        /// <summary>What a person approved in this run that has been done meanwhile: what stands on it may still do its part of that.</summary>
        private ImmutableArray<Destruction> ApprovedBefore(StepRecord had) =>
            had.Run == Run && had.Evidence is { Destroys.IsEmpty: false } evidence && had.Approved == evidence.Digest ? evidence.Destroys : default;

        private Standing.Held? HeldBy(StepAddress step, StepRecord had)
        {
            foreach (var (pause, pattern) in _pauses)
            {
                if (pattern.Matches(step))
                {
                    return new Standing.Held(pause, IsWorking: had.Workload is not null || _inFlight.Contains(step));
                }
            }

            return null;
        }

        private void Leave(int place, StepRecord had, Reach reach)
        {
            _left[place] = had.Outputs?.Parts ?? [];
            _looks[place] = _looks[place] with { Outputs = _left[place] };
            _reach[place] = reach;
        }

        /// <summary>True when a change that was looked at is not wanted, or not like that. What is under way comes to its end first.</summary>
        private bool IsAbandoned(WantedStep step, StepRecord had, Proposal proposal, Verdict verdict, StepInputs? inputs) =>
            had is { State: not StepState.Reverting, IsClaimed: false, Workload: null } && !_inFlight.Contains(had.Address)
            && (step.IsAbsent != proposal.Leaves
                || (!step.IsAbsent && (verdict is not { Kind: VerdictKind.Redo or VerdictKind.Update, IsConditional: false }
                    || (inputs is not null && !proposal.IsFor(inputs, verdict.Kind == VerdictKind.Redo ? verdict.Redone : [])))));

        /// <param name="isDone">What is done needs what it took, and nobody to serve any more.</param>
        private ImmutableArray<StepAddress> Waits(int place, bool isDone)
        {
            var waits = default(HashSet<StepAddress>);
            var before = memo.Before(place);
            for (var edge = 0; edge < before.Length; edge++)
            {
                var needs = isDone ? Reach.Nothing : wanted[place].Edges[edge].Needs == EdgeNeed.Serving ? Reach.Serving : Reach.Complete;
                if (_left[before[edge]].IsDefault || _reach[before[edge]] < needs)
                {
                    (waits ??= []).Add(wanted[before[edge]].Address);
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

        /// <summary>What of other steps would go along with items of one, though nobody takes it back.</summary>
        /// <param name="items">Default for all of it.</param>
        /// <param name="unselected">Items of it that its slice does not select any more.</param>
        internal ImmutableArray<LeftWork> LeftIn(int place, StepRecord had, ImmutableArray<string> items, ImmutableArray<string> unselected)
        {
            var step = wanted[place];
            if (step.Bears.IsEmpty || items is { IsDefault: false, IsEmpty: true })
            {
                return [];
            }

            items = items.IsDefault && had.Items is { } all ? [.. all.Keys] : items;
            LookAround(items);
            var near = (items.IsDefault ? session.Steps.Values : session.MayBeBeside(step.Address, items)).Where(record => record.HasEffects && LeftWork.MayStandIn(step, record.Address));
            var there = near.Select(record => RecordedSteps.Of(record, Run)).OfType<RecordedStep>().Select(record => LeftWork.Staying(record, WantedAs(record.Address), IsSelected)).OfType<RecordedStep>();
            return RecordedSteps.Of(had, Run) is not { } recorded ? [] : LeftWork.In(step, recorded, items, unselected, there, WantedAs, IsSelected);
        }

        private WantedStep? WantedAs(StepAddress step) => memo.PlaceOf(step) is { } place ? wanted[place] : null;

        private bool IsSelected(WantedStep step, string item) => LeftInPart.IsSelected(step, session, item);

        /// <summary>Work of other slices that goes too, in items of one: it goes first.</summary>
        internal IEnumerable<StepRecord> LeavingAbove(int place, StepRecord had, ImmutableArray<string> items)
        {
            var step = wanted[place];
            if ((session.Leaving.Count == 0 && session.LeavingInPart.Count == 0) || step.Bears.IsEmpty)
            {
                return [];
            }

            ImmutableArray<string> names = [.. items.IsDefault ? Claims.WrittenBy(had) : items.Except(had.Untouched, StringComparer.Ordinal)];
            LookAround(names);
            return session.OthersIn(had, names).Where(other => step.Bears.Contains(other.Address.Kind) && Leaves(other, names));
        }

        /// <summary>Work of the same kind that other slices have in an item.</summary>
        private IEnumerable<OtherWork> WorkIn(WantedStep step, string item)
        {
            LookAround([item]);
            foreach (var address in session.WritersBeside(step.Address, item))
            {
                if (address.Kind == step.Address.Kind && address != step.Address && RecordedSteps.Of(session.Steps[address], Run) is { } had)
                {
                    LooksAtWorkOf = LooksAtWorkOf.Add(address);
                    yield return new(had, WantedAs(address));
                }
            }
        }

        /// <summary>The steps that an item is to be taken over from, and that are at work at the moment, or will be on what they keep.</summary>
        internal ImmutableArray<StepAddress> StillAt(ImmutableArray<TakenItem> takesOver) => [.. takesOver.Select(taken => taken.From).Distinct().Where(IsStillAtWork)];

        private bool IsStillAtWork(StepAddress step)
        {
            var had = session.Steps[step];
            return IsInFlight(step) || AtWork.Is(had) || (had.State == StepState.Running && memo.Contains(step) && (had.Failure is null || had.RetryAt is not null || had.Run != Run));
        }

        /// <summary>The same with the folder that each item's notes lie in.</summary>
        internal ImmutableArray<TakenWork> WithNotes(ImmutableArray<TakenItem> takesOver) =>
        [
            .. takesOver.GroupBy(taken => taken.From, taken => taken.Item).Select(from => new TakenWork(from.Key, session.Steps[from.Key].Inputs!.Fingerprints.Identity, [.. from])),
        ];

        /// <summary>True for work that is to be absent, in some of these indices.</summary>
        private bool Leaves(StepRecord step, IEnumerable<string> indices) => memo.PlaceOf(step.Address) is { } place && (wanted[place] is { IsAbsent: true } absent
            ? Claims.WrittenBy(step).Except(absent.Stays, StringComparer.Ordinal).Intersect(indices, StringComparer.Ordinal).Any()
            : RecordedSteps.Of(step, Run) is { LeavingItems: { IsEmpty: false } leaving } && leaving.Intersect(indices, StringComparer.Ordinal).Any(item => !wanted[place].Stays.Contains(item, StringComparer.Ordinal) && !LeftInPart.IsSelected(wanted[place], session, item)));

        /// <summary>Steps of the same kind that are to go with one, from indices that it has too, and that nobody has let go yet: what one deletes is the other's as well.</summary>
        internal ImmutableArray<StepAddress> LeavingBeside(int place, StepRecord had, ImmutableArray<string> items)
        {
            var step = wanted[place];
            ImmutableArray<string> names = [.. items.IsDefault ? Claims.IndicesOf(had) : items];
            LookAround(names);
            var beside = session.OthersIn(had, names).Where(other => other.Address.Kind == step.Address.Kind && Leaves(other, names)).ToArray();
            LooksAtWorkOf = LooksAtWorkOf.AddRange(beside.Select(other => other.Address));
            return
            [
                .. beside.Where(other => other is not ({ State: StepState.Reverting } or { Proposal: { Leaves: true, IsApproved: true } }))
                    .Select(other => other.Address)
                    .OrderBy(address => address.ToString(), StringComparer.Ordinal),
            ];
        }

        /// <summary>Steps of other slices that are to be absent, and have something on the target in the items of one: it begins when they are gone.</summary>
        internal ImmutableArray<StepAddress> LeavingFrom(StepRecord had, StepInputs with)
        {
            if ((session.Leaving.Count == 0 && session.LeavingInPart.Count == 0) || with.Items.IsDefaultOrEmpty)
            {
                return [];
            }

            LookAround([.. with.Items.Select(item => item.Name)]);
            return
            [
                .. session.OthersIn(had, with.Items.Select(item => item.Name))
                    .Where(other => memo.PlaceOf(other.Address) is { } there && wanted[there].Destroys && Leaves(other, with.Items.Select(item => item.Name)))
                    .Select(other => other.Address)
                    .OrderBy(address => address.ToString(), StringComparer.Ordinal),
            ];
        }

        /// <param name="indices">Default for any.</param>
        private void LookAround(ImmutableArray<string> indices) =>
            LooksAround = indices.IsDefault || LooksAround is { IsDefault: false, IsEmpty: true } ? [] : LooksAround.IsDefault ? indices : LooksAround.AddRange(indices);

        internal bool IsInFlight(StepAddress step) => _inFlight.Contains(step);

        internal Reading? ReadingOf(StepAddress step) => _readings.GetValueOrDefault(step);
    }

    /// <summary>What later steps see of a step.</summary>
    /// <param name="Left">What they may take; default where it has come to nothing yet that is good.</param>
    internal readonly record struct Seen(UpstreamLook Look, ImmutableArray<OutputPart> Left, Reach Reach, ImmutableArray<Destruction> Approved);

    /// <summary>How far a step is, for those after it.</summary>
    internal enum Reach
    {
        Nothing,
        Serving,
        Complete,
    }
}
