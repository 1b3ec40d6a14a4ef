namespace Portage.Snapshots.Tests.Repositories;

/// <summary>A clock on which pauses are over at once, and patience never ends.</summary>
internal sealed class HurriedTime : TimeProvider
{
    // Longer waits are for what does not come.
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);

    private int _pauses;

    public int Pauses => Volatile.Read(ref _pauses);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > PauseMax || dueTime < TimeSpan.Zero)
        {
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        }

        Interlocked.Increment(ref _pauses);
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
