using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
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
public sealed partial class Controller
{
    // More than any burst of completions; a full queue only makes the senders wait.
    private const int MessagesMax = 4_096;

    private readonly ILedger _ledger;
    private readonly HomeState _home;
    private readonly Operations.Operations _operations;
    private readonly Planner _planner;
    private readonly EffectPerformer _performer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Message> _messages = Channel.CreateBounded<Message>(new BoundedChannelOptions(MessagesMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Dictionary<string, Wanted> _wanted = new(StringComparer.Ordinal);
    private readonly List<LedgerEvent> _unwritten = [];
    private readonly List<Action> _afterCommit = [];

    /// <param name="ledger">Held by this process.</param>
    /// <param name="home">The state that the ledger's events imply.</param>
    /// <param name="performer">Does what is decided.</param>
    public Controller(ILedger ledger, HomeState home, Planner planner, EffectPerformer performer, TimeProvider time, ILogger logger)
    {
        (_ledger, _home, _planner, _performer, _time, _logger) = (ledger, home, planner, performer, time, logger);
        _operations = new(planner);
        performer.Report = ReportAsync;
    }

    /// <summary>Performs an operation and returns when what it wrote is durable.</summary>
    /// <exception cref="OperationCanceledException">The controller ends.</exception>
    public async ValueTask<OperationResult> PerformAsync(Operation operation, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<OperationResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _messages.Writer.WriteAsync(new Message.Asked(operation, answer), cancellationToken);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Runs until cancelled, or, where asked, until no run is under way and nothing is left to watch.</summary>
    /// <exception cref="LeaseLostException">Another controller has taken over.</exception>
    /// <exception cref="LedgerFullException">There is no room to write; what runs goes on, and the next controller finds it.</exception>
    public async Task RunAsync(bool leaveWhenIdle, CancellationToken cancellationToken)
    {
        try
        {
            _performer.Begin(_home.Sessions.Values);
            while (true)
            {
                var wake = DecideAll();
                await CommitAsync(cancellationToken);
                if (leaveWhenIdle && _performer.InFlightCount == 0 && _home.Sessions.Values.All(session => session.ActiveRun is null) && _messages.Reader.Count == 0)
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
        foreach (var session in _home.Sessions.Values)
        {
            for (var again = true; again;)
            {
                again = false;
                var wanted = WantedBy(session);
                var observed = new Observed(_time.GetUtcNow(), _performer.InFlight(session.Name), _performer.Stopping(session.Name));
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
                            again |= Claim(session, wanted, begin);
                            break;
                        case Effect.Adjust adjust:
                            var configuration = session.Revisions[session.ActiveRun!.Revision - 1].Configuration;
                            _afterCommit.Add(() => _performer.Adjust(session, adjust, configuration));
                            break;
                        case Effect.Stop stop:
                            _performer.Stop(session, stop);
                            break;
                        default:
                            throw new InvalidOperationException($"No such effect: {effect.GetType().Name}.");
                    }
                }
            }
        }

        return wake;
    }

    private bool Claim(SessionState session, Wanted wanted, Effect.Begin begin)
    {
        var run = session.ActiveRun!;
        if (begin.Phase == StepPhase.Revert && !session.Steps[begin.Step.Address].HasEffects)
        {
            Write([new StepReverted(session.Name, run.Number, begin.Step.Address)]);
            return true;
        }

        Write([new StepStarted(session.Name, run.Number, begin.Step.Address, begin.Attempt, begin.Phase, begin.Inputs)]);
        _performer.Claim(session.Name, begin);
        var claimed = session.Steps[begin.Step.Address];
        var outputs = session.Steps.Values.Where(step => step.Outputs is not null).ToImmutableDictionary(step => step.Address, step => step.Outputs!);
        var configuration = session.Revisions[run.Revision - 1].Configuration;
        _afterCommit.Add(() => _performer.Perform(session.Name, run.Number, begin, claimed, wanted.Config, configuration, outputs));
        return false;
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
    }

    private async Task WaitAsync(DateTimeOffset? wake, CancellationToken cancellationToken)
    {
        if (wake is { } at)
        {
            using var timeout = new CancellationTokenSource();
            var delay = at - _time.GetUtcNow();
            var sleeping = Task.Delay(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, _time, timeout.Token);
            var arrived = _messages.Reader.WaitToReadAsync(cancellationToken).AsTask();
            await Task.WhenAny(sleeping, arrived);
            await timeout.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        else
        {
            await _messages.Reader.WaitToReadAsync(cancellationToken);
        }

        while (_messages.Reader.TryRead(out var message))
        {
            Take(message);
        }
    }

    private void Take(Message message)
    {
        switch (message)
        {
            case Message.Happened { What: var happened }:
                _performer.Settle(happened);
                Write(happened.Events);
                break;
            case Message.Asked { Operation: var operation, Answer: var answer }:
                try
                {
                    var result = _operations.Perform(operation, _home);
                    Write(result.Events);
                    _afterCommit.Add(() => answer.TrySetResult(result));
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

    private Wanted WantedBy(SessionState session)
    {
        var revision = session.ActiveRun?.Revision ?? 0;
        if (_wanted.TryGetValue(session.Name, out var wanted) && wanted.Revision == revision)
        {
            return wanted;
        }

        var config = revision == 0 ? new MigrationConfig() : ConfigurationReader.ReadCanonical(session.Revisions[revision - 1].Configuration).Config!;
        return _wanted[session.Name] = new(revision, config, _planner.Wanted(config), new InputsMemo());
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "No run is under way; the controller ends.")]
    private partial void LogIdle();

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error, Message = "The operation {Operation} broke; nothing was changed.")]
    private partial void LogOperationBroke(Exception defect, string operation);

    private sealed record Wanted(int Revision, MigrationConfig Config, ImmutableArray<WantedStep> Steps, InputsMemo Memo);

    private abstract record Message
    {
        public sealed record Happened(Happening What) : Message;

        public sealed record Asked(Operation Operation, TaskCompletionSource<OperationResult> Answer) : Message;
    }
}

/// <summary>Something that came of an effect.</summary>
/// <param name="Session">The session.</param>
/// <param name="Step">The step.</param>
/// <param name="Events">What to write down.</param>
/// <param name="EndsFlight">True when nothing is in flight for the step any more.</param>
public sealed record Happening(string Session, StepAddress Step, ImmutableArray<LedgerEvent> Events, bool EndsFlight);
