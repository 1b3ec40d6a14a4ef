using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Backends.Embedded;

/// <summary>The process that carries out runs.</summary>
/// <param name="Process">Its process id.</param>
/// <param name="Since">When it began.</param>
public sealed record ControllerInfo(int Process, DateTimeOffset Since);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ControllerInfo))]
internal sealed partial class ControllerJson : JsonSerializerContext;

/// <summary>How verbs get at a home: reading without a lease, changing through the controller or with the lease for a moment.</summary>
/// <param name="home">The home.</param>
/// <param name="planner">Knows every step kind.</param>
/// <param name="time">The clock.</param>
public sealed class HomeAccess(Home home, Planner planner, TimeProvider time)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(20);

    // A verb holds the lock for milliseconds; a controller that starts answers within a second or two.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The home.</summary>
    public Home Home => home;

    /// <summary>What the ledger says now.</summary>
    /// <exception cref="LedgerUnusableException">It cannot be read.</exception>
    public HomeState Read() => HomeState.Of(SqliteLedger.ReadAfter(home.Ledger, 0));

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
    public async Task<OperationResult> PerformAsync(Operation operation, CancellationToken cancellationToken)
    {
        if (!home.Exists && new OperationRules(planner).Perform(operation, HomeState.Of([])) is { Events.IsEmpty: true } refused)
        {
            // A verb that does nothing in the wrong folder leaves no home there.
            return refused;
        }

        home.Create();
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

                var (answer, wasSent) = await ControlSocket.SendAsync(home, operation, cancellationToken);
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
        var state = HomeState.Of(ledger.Read(0));
        var work = new WorkFolders(home, time);
        work.ForgetAllBut(state.Sessions.Keys);
        var result = new OperationRules(planner).Perform(operation, state);
        if (!result.Events.IsEmpty)
        {
            await ledger.AppendAsync(result.Events, cancellationToken);
        }

        foreach (var deleted in result.Events.OfType<SessionDeleted>())
        {
            work.Forget(deleted.Session);
        }

        return result;
    }
}
