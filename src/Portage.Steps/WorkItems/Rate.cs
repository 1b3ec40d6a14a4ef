namespace Portage.Steps.WorkItems;

/// <summary>The present rate of something that only grows, smoothed over some seconds. For one thread.</summary>
public sealed class Rate(TimeProvider time)
{
    // Long enough that one slow request does not frighten anybody, short enough to show a change of workers.
    private const double SmoothingSeconds = 5;

    private long? _lastTime;
    private long _lastCount;

    /// <summary>Per second; null before there is one.</summary>
    public double? PerSecond { get; private set; }

    /// <summary>Takes in how many there are now.</summary>
    public void Take(long count)
    {
        var now = time.GetTimestamp();
        if (_lastTime is { } then)
        {
            var seconds = time.GetElapsedTime(then, now).TotalSeconds;
            if (seconds <= 0)
            {
                return;
            }

            var rate = (count - _lastCount) / seconds;
            var weight = 1 - Math.Exp(-seconds / SmoothingSeconds);
            PerSecond = PerSecond is { } before ? before + (weight * (rate - before)) : rate;
        }

        (_lastTime, _lastCount) = (now, count);
    }
}
