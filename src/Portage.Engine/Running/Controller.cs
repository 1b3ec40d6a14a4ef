using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portage.Configuration;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Engine.Running;

/// <summary>
/// Owns the ledger of a home and carries out its runs: decides, writes down, does, and waits for what comes of it.
/// </summary>
/// <remarks>
/// One loop on one thread of control: everything that happens arrives as a message, is folded into the state, and the
/// reconciler is asked again until it has nothing to add; then all new events are committed together, and only after
/// that are effects performed and operations answered. A crash anywhere just begins the loop again.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "RunAsync ends the performer, however it ends itself.")]
public sealed partial class Controller
{
    // More than any burst of completions; a full queue only makes the senders wait.
    private const int MessagesMax = 4_096;

    // A clock that was set back must not put a retry off for good, nor a delay be longer than a timer can be.
    private static readonly TimeSpan SleepMax = TimeSpan.FromMinutes(1);

    private readonly ILedger _ledger;
    private readonly HomeState _home;
    private readonly OperationRules _operations;
    private readonly Planner _planner;
    private readonly EffectPerformer _performer;
    private readonly int _processors;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Message> _messages = Channel.CreateBounded<Message>(new BoundedChannelOptions(MessagesMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly ReadRevisions _revisions = new();
    private readonly Dictionary<string, Wanted> _wanted = new(StringComparer.Ordinal);
    private ClaimsToCome? _toCome;
    private readonly List<LedgerEvent> _unwritten = [];
    private readonly List<Action> _afterCommit = [];
    private readonly List<(TaskCompletionSource<OperationResult> To, OperationResult Result)> _answers = [];
    private Task? _arrival;

    /// <param name="ledger">Held by this process.</param>
    /// <param name="home">The state that the ledger's events imply.</param>
    /// <param name="ports">The world.</param>
    /// <param name="chance">Of the pauses between tries.</param>
    public Controller(ILedger ledger, HomeState home, Planner planner, ControllerPorts ports, TimeProvider time, Random chance, ILogger logger)
    {
        (_ledger, _home, _planner, _time, _logger) = (ledger, home, planner, time, logger);
        _operations = new(planner);
        _processors = ports.Processors;
        _performer = new(ports, ReportAsync, time, chance, logger);
    }

    /// <summary>Performs an operation and returns when what it wrote is durable.</summary>
    /// <exception cref="OperationCanceledException">The controller ends.</exception>
    public async ValueTask<OperationResult> PerformAsync(Operation operation, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<OperationResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _messages.Writer.WriteAsync(new Message.Asked(operation, answer), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new OperationCanceledException("The controller has ended.");
        }

        return await answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Runs until cancelled, or, where asked, until no run is under way and nothing is left to watch.</summary>
    /// <exception cref="LeaseLostException">Another controller has taken over.</exception>
    /// <exception cref="LedgerFullException">There is no room to write; what runs goes on, and the next controller finds it.</exception>
    public async Task RunAsync(bool leaveWhenIdle, CancellationToken cancellationToken)
    {
        try
        {
            await _performer.CarryAsync(_home.Sessions.Values, cancellationToken);
            _performer.Begin(_home.Sessions.Values);
            while (true)
            {
                var wake = DecideAll();
                await CommitAsync(cancellationToken);
                if (leaveWhenIdle && _performer.InFlightCount == 0 && !_home.NeedsController && _messages.Reader.Count == 0)
                {
                    LogIdle();
                    return;
                }

                await WaitAsync(wake, cancellationToken);
            }
        }
        finally
        {
            _messages.Writer.TryComplete();
            foreach (var (to, _) in _answers)
            {
                // What it wrote was not committed, or nobody can tell: whoever asks looks into the ledger.
                to.TrySetCanceled(CancellationToken.None);
            }

            while (_messages.Reader.TryRead(out var message))
            {
                (message as Message.Asked)?.Answer.TrySetCanceled(CancellationToken.None);
            }

            await _performer.DisposeAsync();
        }
    }

    private async ValueTask ReportAsync(Happening happened)
    {
        try
        {
            await _messages.Writer.WriteAsync(new Message.Happened(happened));
        }
        catch (ChannelClosedException)
        {
            // This controller has ended; the next one finds out by itself.
        }
    }

    /// <summary>Asks the reconciler about every session until it has nothing more to write down.</summary>
    private DateTimeOffset? DecideAll()
    {
        var wake = default(DateTimeOffset?);

        // Where places are few, the session that has the fewest of them is asked first.
        foreach (var session in _home.Sessions.Values.OrderBy(session => _performer.InFlight(session.Name).Count))
        {
            for (var again = true; again;)
            {
                again = false;
                var wanted = WantedBy(session);
                var observed = new Observed(_time.GetUtcNow(), _performer.InFlight(session.Name), _performer.Stopping(session.Name))
                {
                    Places = _performer.Places,
                    Limits = wanted.Limits,
                    Readings = _performer.Readings(session.Name),
                    PuttingBack = _performer.PuttingBack(session.Name),
                };
                foreach (var effect in Reconciler.Decide(wanted.Steps, session, observed, wanted.Memo))
                {
                    switch (effect)
                    {
                        case Effect.Record record:
                            Write(record.Events);
                            again = true;
                            break;
                        case Effect.Wake at:
                            wake = wake is null || at.At < wake ? at.At : wake;
                            break;
                        case Effect.Begin begin:
                            again |= !Claim(session, wanted, begin);
                            break;
                        case Effect.PutBack putBack:
                            PutBack(session, putBack.Step);
                            break;
                        case Effect.Adjust adjust:
                            var run = session.Carried!.Number;
                            var configuration = session.ConfigurationOf(run);
                            _afterCommit.Add(() => _performer.Adjust(session.Name, run, adjust, configuration));
                            break;
                        case Effect.Stop stop:
                            _performer.Stop(session.Name, stop);
                            break;
                        default:
                            throw new InvalidOperationException($"No such effect: {effect.GetType().Name}.");
                    }
                }
            }
        }

        return wake;
    }

    /// <returns>False where it may not begin, which is written down, so that what follows from that must be decided.</returns>
    private bool Claim(SessionState session, Wanted wanted, Effect.Begin begin)
    {
        var run = session.Carried!.Number;
        var address = begin.Step.Address;
        if (WhyClaimed(session, wanted, begin) is { } claim)
        {
            // As an evaluation: one that ran would have effects, and claim the index itself.
            Write(
            [
                new StepStarted(session.Name, run, address, begin.Attempt, StepPhase.Evaluate, begin.Inputs),
                new StepFailed(session.Name, run, address, begin.Attempt, StepPhase.Evaluate, claim, null),
            ]);
            return false;
        }

        Write(
        [
            new StepStarted(session.Name, run, address, begin.Attempt, begin.Phase, begin.Inputs)
            {
                Items = begin.Phase == StepPhase.Run || begin.Items.IsDefault ? null : begin.Items,
                Takes = begin.Phase == StepPhase.Run && !begin.Takes.IsEmpty ? begin.Takes : null,
                Leaves = begin.Step.IsAbsent,
                SetsAside = begin.Phase == StepPhase.Run && begin.Step.SetsAside,
            },
        ]);
        _performer.Claim(session.Name, run, begin);
        var claimed = session.Steps[address];
        var outputs = OutputsFor(session, wanted, begin.Step);
        var (config, configuration) = begin.Step.IsAbsent || (begin.Phase == StepPhase.Revert && RevertPlace.IsWhereItWasDone(claimed, begin.Step))
            ? (_revisions.Of(session, claimed.ConfiguredBy), session.ConfigurationOf(claimed.ConfiguredBy))
            : (wanted.Config, session.ConfigurationOf(run));
        var above = begin.Phase == StepPhase.Revert ? [] : StandingOn(session, wanted, begin.Step);
        var beside = begin.Phase == StepPhase.Revert ? [] : Beside(session, wanted, begin.Step, begin.Inputs);
        var notes = begin.Phase == StepPhase.Run ? session.NotesFor(claimed) : [];
        var others = OtherSession.Of(_home, session.Name);
        _afterCommit.Add(() => _performer.Perform(session.Name, begin, claimed, config, configuration, outputs, above, beside, wanted.Config, others, notes));
        return true;
    }

    private void PutBack(SessionState session, StepAddress step)
    {
        var had = session.Steps[step];
        _performer.ClaimPutBack(session.Name, had);
        var config = _revisions.Of(session, had.ConfiguredBy);
        var outputs = session.Outputs.TryGetValue(step, out var left) ? ImmutableDictionary<StepAddress, StepOutputs>.Empty.Add(step, left) : ImmutableDictionary<StepAddress, StepOutputs>.Empty;
        var run = session.Runs.Count;
        _afterCommit.Add(() => _performer.PutBack(session.Name, run, had, config, outputs));
    }

    /// <summary>The work that stands in what a step made, each with the configuration that it was done with.</summary>
    private ImmutableArray<WorkAbove> StandingOn(SessionState session, Wanted wanted, WantedStep step) =>
    [
        .. from above in step.Bears.IsEmpty ? [] : wanted.Steps
           where step.Bears.Contains(above.Address.Kind) && above.Edges.Any(edge => edge.RestsOn && edge.Upstream == step.Address)
           let had = session.Steps.GetValueOrDefault(above.Address)
           where had is { HasEffects: true, Inputs: not null, ConfiguredBy: > 0 }
           select new WorkAbove(had, _revisions.Of(session, had.ConfiguredBy), OutputsFor(session, wanted, above), above is { IsAbsent: false, Overwrites: true }) { Beside = Beside(session, wanted, above, had.Inputs!) },
    ];

    /// <summary>The work of other slices where a step would write over what is there, or has work of its own.</summary>
    private ImmutableArray<WorkAbove> Beside(SessionState session, Wanted wanted, WantedStep step, StepInputs inputs)
    {
        var done = session.Steps.GetValueOrDefault(step.Address)?.Items?.Keys ?? [];
        string[] items = [.. done.Union(step is { IsAbsent: false, Overwrites: true } && !inputs.Items.IsDefault ? inputs.Items.Select(item => item.Name) : [], StringComparer.Ordinal)];
        return
        [
            .. WorkBeside.Of(session.MayBeBeside(step.Address, items), step.Address, items)
                .Select(had => new WorkAbove(had, _revisions.Of(session, had.ConfiguredBy), OutputsFor(session, wanted, step), Overwrites: false)),
        ];
    }

    /// <summary>Why the step may not begin: what it would write belongs to other work. A start finds that only where it is known already what a slice holds.</summary>
    private Diagnostic? WhyClaimed(SessionState session, Wanted wanted, Effect.Begin begin)
    {
        if (begin.Phase == StepPhase.Revert || begin.Step.IsAbsent || begin.Inputs.Items.IsDefaultOrEmpty || begin.Step.Address.Target is not { } target || !_planner.WritesToTarget(begin.Step.Address.Kind))
        {
            return null;
        }

        var had = session.Steps.GetValueOrDefault(begin.Step.Address)?.Items;
        var added = begin.Inputs.Items.Select(item => item.Name).Where(item => had is null || !had.ContainsKey(item)).ToArray();
        if (added.Length == 0)
        {
            return null;
        }

        var endpoint = wanted.Config.Targets[target].Endpoint!;
        var (cluster, toCome) = (_home.ClusterOf(endpoint), ToCome(wanted));
        var claims = Claims.OfOthers(_home, session.Name, begin.Step.Address, added, _planner.WritesToTarget, _revisions.Of).Concat(toCome?.On(cluster, added) ?? []);
        var conflicts = Claims.Conflicts(_home, session.Name, begin.Step.Address, endpoint, added, claims);
        if (conflicts.IsEmpty && begin.Phase == StepPhase.Evaluate)
        {
            toCome?.Add(session, begin.Step.Address, cluster, added);
        }

        return conflicts.IsEmpty ? null : Consent.Describe(session.Name, begin.Step.Address, endpoint, conflicts, "Nothing of it was begun.");
    }

    /// <summary>Who is about to write what; null where there is only one who could be.</summary>
    private ClaimsToCome? ToCome(Wanted wanted) =>
        _toCome = ClaimsToCome.AreNeeded(_home, wanted.HasSeveralSources) ? _toCome ?? ClaimsToCome.Of(_home, _planner.WritesToTarget, _revisions.Of) : null;

    /// <summary>What the steps before a step, and it itself, left: no more, because it is handed to workers whole.</summary>
    private static ImmutableDictionary<StepAddress, StepOutputs> OutputsFor(SessionState session, Wanted wanted, WantedStep step)
    {
        var outputs = ImmutableDictionary.CreateBuilder<StepAddress, StepOutputs>();
        Collect(step.Address, step.Edges);
        return outputs.ToImmutable();

        void Collect(StepAddress address, ImmutableArray<InputEdge> edges)
        {
            if (!outputs.ContainsKey(address) && session.Outputs.TryGetValue(address, out var left))
            {
                outputs[address] = left;
            }

            foreach (var edge in edges)
            {
                // What stood before a step that is taken back may be wanted no longer either.
                Collect(edge.Upstream, wanted.ByAddress.TryGetValue(edge.Upstream, out var upstream) ? upstream.Edges : []);
            }
        }
    }

    private void Write(ImmutableArray<LedgerEvent> events)
    {
        var now = _time.GetUtcNow();
        foreach (var happened in events)
        {
            _home.Apply(happened, now);
            _unwritten.Add(happened);
        }
    }

    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (_unwritten.Count > 0)
        {
            var events = _unwritten.ToArray();
            _unwritten.Clear();
            await _ledger.AppendAsync(events, cancellationToken);
        }

        foreach (var action in _afterCommit)
        {
            action();
        }

        _afterCommit.Clear();
        foreach (var (to, result) in _answers)
        {
            to.TrySetResult(result);
        }

        _answers.Clear();
    }

    private async Task WaitAsync(DateTimeOffset? wake, CancellationToken cancellationToken)
    {
        // One wait, kept until something comes: what .NET 10 does when one is cancelled can lose the next (dotnet/runtime #131141).
        _arrival ??= ArriveAsync();
        if (wake is { } at)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

            // Timers count whole milliseconds, and one that is early would only be set again, and again.
            var delay = Math.Clamp(Math.Ceiling((at - _time.GetUtcNow()).TotalMilliseconds), 0, SleepMax.TotalMilliseconds);
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(delay), _time, over.Token), _arrival);
            End(over);
            cancellationToken.ThrowIfCancellationRequested();
        }
        else
        {
            await _arrival.WaitAsync(cancellationToken);
        }

        if (_arrival.IsCompleted)
        {
            _arrival = null;
        }

        while (_messages.Reader.TryRead(out var message))
        {
            Take(message);
        }
    }

    private async Task ArriveAsync() => await _messages.Reader.WaitToReadAsync(CancellationToken.None);

    // Nothing that is called back by this runs long; on another thread it would only come later.
    private static void End(CancellationTokenSource over) => over.Cancel();

    private void Take(Message message)
    {
        switch (message)
        {
            case Message.Happened { What: var happened }:
                if (_performer.Settle(happened))
                {
                    Take(happened.Flight.Attempt, happened.Reading);
                    Write(happened.Events);
                }

                break;
            case Message.Asked { Operation: var operation, Answer: var answer }:
                try
                {
                    var result = RefusalOf(operation) ?? _operations.Perform(operation, _home);
                    Write(result.Events);
                    if (result.Events.Any(happened => happened is SessionRenamed))
                    {
                        // Those up to this one: later ones come after what is deleted in between.
                        var renames = _home.Renames.ToArray();
                        _afterCommit.Add(() => _performer.Follow(renames));
                    }

                    foreach (var deleted in result.Events.OfType<SessionDeleted>())
                    {
                        _afterCommit.Add(() => _performer.Forget(deleted.Session));
                    }

                    _answers.Add((answer, result));
                }
                catch (Exception defect) when (defect is not OutOfMemoryException)
                {
                    // A defect in one verb must not end what runs.
                    LogOperationBroke(defect, operation.GetType().Name);
                    answer.TrySetException(defect);
                }

                break;
            default:
                throw new InvalidOperationException($"No such message: {message.GetType().Name}.");
        }
    }

    /// <summary>Takes a service's reading, and writes down that it serves where that is news.</summary>
    private void Take(Attempt attempt, WorkloadSighting.Serving? said)
    {
        if (said is null || !_home.Sessions.TryGetValue(attempt.Session, out var session) || session.Steps[attempt.Step] is not { State: StepState.Running or StepState.Serving } had)
        {
            return;
        }

        var wanted = WantedBy(session);
        var gate = wanted.ByAddress.GetValueOrDefault(attempt.Step)?.Gate;
        var condition = gate is { Mode: GateMode.Automatic, Predicate: { } text } ? wanted.Memo.Predicate(text) : null;
        _performer.Take(attempt.Session, attempt.Step, Reading.After(_performer.Readings(attempt.Session).GetValueOrDefault(attempt.Step), said.Report, said.At, condition));
        if (had.State != StepState.Serving || had.Outputs != said.Outputs)
        {
            Write([new StepServing(attempt.Session, had.Run, attempt.Step, had.Attempt, said.Report, said.Outputs)]);
        }
    }

    /// <summary>What the state alone does not forbid: a session whose last work is still ending.</summary>
    private OperationResult? RefusalOf(Operation operation)
    {
        var name = operation switch
        {
            Operation.DeleteSession delete => delete.Name,
            Operation.RenameSession rename => rename.Name,
            _ => null,
        };
        return name is not null && _performer.InFlight(name) is { Count: > 0 } ending
            ? OperationResult.Refused(DiagnosticCatalog.SessionRefused.Error(null, $"The work of session '{name}' is still ending ({ending.First()}). Try again in a moment."))
            : null;
    }

    private Wanted WantedBy(SessionState session)
    {
        // By the session itself: one of the same name may have been made anew since.
        // For a run it is known from its start what is to be absent, but for what somebody wants to stay after all, and what stays with that.
        var (run, revision) = (session.Carried?.Number ?? 0, session.Carried?.Revision ?? 0);
        if (_wanted.TryGetValue(session.Name, out var wanted) && wanted.Run == run && wanted.Wishes == session.Wishes && ReferenceEquals(wanted.Session, session))
        {
            return wanted;
        }

        var config = revision == 0 ? new MigrationConfig() : _revisions.Of(session.Revisions[revision - 1]);
        var steps = Desired.Of(_planner, config, session, session.Carried?.Number ?? 0);
        return _wanted[session.Name] = new(session, revision, run, session.Wishes, config, steps, steps.ToDictionary(step => step.Address), new InputsMemo(), Limits.Of(config, _processors));
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "No run is under way; the controller ends.")]
    private partial void LogIdle();

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error, Message = "The operation {Operation} broke; nothing was changed.")]
    private partial void LogOperationBroke(Exception defect, string operation);

    private sealed record Wanted(
        SessionState Session,
        int Revision,
        int Run,
        int Wishes,
        MigrationConfig Config,
        ImmutableArray<WantedStep> Steps,
        IReadOnlyDictionary<StepAddress, WantedStep> ByAddress,
        InputsMemo Memo,
        Limits Limits)
    {
        /// <summary>True where the steps are of several migrations.</summary>
        public bool HasSeveralSources { get; } = Steps.Select(step => step.Address.Source).Distinct().Skip(1).Any();
    }

    private abstract record Message
    {
        public sealed record Happened(Happening What) : Message;

        public sealed record Asked(Operation Operation, TaskCompletionSource<OperationResult> Answer) : Message;
    }
}
