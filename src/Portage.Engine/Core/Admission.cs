using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>A step that is under way, and so takes its places.</summary>
/// <param name="Session">Its session.</param>
/// <param name="Step">The step.</param>
/// <param name="As">How what is under way is carried out: an evaluation or a revert is light, whatever its kind.</param>
public sealed record Placed(string Session, StepAddress Step, RunsAs As);

/// <summary>A step that could begin.</summary>
/// <param name="Step">The step.</param>
/// <param name="As">How it would be carried out.</param>
/// <param name="Since">Since when it could.</param>
public sealed record Candidate(StepAddress Step, RunsAs As, DateTimeOffset Since);

/// <summary>What a step waits for when nothing else holds it: one of a number of places.</summary>
/// <param name="Count">How many places there are.</param>
/// <param name="Of">What they are for, as <c>places of blue</c>.</param>
/// <param name="Setting">The field that says how many.</param>
/// <param name="Taken">Who has them, as far as they are of this session.</param>
public sealed record Place(int Count, string Of, string Setting, ImmutableArray<StepAddress> Taken)
{
    /// <summary>As <c>one of 4 places of blue (targets.blue.stepsMax), taken by A and 3 others</c>.</summary>
    public override string ToString() =>
        $"{(Count == 1 ? "the one" : $"one of {Count}")} {Of} ({Setting}){(Taken.IsEmpty ? "" : $", taken by {AtWork.Words(Taken)}")}";
}

/// <summary>Decides who begins next where not all may. Pure.</summary>
/// <remarks>
/// Who could begin first does; at the same moment, who comes first in reading order. A step whose places are all free goes past one
/// that waits for a place it does not need itself: a full target holds nobody on another one. What serves takes none but its
/// kind's, because it may serve for weeks.
/// </remarks>
public static class Admission
{
    /// <summary>For each candidate, the place it waits for; null for those that begin.</summary>
    /// <param name="candidates">In reading order.</param>
    /// <param name="placed">What is under way in the whole home.</param>
    public static ImmutableArray<Place?> Choose(IReadOnlyList<Candidate> candidates, IReadOnlyCollection<Placed> placed, Limits limits)
    {
        var rooms = new Rooms(limits, placed);
        var waits = new Place?[candidates.Count];
        foreach (var i in Enumerable.Range(0, candidates.Count).OrderBy(i => candidates[i].Since))
        {
            waits[i] = rooms.Enter(candidates[i].Step, candidates[i].As);
        }

        return [.. waits];
    }

    /// <summary>The standings as they are once places are given out: who gets none waits for one.</summary>
    /// <param name="standings">In reading order.</param>
    public static IReadOnlyList<(WantedStep Step, Standing Standing)> Over(IReadOnlyList<(WantedStep Step, Standing Standing)> standings, SessionState session, Observed observed)
    {
        var ready = Enumerable.Range(0, standings.Count).Where(i => standings[i].Standing is Standing.Ready { DropsProposal: false }).ToArray();
        if (ready.Length == 0)
        {
            return standings;
        }

        var candidates = ready.Select(i => CandidateOf(standings[i].Step, (Standing.Ready)standings[i].Standing, session)).ToArray();
        var waits = Choose(candidates, observed.Places, observed.Limits);
        if (waits.All(place => place is null))
        {
            return standings;
        }

        var admitted = standings.ToArray();
        for (var i = 0; i < ready.Length; i++)
        {
            if (waits[i] is { } place)
            {
                admitted[ready[i]] = (standings[ready[i]].Step, new Standing.WaitsForPlace(place) { DropsProposal = standings[ready[i]].Standing.DropsProposal });
            }
        }

        return admitted;
    }

    /// <summary>How a phase of the step is carried out; evaluations and reverts run inside the controller.</summary>
    public static RunsAs As(WantedStep step, StepPhase phase) => phase == StepPhase.Run ? step.RunsAs : RunsAs.Light;

    /// <summary>True for what has a process of its own.</summary>
    public static bool IsWorkload(RunsAs one) => one is RunsAs.Work or RunsAs.Service;

    /// <summary>A step that could begin, as it stands in line.</summary>
    internal static Candidate CandidateOf(WantedStep step, Standing.Ready ready, SessionState session) => new(step.Address, As(step, ready.Phase), ReadySince(step, session));

    /// <summary>The moment at which nothing but a place was missing: the start of the run, or whatever happened last to the step or to those before it.</summary>
    private static DateTimeOffset ReadySince(WantedStep step, SessionState session)
    {
        var had = session.Steps.GetValueOrDefault(step.Address);
        var since = Latest(session.ActiveRun?.StartedAt ?? default, had?.ChangedAt ?? default);
        since = Latest(since, had?.RetryAt ?? default);
        foreach (var edge in step.Edges)
        {
            since = Latest(since, session.Steps.GetValueOrDefault(edge.Upstream)?.ChangedAt ?? default);
        }

        return since;
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>The places of a home, and who is in them.</summary>
    internal sealed class Rooms
    {
        private readonly Room _workers;
        private readonly Room _light;
        private readonly Dictionary<StepKind, Room> _kinds;
        private readonly Dictionary<string, Room> _targets;

        public Rooms(Limits limits, IReadOnlyCollection<Placed> placed)
        {
            _workers = new(limits.Workers, limits.Workers == 1 ? "place for workers" : "places for workers", "limits.workers");
            _light = new(limits.LightSteps, limits.LightSteps == 1 ? "place in the controller" : "places in the controller", "limits.lightSteps");
            _kinds = limits.Kinds.ToDictionary(kind => kind.Key, kind => new Room(kind.Value, $"{(kind.Value == 1 ? "place" : "places")} for {kind.Key.Word()}", $"limits.kinds.{kind.Key.Word()}"));
            _targets = limits.Targets.ToDictionary(target => target.Key, target => new Room(target.Value, $"{(target.Value == 1 ? "place" : "places")} of {target.Key}", $"targets.{target.Key}.stepsMax"), StringComparer.Ordinal);
            foreach (var one in placed)
            {
                foreach (var room in Of(one.Step, one.As))
                {
                    room.Take(one.Step);
                }
            }
        }

        /// <summary>Takes a place in each room that the step needs, or in none.</summary>
        /// <returns>What it waits for.</returns>
        public Place? Enter(StepAddress step, RunsAs runsAs)
        {
            foreach (var room in Of(step, runsAs))
            {
                if (room.IsFull)
                {
                    return room.Place;
                }
            }

            foreach (var room in Of(step, runsAs))
            {
                room.Take(step);
            }

            return null;
        }

        private IEnumerable<Room> Of(StepAddress step, RunsAs runsAs)
        {
            if (runsAs != RunsAs.Service && step.Target is { } target && _targets.TryGetValue(target, out var ofTarget))
            {
                yield return ofTarget;
            }

            if (_kinds.TryGetValue(step.Kind, out var ofKind))
            {
                yield return ofKind;
            }

            if (runsAs != RunsAs.Service)
            {
                yield return runsAs == RunsAs.Work ? _workers : _light;
            }
        }
    }

    private sealed class Room(int count, string of, string setting)
    {
        private readonly List<StepAddress> _taken = [];
        private Place? _place;

        public bool IsFull => _taken.Count >= count;

        /// <summary>What whoever comes now waits for; one value for all of them.</summary>
        public Place Place => _place ??= new(count, of, setting, [.. _taken]);

        public void Take(StepAddress step) => _taken.Add(step);
    }
}
