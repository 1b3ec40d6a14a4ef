using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Core;

/// <summary>
/// Where the wanted steps of a session stand, kept from one decision to the next: only steps that something happened to are looked at
/// again, and those behind them as far as they see it. The same as <see cref="Standings.Of"/>, at a cost that does not grow with the steps.
/// For one thread.
/// </summary>
internal sealed class KeptStandings(ImmutableArray<WantedStep> wanted, InputsMemo memo)
{
    private readonly Standing?[] _standings = new Standing?[wanted.Length];
    private readonly StepRecord?[] _records = new StepRecord?[wanted.Length];
    private readonly HashSet<StepAddress> _inFlight = [];
    private readonly Dictionary<int, bool> _isDue = [];
    private readonly SortedSet<int> _acting = [];

    // Who looked for the work of others, by the indices in which; and those who looked in all of them.
    private readonly Lookers<WorkPlace> _lookIn = new();
    private readonly HashSet<int> _lookInAny = [];

    // Who looked at the work of which other steps.
    private readonly Lookers<StepAddress> _lookAtWork = new();

    // Places are taken out in their order, so that each is looked at once, after all before it.
    private readonly PriorityQueue<int, int> _again = new();
    private readonly bool[] _isAgain = new bool[wanted.Length];

    private SessionState? _session;
    private Standings.Look? _look;
    private IReadOnlyList<Paused>? _pauses;
    private int _run;
    private long _changes;
    private long _disturbances;
    private int _settled;
    private int _failed;
    private int _undecided;

    /// <summary>The steps that could begin.</summary>
    public ReadyLine Ready { get; } = new();

    /// <summary>The places of the other steps for which there may be something to do, in order.</summary>
    public IReadOnlyCollection<int> Acting => _acting;

    /// <summary>How the run has ended; null while it has not.</summary>
    public RunOutcome? Outcome => _undecided > 0 || Ready.Count > 0 ? null
        : _settled == wanted.Length ? RunOutcome.Done
        : _failed > 0 ? RunOutcome.Failed
        : null;

    /// <summary>Where a step stands, places not considered.</summary>
    public Standing At(int place) => _standings[place]!;

    /// <summary>Brings everything to what is recorded and observed now.</summary>
    public void Turn(SessionState session, int run, Observed observed)
    {
        var (inFlight, now) = (observed.InFlight, observed.Now);
        var steps = default(ReadOnlySpan<StepAddress>);
        var disturbed = default(ReadOnlySpan<WorkPlace>);
        var goesOn = ReferenceEquals(session, _session) && run == _run && ReferenceEquals(session.Pauses, _pauses) && session.ChangedSince(_changes, out steps) && session.DisturbedSince(_disturbances, out disturbed);
        if (!ReferenceEquals(session, _session))
        {
            _look = new(wanted, session, memo);
        }

        (_session, _run, _pauses, _changes, _disturbances) = (session, run, session.Pauses, session.Changes, session.Disturbances);
        _look!.Turn(run, inFlight, now, observed.Readings);
        if (goesOn)
        {
            Changed(steps);
            Disturbed(disturbed);
            Flown(inFlight);
            Due(now);
            foreach (var served in session.Served)
            {
                // What it said last is no event.
                if (memo.PlaceOf(served) is { } place)
                {
                    Again(place);
                }
            }
        }
        else
        {
            (var all, _) = (Enumerable.Range(0, wanted.Length), _inFlight.RemoveWhere(_ => true));
            _inFlight.UnionWith(inFlight);
            foreach (var place in all)
            {
                Again(place);
            }
        }

        while (_again.TryDequeue(out var place, out _))
        {
            _isAgain[place] = false;
            LookAt(place, now);
        }
    }

    private void Changed(ReadOnlySpan<StepAddress> steps)
    {
        foreach (var step in steps)
        {
            AgainFor(step);
            if (memo.PlaceOf(step) is { } place)
            {
                foreach (var under in memo.StandsOn(place))
                {
                    // Whoever is to be taken back waits for what rests on it.
                    Again(under);
                }
            }
        }
    }

    private void Disturbed(ReadOnlySpan<WorkPlace> places)
    {
        foreach (var disturbed in places)
        {
            foreach (var place in disturbed.Index is null ? _lookIn.Places : _lookIn.At(disturbed))
            {
                Again(place);
            }
        }

        foreach (var place in places.IsEmpty ? [] : _lookInAny)
        {
            Again(place);
        }
    }

    private void Flown(IReadOnlySet<StepAddress> inFlight)
    {
        foreach (var step in _inFlight.Where(step => !inFlight.Contains(step)).Concat(inFlight.Where(step => !_inFlight.Contains(step))).ToArray())
        {
            if (!_inFlight.Remove(step))
            {
                _inFlight.Add(step);
            }

            AgainFor(step);
        }
    }

    private void Due(DateTimeOffset now)
    {
        foreach (var (place, was) in _isDue)
        {
            if (RetryTimes.IsDue(_records[place]!.RetryAt!.Value, now) != was)
            {
                Again(place);
            }
        }
    }

    /// <summary>The step itself, and those that looked at its work.</summary>
    private void AgainFor(StepAddress step)
    {
        foreach (var looker in _lookAtWork.At(step))
        {
            Again(looker);
        }

        if (memo.PlaceOf(step) is { } place)
        {
            Again(place);
        }
    }

    private void Again(int place)
    {
        if (!_isAgain[place])
        {
            _isAgain[place] = true;
            _again.Enqueue(place, place);
        }
    }

    private void LookAt(int place, DateTimeOffset now)
    {
        var record = _session!.Steps.GetValueOrDefault(wanted[place].Address);
        var (before, hadRecord, had) = (_look!.SeenOf(place), _records[place], _standings[place]);
        if (had is not null)
        {
            Count(place, had, -1);
        }

        var standing = _look.At(place);
        (_records[place], _standings[place]) = (record, standing);
        LookAround(place, _look.LooksAround);
        _lookAtWork.Set(place, _look.LooksAtWorkOf.IsEmpty ? default : _look.LooksAtWorkOf);
        Count(place, standing, 1);
        if (record?.RetryAt is { } at)
        {
            _isDue[place] = RetryTimes.IsDue(at, now);
        }
        else
        {
            _isDue.Remove(place);
        }

        if (!ReferenceEquals(record, hadRecord) || !IsSame(before, _look.SeenOf(place)))
        {
            foreach (var after in memo.After(place))
            {
                Again(after);
            }
        }
    }

    /// <param name="indices">Default where nobody is looked for, empty for any index.</param>
    private void LookAround(int place, ImmutableArray<string> indices)
    {
        _lookIn.Set(place, indices.IsDefault ? default : [.. indices.Select(index => WorkPlace.Of(wanted[place].Address, index))]);
        _ = indices is { IsDefault: false, IsEmpty: true } ? _lookInAny.Add(place) : _lookInAny.Remove(place);
    }

    /// <summary>Takes a standing into the sums and lists, or out of them.</summary>
    private void Count(int place, Standing standing, int one)
    {
        _settled += standing is Standing.Settled or Standing.Serves ? one : 0;
        _failed += standing is Standing.Failed ? one : 0;
        _undecided += Reconciler.IsUndecided(standing) ? one : 0;
        if (standing is Standing.Ready { DropsProposal: false } ready)
        {
            if (one > 0)
            {
                Ready.Add(place, Admission.CandidateOf(wanted[place], ready, _session!));
            }
            else
            {
                Ready.Remove(place);
            }
        }
        else if (one < 0)
        {
            _acting.Remove(place);
        }
        else if (standing.DropsProposal || standing is Standing.Serves or Standing.GateDue or Standing.StopsFirst or Standing.Retries or Standing.Held { IsWorking: true } or Standing.Working { Phase: StepPhase.Run })
        {
            _acting.Add(place);
        }
    }

    /// <summary>True where later steps see the same. Their reasons count too: they are shown.</summary>
    private static bool IsSame(Standings.Seen a, Standings.Seen b) =>
        a.Left == b.Left
        && a.Reach == b.Reach
        && a.Look.Outputs == b.Look.Outputs
        && IsSame(a.Look.TakesBack, b.Look.TakesBack)
        && IsSame(a.Approved, b.Approved)
        && (ReferenceEquals(a.Look.Verdict, b.Look.Verdict) || (a.Look.Verdict is { } one && b.Look.Verdict is { } other && IsSame(one, other)));

    private static bool IsSame(Verdict a, Verdict b) =>
        a.Kind == b.Kind
        && a.IsConditional == b.IsConditional
        && IsSame(a.Because, b.Because)
        && IsSame(a.Redone, b.Redone)
        && IsSame(a.Added, b.Added)
        && IsSame(a.TakesOver, b.TakesOver)
        && IsSame(a.Left, b.Left);

    private static bool IsSame<T>(ImmutableArray<T> a, ImmutableArray<T> b) =>
        a == b || (!a.IsDefault && !b.IsDefault && a.AsSpan().SequenceEqual(b.AsSpan(), null));
}
