using Portage.Configuration;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Metadata;

/// <summary>Which slices a configuration wants the metadata of, and what decides about it.</summary>
public sealed class MetadataInputs : IStepDefinition
{
    /// <inheritdoc/>
    public StepKind Kind => StepKind.Metadata;

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public GatePlacement GatePlacement => GatePlacement.BeforeRun;

    /// <inheritdoc/>
    public RunsAs RunsAs => RunsAs.Light;

    /// <inheritdoc/>
    public bool WritesToTarget => true;

    /// <inheritdoc/>
    public IEnumerable<WantedStep> Derive(MigrationConfig config) => SliceOnTarget.AllOf(config)
        .Where(on => !on.Slice.Metadata.Skip)
        .Select(on => new WantedStep(
            on.Step(StepKind.Metadata),
            StepFields.All(
                StepFields.OfTarget(config, on.TargetName),
                StepFields.OfSelection(on, isOfDocuments: false),
                StepFields.Of(on.Slice.Metadata, "metadata", $"{on.SlicePath}.metadata")),
            [
                on.Consumes(SnapshotOutputs.Definitions) with { InPlace = true },
                new InputEdge(on.SnapshotStep, SnapshotOutputs.Templates, ["*"], [], RestsOn: false) { InPlace = true },
            ],
            MetadataGate.Rule(on.Slice.Metadata)) { Destroys = true });
}
