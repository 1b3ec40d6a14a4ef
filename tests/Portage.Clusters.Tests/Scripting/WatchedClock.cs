using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Portage.Clusters.Tests.Scripting;

/// <summary>Time that a test moves, and that tells the test when somebody has begun to wait.</summary>
internal sealed class WatchedClock : FakeTimeProvider
{
    private readonly ConcurrentQueue<(Func<TimeSpan, bool> Is, TaskCompletionSource<TimeSpan> Came)> _watchers = new();
    private readonly ConcurrentQueue<TimeSpan> _timers = new();

    /// <summary>Done as soon as a timer of such a length has been asked for, now or before.</summary>
    public Task<TimeSpan> TimerAsync(Func<TimeSpan, bool> isIt)
    {
        var came = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        _watchers.Enqueue((isIt, came));
        foreach (var timer in _timers.Where(isIt))
        {
            came.TrySetResult(timer);
        }

        return came.Task;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Enqueue(dueTime);
        foreach (var (isIt, came) in _watchers)
        {
            if (isIt(dueTime))
            {
                came.TrySetResult(dueTime);
            }
        }

        return timer;
    }
}
