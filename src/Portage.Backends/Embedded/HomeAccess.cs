using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Backends.Embedded;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ControllerInfo))]
internal sealed partial class ControllerJson : JsonSerializerContext;

/// <summary>How verbs get at a home: reading without a lease, changing through the controller or with the lease for a moment.</summary>
/// <param name="home">The home.</param>
/// <param name="planner">Knows every step kind.</param>
/// <param name="time">The clock.</param>
public sealed class HomeAccess(Home home, Planner planner, TimeProvider time) : IHome
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(20);

    // A verb holds the lock for milliseconds; a controller that starts answers within a second or two.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A large configuration takes a busy machine some seconds; a controller that hangs longer than that will not answer.
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(60);

    // Below that another thread takes longer to begin than to read.
    private const long ReadInHalvesFrom = 2_000;

    /// <summary>The home.</summary>
    public Home Home => home;

    /// <inheritdoc/>
    public string Place => home.Path;

    /// <inheritdoc/>
    public bool Exists => home.Exists;

    /// <summary>How long to wait for a controller that holds the home and is suspended.</summary>
    internal TimeSpan SuspendedPatience { get; init; } = Patience;

    /// <summary>What the ledger says now.</summary>
    /// <exception cref="LedgerUnusableException">It cannot be read.</exception>
    /// <exception cref="HomeUnusableException">The home belongs to somebody else.</exception>
    public HomeState Read()
    {
        home.CheckReadable();
        CheckLedger(home);
        return StateOf(home.Ledger, withSteps: true);
    }

    /// <summary>What tells this state of the ledger from every other; null when there are no events.</summary>
    /// <exception cref="LedgerUnusableException">It cannot be read.</exception>
    public string? Mark() => SqliteLedger.Mark(home.Ledger);

    /// <inheritdoc/>
    public ValueTask<HomeState> ReadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Read());

    /// <inheritdoc/>
    public ValueTask FollowAsync(HomeState state, CancellationToken cancellationToken)
    {
        Refresh(state);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RecordedEvent>> ReadEventsAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<RecordedEvent>>(SqliteLedger.ReadAfter(home.Ledger, 0));

    /// <inheritdoc/>
    public ValueTask<WorkSight> LookAsync(SessionState session, CancellationToken cancellationToken)
    {
        var controller = FindController();
        var troubles = new TroubleFile(home).Read(controller);
        var steps = session.Steps.Values.Where(AtWork.MayBeSeen).ToImmutableDictionary(step => step.Address, SightOf);
        return ValueTask.FromResult(new WorkSight(controller, steps, Environment.ProcessorCount));

        StepSight SightOf(StepRecord step) => step.Inputs is { } inputs
            ? new WorkFolder(home.WorkOf(session.Name, step.Address, inputs.Fingerprints.Identity)).Sight(troubles.FirstOrDefault(trouble => trouble.Session == session.Name && trouble.Step == step.Address), step.Workload?.Token)
            : StepSight.None;
    }

    /// <inheritdoc/>
    public ILogReader OpenLog()
    {
        home.CheckReadable();
        return new LogFiles(home);
    }

    /// <summary>The state after all events of a ledger.</summary>
    /// <param name="withSteps">False where what is recorded of steps is not asked for.</param>
    /// <exception cref="LedgerUnusableException">It cannot be read, or its events do not go together.</exception>
    private static HomeState StateOf(string ledger, bool withSteps)
    {
        var state = new HomeState();
        var half = withSteps && Environment.ProcessorCount > 1 ? SqliteLedger.LastSequence(ledger) / 2 : 0;
        if (half < ReadInHalvesFrom)
        {
            SqliteLedger.ReadAfter(ledger, 0, long.MaxValue, withSteps, recorded => Apply(state, recorded));
            return state;
        }

        // Reading an event asks nothing of those before it, and is most of the work; what is appended meanwhile is in the second half.
        var second = Task.Run(() => SqliteLedger.ReadAfter(ledger, half));
        try
        {
            SqliteLedger.ReadAfter(ledger, 0, half, withSteps, recorded => Apply(state, recorded));
        }
        catch
        {
            // The first thing that is wrong is told, and nobody waits for the other.
            _ = second.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }

        foreach (var recorded in second.GetAwaiter().GetResult())
        {
            Apply(state, recorded);
        }

        return state;
    }

    /// <summary>The state after all of the events.</summary>
    /// <exception cref="LedgerUnusableException">They do not go together.</exception>
    internal static HomeState StateOf(IEnumerable<RecordedEvent> events)
    {
        var state = new HomeState();
        foreach (var recorded in events)
        {
            Apply(state, recorded);
        }

        return state;
    }

    private static void Apply(HomeState state, RecordedEvent recorded)
    {
        try
        {
            state.Apply(recorded);
        }
        catch (Exception e) when (e is not (LedgerUnusableException or OutOfMemoryException))
        {
            // A later event of something that no earlier one began: each can be read, but not in this place.
            throw new LedgerUnusableException($"Event {recorded.Sequence} does not follow from those before it: {e.Message}", isNewer: false, e);
        }
    }

    /// <summary>Returns unless steps have left work and the ledger that tells of it is gone: a new one would be taken for the order to delete the work.</summary>
    /// <exception cref="LedgerUnusableException">It is gone, or empty.</exception>
    internal static void CheckLedger(Home home)
    {
        if (home.HasWork && SqliteLedger.LastSequence(home.Ledger) == 0)
        {
            throw new LedgerUnusableException($"{home.Ledger} {(File.Exists(home.Ledger) ? "is empty" : "is missing")}, but steps have left their work in {home.Path}/work: the ledger was lost.", isNewer: false, null);
        }
    }

    /// <summary>Takes in what was appended since.</summary>
    public void Refresh(HomeState state)
    {
        foreach (var recorded in SqliteLedger.ReadAfter(home.Ledger, state.Sequence))
        {
            state.Apply(recorded);
        }
    }

    /// <summary>The controller, if one is alive.</summary>
    public ControllerInfo? FindController() =>
        DurableFile.Read(home.ControllerInfo) is { Length: > 0 } text
        && JsonSerializer.Deserialize(text, ControllerJson.Default.ControllerInfo) is { } info
        && Posix.Exists(info.Process)
        && HomeLock.IsHeldBySomebody(home.Lock)
            ? info
            : null;

    /// <summary>Performs an operation: through the controller where one runs, else here, with the lease for that moment.</summary>
    public async Task<OperationResult> PerformAsync(Operation operation, CancellationToken cancellationToken) =>
        await PerformAnywhereAsync(operation, cancellationToken) with { Position = SqliteLedger.LastSequence(home.Ledger) };

    private async Task<OperationResult> PerformAnywhereAsync(Operation operation, CancellationToken cancellationToken)
    {
        if (!home.Exists && new OperationRules(planner).Perform(operation, HomeState.Of([])) is { Events.IsEmpty: true } refused)
        {
            // A verb that does nothing in the wrong folder leaves no home there.
            return refused;
        }

        home.CheckReadable();
        home.Create();
        CheckLedger(home);
        var since = time.GetTimestamp();
        var sentAfter = default(long?);
        while (true)
        {
            if (ControlSocket.MayListen(home))
            {
                var before = sentAfter ?? SqliteLedger.LastSequence(home.Ledger);
                if (sentAfter is { } then && FindPerformed(operation, then) is { } performed)
                {
                    return performed;
                }

                var (answer, wasSent) = await SendAsync(operation, cancellationToken);
                if (answer is not null)
                {
                    return answer;
                }

                sentAfter ??= wasSent ? before : null;
            }

            using (var held = HomeLock.TryTake(home.Lock))
            {
                if (held is not null)
                {
                    // The controller that was asked is gone; it may have done it and not come to say so.
                    return (sentAfter is { } then ? FindPerformed(operation, then) : null) ?? await PerformHereAsync(operation, cancellationToken);
                }
            }

            if (time.GetElapsedTime(since) > Patience)
            {
                return OperationResult.Refused(DiagnosticCatalog.HomeIsBusy.Error(null, $"Process {FindController()?.Process.ToString(provider: null) ?? "unknown"} holds {home.Lock} and does not answer. It may be of another release, or stopped."));
            }

            await Task.Delay(RetryInterval, time, cancellationToken);
        }
    }

    /// <summary>Asks the controller, and gives up on one that is suspended or hangs.</summary>
    private async Task<(OperationResult? Result, bool WasSent)> SendAsync(Operation operation, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var since = time.GetTimestamp();
        var sending = ControlSocket.SendAsync(home, operation, enough.Token);
        while (await Task.WhenAny(sending, Task.Delay(RetryInterval, time, cancellationToken)) != sending)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var waited = time.GetElapsedTime(since);
            if (waited < SuspendedPatience)
            {
                continue;
            }

            var controller = FindController();
            var isSuspended = controller is not null && Posix.IsSuspended(controller.Process);
            if (isSuspended || waited > AnswerPatience)
            {
                await enough.CancelAsync();
                await Task.WhenAny(sending);
                return (OperationResult.Refused(DiagnosticCatalog.HomeIsBusy.Error(null, $"The controller, process {controller?.Process.ToString(provider: null) ?? "unknown"}, {(isSuspended ? "is suspended" : "hangs")} and does not answer. What was asked for may still be done when it goes on: look at the status before you ask again.") with
                {
                    Command = isSuspended ? $"kill -CONT {controller!.Process}" : "workflow status",
                }), true);
            }
        }

        return await sending;
    }

    /// <summary>The result of an operation whose answer was lost: it is done when the ledger says just what it would have written.</summary>
    /// <param name="after">The last event before it was sent.</param>
    private OperationResult? FindPerformed(Operation operation, long after)
    {
        var (state, operations) = (new HomeState(), new OperationRules(planner));
        var events = SqliteLedger.ReadAfter(home.Ledger, 0);
        for (var place = 0; place < events.Count; place++)
        {
            if (place >= after)
            {
                var result = operations.Perform(operation, state);
                if (!result.Events.IsEmpty
                    && place + result.Events.Length <= events.Count
                    && result.Events.Select((happened, i) => LedgerJson.Write(happened).AsSpan().SequenceEqual(LedgerJson.Write(events[place + i].Event))).All(isSame => isSame))
                {
                    return result;
                }
            }

            state.Apply(events[place]);
        }

        return null;
    }

    private async Task<OperationResult> PerformHereAsync(Operation operation, CancellationToken cancellationToken)
    {
        await using var ledger = SqliteLedger.Open(home.Ledger, time);
        var state = StateOf(home.Ledger, OperationRules.LooksAtSteps(operation));
        var work = new WorkFolders(home, time);
        work.Follow(state.Renames);
        work.ForgetAllBut(state.Sessions.Keys);
        var result = new OperationRules(planner).Perform(operation, state);
        if (!result.Events.IsEmpty)
        {
            await ledger.AppendAsync(result.Events, cancellationToken);
        }

        if (result.Events.Any(happened => happened is SessionRenamed))
        {
            work.Follow(StateOf(home.Ledger, withSteps: false).Renames);
        }

        foreach (var deleted in result.Events.OfType<SessionDeleted>())
        {
            work.Forget(deleted.Session);
        }

        return result;
    }
}
