using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>What the events of one session imply. Changed only by <see cref="Apply"/>, by the one thread that owns it.</summary>
/// <param name="name">The session's name.</param>
public sealed class SessionState(string name)
{
    // Whoever is further behind than that looks at all the steps, which is not often enough to matter.
    private const int ChangesKept = 16 * 1_024;

    private readonly Dictionary<StepAddress, StepRecord> _steps = [];
    private readonly HashSet<StepAddress> _served = [];
    private readonly HashSet<StepAddress> _leaving = [];
    private readonly HashSet<StepAddress> _leavingInPart = [];
    private readonly HashSet<StepAddress> _setAside = [];
    private readonly List<StepAddress> _changes = [];
    private List<WorkPlace>? _disturbed;
    private long _changesDropped;
    private long _disturbedDropped;
    private WritersByIndex? _writers;
    private SessionRecord _record = new();
    private long _place;

    /// <summary>The session's name.</summary>
    public string Name { get; private set; } = name;

    /// <summary>Every step that ever began.</summary>
    public IReadOnlyDictionary<StepAddress, StepRecord> Steps => _steps;

    /// <summary>What steps left to later ones, by address; the outputs of a step are there until it is reverted.</summary>
    public ImmutableDictionary<StepAddress, StepOutputs> Outputs { get; private set; } = ImmutableDictionary<StepAddress, StepOutputs>.Empty;

    /// <summary>All revisions, oldest first.</summary>
    public IReadOnlyList<Revision> Revisions => _record.Revisions;

    /// <summary>All runs, oldest first.</summary>
    public IReadOnlyList<RunRecord> Runs => _record.Runs;

    /// <summary>Pauses in force.</summary>
    public IReadOnlyList<Paused> Pauses => _record.Pauses;

    /// <summary>The revision that is edited and not committed; null when there is none.</summary>
    public Revision? Pending => _record.Pending;

    /// <summary>The revision that was committed last; null when none was.</summary>
    public Revision? Current => _record.Current;

    /// <summary>The run under way; null when there is none.</summary>
    public RunRecord? ActiveRun => _record.ActiveRun;

    /// <summary>Services that are to serve on, whether a run is under way or not.</summary>
    public IReadOnlySet<StepAddress> Served => _served;

    /// <summary>Steps that somebody wants taken back, now that no configuration wants them.</summary>
    public IReadOnlySet<StepAddress> Leaving => _leaving;

    /// <summary>Steps that are wanted, and of which somebody wants items taken back that their slices do not select any more.</summary>
    public IReadOnlySet<StepAddress> LeavingInPart => _leavingInPart;

    /// <summary>How often somebody asked for work to be taken back, or thought better of it.</summary>
    public int Wishes { get; private set; }

    /// <summary>Steps whose work may have set something aside that nobody has put back yet.</summary>
    public IReadOnlySet<StepAddress> SetAside => _setAside;

    /// <summary>Those of them whose work is over, and that nobody has tried to put back since the last run began.</summary>
    internal IEnumerable<StepAddress> ToPutBack => _setAside.Where(step => _steps[step] is var had && !AtWork.Is(had) && had.PutBackTriedIn < Runs.Count);

    /// <summary>The run whose configuration holds: the one under way; without one, the last, for as long as services of it are to serve. Null when there is none.</summary>
    public RunRecord? Carried => ActiveRun ?? (_served.Count > 0 ? Runs[^1] : null);

    /// <summary>True when there is something that only a controller can do: a run to carry out, workloads to stop that no run wants, services to start again, what was set aside to put back.</summary>
    public bool NeedsController => ActiveRun is not null || _steps.Values.Any(AtWork.Is) || _served.Any(IsDown) || ToPutBack.Any();

    /// <summary>The ids of clusters by their addresses, as runs found them.</summary>
    public ImmutableSortedDictionary<string, string> Clusters => _record.Clusters;

    /// <summary>How many changes of records of steps there were.</summary>
    internal long Changes => _changesDropped + _changes.Count;

    /// <summary>The steps whose records changed after so many changes, in order, a step perhaps more than once; false where that is too long ago to tell.</summary>
    internal bool ChangedSince(long changes, out ReadOnlySpan<StepAddress> steps)
    {
        var isKnown = changes >= _changesDropped;
        steps = isKnown ? CollectionsMarshal.AsSpan(_changes)[(int)(changes - _changesDropped)..] : default;
        return isKnown;
    }

    /// <summary>How often the work in an index changed hands, counted from the first time that somebody asks.</summary>
    internal long Disturbances => _disturbedDropped + (_disturbed ??= []).Count;

    /// <summary>Where other work came, or left, after so many times. False where that is too long ago to tell.</summary>
    internal bool DisturbedSince(long times, out ReadOnlySpan<WorkPlace> places)
    {
        var isKnown = _disturbed is not null && times >= _disturbedDropped;
        places = isKnown ? CollectionsMarshal.AsSpan(_disturbed)[(int)(times - _disturbedDropped)..] : default;
        return isKnown;
    }

    /// <summary>The steps that have their work in an index of a target, whatever the cluster. Kept from the first time that somebody asks.</summary>
    /// <param name="butOf">A source whose steps are passed over; null for none.</param>
    internal IEnumerable<StepAddress> WritersOf(string index, string? butOf) => (_writers ??= new(_steps.Values)).Of(index, butOf);

    /// <summary>The steps of a step's source that have their work in an index of its target, itself among them. Kept like <see cref="WritersOf"/>.</summary>
    internal IEnumerable<StepAddress> WritersBeside(StepAddress step, string index) => (_writers ??= new(_steps.Values)).At(WorkPlace.Of(step, index));

    /// <summary>The same for some indices, with those of which nobody wrote down in which they are.</summary>
    internal IEnumerable<StepRecord> MayBeBeside(StepAddress step, IEnumerable<string> indices)
    {
        _writers ??= new(_steps.Values);
        return indices.SelectMany(index => WritersBeside(step, index))
            .Concat(_writers.Unlisted.Where(other => (other.Source, other.Target) == (step.Source, step.Target)))
            .Distinct()
            .Select(other => _steps[other]);
    }

    /// <summary>Steps of other slices that have work in some of these indices of the same target.</summary>
    internal IEnumerable<StepRecord> OthersIn(StepRecord step, IEnumerable<string> indices)
    {
        var names = indices.ToHashSet(StringComparer.Ordinal);
        return MayBeBeside(step.Address, names).Where(other => other.HasEffects
            && other.Address.Part != step.Address.Part
            && Claims.IndicesOf(other).Any(names.Contains));
    }

    /// <summary>The configuration that a run carries out, as canonical JSON.</summary>
    public string ConfigurationOf(int run) => _record.Revisions[_record.Runs[run - 1].Revision - 1].Configuration;

    /// <summary>True when a person asked, since the run began, for steps to be done anew, or taken back, or for documents to be sent again: it does not, but the next one does.</summary>
    public bool IsAskedSince(RunRecord run) => _steps.Values.Any(step => (step.AskedBy is not null && step.AskedIn == run.Number) || (step.ResendBy is not null && step.ResendIn == run.Number) || (step.LeavesBy is not null && step.LeavesIn == run.Number) || step.LeavingItems?.In == run.Number);

    /// <summary>What the planner compares with.</summary>
    public IReadOnlyDictionary<StepAddress, RecordedStep> Recorded() => _steps.Values
        .Select(step => RecordedSteps.Of(step, run: 0))
        .OfType<RecordedStep>()
        .ToDictionary(step => step.Address);

    /// <summary>Takes in one event.</summary>
    public void Apply(LedgerEvent happened, DateTimeOffset at)
    {
        switch (happened)
        {
            case SessionEvent e:
                _record = e.ApplyTo(_record, at);
                if (e is RunStarted)
                {
                    ForgetWhatWasFound();
                }

                break;
            case StepEvent e:
                ApplyToStep(e, at);
                break;
            default:
                throw new InvalidOperationException($"No state for {happened.GetType().Name}.");
        }
    }

    internal void Rename(string to) => Name = to;

    private void ApplyToStep(StepEvent happened, DateTimeOffset at)
    {
        var had = _steps.GetValueOrDefault(happened.Step) ?? new StepRecord(happened.Step);
        if (happened is StepStarted { Takes: { IsEmpty: false } takes })
        {
            had = TakeOver(had, takes);
        }

        var now = happened.ApplyTo(had, at, ++_place) with { ChangedAt = at };
        Set(now);
        _ = now.LeavesBy is not null ? _leaving.Add(happened.Step) : _leaving.Remove(happened.Step);
        _ = now.LeavingItems is not null ? _leavingInPart.Add(happened.Step) : _leavingInPart.Remove(happened.Step);
        Wishes += happened is CollectAsked ? 1 : 0;
        _ = now.SetsAside ? _setAside.Add(happened.Step) : _setAside.Remove(happened.Step);
        _ = now.Serves ? _served.Add(happened.Step) : _served.Remove(happened.Step);
        if (happened is RevertRefused)
        {
            ForgetApprovals(happened.Step);
        }

        if (!ReferenceEquals(now.Outputs, had.Outputs))
        {
            Outputs = now.Outputs is { } outputs ? Outputs.SetItem(happened.Step, outputs) : Outputs.Remove(happened.Step);
        }
    }

    /// <summary>Items change hands as they are: what is recorded of them is recorded of another step.</summary>
    private StepRecord TakeOver(StepRecord to, ImmutableArray<TakenWork> takes)
    {
        foreach (var work in takes)
        {
            if (_steps.GetValueOrDefault(work.From) is { Items: { } items } before)
            {
                var taken = work.Items.Where(items.ContainsKey).Select(item => KeyValuePair.Create(item, items[item])).ToArray();
                Set(before with { Items = items.RemoveRange(work.Items), LeavingItems = LeavingItems.Without(before.LeavingItems, work.Items) });

                // Of what an earlier release did nobody knows the items: then they are all as old as the step.
                to = to is { HasEffects: true, Items: null } ? to : to with { Items = (to.Items ?? StepRecord.NoItems).SetItems(taken) };
            }
        }

        return to;
    }

    /// <summary>What was taken over by a step whose notes may still lie where they were: not what the other step has done anew since.</summary>
    public ImmutableArray<TakenWork> NotesFor(StepRecord step) =>
    [
        .. step.Took
            .Select(work => work with { Items = [.. work.Items.Where(item => _steps.GetValueOrDefault(work.From)?.Items?.ContainsKey(item) != true)] })
            .Where(work => !work.Items.IsEmpty),
    ];

    /// <summary>True for a service that is to serve, does not, and will not be held by a person.</summary>
    private bool IsDown(StepAddress step) => _steps[step] is { Workload: null, IsClaimed: false } had
        && (had.Failure is null || had.RetryAt is not null)
        && !Pauses.Any(pause => new AddressPattern(pause.Pattern).Matches(step));

    /// <summary>The world is another one than was approved: what stands on each other in one place is looked at again.</summary>
    private void ForgetApprovals(StepAddress refused)
    {
        foreach (var step in _steps.Values.Where(step => step.Proposal is not null && (step.Address.Source, step.Address.Part, step.Address.Target) == (refused.Source, refused.Part, refused.Target)).ToArray())
        {
            Set(step with { Proposal = null });
        }
    }

    /// <summary>What a run found that it would have to destroy was looked at in that run, and allowed in that run: by now there may be more of it.</summary>
    private void ForgetWhatWasFound()
    {
        foreach (var step in _steps.Values.Where(step => step is { State: StepState.Evaluated, HasEffects: true, Approved: not null, Evidence.Destroys.IsEmpty: false }).ToArray())
        {
            Set(step with { Approved = null });
        }
    }

    /// <summary>Notes in which indices a step came to have work, or to have none, or is about to go.</summary>
    private void Disturb(StepRecord? had, StepRecord now)
    {
        if (_disturbed is null || (had is not null && had.HasEffects == now.HasEffects && ReferenceEquals(had.Items, now.Items) && ReferenceEquals(had.Outputs, now.Outputs) && had.Untouched == now.Untouched && had.LeavesBy == now.LeavesBy && ReferenceEquals(had.LeavingItems, now.LeavingItems)))
        {
            return;
        }

        if (_disturbed.Count > ChangesKept)
        {
            _disturbedDropped += _disturbed.Count;
            _disturbed.Clear();
        }

        _disturbed.AddRange((had is null ? [] : Claims.IndicesOf(had)).Union(Claims.IndicesOf(now), StringComparer.Ordinal).Select(index => WorkPlace.Of(now.Address, index)));
        if (now is { HasEffects: true, Items: null, Address.Target: not null })
        {
            _disturbed.Add(WorkPlace.Of(now.Address, null));
        }
    }

    private void Set(StepRecord step)
    {
        var had = _steps.GetValueOrDefault(step.Address);
        _writers?.Change(had, step);
        Disturb(had, step);
        _steps[step.Address] = step;
        if (_changes.Count == ChangesKept)
        {
            _changesDropped += _changes.Count;
            _changes.Clear();
        }

        _changes.Add(step.Address);
    }
}
