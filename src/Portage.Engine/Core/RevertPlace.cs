using Portage.Configuration.Fields;
using Portage.Engine.Ledger;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Where work is taken back.</summary>
internal static class RevertPlace
{
    /// <summary>True when a field that says where the work was done has changed: then it is taken back where it is, not where it is wanted.</summary>
    public static bool IsWhereItWasDone(StepRecord had, WantedStep wanted) =>
        had.ConfiguredBy > 0
        && InputDifferences.Between(had.Inputs!, wanted).Any(field => field is { Change: Change.Never, Affects: Affects.Result });
}
