using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Configuration;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Looking;
using Portage.Engine.Ports;
using Portage.Engine.Running.Watching;
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

    /// <summary>Moves the work of sessions that have another name; what was moved already stays. What lies under a name that nobody had goes.</summary>
    /// <param name="renames">All that there were, in order, up to the last that is to be followed.</param>
    void Follow(IReadOnlyList<(string From, string To)> renames);

    /// <summary>Deletes the work of a session that is gone.</summary>
    void Forget(string session);

    /// <summary>Takes progress of a step that runs in this process, for others to read.</summary>
    Action<StepProgress> Progress(string workFolder);
}

/// <summary>Does what was decided: light steps here, heavy ones as workloads. Reports what came of it.</summary>
internal sealed partial class EffectPerformer : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<StepKind, IStep> _steps;
    private readonly ISecretSource _secrets;
    private readonly IWorkFolders _folders;
    private readonly Func<Happening, ValueTask> _report;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Retries _retries;
    private readonly WorkloadWatch _watch;
    private readonly Dictionary<string, SessionFlights> _flights = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();

    /// <param name="ports">The world.</param>
    /// <param name="report">Takes what came of effects.</param>
    /// <param name="chance">Of the pauses between tries.</param>
    public EffectPerformer(ControllerPorts ports, Func<Happening, ValueTask> report, TimeProvider time, Random chance, ILogger logger)
    {
        (_steps, _secrets, _folders, _report, _time, _logger) = (ports.Steps, ports.Secrets, ports.Folders, report, time, logger);
        var backoff = new Backoff(chance);
        _retries = new(backoff, time);
        _watch = new(ports.Workloads, new Troubles(ports.Troubles, backoff, time, logger), _retries, report, time, logger, _ending.Token);
    }

    internal int InFlightCount => _flights.Values.Sum(flights => flights.InFlight.Count);

    /// <summary>The places that are taken, over all sessions.</summary>
    internal IReadOnlyCollection<Placed> Places => [.. _flights.Values.SelectMany(flights => flights.All).Select(flight => flight.Placed)];

    internal IReadOnlySet<StepAddress> InFlight(string session) => Of(session).InFlight;

    internal IReadOnlyDictionary<StepAddress, Reading> Readings(string session) => Of(session).Readings;

    internal void Take(string session, StepAddress step, Reading reading) => Of(session).Take(step, reading);

    internal IReadOnlySet<StepAddress> Stopping(string session) => Of(session).Stopping;

    internal IReadOnlySet<StepAddress> PuttingBack(string session) => Of(session).PuttingBack;

    /// <summary>Finds again the workloads that an earlier controller left at work, those included whose start it could not write down any more.</summary>
    internal void Begin(IEnumerable<SessionState> sessions)
    {
        foreach (var session in sessions)
        {
            foreach (var step in session.Steps.Values.Where(AtWork.Is))
            {
                var runsAs = step.State is StepState.Running or StepState.Serving ? _steps[step.Address.Kind].Definition.RunsAs : RunsAs.Light;
                var flight = Of(session.Name).Open(Attempt.Of(session.Name, step), runsAs);
                flight.Work = step.Workload is { } workload
                    ? _watch.AdoptAsync(flight, workload)
                    : _watch.FindAsync(flight, Admission.IsWorkload(runsAs) ? step.Inputs!.Fingerprints.Identity : null);
            }
        }
    }

    /// <summary>Brings along the notes of work that an earlier controller took over and was killed before it had them carried: whoever had the work may be taken back next.</summary>
    internal async Task CarryAsync(IEnumerable<SessionState> sessions, CancellationToken cancellationToken)
    {
        foreach (var (session, step) in sessions.SelectMany(session => session.Steps.Values.Where(step => step is { State: StepState.Running, Took.IsEmpty: false }), (session, step) => (session, step)))
        {
            try
            {
                await CarryAsync(session.Name, step, session.NotesFor(step), cancellationToken);
            }
            catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
            {
                // The step itself says so when it goes on.
                LogFailed(thrown, StepPhase.Run, step.Address, thrown.Message);
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

    internal void Follow(IReadOnlyList<(string From, string To)> renames) => _folders.Follow(renames);

    internal void Forget(string session) => _folders.Forget(session);

    internal void Claim(string session, int run, Effect.Begin begin) =>
        Of(session).Open(new(session, run, begin.Step.Address, begin.Attempt), Admission.As(begin.Step, begin.Phase));

    /// <summary>Takes note of what came of a flight.</summary>
    /// <returns>False when the flight is none of ours any more; then it concerns nobody.</returns>
    internal bool Settle(Happening happened)
    {
        var attempt = happened.Flight.Attempt;
        var flights = Of(attempt.Session);
        if (!ReferenceEquals(flights.Find(attempt.Step), happened.Flight))
        {
            return false;
        }

        if (happened.EndsFlight)
        {
            flights.Close(attempt.Step);
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
        Effect.Begin begin,
        StepRecord claimed,
        MigrationConfig config,
        string configuration,
        ImmutableDictionary<StepAddress, StepOutputs> outputs,
        ImmutableArray<WorkAbove> above,
        ImmutableArray<WorkAbove> beside,
        MigrationConfig wanted,
        ImmutableArray<OtherSession> otherSessions,
        ImmutableArray<TakenWork> notes)
    {
        var flight = Of(session)[begin.Step.Address];
        flight.Work = !Admission.IsWorkload(Admission.As(begin.Step, begin.Phase)) ? RunLightAsync(flight, begin, claimed, config, outputs, above, beside, wanted, otherSessions, notes)
            : notes.IsEmpty ? StartAsync()
            : StartWithNotesAsync(flight, claimed, notes, StartAsync);

        Task StartAsync() => _watch.StartAsync(flight, begin.Inputs, ApprovedOf(begin.Step, claimed), claimed.ResendOf(flight.Attempt.Run), configuration, outputs);
    }

    /// <summary>Brings along what is remembered of work that was taken over, before anybody looks for it.</summary>
    private async Task StartWithNotesAsync(Flight flight, StepRecord claimed, ImmutableArray<TakenWork> notes, Func<Task> startAsync)
    {
        await Task.Yield();
        var (session, _, address, attempt) = flight.Attempt;
        try
        {
            await CarryAsync(session, claimed, notes, _ending.Token);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return;
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            var failure = StepFailure.Of(address, thrown);
            LogFailed(thrown, StepPhase.Run, address, failure.Because.Detail);
            await _report(new(flight, [flight.Attempt.Failed(StepPhase.Run, failure.Because, _retries.At(failure.IsTransient, attempt))], EndsFlight: true));
            return;
        }

        await startAsync();
    }

    private async Task CarryAsync(string session, StepRecord to, ImmutableArray<TakenWork> notes, CancellationToken cancellationToken)
    {
        var files = _folders.Files(_folders.Of(session, to.Address, to.Inputs!.Fingerprints.Identity));
        foreach (var (from, item) in notes.SelectMany(work => work.Items, (work, item) => (NotesOf(session, work), item)))
        {
            await from.MoveItemAsync(item, files, cancellationToken);
        }
    }

    private IStepFiles NotesOf(string session, TakenWork work) => _folders.Files(_folders.Of(session, work.From, work.Identity));

    private async Task RunLightAsync(
        Flight flight,
        Effect.Begin begin,
        StepRecord claimed,
        MigrationConfig config,
        ImmutableDictionary<StepAddress, StepOutputs> outputs,
        ImmutableArray<WorkAbove> above,
        ImmutableArray<WorkAbove> beside,
        MigrationConfig wanted,
        ImmutableArray<OtherSession> otherSessions,
        ImmutableArray<TakenWork> notes)
    {
        var stop = flight.Stop.Token;

        // The loop must not wait for a step that never yields.
        await Task.Yield();
        var (session, run, address, _) = flight.Attempt;
        using var scope = _logger.BeginScope(flight.Attempt.Fields);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop, _ending.Token);
        LogBegins(begin.Phase, address, begin.Attempt);
        LedgerEvent[] events;
        try
        {
            var folder = _folders.Of(session, address, claimed.Inputs?.Fingerprints.Identity ?? begin.Inputs.Fingerprints.Identity);
            await CarryAsync(session, claimed, notes, cancel.Token);
            var files = _folders.Files(folder);
            if (begin.Phase == StepPhase.Evaluate && !begin.Takes.IsEmpty)
            {
                files = new BorrowedFiles(files, begin.Takes.SelectMany(work => work.Items, (work, item) => (item, Notes: NotesOf(session, work))).ToDictionary(one => one.item, one => one.Notes, StringComparer.Ordinal));
            }

            var call = new Call(flight.Attempt, config, wanted, otherSessions, claimed, outputs, above, beside, files, _folders.Progress(folder));
            events = [await PhaseAsync(_steps[address.Kind], begin, call, cancel.Token)];
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            events = [flight.Attempt.Stopped("asked to stop")];
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            // A defect in one step must not end the others.
            var failure = StepFailure.Of(address, thrown);
            if (failure.IsDefect)
            {
                LogBroke(thrown, begin.Phase, address);
            }
            else
            {
                LogFailed(thrown, begin.Phase, address, failure.Because.Detail);
            }

            events = [flight.Attempt.Failed(begin.Phase, failure.Because, _retries.At(failure.IsTransient, begin.Attempt))];
        }

        await _report(new(flight, [.. events], EndsFlight: true));
    }

    private async Task<LedgerEvent> PhaseAsync(IStep step, Effect.Begin begin, Call call, CancellationToken cancellationToken)
    {
        var (session, run, address, attempt) = call.Attempt;
        switch (begin.Phase)
        {
            case StepPhase.Evaluate:
                var evaluate = new EvaluateContext
                {
                    Session = session, Run = run, Address = address, Attempt = attempt, Config = call.Config, Inputs = begin.Inputs, Outputs = call.Outputs,
                    Secrets = _secrets, Files = call.Files, Time = _time, Logger = _logger, Progress = call.Progress, Redo = begin.Items,
                    Wanted = call.Wanted, OtherSessions = call.OtherSessions, Resends = call.Claimed.ResendOf(run),
                };
                return new StepEvaluated(session, run, address, attempt, await ExplainAsync(await EvaluateAsync(step, begin.Step.IsAbsent, evaluate, cancellationToken), begin, call, cancellationToken));
            case StepPhase.Revert:
                var revert = new RevertContext
                {
                    Session = session, Run = run, Address = address, Attempt = attempt, Config = call.Config, Inputs = call.Claimed.Inputs!, Outputs = call.Outputs,
                    Secrets = _secrets, Files = call.Files, Time = _time, Logger = _logger, Progress = call.Progress, AssertLease = static () => { },
                    Items = begin.Items, Approved = begin.Approved, Wanted = call.Wanted, OtherSessions = call.OtherSessions,
                };
                return await step.RevertAsync(revert, cancellationToken) is RevertResult.Changed changed
                    ? new RevertRefused(session, run, address, BeyondApproval(changed, begin.Approved)) { Gone = changed.Gone.IsEmpty ? null : changed.Gone }
                    : new StepReverted(session, run, address) { Items = begin.Items.IsDefault ? null : begin.Items };
            default:
                var context = new RunContext
                {
                    Session = session, Run = run, Address = address, Attempt = attempt, Config = call.Config, Inputs = call.Claimed.Inputs!, Outputs = call.Outputs,
                    Secrets = _secrets, Files = call.Files, Time = _time, Logger = _logger, Progress = call.Progress,
                    Approved = ApprovedOf(begin.Step, call.Claimed), Resends = call.Claimed.ResendOf(run), StopRequested = cancellationToken, Tuning = () => call.Config, AssertLease = static () => { }, OtherSessions = call.OtherSessions,
                };
                return await ResultAsync(step, context, cancellationToken) switch
                {
                    StepResult.Done done => new StepReported(session, run, address, attempt, done.Report, done.Outputs),
                    StepResult.EvidenceChanged other => new StepEvaluated(session, run, address, attempt, await ExplainAsync(other.Evidence, begin, call, cancellationToken)),
                    StepResult.Stopped => new StepStopped(session, run, address, "asked to stop"),
                    var other => throw new InvalidOperationException($"{address} came to {other.GetType().Name}, which is nothing for a step that runs as {step.Definition.RunsAs}."),
                };
        }
    }

    /// <summary>What somebody, or a condition, accepted: nothing, where nobody was asked.</summary>
    private static StepReport? ApprovedOf(WantedStep step, StepRecord claimed) =>
        claimed.Evidence is { } evidence && GateQuestion.RuleOf(step, evidence, isBefore: true).Mode != GateMode.None ? evidence : null;

    /// <summary>What comes of a run; of one that looks now and then at what it began, as soon as that is over.</summary>
    private async ValueTask<StepResult> ResultAsync(IStep step, RunContext context, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await step.RunAsync(context, cancellationToken);
            if (result is not StepResult.LooksAgain { After: var pause } || step.Definition.RunsAs != RunsAs.Polled)
            {
                return result;
            }

            await Task.Delay(pause, _time, cancellationToken);
        }
    }

    /// <summary>What a step finds that looks; of one that can only say what taking it back destroys, that.</summary>
    private static async ValueTask<StepReport> EvaluateAsync(IStep step, bool leaves, EvaluateContext context, CancellationToken cancellationToken)
    {
        if (!leaves && step is IEvaluated evaluated)
        {
            return await evaluated.EvaluateAsync(context, cancellationToken);
        }

        var look = new LookContext
        {
            Session = context.Session, Address = context.Address, Config = context.Config, Outputs = context.Outputs,
            Secrets = context.Secrets, Time = context.Time, Files = context.Files, Items = context.Redo, Identity = context.Inputs.Fingerprints.Identity,
            Wanted = context.Wanted, OtherSessions = context.OtherSessions,
        };
        var destroys = step is IDestroying destroying ? await destroying.LookAsync(look, cancellationToken) : [];
        return new(ImmutableSortedDictionary<string, long>.Empty, [leaves ? "it is taken back" : "it is done anew"]) { Destroys = destroys };
    }

    /// <summary>The evidence with what goes along: see <see cref="GoesAlong"/>.</summary>
    private async ValueTask<StepReport> ExplainAsync(StepReport found, Effect.Begin begin, Call call, CancellationToken cancellationToken)
    {
        found = found.Destroys.IsEmpty ? found : found with { Destroys = await WithWhoWroteAsync(found.Destroys, call.Beside, call, cancellationToken) };
        var items = GoesAlong.In(begin.Step.IsAbsent, begin.Items, found.Destroys);
        var written = new List<Destruction>();
        foreach (var above in items is { IsDefault: false, IsEmpty: true } ? [] : call.Above)
        {
            if (_steps[above.Had.Address.Kind] is not IDestroying destroying)
            {
                continue;
            }

            var look = LookAt(above, call, items) with { Wanted = call.Wanted, OtherSessions = call.OtherSessions, Overwrites = !begin.Step.IsAbsent && above.Overwrites };
            try
            {
                written.AddRange(await WithWhoWroteAsync(await destroying.LookAsync(look, cancellationToken), above.Beside, call, cancellationToken));
            }
            catch (StepException)
            {
                // Then nobody can tell, and that is what the evidence says.
            }
        }

        return written.Count == 0 ? found : found with { Destroys = GoesAlong.With(begin.Step.IsAbsent, found.Destroys, written) };
    }

    private LookContext LookAt(WorkAbove work, Call call, ImmutableArray<string> items)
    {
        var (session, identity) = (call.Attempt.Session, work.Had.Inputs!.Fingerprints.Identity);
        return new()
        {
            Session = session, Address = work.Had.Address, Config = work.Config, Outputs = work.Outputs, Secrets = _secrets, Time = _time,
            Files = _folders.Files(_folders.Of(session, work.Had.Address, identity)), Identity = identity, Items = items,
        };
    }

    /// <summary>The same with what other slices wrote of it.</summary>
    private ValueTask<ImmutableArray<Destruction>> WithWhoWroteAsync(ImmutableArray<Destruction> found, ImmutableArray<WorkAbove> beside, Call call, CancellationToken cancellationToken) =>
        WhoWrote.ExplainAsync(_steps, call.Attempt.Session, found, items => beside.Select(other => LookAt(other, call, items)), cancellationToken);

    private static Diagnostic BeyondApproval(RevertResult.Changed changed, ImmutableArray<Destruction> approved)
    {
        var beyond = changed.Now.Where(destroys => destroys.IsBeyond(approved)).Select(DestructionText.Line).ToArray();
        var why = beyond.Length > 0
            ? $"{string.Join("; ", beyond)}. That is more than was approved, so it was left as it is."
            : "Somebody has made something else in the place of what was approved, so it was left as it is.";
        var gone = changed.Gone.IsEmpty ? "" : $" Gone by then: {string.Join(", ", changed.Gone)}; the next start makes {(changed.Gone.Length == 1 ? "it" : "them")} anew where wanted.";
        return DiagnosticCatalog.MoreWouldBeDestroyed.Error(null, why + gone) with { Command = "workflow plan" };
    }

    private sealed record Call(
        Attempt Attempt,
        MigrationConfig Config,
        MigrationConfig Wanted,
        ImmutableArray<OtherSession> OtherSessions,
        StepRecord Claimed,
        ImmutableDictionary<StepAddress, StepOutputs> Outputs,
        ImmutableArray<WorkAbove> Above,
        ImmutableArray<WorkAbove> Beside,
        IStepFiles Files,
        Action<StepProgress> Progress);

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
