using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Fields;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Status;

/// <summary>Makes the status report of a session. Pure: what is seen of the work is handed in.</summary>
/// <param name="planner">Knows every step kind.</param>
public sealed class StatusBuilder(Planner planner)
{
    /// <summary>What is under way in the whole home, of other sessions too.</summary>
    public IReadOnlyCollection<Placed> Places { get; init; } = [];

    /// <param name="session">The session.</param>
    /// <param name="sight">What is seen of its work.</param>
    /// <param name="now">The time.</param>
    public StatusReport Of(SessionState session, WorkSight sight, DateTimeOffset now)
    {
        var controller = sight.Controller?.Process;
        var run = session.Runs.Count > 0 ? session.Runs[^1] : null;
        var revision = session.ActiveRun is { } active ? session.Revisions[active.Revision - 1] : session.Current ?? session.Pending;
        var config = revision is null ? new() : ConfigurationReader.ReadCanonical(revision.Configuration).Config!;
        var wanted = Desired.Of(planner, config, session, session.ActiveRun?.Number ?? 0);
        var working = AtWork.Of(session).ToHashSet();
        var memo = new InputsMemo();
        var standings = Standings.Of(wanted, session, run?.Number ?? 0, working, now, memo, ReadingsOf(wanted, session, sight, memo));
        if (session.ActiveRun is not null)
        {
            standings = Admission.Over(standings, session, new(now, working, working) { Places = Places, Limits = Limits.Of(config, sight.Processors) });
        }

        var situations = new SituationText(session, controller, FailureText.Before(standings), now);
        return new(
            session.Name,
            run?.Number,
            run?.Outcome,
            controller,
            session.Current?.Number,
            session.Pending?.Number,
            [.. standings.Select(pair => StepStatusOf(pair.Step, pair.Standing, session, controller, sight, situations, now))],
            NotesOf(session, controller, config, wanted))
        {
            At = now,
            Plan = run?.Plan,
            WaitsForPerson = session.ActiveRun is not null
                && standings.Any(pair => pair.Standing is Standing.InReview or Standing.Held)
                && standings.All(pair => pair.Standing is Standing.InReview or Standing.Serves { HeldBy: null } or Standing.Held { IsWorking: false } or Standing.Waits or Standing.RevertWaits or Standing.Settled or Standing.Failed),
        };
    }

    /// <summary>What services said last. For how long their conditions have held, only the controller knows.</summary>
    private static Dictionary<StepAddress, Reading> ReadingsOf(ImmutableArray<WantedStep> wanted, SessionState session, WorkSight sight, InputsMemo memo)
    {
        var readings = new Dictionary<StepAddress, Reading>();
        foreach (var step in session.Served.Count == 0 ? [] : wanted.Where(step => session.Served.Contains(step.Address)))
        {
            if (sight.Of(step.Address).Serving is { } said)
            {
                var condition = step.Gate is { Mode: GateMode.Automatic, Predicate: { } text } ? memo.Predicate(text) : null;
                readings[step.Address] = Reading.After(null, said.Report, said.At, condition);
            }
        }

        return readings;
    }

    private ImmutableArray<string> NotesOf(SessionState session, int? controller, MigrationConfig config, ImmutableArray<WantedStep> wanted)
    {
        var dormant = Wishes.Dormant(planner, config, session);
        return [.. Notes(session, controller, wanted, dormant), .. LeftNotes.Of(session, LeftInPart.Of(planner, wanted, session), wanted, dormant)];
    }

    private static ImmutableArray<string> Notes(SessionState session, int? controller, ImmutableArray<WantedStep> wanted, ImmutableArray<Wish> dormant)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (session.ActiveRun is { } run && controller is null)
        {
            notes.Add($"No controller carries out run {run.Number}: workflow start goes on with it.");
        }

        foreach (var pause in session.Pauses)
        {
            notes.Add($"Paused {(pause.Pattern == "*" ? "everything" : pause.Pattern)} by {pause.By}: workflow resume.");
        }

        if (session.Pending is { } pending && session.Current is not null)
        {
            notes.Add($"Revision {pending.Number} is pending: workflow plan --pending, workflow configure commit.");
        }

        notes.AddRange(session.SetAside.Select(step => session.Steps[step]).Where(had => had.PutBackFailure is not null)
            .OrderBy(had => had.Address.ToString(), StringComparer.Ordinal)
            .Select(had => $"What {had.Address} had set aside on {had.Address.Target} while it was at work could not be put back: {had.PutBackFailure!.Detail} The next start tries again."));
        if (controller is null && session.ToPutBack.Select(step => step.ToString()).Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } aside)
        {
            notes.Add($"Ended in the middle, and what it had set aside is put back by the next start: {string.Join(", ", aside)}.");
        }

        notes.AddRange(dormant.Select(wish => wish.Text));
        return notes.ToImmutable();
    }

    private static StepStatus StepStatusOf(WantedStep step, Standing standing, SessionState session, int? controller, WorkSight seen, SituationText situations, DateTimeOffset now)
    {
        var had = session.Steps.GetValueOrDefault(step.Address) ?? new StepRecord(step.Address);
        var isWorking = AtWork.Is(had);
        var sight = seen.Of(step.Address);
        var standstill = isWorking ? Pace.Standstill(sight, had, controller is not null, now) : null;
        var progress = isWorking && standstill is null ? Pace.Said(sight, had)
            : isWorking ? Pace.Said(sight, had) is { } word ? word with { PerSecond = null } : null
            : Pace.LastWord(sight, had);
        var (group, situation) = session.ActiveRun is null && standing is not Standing.Settled && ForbiddenField(step, had) is { } field
            ? (StepGroup.Pending, $"was done with another {field}, and cannot go on like this: workflow plan")
            : situations.Of(step, standing, had, progress, standstill, Pace.LastWait(sight, had));
        var review = (standing as Standing.InReview)?.Gate;
        return new(
            step.Address,
            step.About,
            group,
            situation,
            progress,
            Remaining(progress),
            review is null ? had.Report : had.Reviewed,
            review?.Evidence,
            had.Failure ?? had.Failing?.Because,
            had.Attempt,
            standing is Standing.Retries or Standing.Working && had.Failing is { } failing ? failing.Since : had.State == StepState.Absent ? null : had.ChangedAt)
        {
            Failing = had.Failing,
            RetryAt = (standing as Standing.Retries)?.At is { } at && situations.IsTriedAgain(had) ? at : null,
            WaitedFor = isWorking ? null : Pace.LastWait(sight, had),
            HasMoreToCome = HasMoreToCome(standing, had),
            Superseded = review is null ? null : had.Superseded,
            Unmet = review is { Why: not GateQuestion.Manual } ? review.Why : null,
            Items = progress is not null ? progress.Items : had is { State: StepState.Complete, Items: { } items } && items.Values.Count(item => item.IsDone) is > 0 and var done ? new(done, done, []) : null,
        };
    }

    /// <summary>The field that blocks a plan, which never becomes a run; null when none does.</summary>
    private static string? ForbiddenField(WantedStep step, StepRecord had) => had is { State: StepState.Complete, Inputs: { } begun }
        ? InputDifferences.Between(begun, step).FirstOrDefault(field => field is { Change: Change.Never, Affects: Affects.Result })?.Reason.Path
        : null;

    /// <summary>Whether the step is not done with when what it does now is.</summary>
    private static bool HasMoreToCome(Standing standing, StepRecord had) => standing switch
    {
        Standing.Settled => false,
        Standing.Working { Phase: StepPhase.Run } => false,
        Standing.Working { Phase: StepPhase.Revert } => had is { LeavesBy: null, LeavingItems: null },
        _ => true,
    };

    private static TimeSpan? Remaining(StepProgress? progress) =>
        progress is { Total: { } total, PerSecond: { } rate and > 0 } && total > progress.Done
            ? TimeSpan.FromSeconds(Math.Min((total - progress.Done) / rate, TimeSpan.FromDays(365).TotalSeconds))
            : null;
}
