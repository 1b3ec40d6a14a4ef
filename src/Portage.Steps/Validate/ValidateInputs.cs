using Portage.Configuration;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Validate;

/// <summary>Which comparisons a configuration wants, and what decides about them.</summary>
public sealed class ValidateInputs : IStepDefinition
{
    /// <inheritdoc/>
    public StepKind Kind => StepKind.Validate;

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public GatePlacement GatePlacement => GatePlacement.AfterRun;

    /// <inheritdoc/>
    public RunsAs RunsAs => RunsAs.Work;

    /// <inheritdoc/>
    public bool WritesToTarget => false;

    /// <inheritdoc/>
    public IEnumerable<WantedStep> Derive(MigrationConfig config) => SliceOnTarget.AllOf(config)
        .Where(on => !on.Slice.Validate.Skip)
        .Select(on => new WantedStep(
            on.Step(StepKind.Validate),
            StepFields.All(
                StepFields.OfTarget(config, on.TargetName),
                StepFields.OfSelection(on, isOfDocuments: true),
                StepFields.Of(on.Slice.Validate, "validate", $"{on.SlicePath}.validate")),
            [
                on.Consumes(SnapshotOutputs.Documents),
                on.RestsOn(StepKind.Metadata) with { LooksAt = true },
                on.RestsOn(StepKind.Backfill) with { LooksAt = true },
            ],
            ValidateGate.Rule(on.Slice))
        { About = on.Slice.Validate.Mode == ValidateMode.Full ? "full" : "counts" });
}
