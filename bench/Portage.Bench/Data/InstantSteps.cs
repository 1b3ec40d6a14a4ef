using System.Collections.Immutable;
using System.Runtime.CompilerServices;
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
        new(ImmutableSortedDictionary<string, long>.Empty.Add("documents", 3_625).Add("rejected", 0).Add("missing", 0).Add("differing", 0).Add("extra", 0), ["3,625 documents: all of them"]),
        new([.. from @group in (string[])["definitions", "documents"] from index in Indices select new OutputPart(@group, index, Fingerprint.Of(index))], """{"took":"no time"}"""));

    public ValueTask<StepReport> EvaluateAsync(EvaluateContext context, CancellationToken cancellationToken) => new(Result.Report);

    public ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        begins(context.Address);
        return new(Result);
    }

    public ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken) => new(new RevertResult.Done());
}

/// <summary>Workers that are done as soon as somebody looks.</summary>
internal sealed class InstantWorkloads : IWorkloads
{
    public ValueTask<WorkloadHandle> StartAsync(WorkloadAssignment assignment, CancellationToken cancellationToken) =>
        new(new WorkloadHandle("process", assignment.Step.ToString(), 1, assignment.Inputs.Fingerprints.Identity));

    public ValueTask<WorkloadHandle?> FindAsync(string session, StepAddress step, Fingerprint identity, CancellationToken cancellationToken) => new(default(WorkloadHandle));

    public async IAsyncEnumerable<WorkloadSighting> WatchAsync(WorkloadHandle workload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        yield return new WorkloadSighting.Done(InstantStep.Result.Report, InstantStep.Result.Outputs);
    }

    public ValueTask<bool> AdoptAsync(WorkloadHandle workload, CancellationToken cancellationToken) => new(false);

    public ValueTask<bool> AdjustAsync(WorkloadHandle workload, string configuration, CancellationToken cancellationToken) => new(true);

    public ValueTask StopAsync(WorkloadHandle workload, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
