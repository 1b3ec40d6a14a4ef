using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning.Passes;

namespace Portage.Planning;

/// <summary>Compares what is wanted with what is recorded. Pure: no clock, no I/O, no logging.</summary>
/// <param name="definitions">Every step kind, once.</param>
public sealed class Planner(ImmutableArray<IStepDefinition> definitions)
{
    /// <summary>The steps that a configuration wants, in pipeline order within each source and slice.</summary>
    public ImmutableArray<WantedStep> Wanted(MigrationConfig config) => AddWantedSteps.From(config, definitions);

    /// <summary>What starting <paramref name="config"/> would do, given what is recorded.</summary>
    public (Plan Plan, ImmutableArray<Diagnostic> Diagnostics) Plan(
        MigrationConfig config,
        IReadOnlyDictionary<StepAddress, RecordedStep> recorded)
    {
        var wanted = Wanted(config);
        var changes = CompareWithRecorded.Changes(wanted, recorded).AddRange(CollectOrphans.Changes(wanted, recorded));
        var steps = wanted.ToImmutableDictionary(step => step.Address);
        var plan = new Plan(changes, steps) { Hash = Planning.Plan.HashOf(changes, steps) };
        var diagnostics = plan.Blocks.Select(block => DiagnosticCatalog.PlanIsBlocked.Error(
            block.Because.FirstOrDefault()?.Path,
            $"{block.Address} was done with other values: {string.Join("; ", block.Because.Select(reason => reason.Text))}."));
        return (plan, [.. diagnostics]);
    }
}
