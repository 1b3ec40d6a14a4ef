using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Planning.Verdicts;

/// <summary>Work that stands in what another step made, and that nobody takes back when that goes. Asked by the plan beforehand, and by the engine before anything goes. Pure.</summary>
/// <param name="Step">Whose work it is.</param>
/// <param name="Items">The items that it is in; default where an earlier release did not write them down.</param>
/// <param name="IsWanted">True for a step of another slice that is still wanted; false for one that left the configuration.</param>
public sealed record LeftWork(StepAddress Step, ImmutableArray<string> Items, bool IsWanted)
{
    // A series of indices would fill the page with one reason.
    private const int NamesMax = 5;

    /// <summary>What would go along with items of a step, though no line of a plan names it.</summary>
    /// <param name="step">The step that would take back what it made.</param>
    /// <param name="items">What it would take back; default where nobody knows what it made.</param>
    /// <param name="recorded">What is recorded of all the steps of the session.</param>
    /// <param name="isWanted">True for a step that the configuration wants.</param>
    public static ImmutableArray<LeftWork> In(WantedStep step, ImmutableArray<string> items, IEnumerable<RecordedStep> recorded, Func<StepAddress, bool> isWanted) => step.Bears.IsEmpty
        ? []
        :
        [
            .. recorded
                .Where(other => other.EffectsSince is not null && MayStandIn(step, other.Address) && (other.Address.Part != step.Address.Part || !isWanted(other.Address)))
                .Select(other => Of(step, items, other, isWanted(other.Address)))
                .OfType<LeftWork>()
                .OrderBy(left => left.Step.ToString(), StringComparer.Ordinal),
        ];

    /// <summary>True for a step that writes into what steps like this one make, in the same place.</summary>
    public static bool MayStandIn(WantedStep step, StepAddress other) =>
        step.Bears.Contains(other.Kind) && other.Target == step.Address.Target && other.Source == step.Address.Source;

    /// <summary>As <c>what logs/a@blue:backfill wrote to a, which is no longer in the configuration and is left as it is</c>.</summary>
    public string Text => $"what {Step} wrote{(Items.IsDefault ? "" : $" to {Names(Items)}")}, {(IsWanted ? "which is of another slice" : "which is no longer in the configuration and is left as it is")}";

    /// <summary>What a person is told who wants it done all the same.</summary>
    public Diagnostic Describe(StepAddress by) => DiagnosticCatalog.LeftWorkInTheWay.Error(
        null,
        $"{by} cannot change in place what it made, and making it anew would delete {Text}. Nothing was destroyed. {WayOut}") with
    { Command = "workflow configure" };

    /// <summary>What a person is told beforehand, when nobody knows yet whether it comes to that.</summary>
    public Diagnostic Warn(StepAddress by) => DiagnosticCatalog.LeftWorkInTheWay.Warning(
        null,
        $"{by} changes in place what it made. Should the target refuse that, making it anew would delete {Text}: then {by} fails, and nothing is destroyed. {WayOut}");

    private string WayOut => IsWanted
        ? $"Leave the index to one of the slices, or do {Step} anew as well."
        : $"Bring {Step} back into the configuration first: then the plan names what goes with it, and it is done anew as well.";

    private static LeftWork? Of(WantedStep step, ImmutableArray<string> items, RecordedStep other, bool isWanted)
    {
        var names = other.Items?.Keys.ToArray() ?? (other.Outputs.IsDefaultOrEmpty ? null : other.Outputs.Select(output => output.Name).Distinct(StringComparer.Ordinal).ToArray());
        if (names is not null && !items.IsDefault)
        {
            var lost = names.Intersect(items, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            return lost.Length > 0 ? new(other.Address, [.. lost], isWanted) : null;
        }

        // Of what nobody wrote down, only the same slice tells that it was in the same indices.
        return other.Address.Part == step.Address.Part && names is not { Length: 0 } ? new(other.Address, names is null ? default : [.. names.Order(StringComparer.Ordinal)], isWanted) : null;
    }

    private static string Names(ImmutableArray<string> names) =>
        $"{string.Join(", ", names.Take(NamesMax))}{(names.Length > NamesMax ? $" and {names.Length - NamesMax} more" : "")}";
}
