using Portage.Engine.Ledger;
using Portage.Engine.Ports;

namespace Portage.Engine.Status;

/// <summary>Judges the pace of work by what is seen of it. Pure.</summary>
internal static class Pace
{
    // A worker speaks every two seconds, whether it moves or not.
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(10);

    // Longer than a slow bulk request that is not in trouble; well below what makes a person look twice.
    private static readonly TimeSpan StillAfter = TimeSpan.FromSeconds(15);

    /// <summary>How far the present phase is. Null where it has not said yet: what is there then is the last word of the phase before, which may have been at its end.</summary>
    public static StepProgress? Said(StepSight sight, StepRecord had) => sight.Progress is { At: { } said } word && said >= had.StartedAt ? word : null;

    /// <summary>How far work is that has begun and is not under way: what it said last of this attempt, without a rate. Null where it did not say.</summary>
    public static StepProgress? LastWord(StepSight sight, StepRecord had) =>
        had.State == StepState.Running && Said(sight, had) is { } word ? word with { PerSecond = null, Waiting = null, WaitedFor = null } : null;

    /// <summary>What work waited for that ended in the middle, as it said then: when it was asked to end, or before it died. Null for nothing.</summary>
    public static string? LastWait(StepSight sight, StepRecord had) =>
        had.State == StepState.Running && Said(sight, had) is { } word ? word.WaitedFor ?? word.Waiting : null;

    /// <summary>What is wrong about the work's pace, in words; null where it moves, as far as anybody can see.</summary>
    /// <param name="sight">What is seen.</param>
    /// <param name="had">The step.</param>
    /// <param name="hasController">True while a controller is there.</param>
    public static string? Standstill(StepSight sight, StepRecord had, bool hasController, DateTimeOffset now)
    {
        if (sight.Trouble is { } trouble)
        {
            return $"{trouble.What}: {trouble.Why} Tried last at {trouble.TriedAt:HH:mm:ss}, next at {trouble.NextAt:HH:mm:ss} UTC";
        }

        if (had.Workload is null)
        {
            return hasController ? null : "stands still without a controller: workflow start";
        }

        if (sight.HasEnded)
        {
            return hasController ? "its worker has ended; its result is taken in next" : "its worker has ended; its result waits for a controller: workflow start";
        }

        if (!sight.IsAlive)
        {
            return hasController ? "its worker is gone; another one goes on from its position" : "its worker is gone; stands still without a controller: workflow start";
        }

        // What an earlier worker said last is still there until this one has said something.
        var since = had.StartedAt;
        return sight.Progress switch
        {
            { At: { } said } when said < since && now - since <= SilentAfter => null,
            { At: { } at } when now - at > SilentAfter => $"not heard of for {(now - at).TotalSeconds:0} s; its worker lives and does not answer",
            { MovedAt: { } moved } when now - moved > StillAfter => $"stands still since {moved:HH:mm:ss} UTC",
            _ => null,
        };
    }
}
