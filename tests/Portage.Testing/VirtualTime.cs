namespace Portage.Testing;

/// <summary>A clock that stands still until it is told to go on to the next timer.</summary>
public sealed class VirtualTime : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (long Due, long Number)> _timers = new();
    private long _now;
    private long _numbers;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Since the beginning.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero) + TimeSpan.FromTicks(_now);

    /// <inheritdoc/>
    public override long GetTimestamp() => _now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass in which no timer is due.</summary>
    public void Pass(TimeSpan duration) => _now += duration.Ticks;

    /// <summary>Calls the next timer; false when there is none.</summary>
    public bool Advance()
    {
        while (_timers.TryDequeue(out var timer, out var at))
        {
            if (timer.Number == at.Number)
            {
                _now = Math.Max(_now, at.Due);
                timer.Fire();
                return true;
            }
        }

        return false;
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        /// <summary>Which entry of the queue is this timer's; 0 when none is.</summary>
        public long Number { get; private set; }

        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Number = 0;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Number = ++time._numbers;
                time._timers.Enqueue(this, (time._now + dueTime.Ticks, Number));
            }

            return true;
        }

        public void Fire()
        {
            Number = 0;
            if (_period != Timeout.InfiniteTimeSpan && _period != TimeSpan.Zero)
            {
                Change(_period, _period);
            }

            callback(state);
        }

        public void Dispose() => Number = 0;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
