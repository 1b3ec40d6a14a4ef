using Portage.Configuration.Reading;

namespace Portage.Configuration.Rules;

/// <summary>The rules that look at a configuration as a whole. What they meet may be incomplete: reported values are null.</summary>
internal static class RuleList
{
    public static IReadOnlyList<Action<MigrationConfig, Findings>> Configuration { get; } =
    [
        ReferenceRule.Check,
        SnapshotChoiceRule.Check,
        TakeSourceRule.Check,
        TlsRule.Check,
        UpperCasePatternRule.Check,
        OverlappingSlicesRule.Check,
        ValidateGateRule.Check,
        CompletenessRule.Check,
    ];
}
