using Portage.Configuration;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Backfill;

/// <summary>Which backfills a configuration wants, and what decides about them.</summary>
public sealed class BackfillInputs : IStepDefinition
{
    /// <inheritdoc/>
    public StepKind Kind => StepKind.Backfill;

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public GatePlacement GatePlacement => GatePlacement.AfterRun;

    /// <inheritdoc/>
    public RunsAs RunsAs => RunsAs.Work;

    /// <inheritdoc/>
    public bool WritesToTarget => true;

    /// <inheritdoc/>
    public bool SetsAside => true;

    /// <inheritdoc/>
    public IEnumerable<WantedStep> Derive(MigrationConfig config) => SliceOnTarget.AllOf(config)
        .Where(on => !on.Slice.Backfill.Skip)
        .Select(on => new WantedStep(
            on.Step(StepKind.Backfill),
            StepFields.All(
                StepFields.OfTarget(config, on.TargetName),
                StepFields.OfSelection(on, isOfDocuments: true),
                StepFields.Of(on.Slice.Backfill, "backfill", $"{on.SlicePath}.backfill")),
            [on.Consumes(SnapshotOutputs.Documents), on.RestsOn(StepKind.Metadata)],
            BackfillGate.Rule(on.Slice.Backfill))
        { Destroys = true, Overwrites = on.Slice.Backfill.Conflict == ConflictChoice.Overwrite });
}
