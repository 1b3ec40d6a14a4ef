using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Bench.Data;

/// <summary>A step whose work takes no time: what is left is what the engine does around it.</summary>
internal sealed class InstantStep(IStepDefinition definition, Action<StepAddress> begins) : IStep, IEvaluated
{
    private static readonly string[] Indices = ["customers", "orders-2026-09", "orders-2026-10"];

    public IStepDefinition Definition => definition;

    public static StepResult.Done Result { get; } = new(
        new(ImmutableSortedDictionary<string, long>.Empty.Add("documents", 3_625).Add("rejected", 0).Add("missing", 0).Add("differing", 0).Add("extra", 0).Add("notCompared", 0).Add("objectsDiffering", 0).Add("searchesDiffering", 0), ["3,625 documents: all of them"]),
        new([.. from @group in (string[])["definitions", "documents"] from index in Indices select new OutputPart(@group, index, Fingerprint.Of(index))], """{"took":"no time"}"""));

    /// <summary>The usual three indices, and those that slices select by name.</summary>
    public static StepResult.Done SnapshotOf(SourceMigrationConfig source) => With([.. Indices, .. source.Slices.Values.SelectMany(slice => slice.Indices?.Include ?? []).Where(pattern => !pattern.Contains('*', StringComparison.Ordinal))]);

    /// <summary>The indices that it was to do.</summary>
    public static StepResult.Done ResultOf(StepInputs inputs) => inputs.Items.IsDefault ? Result : With([.. inputs.Items.Select(item => item.Name)]);

    private static StepResult.Done With(string[] indices) => Result with
    {
        Outputs = new([.. from @group in (string[])["definitions", "documents"] from index in indices select new OutputPart(@group, index, Fingerprint.Of(index))], Result.Outputs.Data),
    };

    public ValueTask<StepReport> EvaluateAsync(EvaluateContext context, CancellationToken cancellationToken) => new(Result.Report);

    public ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        begins(context.Address);
        return new(context.Address.Kind == StepKind.Snapshot ? SnapshotOf(context.Config.Migrations[context.Address.Source]) : ResultOf(context.Inputs));
    }

    public ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken) => new(new RevertResult.Done());
}

/// <summary>Workers that are done as soon as somebody looks.</summary>
internal sealed class InstantWorkloads : IWorkloads
{
    private readonly ConcurrentDictionary<string, StepResult.Done> _results = new(StringComparer.Ordinal);

    public ValueTask<WorkloadHandle> StartAsync(WorkloadAssignment assignment, CancellationToken cancellationToken)
    {
        _results[assignment.Step.ToString()] = InstantStep.ResultOf(assignment.Inputs);
        return new(new WorkloadHandle("process", assignment.Step.ToString(), 1, assignment.Inputs.Fingerprints.Identity));
    }

    public ValueTask<WorkloadHandle?> FindAsync(string session, StepAddress step, Fingerprint identity, CancellationToken cancellationToken) => new(default(WorkloadHandle));

    public async IAsyncEnumerable<WorkloadSighting> WatchAsync(WorkloadHandle workload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        yield return _results.TryRemove(workload.Id, out var result) ? new WorkloadSighting.Done(result.Report, result.Outputs) : throw new InvalidOperationException(workload.Id);
    }

    public ValueTask<bool> AdoptAsync(WorkloadHandle workload, CancellationToken cancellationToken) => new(false);

    public ValueTask<bool> AdjustAsync(WorkloadHandle workload, string configuration, CancellationToken cancellationToken) => new(true);

    public ValueTask StopAsync(WorkloadHandle workload, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
