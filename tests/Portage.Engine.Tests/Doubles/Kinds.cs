using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Fields;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Doubles;

/// <summary>Step kinds with the edges, gates and weights of the real ones, over the real configuration.</summary>
internal sealed class Kinds : IStepDefinition
{
    public const string Documents = "documents";
    public const string Definitions = "definitions";

    private readonly Func<MigrationConfig, IEnumerable<WantedStep>> _derive;

    private Kinds(StepKind kind, GatePlacement placement, RunsAs runsAs, Func<MigrationConfig, IEnumerable<WantedStep>> derive) =>
        (Kind, GatePlacement, RunsAs, _derive) = (kind, placement, runsAs, derive);

    public static ImmutableArray<IStepDefinition> All { get; } =
    [
        new Kinds(StepKind.Snapshot, GatePlacement.AfterRun, RunsAs.Polled, Snapshots),
        new Kinds(StepKind.Metadata, GatePlacement.BeforeRun, RunsAs.Light, config => Slices(config)
            .Where(on => !on.Slice.Metadata.Skip)
            .Select(on => on.Step(StepKind.Metadata, on.Slice.Metadata, "metadata", Gate(on.Slice.Metadata.Approve, "conflicts == 0"), on.Reads(Definitions)))),
        new Kinds(StepKind.Backfill, GatePlacement.AfterRun, RunsAs.Work, config => Slices(config)
            .Where(on => !on.Slice.Backfill.Skip)
            .Select(on => on.Step(StepKind.Backfill, on.Slice.Backfill, "backfill", Gate(on.Slice.Backfill.Approve, "rejected == 0"), on.Reads(Documents), on.RestsOn(StepKind.Metadata)))),
        new Kinds(StepKind.Validate, GatePlacement.AfterRun, RunsAs.Work, config => Slices(config)
            .Where(on => !on.Slice.Validate.Skip)
            .Select(on => on.Step(StepKind.Validate, on.Slice.Validate, "validate", Gate(on.Slice.Validate.Approve, "missing == 0"), on.Reads(Documents), on.RestsOn(StepKind.Metadata) with { LooksAt = true }, on.RestsOn(StepKind.Backfill) with { LooksAt = true }))),
    ];

    public static Planner Planner { get; } = new(All);

    /// <summary>As if snapshots were services, like captures: metadata begins as soon as they serve, the rest when their gate has let them pass.</summary>
    public static ImmutableArray<IStepDefinition> Services { get; } =
    [
        new Kinds(StepKind.Snapshot, GatePlacement.WhileServing, RunsAs.Service, config => Snapshots(config).Select(step => step with
        {
            Gate = GateRule.Of("lag < 5 for 1m", ""),
            Inputs = step.Inputs.Select(part => part with { Change = Change.Free }).ToImmutableArray().Add(new InputPart("tune", "limits.workers", $"{config.Limits.Workers ?? 0}", Affects.Process, Change.Free)),
        })),
        new Kinds(StepKind.Metadata, GatePlacement.BeforeRun, RunsAs.Light, config => All[1].Derive(config).Select(step => step with
        {
            Edges = [.. step.Edges.Select(edge => edge with { Needs = EdgeNeed.Serving })],
        })),
        .. All.Skip(2),
    ];

    public static Planner ServicePlanner { get; } = new(Services);

    /// <summary>Each with an edge to the one before it only, on which it rests: as kinds may be that know nothing of what is farther below.</summary>
    public static Planner ChainedPlanner { get; } = new(
    [
        new Kinds(StepKind.Snapshot, GatePlacement.AfterRun, RunsAs.Polled, config => Snapshots(config).Select(step => step with { IsRedoneBeside = false })),
        Chained(1, step => step.Edges[0] with { Group = null, RestsOn = true, SelectedBy = null, InPlace = false }),
        Chained(2, step => step.Edges[1]),
        Chained(3, step => step.Edges[2] with { LooksAt = false }),
    ]);

    public StepKind Kind { get; }

    public int Version => 1;

    public GatePlacement GatePlacement { get; }

    public RunsAs RunsAs { get; }

    public bool SetsAside => Kind == StepKind.Backfill;

    public bool WritesToTarget => Kind is StepKind.Metadata or StepKind.Backfill;

    public IEnumerable<WantedStep> Derive(MigrationConfig config) => _derive(config);

    private static Kinds Chained(int of, Func<WantedStep, InputEdge> edge) =>
        new(All[of].Kind, All[of].GatePlacement, All[of].RunsAs, config => All[of].Derive(config).Select(step => step with { Edges = [edge(step)] }));

    private static GateRule Gate(string approve, string auto) => GateRule.Of(approve, auto);

    private static IEnumerable<WantedStep> Snapshots(MigrationConfig config) =>
        from migration in config.Migrations
        from snapshot in migration.Value.Snapshots
        select new WantedStep(
            new StepAddress(migration.Key, snapshot.Key, null, StepKind.Snapshot),
            Parts(snapshot.Value, "snapshot", $"migrations.{migration.Key}.snapshots.{snapshot.Key}"),
            [],
            new GateRule(GateMode.None, null)) { Destroys = true, IsRedoneBeside = true };

    private static IEnumerable<OnTarget> Slices(MigrationConfig config) =>
        from migration in config.Migrations
        from slice in migration.Value.Slices
        let snapshot = slice.Value.Snapshot ?? migration.Value.Snapshots.Keys.FirstOrDefault()
        where snapshot is not null
        from target in slice.Value.Targets.IsDefaultOrEmpty ? config.Targets.Keys : slice.Value.Targets.AsEnumerable()
        select new OnTarget(config, migration.Key, slice.Key, snapshot, target, slice.Value);

    private static ImmutableArray<InputPart> Parts(object record, string key, string path) =>
    [
        .. FieldWalker.Walk(record, "")
            .Where(field => field.Affects != Affects.Nothing)
            .Select(field => new InputPart($"{key}.{field.Path}", $"{path}.{field.Path}", field.Json, field.Affects, field.Change) { IsDefault = field.IsDefault, InPlace = field.InPlace }),
    ];

    private sealed record OnTarget(MigrationConfig Config, string Source, string Name, string Snapshot, string Target, SliceConfig Slice)
    {
        private string Path => $"migrations.{Source}.slices.{Name}";

        public InputEdge Reads(string group) => new(
            new StepAddress(Source, Snapshot, null, StepKind.Snapshot),
            group,
            Slice.Indices?.Include ?? ["*"],
            Slice.Indices?.Exclude ?? [".*"],
            RestsOn: false) { SelectedBy = "slice.indices", InPlace = group == Definitions };

        public InputEdge RestsOn(StepKind kind) => new(new StepAddress(Source, Name, Target, kind), null, [], [], RestsOn: true);

        public WantedStep Step(StepKind kind, object record, string key, GateRule gate, params ImmutableArray<InputEdge> edges) => new(
            new StepAddress(Source, Name, Target, kind),
            [
                .. Parts(Config.Targets[Target], "target", $"targets.{Target}"),
                .. Slice.Indices is { } indices ? Parts(indices, "slice.indices", $"{Path}.indices") : [],
                .. Parts(record, key, $"{Path}.{key}"),
            ],
            edges,
            gate)
        { Destroys = kind is StepKind.Metadata or StepKind.Backfill, Overwrites = kind == StepKind.Backfill && Slice.Backfill.Conflict == ConflictChoice.Overwrite };
    }
}
