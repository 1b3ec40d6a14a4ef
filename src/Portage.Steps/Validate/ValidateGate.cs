using Portage.Configuration;
using Portage.Planning;

namespace Portage.Steps.Validate;

/// <summary>A comparison is complete when nothing differs, or when a person accepts what does.</summary>
internal static class ValidateGate
{
    public static GateRule Rule(SliceConfig slice) => IsCounted(slice)
        ? GateRule.Of(slice.Validate.Approve, ValidateConfig.AutoOfCounts)
        : StepFields.Gate(slice.Validate, slice.Validate.Approve);

    /// <summary>True where documents are only counted: without a backfill there is nothing to count against, and every one is compared.</summary>
    private static bool IsCounted(SliceConfig slice) => slice is { Validate.Mode: ValidateMode.Counts, Backfill.Skip: false };
}
