using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Configuration;
using Portage.Conformance;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Fingerprints;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests;

/// <summary>One migration of one snapshot to one target, whose steps a test calls one by one as the engine would.</summary>
internal sealed class StepRun(MigrationConfig config)
{
    /// <summary>May be replaced between calls.</summary>
    public MigrationConfig Config { get; set; } = config;

    /// <summary>What steps remember.</summary>
    public MemoryDisk Disk { get; init; } = new();

    /// <summary>Which asking for rejected documents to be sent again a run carries out; null for none.</summary>
    public int? Resends { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What steps left.</summary>
    public ImmutableDictionary<StepAddress, StepOutputs> Outputs { get; set; } = ImmutableDictionary<StepAddress, StepOutputs>.Empty;

    /// <summary>What steps were told of their progress.</summary>
    public List<StepProgress> Progress { get; } = [];

    /// <summary>Called with every progress; may throw, as a crash would.</summary>
    public Action<StepProgress> OnProgress { get; set; } = static _ => { };

    /// <summary>Values of secrets by name.</summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Verifies the snapshot; what comes after it can be called then.</summary>
    public static async Task<StepRun> OfAsync(string repository, string snapshot, string endpoint, SliceConfig slice, CancellationToken cancellationToken)
    {
        var run = new StepRun(ConfigOf(repository, new() { Existing = snapshot }, endpoint, slice));
        await run.RunAsync(new SnapshotStep(), null, cancellationToken);
        return run;
    }

    /// <summary>A migration called <c>old</c> of the slice <c>all</c> to the target <c>blue</c>.</summary>
    /// <param name="snapshot">Without its repository.</param>
    public static MigrationConfig ConfigOf(string repository, SnapshotConfig snapshot, string endpoint, SliceConfig slice) => new()
    {
        Targets = Named("blue", new TargetConfig { Endpoint = endpoint }),
        Migrations = Named("old", new SourceMigrationConfig
        {
            Snapshots = Named("main", snapshot with { Repository = new() { File = new() { Path = repository } } }),
            Slices = Named("all", slice),
        }),
    };

    /// <summary>Replaces the slice.</summary>
    public void Change(Func<SliceConfig, SliceConfig> change) => Config = With(change);

    /// <summary>The configuration with another slice.</summary>
    public MigrationConfig With(Func<SliceConfig, SliceConfig> change) => Config with
    {
        Migrations = Named("old", Config.Migrations["old"] with { Slices = Named("all", change(Config.Migrations["old"].Slices["all"])) }),
    };

    /// <summary>What the engine would hand to the step when it runs.</summary>
    public RunContext ContextOf(IStep step, StepReport? approved)
    {
        var (address, inputs) = InputsOf(step);
        return new()
        {
            Session = "test", Run = 1, Attempt = 1, Address = address, Config = Config, Inputs = inputs, Outputs = Outputs, Secrets = new SecretsOfTest(Secrets),
            Files = FilesOf(step), Time = Time, Logger = NullLogger.Instance, Progress = Tell, Approved = approved, Tuning = () => Config, AssertLease = static () => { }, Resends = Resends,
        };
    }

    /// <summary>What the engine would hand to the step when it is evaluated.</summary>
    public EvaluateContext EvaluateContextOf(IStep step)
    {
        var (address, inputs) = InputsOf(step);
        return new()
        {
            Session = "test", Run = 1, Attempt = 1, Address = address, Config = Config, Inputs = inputs, Outputs = Outputs, Secrets = new SecretsOfTest(Secrets),
            Files = FilesOf(step), Time = Time, Logger = NullLogger.Instance, Progress = Tell, Resends = Resends,
        };
    }

    /// <summary>What the engine would hand to the step when it is taken back.</summary>
    public RevertContext RevertContextOf(IStep step)
    {
        var (address, inputs) = InputsOf(step);
        return new()
        {
            Session = "test", Run = 1, Attempt = 1, Address = address, Config = Config, Inputs = inputs, Outputs = Outputs, Secrets = new SecretsOfTest(Secrets),
            Files = FilesOf(step), Time = Time, Logger = NullLogger.Instance, Progress = Tell, AssertLease = static () => { },
        };
    }

    /// <summary>What the engine would hand to the step to put back what a killed run had set aside.</summary>
    public PutBackContext PutBackContextOf(IStep step)
    {
        var (address, inputs) = InputsOf(step);
        return new()
        {
            Session = "test", Run = 1, Attempt = 1, Address = address, Config = Config, Inputs = inputs, Outputs = Outputs, Secrets = new SecretsOfTest(Secrets),
            Files = FilesOf(step), Time = Time, Logger = NullLogger.Instance, Progress = Tell, AssertLease = static () => { },
        };
    }

    /// <summary>What the engine would hand to the step to look what taking it back destroys.</summary>
    public LookContext LookContextOf(IStep step) => new()
    {
        Identity = InputsOf(step).Inputs.Fingerprints.Identity,
        Session = "test", Address = InputsOf(step).Address, Config = Config, Outputs = Outputs, Secrets = new SecretsOfTest(Secrets), Files = FilesOf(step), Time = Time,
    };

    /// <summary>What the engine would hand to the step for an estimate.</summary>
    public EstimateContext EstimateContextOf(IStep step) => new()
    {
        Session = "test", Address = InputsOf(step).Address, Config = Config, Outputs = Outputs, Secrets = new SecretsOfTest(Secrets), Time = Time,
    };

    /// <summary>Where its steps remember things on the disk.</summary>
    public string Work { get; init; } = "work";

    /// <summary>What a step remembers.</summary>
    public IStepFiles FilesOf(IStep step) => new MemoryStepFiles(Disk, $"{Work}/{step.Definition.Kind.Word()}");

    public async Task<StepReport> EvaluateAsync(IEvaluated step, CancellationToken cancellationToken) => await step.EvaluateAsync(EvaluateContextOf((IStep)step), cancellationToken);

    /// <summary>Runs a step and keeps its outputs where it is done.</summary>
    public async Task<StepResult> RunAsync(IStep step, StepReport? approved, CancellationToken cancellationToken)
    {
        var context = ContextOf(step, approved);
        var result = await step.RunAsync(context, cancellationToken);
        while (result is StepResult.LooksAgain { After: var pause })
        {
            await Task.Delay(pause, Time, cancellationToken);
            result = await step.RunAsync(context, cancellationToken);
        }

        if (result is StepResult.Done done)
        {
            Outputs = Outputs.SetItem(context.Address, done.Outputs);
        }

        return result;
    }

    /// <summary>Takes everything of a step back.</summary>
    public async Task RevertAsync(IStep step, CancellationToken cancellationToken) =>
        Assert.IsType<RevertResult.Done>(await step.RevertAsync(RevertContextOf(step), cancellationToken));

    private static ImmutableSortedDictionary<string, T> Named<T>(string name, T value) =>
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal).Add(name, value);

    private (StepAddress Address, StepInputs Inputs) InputsOf(IStep step)
    {
        var wanted = step.Definition.Derive(Config).Single() with { Version = step.Definition.Version };
        ImmutableArray<ConsumedOutput> consumed = [.. from edge in wanted.Edges where edge.Group is not null select Fingerprinting.Consume(edge, Outputs[edge.Upstream].Parts)];
        return (wanted.Address, Fingerprinting.Of(wanted, consumed));
    }

    private void Tell(StepProgress progress)
    {
        Progress.Add(progress);
        OnProgress(progress);
    }

    private sealed class SecretsOfTest(Dictionary<string, string> values) : ISecretSource
    {
        public ValueTask<string> ReadAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult(values[name]);
    }
}
