using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Configuration;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Running;

/// <summary>Where the work of steps lives.</summary>
public interface IWorkFolders
{
    /// <summary>The folder of a step's work; the same as long as session, step and identity are.</summary>
    string Of(string session, StepAddress step, Fingerprint identity);

    /// <summary>Takes progress of a step that runs in this process, for others to read.</summary>
    Action<StepProgress> Progress(string workFolder);
}

/// <summary>Does what was decided: light steps here, heavy ones as workloads. Reports what came of it.</summary>
public sealed partial class EffectPerformer(
    IReadOnlyDictionary<StepKind, IStep> steps,
    IWorkloads workloads,
    ISecretSource secrets,
    IWorkFolders folders,
    TimeProvider time,
    Random chance,
    ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);

    // Ten tries with doubling pauses up to a minute are about six minutes: longer than a node takes to restart.
    private const int TransientAttemptsMax = 10;

    // A worker that dies five times in a row without moving on will die a sixth time.
    private const int LossesMax = 5;

    private readonly Dictionary<(string Session, StepAddress Step), Flight> _flights = [];
    private readonly Dictionary<(string Session, StepAddress Step), int> _losses = [];
    private readonly CancellationTokenSource _ending = new();

    /// <summary>Takes what came of effects; set by the controller.</summary>
    internal Func<Happening, ValueTask> Report { get; set; } = static _ => ValueTask.CompletedTask;

    internal int InFlightCount => _flights.Count;

    internal IReadOnlySet<StepAddress> InFlight(string session) =>
        _flights.Keys.Where(key => key.Session == session).Select(key => key.Step).ToHashSet();

    internal IReadOnlySet<StepAddress> Stopping(string session) =>
        _flights.Where(flight => flight.Key.Session == session && flight.Value.IsStopping).Select(flight => flight.Key.Step).ToHashSet();

    /// <summary>Finds again the workloads that an earlier controller left at work.</summary>
    internal void Begin(IEnumerable<SessionState> sessions)
    {
        foreach (var session in sessions)
        {
            foreach (var step in session.Steps.Values.Where(step => step.Workload is not null))
            {
                var flight = Open(session.Name, step.Address);
                flight.Work = AdoptAsync(session.Name, step);
            }
        }
    }

    /// <summary>Ends light work, which the next controller repeats; workloads go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_flights.Values.Select(flight => flight.Work));
        foreach (var flight in _flights.Values)
        {
            flight.Stop.Dispose();
        }

        _flights.Clear();
        _ending.Dispose();
    }

    internal void Claim(string session, Effect.Begin begin) => Open(session, begin.Step.Address);

    internal void Settle(Happening happened)
    {
        var key = (happened.Session, happened.Step);
        if (happened.EndsFlight && _flights.Remove(key, out var flight))
        {
            flight.Stop.Dispose();
        }
    }

    internal void Stop(SessionState session, Effect.Stop effect)
    {
        var key = (session.Name, effect.Step);
        if (!_flights.TryGetValue(key, out var flight))
        {
            return;
        }

        flight.IsStopping = true;
        LogStopping(effect.Step, effect.Why);
        if (session.Steps[effect.Step].Workload is { } workload)
        {
            flight.Side = StopWorkloadAsync(workload);
        }
        else
        {
            flight.Side = flight.Stop.CancelAsync();
        }
    }

    internal void Adjust(SessionState session, Effect.Adjust effect, string configuration)
    {
        var key = (session.Name, effect.Step.Address);
        if (_flights.TryGetValue(key, out var flight) && session.Steps[effect.Step.Address].Workload is { } workload && flight.AdjustedTo != effect.Inputs.Fingerprints.Process)
        {
            flight.AdjustedTo = effect.Inputs.Fingerprints.Process;
            flight.Side = AdjustAsync(session.Name, session.ActiveRun!.Number, effect, workload, configuration);
        }
    }

    internal void Perform(
        string session,
        int run,
        Effect.Begin begin,
        StepRecord claimed,
        MigrationConfig config,
        string configuration,
        ImmutableDictionary<StepAddress, StepOutputs> outputs)
    {
        var flight = _flights[(session, begin.Step.Address)];
        flight.Work = begin.Step.IsHeavy && begin.Phase == StepPhase.Run
            ? RunHeavyAsync(session, run, begin, configuration, outputs)
            : RunLightAsync(session, run, begin, claimed, config, outputs, flight.Stop.Token);
    }

    private async Task RunLightAsync(
        string session,
        int run,
        Effect.Begin begin,
        StepRecord claimed,
        MigrationConfig config,
        ImmutableDictionary<StepAddress, StepOutputs> outputs,
        CancellationToken stop)
    {
        // The loop must not wait for a step that never yields.
        await Task.Yield();
        var address = begin.Step.Address;
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["Session"] = session, ["Run"] = run, ["Step"] = address, ["Attempt"] = begin.Attempt });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop, _ending.Token);
        LogBegins(begin.Phase, address, begin.Attempt);
        LedgerEvent[] events;
        try
        {
            var step = steps[address.Kind];
            var folder = folders.Of(session, address, claimed.Inputs!.Fingerprints.Identity);
            var context = new StepContext
            {
                Session = session,
                Run = run,
                Address = address,
                Attempt = begin.Attempt,
                Config = config,
                Inputs = claimed.Inputs,
                Outputs = outputs,
                Approved = claimed.Evidence,
                Secrets = secrets,
                WorkFolder = folder,
                Time = time,
                Logger = logger,
                Progress = folders.Progress(folder),
                StopRequested = cancel.Token,
            };
            events = [await PhaseAsync(step, begin.Phase, context, cancel.Token)];
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            events = [new StepStopped(session, run, address, "asked to stop")];
        }
        catch (StepException failure)
        {
            LogFailed(failure, begin.Phase, address, failure.Because.Detail);
            events = [new StepFailed(session, run, address, begin.Attempt, begin.Phase, failure.Because, RetryAt(failure.IsTransient, begin.Attempt))];
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            // A defect in one step must not end the others.
            LogBroke(defect, begin.Phase, address);
            events = [new StepFailed(session, run, address, begin.Attempt, begin.Phase, Broke(address, defect), null)];
        }

        await Report(new(session, address, [.. events], EndsFlight: true));
    }

    private static async Task<LedgerEvent> PhaseAsync(IStep step, StepPhase phase, StepContext context, CancellationToken cancellationToken)
    {
        switch (phase)
        {
            case StepPhase.Evaluate:
                var evidence = await step.EvaluateAsync(context, cancellationToken);
                return new StepEvaluated(context.Session, context.Run, context.Address, context.Attempt, evidence);
            case StepPhase.Revert:
                await step.RevertAsync(context, cancellationToken);
                return new StepReverted(context.Session, context.Run, context.Address);
            default:
                return await step.RunAsync(context, cancellationToken) switch
                {
                    StepResult.Done done => new StepReported(context.Session, context.Run, context.Address, context.Attempt, done.Report, done.Outputs),
                    StepResult.EvidenceChanged changed => new StepEvaluated(context.Session, context.Run, context.Address, context.Attempt, changed.Evidence),
                    _ => new StepStopped(context.Session, context.Run, context.Address, "asked to stop"),
                };
        }
    }

    private DateTimeOffset? RetryAt(bool isTransient, int attempt)
    {
        if (!isTransient || attempt >= TransientAttemptsMax)
        {
            return null;
        }

        // Up to a quarter more, so that steps that failed together do not come back together.
        var seconds = Math.Min(60, Math.Pow(2, attempt - 1)) * (1 + (chance.NextDouble() / 4));
        return time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
    }

    private static Diagnostic Broke(StepAddress address, Exception defect) =>
        DiagnosticCatalog.StepBroke.Error(null, $"{address} ended with {defect.GetType().Name}: {defect.Message} This is a defect of Portage; workflow log {address} has the details.");

    private Flight Open(string session, StepAddress step)
    {
        var flight = new Flight();
        _flights[(session, step)] = flight;
        return flight;
    }

    private sealed class Flight
    {
        public CancellationTokenSource Stop { get; } = new();

        public Task Work { get; set; } = Task.CompletedTask;

        public Task Side { get; set; } = Task.CompletedTask;

        public bool IsStopping { get; set; }

        public Fingerprint? AdjustedTo { get; set; }
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Information, Message = "{Phase} {StepAddress} begins, attempt {Number}.")]
    private partial void LogBegins(StepPhase phase, StepAddress stepAddress, int number);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "{Phase} {StepAddress} failed: {Detail}")]
    private partial void LogFailed(Exception failure, StepPhase phase, StepAddress stepAddress, string detail);

    [LoggerMessage(EventId = 2103, Level = LogLevel.Error, Message = "{Phase} {StepAddress} broke.")]
    private partial void LogBroke(Exception defect, StepPhase phase, StepAddress stepAddress);

    [LoggerMessage(EventId = 2104, Level = LogLevel.Information, Message = "Stopping {StepAddress}: {Why}.")]
    private partial void LogStopping(StepAddress stepAddress, string why);
}
