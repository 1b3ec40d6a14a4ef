using Portage.Engine.Ledger;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Asks a gate's rule about a report. Pure.</summary>
internal static class GateQuestion
{
    /// <summary>Why a person must decide, as <c>manual</c> or the comparisons that do not hold; null when the rule lets it pass.</summary>
    public static string? WhyHeld(GateRule rule, StepReport report, InputsMemo memo)
    {
        switch (rule.Mode)
        {
            case GateMode.None:
                return null;
            case GateMode.Manual:
                return "manual";
            default:
                var failing = memo.Predicate(rule.Predicate!).Failing(report.Numbers);
                return failing.IsEmpty ? null : string.Join(", ", failing);
        }
    }
}
