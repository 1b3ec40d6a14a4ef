using System.Collections.Immutable;
using System.Globalization;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Engine.Status;

/// <summary>What status says of tries that failed, and of steps that wait for one that failed. Pure.</summary>
internal static class FailureText
{
    /// <summary>As <c>attempt 3 failed at 22:31:05 UTC, failing since 22:28:11 UTC: CAUSE</c>; null when nothing fails.</summary>
    public static string? Of(StepRecord had, DateTimeOffset now) => had.Failing is not { } failing ? null
        : $"attempt {failing.Attempt} failed at {Time(failing.At, now)}{(failing.Since == failing.At ? "" : $", failing since {Time(failing.Since, now)}")}: {failing.Because.Detail}";

    /// <summary>The same behind other words: <c>; attempt 3 failed …</c>. Empty when nothing fails.</summary>
    public static string After(StepRecord had, DateTimeOffset now) => Of(had, now) is { } text ? $"; {text}" : "";

    /// <summary>How often it was tried in vain, as <c> (10 attempts, failing since 22:28:11 UTC)</c>; empty for once.</summary>
    public static string Tries(StepRecord had, DateTimeOffset now) =>
        had is { Failing: { Attempt: > 1 } failing } && failing.Because == had.Failure ? $" ({failing.Attempt} attempts, failing since {Time(failing.Since, now)})" : "";

    /// <summary>The steps that failed, and on which others wait, one behind the other; with the command that each of them needs.</summary>
    public static FailedBefore Before(IReadOnlyList<(WantedStep Step, Standing Standing)> standings)
    {
        var found = new Dictionary<StepAddress, ImmutableArray<(StepAddress, string)>>();

        // Each stands after those that it waits for.
        foreach (var (step, standing) in standings)
        {
            switch (standing)
            {
                case Standing.Failed failed:
                    found[step.Address] = [(step.Address, Helps(failed.Because))];
                    break;
                case Standing.Waits waits when waits.On.SelectMany(on => found.GetValueOrDefault(on, [])).Distinct().ToImmutableArray() is { IsEmpty: false } before:
                    found[step.Address] = before;
                    break;
            }
        }

        return new(found);
    }

    private const string Start = "workflow start";

    /// <summary>What must be done so that the steps behind it can begin: to start again alone repeats the failure.</summary>
    private static string Helps(Diagnostic because) => because switch
    {
        { Command: { } command } when because.Code == DiagnosticCatalog.PlanIsBlocked.Code || command.StartsWith(Start, StringComparison.Ordinal) => command,
        { Command: { } command } => $"{command}, then {Start}",
        _ when because.Code == DiagnosticCatalog.PlanIsBlocked.Code => "workflow plan",
        _ => $"mend it ({because.Code}), then {Start}",
    };

    /// <summary>As <c>22:31:05 UTC</c>, with the day where it is not today.</summary>
    private static string Time(DateTimeOffset at, DateTimeOffset now) =>
        at.UtcDateTime.ToString(at.UtcDateTime.Date == now.UtcDateTime.Date ? "HH:mm:ss 'UTC'" : "yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Which failed steps each step waits for.</summary>
    internal sealed class FailedBefore(Dictionary<StepAddress, ImmutableArray<(StepAddress Step, string Helps)>> found)
    {
        /// <summary>As <c>waits for m/x@blue:metadata, which failed: workflow start</c>; null where none of those before it failed.</summary>
        public string? Of(StepAddress step) => found.GetValueOrDefault(step, []) is not { IsEmpty: false } failed ? null
            : $"waits for {string.Join(" and ", failed.Select(one => one.Step.ToString()))}, which failed: {string.Join(", ", failed.Select(one => one.Helps).Distinct())}";
    }
}
