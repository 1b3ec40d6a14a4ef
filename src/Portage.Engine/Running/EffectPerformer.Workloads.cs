using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Running;

/// <content>Heavy steps: start, adopt, watch, adjust and stop workloads.</content>
public sealed partial class EffectPerformer
{
    private async Task RunHeavyAsync(
        Flight flight,
        string session,
        int run,
        Effect.Begin begin,
        string configuration,
        ImmutableDictionary<StepAddress, StepOutputs> outputs)
    {
        await Task.Yield();
        var address = begin.Step.Address;
        using var scope = Scope(session, run, address, begin.Attempt);
        await GuardAsync(flight, session, run, address, begin.Attempt, async () =>
        {
            if (flight.Stop.IsCancellationRequested)
            {
                await Report(new(session, address, flight, [new StepStopped(session, run, address, "asked to stop")], EndsFlight: true));
                return;
            }

            var handle = await workloads.StartAsync(new(session, run, address, begin.Attempt, begin.Inputs, configuration, outputs), _ending.Token);
            await Report(new(session, address, flight, [new WorkloadStarted(session, run, address, handle)], EndsFlight: false));
            await WatchAsync(flight, session, run, address, begin.Attempt, handle);
        });
    }

    private async Task AdoptAsync(Flight flight, string session, StepRecord step)
    {
        await Task.Yield();
        var handle = step.Workload!;
        using var scope = Scope(session, step.Run, step.Address, step.Attempt);
        await GuardAsync(flight, session, step.Run, step.Address, step.Attempt, async () =>
        {
            if (await workloads.AdoptAsync(handle, _ending.Token))
            {
                LogAdopted(step.Address, handle.Id);
                await Report(new(session, step.Address, flight, [new WorkloadAdopted(session, step.Run, step.Address, handle)], EndsFlight: false));
            }

            await WatchAsync(flight, session, step.Run, step.Address, step.Attempt, handle);
        });
    }

    /// <summary>A controller that is gone claimed the step. What it did itself ended with it; whether it came to start a workload, only the backend knows.</summary>
    private async Task FindAsync(Flight flight, string session, StepRecord step)
    {
        await Task.Yield();
        using var scope = Scope(session, step.Run, step.Address, step.Attempt);
        await GuardAsync(flight, session, step.Run, step.Address, step.Attempt, async () =>
        {
            var canHaveWorkload = step.State == StepState.Running && steps[step.Address.Kind].Definition.IsHeavy;
            if (!canHaveWorkload || await workloads.FindAsync(session, step.Address, step.Inputs!.Fingerprints.Identity, _ending.Token) is not { } handle)
            {
                await Report(new(session, step.Address, flight, [new StepStopped(session, step.Run, step.Address, "its controller is gone")], EndsFlight: true));
                return;
            }

            LogAdopted(step.Address, handle.Id);
            await Report(new(session, step.Address, flight, [new WorkloadAdopted(session, step.Run, step.Address, handle)], EndsFlight: false));
            await WatchAsync(flight, session, step.Run, step.Address, step.Attempt, handle);
        });
    }

    private IDisposable? Scope(string session, int run, StepAddress step, int attempt) =>
        logger.BeginScope(new Dictionary<string, object> { ["Session"] = session, ["Run"] = run, ["Step"] = step, ["Attempt"] = attempt });

    private async Task GuardAsync(Flight flight, string session, int run, StepAddress address, int attempt, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The workload goes on; the next controller adopts it.
        }
        catch (StepException failure)
        {
            LogFailed(failure, StepPhase.Run, address, failure.Because.Detail);
            await Report(new(session, address, flight, [new StepFailed(session, run, address, attempt, StepPhase.Run, failure.Because, RetryAt(failure.IsTransient, attempt))], EndsFlight: true));
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            LogBroke(defect, StepPhase.Run, address);
            await Report(new(session, address, flight, [new StepFailed(session, run, address, attempt, StepPhase.Run, Broke(address, defect), null)], EndsFlight: true));
        }
    }

    /// <summary>Looks after a workload until it ends: one loop for each, so that what it is told arrives in order.</summary>
    private async Task WatchAsync(Flight flight, string session, int run, StepAddress address, int attempt, WorkloadHandle handle)
    {
        var isAskedToStop = false;
        var tuned = default(Tuning);
        while (true)
        {
            if (flight.Stop.IsCancellationRequested && !isAskedToStop)
            {
                isAskedToStop = await TryStopAsync(handle);
            }

            var sighting = await workloads.ObserveAsync(handle, _ending.Token);
            if (sighting is not WorkloadSighting.Alive)
            {
                await Report(new(session, address, flight, [EventOf(session, run, address, attempt, sighting)], EndsFlight: true));
                return;
            }

            // Asked for until it is acknowledged; whichever came last is the one that counts.
            if (flight.Tuning is { } tuning && tuning != tuned && await workloads.AdjustAsync(handle, tuning.Configuration, _ending.Token))
            {
                tuned = tuning;
                await Report(new(session, address, flight, [new WorkloadAdjusted(session, tuning.Run, address, tuning.Inputs)], EndsFlight: false));
            }

            await Task.Delay(WatchInterval, time, _ending.Token);
        }
    }

    private async Task<bool> TryStopAsync(WorkloadHandle workload)
    {
        try
        {
            await workloads.StopAsync(workload, _ending.Token);
            return true;
        }
        catch (IOException failure)
        {
            LogStopBroke(failure, workload.Id);
            return false;
        }
    }

    private LedgerEvent EventOf(string session, int run, StepAddress address, int attempt, WorkloadSighting sighting)
    {
        var key = (session, address);
        switch (sighting)
        {
            case WorkloadSighting.Done done:
                ClearLosses(key);
                return new StepReported(session, run, address, attempt, done.Report, done.Outputs);
            case WorkloadSighting.Stopped:
                return new StepStopped(session, run, address, "asked to stop");
            case WorkloadSighting.Failed failed:
                LogFailed(null, StepPhase.Run, address, failed.Because.Detail);
                return new StepFailed(session, run, address, attempt, StepPhase.Run, failed.Because, RetryAt(failed.IsTransient, attempt));
            case WorkloadSighting.Lost lost:
                var losses = CountLoss(key, lost.MadeProgress);
                LogLost(address, lost.Why);
                return losses >= LossesMax
                    ? new StepFailed(session, run, address, attempt, StepPhase.Run, DiagnosticCatalog.WorkloadLost.Error(null, $"{lost.Why} It ended {losses} times in a row without moving on; workflow log {address} has the details."), null)
                    : new WorkloadLost(session, run, address, lost.Why, time.GetUtcNow());
            default:
                throw new InvalidOperationException($"No such sighting: {sighting.GetType().Name}.");
        }
    }

    private void ClearLosses((string Session, StepAddress Step) key)
    {
        lock (_losses)
        {
            _losses.Remove(key);
        }
    }

    private int CountLoss((string Session, StepAddress Step) key, bool madeProgress)
    {
        lock (_losses)
        {
            return _losses[key] = madeProgress ? 1 : _losses.GetValueOrDefault(key) + 1;
        }
    }

    [LoggerMessage(EventId = 2105, Level = LogLevel.Information, Message = "Adopted the workload {Workload} of {StepAddress}.")]
    private partial void LogAdopted(StepAddress stepAddress, string workload);

    [LoggerMessage(EventId = 2106, Level = LogLevel.Warning, Message = "Lost the workload of {StepAddress}: {Why}")]
    private partial void LogLost(StepAddress stepAddress, string why);

    [LoggerMessage(EventId = 2107, Level = LogLevel.Error, Message = "Could not ask the workload {Workload} to stop.")]
    private partial void LogStopBroke(Exception defect, string workload);
}
