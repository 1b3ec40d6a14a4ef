using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Portage.Engine.Ports;

namespace Portage.Steps.WorkItems;

/// <summary>As many processes that help as are wanted at each moment. One that dies costs nothing but its batches: another one is started while items wait.</summary>
/// <param name="helpers">Starts them; null where there can be none.</param>
/// <param name="check">Sees that the targets of an index are what they were.</param>
/// <param name="unreadable">Takes an item that a helper could not read.</param>
internal sealed partial class HelperCrew(IHelpers? helpers, LeasedItems items, Func<string, Task> check, Action<WorkItem, StepException> unreadable, ILogger logger) : IAsyncDisposable
{
    // Dead before they had done anything, one after the other: the next one would be as well.
    private const int UselessMax = 3;

    private readonly List<HelperSession> _sessions = [];
    private ExceptionDispatchInfo? _failure;
    private int _useless;

    /// <summary>Starts what is missing while items wait, and stops what is too much. Called by one thread, again and again.</summary>
    /// <param name="wanted">How many there should be.</param>
    /// <exception cref="StepException">One of them failed, as this process might have.</exception>
    public void Adjust(int wanted)
    {
        Volatile.Read(ref _failure)?.Throw();
        foreach (var over in _sessions.Where(session => session.Over.IsCompleted).ToArray())
        {
            _sessions.Remove(over);
            if (items.HasWaiting && !over.IsStopping)
            {
                _useless = over.HasMoved ? 0 : _useless + 1;
                LogGone(over.Process);
            }
        }

        foreach (var surplus in _sessions.Skip(wanted).Where(session => !session.IsStopping))
        {
            // It ends when its batches are done; nobody waits for that here.
            _ = surplus.StopAsync();
        }

        while (helpers is not null && _sessions.Count < wanted && items.HasWaiting && _useless < UselessMax)
        {
            _sessions.Add(new(helpers.Start(), items, new(check, Fail, failure => Keep(ExceptionDispatchInfo.Capture(failure)))));
        }
    }

    /// <summary>Asks all of them to finish what is under way, and returns when they have ended.</summary>
    /// <exception cref="StepException">One of them failed.</exception>
    public async Task StopAsync()
    {
        await Task.WhenAll(_sessions.Select(session => session.StopAsync()));
        Volatile.Read(ref _failure)?.Throw();
    }

    /// <summary>Ends those that are left at once.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
        {
            await session.DisposeAsync();
        }
    }

    private void Fail(WorkItem? item, StepException failure)
    {
        if (item is { } one)
        {
            unreadable(one, failure);
        }
        else
        {
            Keep(ExceptionDispatchInfo.Capture(failure));
        }
    }

    private void Keep(ExceptionDispatchInfo failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    [LoggerMessage(EventId = 3303, Level = LogLevel.Warning, Message = "Process {HelperProcess}, which helped, is gone; what it had is done by others.")]
    private partial void LogGone(int helperProcess);
}
