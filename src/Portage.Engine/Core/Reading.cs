using Portage.Engine.Ledger;
using Portage.Model.Steps;

namespace Portage.Engine.Core;

/// <summary>What a service said of itself last, and since when the condition of its gate has held. Pure.</summary>
/// <param name="Report">What it said.</param>
/// <param name="At">When.</param>
/// <param name="Condition">The condition that was looked at; null for none.</param>
/// <param name="HoldsSince">Since when it has held without a break; null when it does not hold.</param>
public sealed record Reading(StepReport Report, DateTimeOffset At, string? Condition, DateTimeOffset? HoldsSince)
{
    /// <summary>A service that was silent longer may have been anything meanwhile: what held before counts no more.</summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(30);

    /// <summary>The next reading.</summary>
    /// <param name="before">The one before it; null for the first that this controller sees.</param>
    public static Reading After(Reading? before, StepReport report, DateTimeOffset at, GatePredicate? condition)
    {
        if (condition is null || !condition.Failing(report.Numbers).IsEmpty)
        {
            return new(report, at, condition?.Text, null);
        }

        var goesOn = before is { HoldsSince: not null } && before.Condition == condition.Text && at >= before.At && at - before.At <= SilenceMax;
        return new(report, at, condition.Text, goesOn ? before!.HoldsSince : at);
    }

    /// <summary>Why the condition does not let a service pass; null when it does. The next reading may change that.</summary>
    public static string? WhyHeld(Reading? reading, GatePredicate condition, DateTimeOffset now)
    {
        if (reading is null || reading.Condition != condition.Text || now - reading.At > SilenceMax)
        {
            return $"{condition.Text}: nothing was heard of it lately";
        }

        if (reading.HoldsSince is not { } since)
        {
            return string.Join(", ", condition.Failing(reading.Report.Numbers));
        }

        // To the newest reading, not to now: what is said next may break it.
        return reading.At - since >= condition.For ? null : $"{condition.Text}: holds, and not for that long yet";
    }
}
