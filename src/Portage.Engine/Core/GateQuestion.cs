using Portage.Engine.Ledger;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Core;

/// <summary>Asks a gate's rule about a report. Pure.</summary>
internal static class GateQuestion
{
    /// <summary>Why a person is asked whom the configuration wants to be asked.</summary>
    public const string Manual = "manual";

    /// <summary>The rule that applies: a destruction is for a person, whatever the configuration says.</summary>
    public static GateRule RuleOf(WantedStep step, StepReport report, bool isBefore) => (isBefore, step.GatePlacement) switch
    {
        (true, _) when !report.Destroys.IsEmpty => GateRule.Destruction,
        (true, GatePlacement.BeforeRun) or (false, GatePlacement.AfterRun or GatePlacement.WhileServing) => step.Gate,
        _ => GateRule.None,
    };

    /// <summary>Why a person must decide, as <c>manual</c> or the comparisons that do not hold; null when the rule lets it pass.</summary>
    public static string? WhyHeld(GateRule rule, StepReport report, InputsMemo memo)
    {
        switch (rule.Mode)
        {
            case GateMode.None:
                return null;
            case GateMode.Manual when rule == GateRule.Destruction:
                return $"destroys {string.Join("; ", DestructionText.Of(report.Destroys))}";
            case GateMode.Manual:
                return Manual;
            default:
                var failing = memo.Predicate(rule.Predicate!).Failing(report.Numbers);
                return failing.IsEmpty ? null : string.Join(", ", failing);
        }
    }
}
