using Portage.Engine.Core;

namespace Portage.Engine.Running;

/// <summary>How long to wait before the next try: doubling from a second to a minute, and up to a quarter more by chance.</summary>
/// <param name="chance">Used under a lock: flights of several threads share it.</param>
internal sealed class Backoff(Random chance)
{
    private readonly Lock _gate = new();

    /// <param name="tries">Those made in vain; at least 1.</param>
    public TimeSpan After(int tries)
    {
        double share;
        lock (_gate)
        {
            // So that what failed together does not come back together.
            share = chance.NextDouble();
        }

        var seconds = Math.Min(RetryTimes.LongestStep.TotalSeconds, Math.Pow(2, tries - 1)) * (1 + (share * RetryTimes.Spread));
        return TimeSpan.FromSeconds(seconds);
    }
}
