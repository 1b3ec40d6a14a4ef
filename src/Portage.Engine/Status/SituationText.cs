using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Planning;

namespace Portage.Engine.Status;

/// <summary>Where a step stands, in one line: the phase, the reason of the wait and what would end it, or what came of it. Pure.</summary>
/// <param name="session">The session.</param>
/// <param name="controller">The process that carries out runs; null when there is none.</param>
/// <param name="failed">Which steps wait for one that failed.</param>
/// <param name="now">The time.</param>
internal sealed class SituationText(SessionState session, int? controller, FailureText.FailedBefore failed, DateTimeOffset now)
{
    /// <param name="progress">How far it is; null where it has not said.</param>
    /// <param name="standstill">What is wrong about its pace; null where nothing is.</param>
    /// <param name="waited">What it waited for when it ended in the middle; null for nothing.</param>
    public (StepGroup Group, string Situation) Of(WantedStep step, Standing standing, StepRecord had, StepProgress? progress, string? standstill, string? waited)
    {
        var isUnderWay = session.ActiveRun is not null;
        switch (standing)
        {
            case Standing.Serves { HeldBy: null }:
                return (StepGroup.InProgress, $"serves: {Summary(had.Report)}{(standstill is null ? "" : $"; {standstill}")}");
            case Standing.Serves serves:
                return (StepGroup.InProgress, $"serves; its gate waits: {serves.HeldBy}{(standstill is null ? "" : $"; {standstill}")}");
            case Standing.Working or Standing.Ready when had.Serves && !isUnderWay:
                return (StepGroup.InProgress, $"is started again{(standstill is null ? "" : $"; {standstill}")}");
            case Standing.Settled:
                return (StepGroup.Complete, Summary(had.Report) + ItemsSaid.Note(had, step, session));
            case Standing.Waits when had.State == StepState.Complete:
                return (StepGroup.Complete, $"{Summary(had.Report)}{ItemsSaid.Note(had, step, session)}; looked at again when the steps before it are done");
            case Standing.Waits waits:
                return (StepGroup.Pending, failed.Of(step.Address) ?? (isUnderWay ? $"waits for {string.Join(" and ", waits.On)}" : NotStarted(session)));
            case Standing.Held held:
                return (StepGroup.Pending, (held.IsWorking
                    ? $"is being paused by {held.Pause.By}: {standstill ?? "finishes its batch"}"
                    : $"paused by {held.Pause.By}: workflow resume{(held.Pause.Pattern == "*" ? "" : $" '{held.Pause.Pattern}'")}") + Trouble(had, waited));
            case Standing.Working when !isUnderWay && AtWork.Is(had):
                return (StepGroup.InProgress, $"is still ending: {standstill ?? "finishes its batch"}");
            case Standing.Ready when !isUnderWay && had.LeavesBy is not null:
                return (StepGroup.Pending, "no longer wanted, to be taken back; not started: workflow start");
            case Standing.Working or Standing.Ready when !isUnderWay:
                return (StepGroup.Pending, (had.State == StepState.Absent ? NotStarted(session) : $"{Situations.Of(had.Failing is null ? had : had with { Failure = null, RetryAt = null })}; {NotStarted(session)}") + Trouble(had, waited));
            case Standing.Working working:
                var word = working.Phase switch { StepPhase.Evaluate => "is being evaluated", StepPhase.Run => "running", _ => "is being reverted" };
                var why = (standstill, progress?.Waiting) switch
                {
                    (null, null) => "",
                    ({ } stands, { } waiting) => $"; {stands}; {waiting}",
                    var (stands, waiting) => $"; {stands ?? waiting}",
                };
                return (StepGroup.InProgress, $"{word}{(had.Failing is null ? "" : $", attempt {had.Attempt}")}{why}{FailureText.After(had, now)}");
            case Standing.Ready:
                return (StepGroup.Pending, (controller is null ? "can begin as soon as there is a controller: workflow start" : "begins now") + FailureText.After(had, now));
            case Standing.WaitsForPlace waits:
                return (StepGroup.Pending, $"waits for {waits.Place}{FailureText.After(had, now)}");
            case Standing.GateDue:
                return (StepGroup.Pending, "its gate is asked next");
            case Standing.InReview or Standing.GateDue when !isUnderWay:
                // Nobody can approve what no run would carry out.
                return (StepGroup.Pending, "waits for approval in the next run: workflow start");
            case Standing.InReview review:
                var again = had.Superseded is null ? "waits for approval" : "what was approved has changed, waits for approval again";
                return (StepGroup.UnderReview, review.Gate.Why == GateQuestion.Manual ? $"{again}: workflow approve" : $"{review.Gate.Why}; {again}: workflow approve");
            case Standing.Retries retries:
                var next = IsTriedAgain(had) ? $"Tries again at {retries.At.UtcDateTime:HH:mm:ss} UTC"
                    : isUnderWay ? "Tried again as soon as there is a controller: workflow start"
                    : "Tried again by the next start: workflow start";
                return (isUnderWay || had.Serves ? StepGroup.InProgress : StepGroup.Pending, $"{FailureText.Of(had, now)} {next}");
            case Standing.Failed { Because: var because }:
                return (StepGroup.Failed, $"{because.Code}: {because.Detail}{FailureText.Tries(had, now)}{(because.Command is { } command ? $" Next: {command}" : "")}");
            case Standing.RevertWaits { IsTogether: true } together:
                return (StepGroup.Pending, $"is taken back only together with {string.Join(" and ", together.On)}, which has work in the same indices and is not approved");
            case Standing.RevertWaits reverts when had.LeavesBy is not null || had.LeavingItems is not null:
                return (StepGroup.Pending, $"is taken back after {string.Join(" and ", reverts.On)} is");
            case Standing.StopsFirst when had.LeavesBy is not null:
                return (StepGroup.InProgress, $"nobody wants it any more: stops, and is taken back{(standstill is null ? "" : $"; {standstill}")}");
            case Standing.RevertWaits reverts:
                return (StepGroup.Pending, $"is reverted and done again after {string.Join(" and ", reverts.On)} is reverted");
            case Standing.StopsFirst:
                var then = had.HasEffects ? "stops, and what is not good any more is taken back and done anew" : "stops, and is done again";
                return (StepGroup.InProgress, $"its inputs changed: {then}{(standstill is null ? "" : $"; {standstill}")}");
            default:
                throw new InvalidOperationException($"No words for {standing.GetType().Name}.");
        }
    }

    /// <summary>True where a failed try is made again at its time with nobody doing anything about it.</summary>
    public bool IsTriedAgain(StepRecord had) => controller is not null && (session.ActiveRun is not null || had.Serves);

    /// <summary>Why whoever holds or stopped it may have done so: what it waited for then, and what failed last.</summary>
    private string Trouble(StepRecord had, string? waited) => (waited is null ? "" : $"; when it ended it waited: {waited}") + FailureText.After(had, now);

    private static string NotStarted(SessionState session) =>
        session.Current is null ? "not committed: workflow configure commit" : "not started: workflow start";

    private static string Summary(StepReport? report) => report is null || report.Lines.IsEmpty ? "done" : report.Lines[0];
}
