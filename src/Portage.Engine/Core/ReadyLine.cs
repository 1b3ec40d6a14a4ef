using Portage.Model.Steps;

namespace Portage.Engine.Core;

/// <summary>
/// The steps that could begin, in the order in which they could. Those that need the same places stand in one lane: where the first of
/// a lane must wait, all of it does, so that who waits costs nothing. For one thread.
/// </summary>
internal sealed class ReadyLine
{
    private readonly Dictionary<int, Candidate> _candidates = [];
    private readonly Dictionary<(bool IsWorker, StepKind Kind, string? Target), SortedSet<(DateTimeOffset Since, int Place)>> _lanes = [];

    /// <summary>How many there are.</summary>
    public int Count => _candidates.Count;

    public void Add(int place, Candidate candidate)
    {
        _candidates.Add(place, candidate);
        if (!_lanes.TryGetValue(LaneOf(candidate), out var lane))
        {
            _lanes[LaneOf(candidate)] = lane = [];
        }

        lane.Add((candidate.Since, place));
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

        var rooms = new Admission.Rooms(limits, placed);
        var heads = new PriorityQueue<IEnumerator<(DateTimeOffset Since, int Place)>, (DateTimeOffset Since, int Place)>();
        foreach (var lane in _lanes.Values)
        {
            var head = ((IEnumerable<(DateTimeOffset Since, int Place)>)lane).GetEnumerator();
            head.MoveNext();
            heads.Enqueue(head, head.Current);
        }

        while (heads.TryDequeue(out var head, out var first))
        {
            var candidate = _candidates[first.Place];
            if (rooms.Enter(candidate.Step, candidate.IsWorker) is null)
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

    private static (bool IsWorker, StepKind Kind, string? Target) LaneOf(Candidate candidate) => (candidate.IsWorker, candidate.Step.Kind, candidate.Step.Target);
}
