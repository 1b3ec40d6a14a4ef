using System.Collections.Immutable;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>
/// The steps that could begin, in the order in which they could. Those that need the same places stand in one lane: where the first of
/// a lane must wait, all of it does, so that who waits costs nothing. For one thread.
/// </summary>
internal sealed class ReadyLine
{
    private readonly Dictionary<int, Candidate> _candidates = [];
    private readonly Dictionary<(RunsAs As, StepKind Kind, string? Target), SortedSet<(DateTimeOffset Since, int Place)>> _lanes = [];

    // A target that has no limit of its own needs no lane of its own; there may be a thousand of them.
    private ImmutableDictionary<string, int> _targets = ImmutableDictionary<string, int>.Empty;

    /// <summary>How many there are.</summary>
    public int Count => _candidates.Count;

    public void Add(int place, Candidate candidate)
    {
        _candidates.Add(place, candidate);
        Queue(place, candidate);
    }

    public void Remove(int place)
    {
        _candidates.Remove(place, out var candidate);
        var lane = _lanes[LaneOf(candidate!)];
        lane.Remove((candidate!.Since, place));
        if (lane.Count == 0)
        {
            _lanes.Remove(LaneOf(candidate));
        }
    }

    /// <summary>The places of those that begin now: the same as <see cref="Admission.Choose"/> says of all of them, in no order.</summary>
    public List<int> Admitted(IReadOnlyCollection<Placed> placed, Limits limits)
    {
        var admitted = new List<int>();
        if (_candidates.Count == 0)
        {
            return admitted;
        }

        if (!ReferenceEquals(limits.Targets, _targets))
        {
            _targets = limits.Targets;
            _lanes.Clear();
            foreach (var (place, candidate) in _candidates)
            {
                Queue(place, candidate);
            }
        }

        var rooms = new Admission.Rooms(limits, placed);
        var heads = new PriorityQueue<IEnumerator<(DateTimeOffset Since, int Place)>, (DateTimeOffset Since, int Place)>();
        foreach (var lane in _lanes.Values)
        {
            var head = lane.AsEnumerable().GetEnumerator();
            head.MoveNext();
            heads.Enqueue(head, head.Current);
        }

        while (heads.TryDequeue(out var head, out var first))
        {
            var candidate = _candidates[first.Place];
            if (rooms.Enter(candidate.Step, candidate.As) is null)
            {
                admitted.Add(first.Place);
                if (head.MoveNext())
                {
                    heads.Enqueue(head, head.Current);
                    continue;
                }
            }

            head.Dispose();
        }

        return admitted;
    }

    private void Queue(int place, Candidate candidate)
    {
        if (!_lanes.TryGetValue(LaneOf(candidate), out var lane))
        {
            _lanes[LaneOf(candidate)] = lane = [];
        }

        lane.Add((candidate.Since, place));
    }

    private (RunsAs As, StepKind Kind, string? Target) LaneOf(Candidate candidate) =>
        (candidate.As, candidate.Step.Kind, candidate.Step.Target is { } target && _targets.ContainsKey(target) ? target : null);
}
