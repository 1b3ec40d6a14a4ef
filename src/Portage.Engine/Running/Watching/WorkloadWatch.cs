using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Running.Watching;

/// <summary>Starts or finds the workload of a flight, looks after it until it has ended, and tells it what is asked of it meanwhile.</summary>
/// <remarks>
/// Only a sighting ends the flight. That the workload cannot be seen, started, adopted, adjusted or stopped at the moment says
/// nothing about the work, so it is tried for as long as the controller lives (<see cref="Troubles"/>).
/// </remarks>
/// <param name="report">Takes what comes of a flight.</param>
/// <param name="ending">Cancelled when the controller ends; workloads go on, and the next one adopts them.</param>
internal sealed partial class WorkloadWatch(
    IWorkloads workloads,
    Troubles troubles,
    Retries retries,
    Func<Happening, ValueTask> report,
    TimeProvider time,
    ILogger logger,
    CancellationToken ending)
{
    private const string Unseen = "cannot be seen";
    private const string Unstarted = "cannot be started";
    private const string Unstopped = "cannot be asked to stop";
    private const string Unadjusted = "cannot be given other process fields";

    // A worker looks for other process fields ten times a second; one that does not answer is asked less and less often.
    private static readonly TimeSpan AnswerInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AnswerIntervalMax = TimeSpan.FromSeconds(1);

    private readonly Losses _losses = new();

    /// <summary>Starts the workload, and looks after it.</summary>
    public Task StartAsync(Flight flight, StepInputs inputs, StepReport? approved, int? resends, string configuration, ImmutableDictionary<StepAddress, StepOutputs> outputs) => UntilTheEndAsync(flight, async attempt =>
    {
        if (flight.Stop.IsCancellationRequested)
        {
            await EndAsync(flight, attempt.Stopped("asked to stop"));
            return;
        }

        WorkloadHandle? handle;
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(flight.Stop.Token, ending);
        try
        {
            // A start is let end, whatever is asked meanwhile: nobody knows what becomes of half of one.
            var assignment = new WorkloadAssignment(attempt.Session, attempt.Run, attempt.Step, attempt.Number, inputs, configuration, outputs) { Approved = approved, Resends = resends };
            handle = await troubles.PersistAsync(attempt, Unstarted, async _ => await workloads.StartAsync(assignment, ending), giveUp.Token);
        }
        catch (StepException failure)
        {
            LogFailed(attempt.Step, failure.Because.Detail);
            await EndAsync(flight, attempt.Failed(StepPhase.Run, failure.Because, retries.At(failure.IsTransient, attempt.Number)));
            return;
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            handle = await FindAsync(attempt, inputs.Fingerprints.Identity);
        }

        await (handle is null
            ? EndAsync(flight, attempt.Stopped("asked to stop"))
            : LookAfterAsync(flight, new WorkloadStarted(attempt.Session, attempt.Run, attempt.Step, handle), handle));
    });

    /// <summary>Adopts the workload that an earlier controller wrote down, or whatever is at its work now, and looks after it.</summary>
    public Task AdoptAsync(Flight flight, WorkloadHandle known) => UntilTheEndAsync(flight, async attempt =>
    {
        var isOurs = await troubles.PersistAsync(attempt, Unseen, async _ => await workloads.AdoptAsync(known, ending), ending);

        // A ledger that was put back from an older copy knows an older worker than the one at work.
        var other = isOurs ? null : await FindAsync(attempt, known.Identity);
        await (isOurs ? AdoptedAsync(flight, known)
            : other is not null && other.Token != known.Token ? AdoptedAsync(flight, other)
            : LookAfterAsync(flight, null, known));
    });

    /// <summary>A controller that is gone claimed the step; whether it came to start a workload, only the backend knows.</summary>
    /// <param name="identity">Of the work; null where the step has no workload.</param>
    public Task FindAsync(Flight flight, Fingerprint? identity) => UntilTheEndAsync(flight, async attempt =>
        await (identity is { } work && await FindAsync(attempt, work) is { } handle
            ? AdoptedAsync(flight, handle)
            : EndAsync(flight, attempt.Stopped("its controller is gone"))));

    private Task AdoptedAsync(Flight flight, WorkloadHandle handle)
    {
        LogAdopted(flight.Attempt.Step, handle.Id);
        return LookAfterAsync(flight, new WorkloadAdopted(flight.Attempt.Session, flight.Attempt.Run, flight.Attempt.Step, handle), handle);
    }

    private Task<WorkloadHandle?> FindAsync(Attempt attempt, Fingerprint identity) =>
        troubles.PersistAsync(attempt, Unseen, async _ => await workloads.FindAsync(attempt.Session, attempt.Step, identity, ending), ending);

    private async Task UntilTheEndAsync(Flight flight, Func<Attempt, Task> work)
    {
        // The loop must not wait for a backend that never yields.
        await Task.Yield();
        using var scope = logger.BeginScope(flight.Attempt.Fields);
        try
        {
            await work(flight.Attempt);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The workload goes on; the next controller adopts it.
        }
    }

    private async Task LookAfterAsync(Flight flight, LedgerEvent? begins, WorkloadHandle handle)
    {
        if (begins is not null)
        {
            await report(new(flight, [begins], EndsFlight: false));
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var telling = TellAsync(flight, handle, over.Token);
        try
        {
            var sighting = await troubles.PersistAsync(flight.Attempt, Unseen, looking => SeeAsync(flight, handle, looking), ending);
            await StopTellingAsync(over, telling);
            await EndAsync(flight, EventOf(flight.Attempt, sighting));
        }
        finally
        {
            await StopTellingAsync(over, telling);
        }
    }

    /// <summary>The sighting that ends the watch.</summary>
    private async ValueTask<WorkloadSighting> SeeAsync(Flight flight, WorkloadHandle handle, Troubles.Endeavour looking)
    {
        await foreach (var sighting in workloads.WatchAsync(handle, ending))
        {
            looking.Over();
            switch (sighting)
            {
                case WorkloadSighting.Alive:
                    break;
                case WorkloadSighting.Serving serving:
                    await report(new(flight, [], EndsFlight: false) { Reading = serving });
                    break;
                default:
                    return sighting;
            }
        }

        throw new WorkloadUnreachableException("The watch ended without saying how the work did.", null);
    }

    /// <summary>Tells the workload what is asked of the flight, one thing after the other: first of all to stop, after which nothing else counts.</summary>
    private async Task TellAsync(Flight flight, WorkloadHandle handle, CancellationToken over)
    {
        await using var waking = flight.Stop.Token.Register(flight.Wake);
        var adjusting = troubles.Of(flight.Attempt, Unadjusted);
        try
        {
            var (tuned, patience) = (default(Tuning), AnswerInterval);
            while (!flight.Stop.IsCancellationRequested)
            {
                var pause = default(TimeSpan?);
                if (flight.Tuning is { } tuning && tuning != tuned)
                {
                    (var isTaken, pause) = await AdjustAsync(handle, tuning, adjusting, patience, over);
                    patience = isTaken ? AnswerInterval : Min(patience * 2, AnswerIntervalMax);
                    if (isTaken)
                    {
                        tuned = tuning;
                        await report(new(flight, [new WorkloadAdjusted(flight.Attempt.Session, tuning.Run, flight.Attempt.Step, tuning.Inputs)], EndsFlight: false));
                        continue;
                    }
                }

                await WaitAsync(flight, pause, over);
            }

            adjusting.Over();
            await troubles.PersistAsync(flight.Attempt, Unstopped, async _ =>
            {
                await workloads.StopAsync(handle, over);
                return true;
            }, over);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The work has ended, or the controller does.
        }
        finally
        {
            adjusting.Over();
        }
    }

    /// <returns>Whether it is acknowledged, and otherwise how long to wait before asking again.</returns>
    private async Task<(bool IsTaken, TimeSpan? Pause)> AdjustAsync(WorkloadHandle handle, Tuning tuning, Troubles.Endeavour adjusting, TimeSpan patience, CancellationToken over)
    {
        try
        {
            var isTaken = await workloads.AdjustAsync(handle, tuning.Configuration, over);
            adjusting.Over();
            return (isTaken, patience);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException && !over.IsCancellationRequested)
        {
            return (false, adjusting.Failed(failure));
        }
    }

    /// <summary>Waits until something new is asked, or a time is over.</summary>
    private async Task WaitAsync(Flight flight, TimeSpan? pause, CancellationToken over)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(over);
        var asked = flight.AskedAsync(enough.Token);
        if (pause is { } length)
        {
            // Cancelled only once nobody waits for it: what waits for a delay that is cancelled goes on in another thread.
            using var slept = new CancellationTokenSource();
            await Task.WhenAny(asked, Task.Delay(length, time, slept.Token));
            Cancel(slept);
        }
        else
        {
            await asked;
        }

        Cancel(enough);
        over.ThrowIfCancellationRequested();
    }

    private static async Task StopTellingAsync(CancellationTokenSource over, Task telling)
    {
        Cancel(over);
        await telling;
    }

    // Nothing that is called back by this runs long; on another thread it would only come later.
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private async Task EndAsync(Flight flight, LedgerEvent ends) => await report(new(flight, [ends], EndsFlight: true));

    private LedgerEvent EventOf(Attempt attempt, WorkloadSighting sighting)
    {
        switch (sighting)
        {
            case WorkloadSighting.Done done:
                _losses.Clear(attempt);
                return new StepReported(attempt.Session, attempt.Run, attempt.Step, attempt.Number, done.Report, done.Outputs);
            case WorkloadSighting.EvidenceChanged other:
                _losses.Clear(attempt);
                return new StepEvaluated(attempt.Session, attempt.Run, attempt.Step, attempt.Number, other.Evidence);
            case WorkloadSighting.Stopped:
                return attempt.Stopped("asked to stop");
            case WorkloadSighting.Failed failed:
                LogFailed(attempt.Step, failed.Because.Detail);
                return attempt.Failed(StepPhase.Run, failed.Because, retries.At(failed.IsTransient, attempt.Number));
            case WorkloadSighting.Lost lost:
                var losses = _losses.Count(attempt, lost.MadeProgress);
                LogLost(attempt.Step, lost.Why);
                return losses >= Losses.Max
                    ? attempt.Failed(StepPhase.Run, DiagnosticCatalog.WorkloadLost.Error(null, $"{lost.Why} It ended {losses} times in a row without moving on; workflow log {attempt.Step} has the details."), null)
                    : new WorkloadLost(attempt.Session, attempt.Run, attempt.Step, lost.Why, time.GetUtcNow());
            default:
                throw new InvalidOperationException($"No such sighting: {sighting.GetType().Name}.");
        }
    }

    [LoggerMessage(EventId = 2105, Level = LogLevel.Information, Message = "Adopted the workload {Workload} of {StepAddress}.")]
    private partial void LogAdopted(StepAddress stepAddress, string workload);

    [LoggerMessage(EventId = 2106, Level = LogLevel.Warning, Message = "Lost the workload of {StepAddress}: {Why}")]
    private partial void LogLost(StepAddress stepAddress, string why);

    [LoggerMessage(EventId = 2109, Level = LogLevel.Warning, Message = "The workload of {StepAddress} failed: {Detail}")]
    private partial void LogFailed(StepAddress stepAddress, string detail);
}
