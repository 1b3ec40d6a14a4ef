using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Fingerprints;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests;

/// <summary>One migration of one snapshot to one target, whose steps a test calls one by one as the engine would.</summary>
internal sealed class StepRun : IDisposable
{
    private readonly TempFolder _home = new();
    private ImmutableDictionary<StepAddress, StepOutputs> _outputs = ImmutableDictionary<StepAddress, StepOutputs>.Empty;

    private StepRun(MigrationConfig config) => Config = config;

    /// <summary>May be replaced between calls.</summary>
    public MigrationConfig Config { get; set; }

    /// <summary>What steps were told of their progress.</summary>
    public List<StepProgress> Progress { get; } = [];

    /// <summary>Values of secrets by name.</summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Verifies the snapshot; what comes after it can be called then.</summary>
    public static async Task<StepRun> OfAsync(string repository, string snapshot, string endpoint, SliceConfig slice, CancellationToken cancellationToken)
    {
        var config = new MigrationConfig
        {
            Targets = Named("blue", new TargetConfig { Endpoint = endpoint }),
            Migrations = Named("old", new SourceMigrationConfig
            {
                Snapshots = Named("main", new SnapshotConfig { Existing = snapshot, Repository = new() { File = new() { Path = repository } } }),
                Slices = Named("all", slice),
            }),
        };
        var run = new StepRun(config);
        await run.RunAsync(new SnapshotStep(), null, cancellationToken);
        return run;
    }

    /// <summary>Replaces the slice.</summary>
    public void Change(Func<SliceConfig, SliceConfig> change) => Config = Config with
    {
        Migrations = Named("old", Config.Migrations["old"] with { Slices = Named("all", change(Config.Migrations["old"].Slices["all"])) }),
    };

    /// <summary>What the engine would hand to the step.</summary>
    public StepContext ContextOf(IStep step, StepReport? approved)
    {
        var wanted = step.Definition.Derive(Config).Single() with { Version = step.Definition.Version };
        ImmutableArray<ConsumedOutput> consumed = [.. from edge in wanted.Edges where edge.Group is not null select Fingerprinting.Consume(edge, _outputs[edge.Upstream].Parts)];
        var inputs = Fingerprinting.Of(wanted, consumed);
        return new()
        {
            Session = "test",
            Run = 1,
            Address = wanted.Address,
            Attempt = 1,
            Config = Config,
            Inputs = inputs,
            Outputs = _outputs,
            Approved = approved,
            Secrets = new SecretsOfTest(Secrets),
            WorkFolder = _home[inputs.Fingerprints.Identity.Short],
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
            Progress = Progress.Add,
            Tuning = () => Config,
        };
    }

    public async Task<StepReport> EvaluateAsync(IStep step, CancellationToken cancellationToken) => await step.EvaluateAsync(ContextOf(step, null), cancellationToken);

    /// <summary>Runs a step and keeps its outputs where it is done.</summary>
    public async Task<StepResult> RunAsync(IStep step, StepReport? approved, CancellationToken cancellationToken)
    {
        var context = ContextOf(step, approved);
        var result = await step.RunAsync(context, cancellationToken);
        if (result is StepResult.Done done)
        {
            _outputs = _outputs.SetItem(context.Address, done.Outputs);
        }

        return result;
    }

    public async Task RevertAsync(IStep step, CancellationToken cancellationToken) => await step.RevertAsync(ContextOf(step, null), cancellationToken);

    public void Dispose() => _home.Dispose();

    private static ImmutableSortedDictionary<string, T> Named<T>(string name, T value) =>
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal).Add(name, value);

    private sealed class SecretsOfTest(Dictionary<string, string> values) : ISecretSource
    {
        public string Read(string name) => values[name];
    }
}
