using System.Collections.Concurrent;
using Portage.Configuration;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Reading;

namespace Portage.Steps;

/// <summary>A slice on its way to one target: what metadata, backfill and validate have in common.</summary>
/// <param name="Config">The whole configuration.</param>
/// <param name="SourceName">Its name under <c>migrations</c>.</param>
/// <param name="SliceName">Its name under <c>slices</c>.</param>
/// <param name="SnapshotName">The snapshot it reads, under <c>snapshots</c>.</param>
/// <param name="TargetName">Its name under <c>targets</c>.</param>
internal sealed record SliceOnTarget(MigrationConfig Config, string SourceName, string SliceName, string SnapshotName, string TargetName)
{
    // Thousands of slices read one snapshot, and each of their steps names it.
    private static readonly ConcurrentDictionary<(string Source, string Snapshot), StepAddress> SnapshotSteps = [];

    public SourceMigrationConfig Migration => Config.Migrations[SourceName];

    public SliceConfig Slice => Migration.Slices[SliceName];

    public SnapshotConfig Snapshot => Migration.Snapshots[SnapshotName];

    public string SlicePath => $"migrations.{SourceName}.slices.{SliceName}";

    public string SnapshotPath => $"migrations.{SourceName}.snapshots.{SnapshotName}";

    public string TargetPath => $"targets.{TargetName}";

    public StepAddress SnapshotStep => SnapshotSteps.GetOrAdd((SourceName, SnapshotName), static name => new(name.Source, name.Snapshot, null, StepKind.Snapshot));

    public StepAddress Step(StepKind kind) => new(SourceName, SliceName, TargetName, kind);

    /// <summary>True when both name the same cluster, as far as a configuration tells.</summary>
    public bool IsSamePlaceAs(SliceOnTarget other) => Config.Targets[TargetName].Endpoint == other.Config.Targets[other.TargetName].Endpoint;

    /// <summary>The slice on its way to this target as another configuration has it; null where it has none.</summary>
    public SliceOnTarget? In(MigrationConfig config) =>
        config.Migrations.TryGetValue(SourceName, out var migration)
        && migration.Slices.TryGetValue(SliceName, out var slice)
        && SliceContents.SnapshotOf(migration, slice) is { } snapshot
        && SliceContents.TargetsOf(config, slice).Contains(TargetName)
            ? new(config, SourceName, SliceName, snapshot, TargetName)
            : null;

    /// <summary>The edge to the snapshot: only the indices of the slice count.</summary>
    public InputEdge Consumes(string group)
    {
        var (include, exclude) = SliceContents.Patterns(Slice);
        return new(SnapshotStep, group, include, exclude, RestsOn: false) { SelectedBy = "slice.indices" };
    }

    /// <summary>The edge to an earlier step of the same slice, on whose work this one stands.</summary>
    public InputEdge RestsOn(StepKind kind) => new(Step(kind), null, [], [], RestsOn: true);

    /// <summary>Every slice that is complete enough to go to a target.</summary>
    public static IEnumerable<SliceOnTarget> AllOf(MigrationConfig config)
    {
        foreach (var (source, migration) in config.Migrations)
        {
            foreach (var (name, slice) in migration.Slices)
            {
                if (SliceContents.SnapshotOf(migration, slice) is { } snapshot && migration.Snapshots.ContainsKey(snapshot))
                {
                    foreach (var target in SliceContents.TargetsOf(config, slice))
                    {
                        yield return new(config, source, name, snapshot, target);
                    }
                }
            }
        }
    }

    /// <summary>The slice of a step's address.</summary>
    public static SliceOnTarget Of(MigrationConfig config, StepAddress address)
    {
        var migration = config.Migrations[address.Source];
        return new(config, address.Source, address.Part!, SliceContents.SnapshotOf(migration, migration.Slices[address.Part!])!, address.Target!);
    }
}
