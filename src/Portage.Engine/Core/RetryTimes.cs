namespace Portage.Engine.Core;

/// <summary>When a retry is due. Pure.</summary>
public static class RetryTimes
{
    /// <summary>The longest pause between two tries, before chance adds to it.</summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromMinutes(1);

    /// <summary>The share of a pause that chance may add.</summary>
    public const double Spread = 0.25;

    /// <summary>
    /// True when its time has come; also when it is further away than a pause can ever be, because then the clock was set back
    /// since, and a person's clock must not put work off.
    /// </summary>
    public static bool IsDue(DateTimeOffset at, DateTimeOffset now) => at <= now || at - now > LongestStep * (1 + Spread);
}
