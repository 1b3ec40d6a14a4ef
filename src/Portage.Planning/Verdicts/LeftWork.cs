using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Planning.Verdicts;

/// <summary>Why nobody takes work back when what it is in goes.</summary>
public enum LeftBecause
{
    /// <summary>Its step left the configuration.</summary>
    StepIsUnwanted,

    /// <summary>Its step is wanted, and does not select the item any more.</summary>
    ItemIsUnwanted,

    /// <summary>Its step is of another slice.</summary>
    SliceIsAnother,
}

/// <summary>Work that stands in what another step made, and that nobody takes back when that goes. Asked by the plan beforehand, and by the engine before anything goes. Pure.</summary>
/// <param name="Step">Whose work it is.</param>
/// <param name="Items">The items that it is in; default where an earlier release did not write them down.</param>
/// <param name="Because">Why nobody does.</param>
public sealed record LeftWork(StepAddress Step, ImmutableArray<string> Items, LeftBecause Because)
{
    /// <summary>A step that is wanted and has work in the same items, so that this work is not taken back alone; null where there is none.</summary>
    public StepAddress? HeldBy { get; init; }

    /// <summary>What would go along with items of a step, though no line of a plan names it.</summary>
    /// <param name="step">The step that would take back what it made.</param>
    /// <param name="had">What is recorded of it.</param>
    /// <param name="items">What it would take back; default where nobody knows what it made. Where it found all there already, nothing goes.</param>
    /// <param name="unselected">Items that the step made, and that its slice does not select any more.</param>
    /// <param name="recorded">What is recorded of the steps of the session; those that cannot be in the way may be missing.</param>
    /// <param name="wantedAs">A step as the configuration wants it; null where it does not.</param>
    /// <param name="isSelected">True for an item that a step which is wanted has to do.</param>
    public static ImmutableArray<LeftWork> In(
        WantedStep step, RecordedStep had, ImmutableArray<string> items, ImmutableArray<string> unselected, IEnumerable<RecordedStep> recorded, Func<StepAddress, WantedStep?> wantedAs, Func<WantedStep, string, bool> isSelected)
    {
        RecordedStep[] inIt = [.. recorded.Where(other => other.EffectsSince is not null && MayStandIn(step, other.Address))];
        return
        [
            .. inIt
                .Select(other => Of(items.IsDefault ? items : [.. items.Except(had.Untouched, StringComparer.Ordinal)], unselected, other, BecauseOf(step.Address, other.Address, address => wantedAs(address) is not null)))
                .OfType<LeftWork>()
                .Select(left => left with { Because = Because(left) })
                .Select(left => left with { HeldBy = inIt.FirstOrDefault(other => IsHeldBy(left, other))?.Address })
                .OrderBy(left => left.Step.ToString(), StringComparer.Ordinal),
        ];

        // Whoever is of another slice may have let go of it all the same.
        LeftBecause Because(LeftWork left) => left.Because != LeftBecause.SliceIsAnother || wantedAs(left.Step) is not { } wanted ? left.Because
            : wanted.IsAbsent ? LeftBecause.StepIsUnwanted
            : left.Items.Any(item => isSelected(wanted, item)) ? LeftBecause.SliceIsAnother
            : LeftBecause.ItemIsUnwanted;

        bool IsHeldBy(LeftWork left, RecordedStep other) => !left.Items.IsDefault && other.Items is { } there && other.Address.Kind == left.Step.Kind && other.Address != left.Step
            && wantedAs(other.Address) is { IsAbsent: false } wanted && left.Items.Any(item => there.ContainsKey(item) && isSelected(wanted, item));
    }

    /// <summary>What of a step's work is not on its way out already; null for nothing.</summary>
    /// <param name="wanted">The step as it is wanted, present or absent; null where it is neither.</param>
    /// <param name="isSelected">True for an item that a step which is wanted present has to do.</param>
    public static RecordedStep? Staying(RecordedStep recorded, WantedStep? wanted, Func<WantedStep, string, bool> isSelected)
    {
        if (wanted is { IsAbsent: true } && (wanted.Stays.IsEmpty || recorded.Items is null))
        {
            return null;
        }

        return wanted is null || recorded.Items is not { } items || (!wanted.IsAbsent && recorded.LeavingItems.IsEmpty) ? recorded
            : recorded with { Items = items.Where(item => wanted.IsAbsent ? wanted.Stays.Contains(item.Key, StringComparer.Ordinal) : !recorded.LeavingItems.Contains(item.Key, StringComparer.Ordinal) || wanted.Stays.Contains(item.Key, StringComparer.Ordinal) || isSelected(wanted, item.Key)).ToImmutableDictionary(StringComparer.Ordinal) };
    }

    /// <summary>True for a step that writes into what steps like this one make, in the same place.</summary>
    public static bool MayStandIn(WantedStep step, StepAddress other) =>
        step.Bears.Contains(other.Kind) && other.Target == step.Address.Target && other.Source == step.Address.Source;

    /// <summary>As <c>what logs/a@blue:backfill wrote to a, which is no longer in the configuration and is left as it is</c>.</summary>
    public string Text => $"what {Step} wrote{(Items.IsDefault ? "" : $" to {NamesText.Of(Items)}")}, {Because switch
    {
        LeftBecause.StepIsUnwanted => "which is no longer in the configuration and is left as it is",
        LeftBecause.ItemIsUnwanted => "which is selected no longer and is left as it is",
        LeftBecause.SliceIsAnother => "which is of another slice",
        _ => throw new InvalidOperationException($"No words for {Because}."),
    }}";

    /// <summary>What a person is told who wants it done all the same.</summary>
    public Diagnostic Describe(StepAddress by) => DiagnosticCatalog.LeftWorkInTheWay.Error(
        null,
        $"{by} cannot change in place what it made, and making it anew would delete {Text}. Nothing was destroyed. {WayOut}") with
    { Command = "workflow configure" };

    /// <summary>What a person is told beforehand, when nobody knows yet whether it comes to that.</summary>
    public Diagnostic Warn(StepAddress by) => DiagnosticCatalog.LeftWorkInTheWay.Warning(
        null,
        $"{by} changes in place what it made. Should the target refuse that, making it anew would delete {Text}: then {by} fails, and nothing is destroyed. {WayOut}");

    private string WayOut => (Because, HeldBy) switch
    {
        (LeftBecause.SliceIsAnother, _) => "Leave the index to one of the slices first.",
        (_, { } held) => $"{held} has work there too, so that neither goes alone: take slice {held.Part} out of the configuration, have both taken back (workflow collect {Slice(Step)} {Slice(held)}), start, and bring it back.",
        (LeftBecause.StepIsUnwanted, null) => $"Bring {Step} back into the configuration first: then the plan names what goes with it, and it is done anew as well. Or have it taken back: workflow collect {Step}.",
        (LeftBecause.ItemIsUnwanted, null) => $"Have it taken back first: workflow collect {Step}. Or select it again there: then the plan names what goes with it.",
        _ => throw new InvalidOperationException($"No way out of {Because}."),
    };

    private static string Slice(StepAddress step) => $"{step.Source}/{step.Part}@{step.Target}";

    /// <summary>Null for a step that takes back what it can when what it stands on goes.</summary>
    private static LeftBecause? BecauseOf(StepAddress step, StepAddress other, Func<StepAddress, bool> isWanted) =>
        !isWanted(other) ? LeftBecause.StepIsUnwanted : other.Part != step.Part ? LeftBecause.SliceIsAnother : null;

    private static LeftWork? Of(ImmutableArray<string> items, ImmutableArray<string> unselected, RecordedStep other, LeftBecause? because)
    {
        var names = other.Items?.Keys.Except(other.Untouched, StringComparer.Ordinal).ToArray() ?? (other.Outputs.IsDefaultOrEmpty ? null : other.Outputs.Select(output => output.Name).Distinct(StringComparer.Ordinal).ToArray());
        if (names is null || items.IsDefault)
        {
            // Of what nobody wrote down, only a step that is gone from this very slice would certainly not be taken back.
            return because == LeftBecause.StepIsUnwanted && names is not { Length: 0 } ? new(other.Address, names is null ? default : [.. names.Order(StringComparer.Ordinal)], LeftBecause.StepIsUnwanted) : null;
        }

        var lost = names.Intersect(because is null ? items.Intersect(unselected, StringComparer.Ordinal) : items, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return lost.Length > 0 ? new(other.Address, [.. lost], because ?? LeftBecause.ItemIsUnwanted) : null;
    }
}
