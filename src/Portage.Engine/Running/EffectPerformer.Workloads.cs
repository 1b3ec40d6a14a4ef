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
        string session,
        int run,
        Effect.Begin begin,
        string configuration,
        ImmutableDictionary<StepAddress, StepOutputs> outputs)
    {
        await Task.Yield();
        var address = begin.Step.Address;
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["Session"] = session, ["Run"] = run, ["Step"] = address, ["Attempt"] = begin.Attempt });
        try
        {
            var handle = await workloads.StartAsync(new(session, run, address, begin.Attempt, begin.Inputs, configuration, outputs), _ending.Token);
            await Report(new(session, address, [new WorkloadStarted(session, run, address, handle)], EndsFlight: false));
            await WatchAsync(session, run, address, begin.Attempt, handle);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The workload goes on; the next controller adopts it.
        }
        catch (StepException failure)
        {
            LogFailed(failure, StepPhase.Run, address, failure.Because.Detail);
            await Report(new(session, address, [new StepFailed(session, run, address, begin.Attempt, StepPhase.Run, failure.Because, RetryAt(failure.IsTransient, begin.Attempt))], EndsFlight: true));
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            LogBroke(defect, StepPhase.Run, address);
            await Report(new(session, address, [new StepFailed(session, run, address, begin.Attempt, StepPhase.Run, Broke(address, defect), null)], EndsFlight: true));
        }
    }

    private async Task AdoptAsync(string session, StepRecord step)
    {
        await Task.Yield();
        var handle = step.Workload!;
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["Session"] = session, ["Run"] = step.Run, ["Step"] = step.Address, ["Attempt"] = step.Attempt });
        try
        {
            if (await workloads.AdoptAsync(handle, _ending.Token))
            {
                LogAdopted(step.Address, handle.Id);
                await Report(new(session, step.Address, [new WorkloadAdopted(session, step.Run, step.Address, handle)], EndsFlight: false));
            }

            await WatchAsync(session, step.Run, step.Address, step.Attempt, handle);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The workload goes on; the next controller adopts it.
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            LogBroke(defect, StepPhase.Run, step.Address);
            await Report(new(session, step.Address, [new StepFailed(session, step.Run, step.Address, step.Attempt, StepPhase.Run, Broke(step.Address, defect), null)], EndsFlight: true));
        }
    }

    private async Task WatchAsync(string session, int run, StepAddress address, int attempt, WorkloadHandle handle)
    {
        while (true)
        {
            var sighting = await workloads.ObserveAsync(handle, _ending.Token);
            if (sighting is WorkloadSighting.Alive)
            {
                await Task.Delay(WatchInterval, time, _ending.Token);
                continue;
            }

            await Report(new(session, address, [EventOf(session, run, address, attempt, sighting)], EndsFlight: true));
            return;
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
                LogFailed(null!, StepPhase.Run, address, failed.Because.Detail);
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

    private async Task AdjustAsync(string session, int run, Effect.Adjust effect, WorkloadHandle workload, string configuration)
    {
        await Task.Yield();
        try
        {
            while (!await workloads.AdjustAsync(workload, configuration, _ending.Token))
            {
                if (await workloads.ObserveAsync(workload, _ending.Token) is not WorkloadSighting.Alive)
                {
                    return;
                }

                await Task.Delay(WatchInterval, time, _ending.Token);
            }

            await Report(new(session, effect.Step.Address, [new WorkloadAdjusted(session, run, effect.Step.Address, effect.Inputs)], EndsFlight: false));
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The next controller adjusts it.
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            LogBroke(defect, StepPhase.Run, effect.Step.Address);
        }
    }

    private async Task StopWorkloadAsync(WorkloadHandle workload)
    {
        try
        {
            await workloads.StopAsync(workload, _ending.Token);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The next controller stops it.
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            LogStopBroke(defect, workload.Id);
        }
    }

    [LoggerMessage(EventId = 2105, Level = LogLevel.Information, Message = "Adopted the workload {Workload} of {StepAddress}.")]
    private partial void LogAdopted(StepAddress stepAddress, string workload);

    [LoggerMessage(EventId = 2106, Level = LogLevel.Warning, Message = "Lost the workload of {StepAddress}: {Why}")]
    private partial void LogLost(StepAddress stepAddress, string why);

    [LoggerMessage(EventId = 2107, Level = LogLevel.Error, Message = "Could not ask the workload {Workload} to stop.")]
    private partial void LogStopBroke(Exception defect, string workload);
}
