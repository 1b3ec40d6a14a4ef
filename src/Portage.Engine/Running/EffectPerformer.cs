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
using Portage.Planning.Destroying;

namespace Portage.Engine.Running;

/// <summary>Where the work of steps lives.</summary>
public interface IWorkFolders
{
    /// <summary>The folder of a step's work; the same as long as session, step and identity are.</summary>
    string Of(string session, StepAddress step, Fingerprint identity);

    /// <summary>What a step remembers in its folder.</summary>
    IStepFiles Files(string workFolder);

    /// <summary>Deletes the work of a session that is gone.</summary>
    void Forget(string session);

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

    private readonly Dictionary<string, SessionFlights> _flights = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Session, StepAddress Step), int> _losses = [];
    private readonly CancellationTokenSource _ending = new();

    /// <summary>Takes what came of effects; set by the controller.</summary>
    internal Func<Happening, ValueTask> Report { get; set; } = static _ => ValueTask.CompletedTask;

    internal int InFlightCount => _flights.Values.Sum(flights => flights.InFlight.Count);

    internal IReadOnlySet<StepAddress> InFlight(string session) => Of(session).InFlight;

    internal IReadOnlySet<StepAddress> Stopping(string session) => Of(session).Stopping;

    /// <summary>Finds again the workloads that an earlier controller left at work, those included whose start it could not write down any more.</summary>
    internal void Begin(IEnumerable<SessionState> sessions)
    {
        foreach (var session in sessions)
        {
            foreach (var step in session.Steps.Values)
            {
                if (step.Workload is not null)
                {
                    var flight = Of(session.Name).Open(step.Address);
                    flight.Work = AdoptAsync(flight, session.Name, step);
                }
                else if (step.IsClaimed)
                {
                    var flight = Of(session.Name).Open(step.Address);
                    flight.Work = FindAsync(flight, session.Name, step);
                }
            }
        }
    }

    /// <summary>Ends light work, which the next controller repeats; workloads go on.</summary>
    public async ValueTask DisposeAsync()
    {
        End(_ending);
        var flights = _flights.Values.SelectMany(flights => flights.All).ToArray();
        await Task.WhenAll(flights.Select(flight => flight.Work));
        foreach (var flight in flights)
        {
            flight.Dispose();
        }

        _flights.Clear();
        _ending.Dispose();
    }

    internal void Forget(string session) => folders.Forget(session);

    internal void Claim(string session, StepAddress step) => Of(session).Open(step);

    /// <summary>Takes note of what came of a flight.</summary>
    /// <returns>False when the flight is none of ours any more; then it concerns nobody.</returns>
    internal bool Settle(Happening happened)
    {
        var flights = Of(happened.Session);
        if (!ReferenceEquals(flights.Find(happened.Step), happened.Flight))
        {
            return false;
        }

        if (happened.EndsFlight)
        {
            flights.Close(happened.Step);
            happened.Flight.Dispose();
        }

        return true;
    }

    internal void Stop(string session, Effect.Stop effect)
    {
        var flights = Of(session);
        if (flights.Find(effect.Step) is not { } flight)
        {
            return;
        }

        flights.MarkStopping(effect.Step);
        LogStopping(effect.Step, effect.Why);
        flight.Stopping = StopSoonAsync(flight.Stop);
    }

    internal void Adjust(string session, int run, Effect.Adjust effect, string configuration)
    {
        if (Of(session).Find(effect.Step.Address) is { } flight && flight.Tuning?.Configuration != configuration)
        {
            flight.Tuning = new(run, effect.Inputs, configuration);
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
        var flight = Of(session)[begin.Step.Address];
        flight.Work = begin.Step.IsHeavy && begin.Phase == StepPhase.Run
            ? RunHeavyAsync(flight, session, run, begin, configuration, outputs)
            : RunLightAsync(flight, session, run, begin, claimed, config, outputs);
    }

    private async Task RunLightAsync(
        Flight flight,
        string session,
        int run,
        Effect.Begin begin,
        StepRecord claimed,
        MigrationConfig config,
        ImmutableDictionary<StepAddress, StepOutputs> outputs)
    {
        var stop = flight.Stop.Token;

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
            var call = new Call(session, run, address, begin.Attempt, config, claimed, outputs, folders.Files(folder), folders.Progress(folder));
            events = [await PhaseAsync(step, begin, call, cancel.Token)];
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

        await Report(new(session, address, flight, [.. events], EndsFlight: true));
    }

    private async Task<LedgerEvent> PhaseAsync(IStep step, Effect.Begin begin, Call call, CancellationToken cancellationToken)
    {
        switch (begin.Phase)
        {
            case StepPhase.Evaluate:
                var evidence = await ((IEvaluated)step).EvaluateAsync(
                    new()
                    {
                        Session = call.Session, Run = call.Run, Address = call.Address, Attempt = call.Attempt, Config = call.Config, Inputs = begin.Inputs, Outputs = call.Outputs,
                        Secrets = secrets, Files = call.Files, Time = time, Logger = logger, Progress = call.Progress, Redo = begin.Items,
                    },
                    cancellationToken);
                return new StepEvaluated(call.Session, call.Run, call.Address, call.Attempt, evidence);
            case StepPhase.Revert:
                var reverted = await step.RevertAsync(
                    new()
                    {
                        Session = call.Session, Run = call.Run, Address = call.Address, Attempt = call.Attempt, Config = call.Config, Inputs = call.Claimed.Inputs!, Outputs = call.Outputs,
                        Secrets = secrets, Files = call.Files, Time = time, Logger = logger, Progress = call.Progress, AssertLease = static () => { },
                        Items = begin.Items, Approved = begin.Approved,
                    },
                    cancellationToken);
                return reverted switch
                {
                    RevertResult.Changed changed => new RevertRefused(call.Session, call.Run, call.Address, DiagnosticCatalog.MoreWouldBeDestroyed.Error(
                        null,
                        $"{string.Join("; ", changed.Now.Where(destroys => destroys.IsBeyond(begin.Approved)).Select(DestructionText.Line))}. That is more than was approved, so nothing was taken back.") with
                    { Command = "workflow plan" }),
                    _ => new StepReverted(call.Session, call.Run, call.Address) { Items = begin.Items.IsDefault ? null : begin.Items },
                };
            default:
                var result = await step.RunAsync(
                    new()
                    {
                        Session = call.Session, Run = call.Run, Address = call.Address, Attempt = call.Attempt, Config = call.Config, Inputs = call.Claimed.Inputs!, Outputs = call.Outputs,
                        Secrets = secrets, Files = call.Files, Time = time, Logger = logger, Progress = call.Progress,
                        Approved = call.Claimed.Evidence, StopRequested = cancellationToken, Tuning = () => call.Config, AssertLease = static () => { },
                    },
                    cancellationToken);
                return result switch
                {
                    StepResult.Done done => new StepReported(call.Session, call.Run, call.Address, call.Attempt, done.Report, done.Outputs),
                    StepResult.EvidenceChanged changed => new StepEvaluated(call.Session, call.Run, call.Address, call.Attempt, changed.Evidence),
                    _ => new StepStopped(call.Session, call.Run, call.Address, "asked to stop"),
                };
        }
    }

    private sealed record Call(
        string Session,
        int Run,
        StepAddress Address,
        int Attempt,
        MigrationConfig Config,
        StepRecord Claimed,
        ImmutableDictionary<StepAddress, StepOutputs> Outputs,
        IStepFiles Files,
        Action<StepProgress> Progress);

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

    private SessionFlights Of(string session)
    {
        if (!_flights.TryGetValue(session, out var flights))
        {
            _flights[session] = flights = new();
        }

        return flights;
    }

    // Whoever waits for this goes on in a place of its own, not in the middle of the loop that stops it.
    private static async Task StopSoonAsync(CancellationTokenSource stop)
    {
        await Task.Yield();
        try
        {
            End(stop);
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    private static void End(CancellationTokenSource source) => source.Cancel();

    [LoggerMessage(EventId = 2101, Level = LogLevel.Information, Message = "{Phase} {StepAddress} begins, attempt {Number}.")]
    private partial void LogBegins(StepPhase phase, StepAddress stepAddress, int number);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "{Phase} {StepAddress} failed: {Detail}")]
    private partial void LogFailed(Exception? failure, StepPhase phase, StepAddress stepAddress, string detail);

    [LoggerMessage(EventId = 2103, Level = LogLevel.Error, Message = "{Phase} {StepAddress} broke.")]
    private partial void LogBroke(Exception defect, StepPhase phase, StepAddress stepAddress);

    [LoggerMessage(EventId = 2104, Level = LogLevel.Information, Message = "Stopping {StepAddress}: {Why}.")]
    private partial void LogStopping(StepAddress stepAddress, string why);
}
