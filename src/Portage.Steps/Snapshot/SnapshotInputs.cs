using Portage.Configuration;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Steps.Snapshot;

/// <summary>Which snapshots a configuration wants, and what decides about them.</summary>
public sealed class SnapshotInputs : IStepDefinition
{
    /// <inheritdoc/>
    public StepKind Kind => StepKind.Snapshot;

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public GatePlacement GatePlacement => GatePlacement.AfterRun;

    /// <inheritdoc/>
    public RunsAs RunsAs => RunsAs.Polled;

    /// <inheritdoc/>
    public bool WritesToTarget => false;

    /// <inheritdoc/>
    public IEnumerable<WantedStep> Derive(MigrationConfig config) =>
        from migration in config.Migrations
        from snapshot in migration.Value.Snapshots
        let path = $"migrations.{migration.Key}.snapshots.{snapshot.Key}"
        let taken = snapshot.Value.Take is null ? [] : StepFields.Of(migration.Value.Source, "source", $"migrations.{migration.Key}.source")
        select new WantedStep(
            new StepAddress(migration.Key, snapshot.Key, null, StepKind.Snapshot),
            StepFields.All(StepFields.Of(snapshot.Value, "snapshot", path), taken),
            [],
            SnapshotGate.Rule)
        {
            About = snapshot.Value.Existing is { } name ? $"bring your own: {name}" : "take",
            IsRedoneBeside = true,

            // What is brought now may have been taken before.
            Destroys = true,
        };
}
