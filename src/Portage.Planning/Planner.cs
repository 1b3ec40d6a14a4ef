using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning.Destroying;
using Portage.Planning.Passes;

namespace Portage.Planning;

/// <summary>Compares what is wanted with what is recorded. Pure: no clock, no I/O, no logging.</summary>
/// <param name="definitions">Every step kind, once.</param>
public sealed class Planner(ImmutableArray<IStepDefinition> definitions)
{
    /// <summary>True for a kind that writes into indices of a target.</summary>
    public bool WritesToTarget(StepKind kind) => definitions.Any(definition => definition.Kind == kind && definition.WritesToTarget);

    /// <summary>How the work of a kind is carried out.</summary>
    public RunsAs RunsAs(StepKind kind) => definitions.First(definition => definition.Kind == kind).RunsAs;

    /// <summary>The steps that a configuration wants, in pipeline order within each source and slice.</summary>
    public ImmutableArray<WantedStep> Wanted(MigrationConfig config) => AddWantedSteps.From(config, definitions);

    /// <summary>What starting <paramref name="config"/> would do, given what is recorded.</summary>
    /// <param name="observed">What was seen just now of what the changes that may destroy something would destroy; null or without an entry where nobody has looked yet.</param>
    public (Plan Plan, ImmutableArray<Diagnostic> Diagnostics) Plan(
        MigrationConfig config,
        IReadOnlyDictionary<StepAddress, RecordedStep> recorded,
        IReadOnlyDictionary<StepAddress, Observation>? observed = null) => Plan(Wanted(config), recorded, observed);

    /// <summary>As <see cref="Plan(MigrationConfig, IReadOnlyDictionary{StepAddress, RecordedStep}, IReadOnlyDictionary{StepAddress, Observation})"/>, of steps that are derived already.</summary>
    public (Plan Plan, ImmutableArray<Diagnostic> Diagnostics) Plan(
        ImmutableArray<WantedStep> wanted,
        IReadOnlyDictionary<StepAddress, RecordedStep> recorded,
        IReadOnlyDictionary<StepAddress, Observation>? observed)
    {
        var how = new HowToCollect(wanted, recorded, WritesToTarget);
        var compared = SpareWhatIsLeft.From(CompareWithRecorded.Changes(wanted, recorded, how), wanted, recorded, WritesToTarget);
        var changes = AddDestructions.To(compared.AddRange(CollectOrphans.Changes(wanted, recorded, compared, how)), wanted, recorded, observed);
        var steps = wanted.ToImmutableDictionary(step => step.Address);
        var plan = new Plan(changes, steps) { Hash = Planning.Plan.HashOf(changes, steps) };
        return (plan, [.. Blocks(plan), .. Spared(plan)]);
    }

    /// <summary>What stands in the way of a step, or may.</summary>
    private static IEnumerable<Diagnostic> Spared(Plan plan) =>
        from change in plan.Changes
        from left in change.Spares
        select change is StepChange.Block ? left.Describe(change.Address) : left.Warn(change.Address);

    /// <summary>One for each field, however many steps it blocks.</summary>
    private static IEnumerable<Diagnostic> Blocks(Plan plan) => plan.Blocks
        .Where(block => block.Spares.IsEmpty)
        .SelectMany(block => block.Because, (block, reason) => (block.Address, Reason: reason))
        .GroupBy(one => one.Reason.Text, StringComparer.Ordinal)
        .Select(field =>
        {
            var (address, reason) = field.First();
            var steps = field.Count() == 1 ? $"{address} was" : $"{address} and {field.Count() - 1} more were";
            return DiagnosticCatalog.PlanIsBlocked.Error(reason.Path, $"{steps} done with another value: {reason.Text}.");
        });
}
