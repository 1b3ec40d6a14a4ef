using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Engine.Ports;

/// <summary>What a step kind does to clusters. Steps implement it; the engine calls it.</summary>
/// <remarks>
/// Every call happens at least once: a call may repeat one that a killed controller had begun, with the same context, so
/// each must find out what is done already. Failures are <see cref="StepException"/>; anything else is a defect of ours.
/// </remarks>
public interface IStep
{
    /// <summary>The pure half.</summary>
    IStepDefinition Definition { get; }

    /// <summary>Does it: in a worker process where the kind runs as a workload, else in the controller.</summary>
    ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken);

    /// <summary>Takes back what <see cref="RunAsync"/> did for some items, or for all, in whole or in part; what is gone already is no error.</summary>
    ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken);
}

/// <summary>A step that can say how large it is.</summary>
public interface IEstimated
{
    /// <summary>What the step will probably involve, in a few words and numbers, quickly and without changing anything.</summary>
    /// <returns>Null when nothing can be said now.</returns>
    ValueTask<StepEstimate?> EstimateAsync(EstimateContext context, CancellationToken cancellationToken);
}

/// <summary>A step that can find out beforehand what it would do.</summary>
public interface IEvaluated
{
    /// <summary>Finds out everything that running would need and do, and leaves nothing behind.</summary>
    ValueTask<StepReport> EvaluateAsync(EvaluateContext context, CancellationToken cancellationToken);
}

/// <summary>A step that sets something of a cluster aside while it runs (<see cref="IStepDefinition.SetsAside"/>).</summary>
public interface IPutsBack
{
    /// <summary>Puts back what a run had set aside that was killed, or could not do so itself, and that nobody goes on with. What is put back already is no error, and is not asked for.</summary>
    /// <exception cref="StepException">It cannot be done now.</exception>
    ValueTask PutBackAsync(PutBackContext context, CancellationToken cancellationToken);
}

/// <summary>A step that destroys something on a cluster when it is taken back, or is run otherwise than it was.</summary>
public interface IDestroying
{
    /// <summary>What taking back these items, and then running, would destroy now. Quick; changes nothing.</summary>
    ValueTask<ImmutableArray<Destruction>> LookAsync(LookContext context, CancellationToken cancellationToken);
}

/// <summary>What a plan says of a step's size.</summary>
/// <param name="Text">As <c>2 indices, 4 documents, 21 KB</c>.</param>
/// <param name="DocumentCount">Documents concerned; null when not known.</param>
/// <param name="Bytes">Bytes to read; null when not known.</param>
public sealed record StepEstimate(string Text, long? DocumentCount, long? Bytes)
{
    /// <summary>True where a cluster said so, which may say something else the next moment; otherwise it follows from files of a repository.</summary>
    public bool IsOfCluster { get; init; }

    /// <summary>What is known already to be lost, left behind or otherwise afterwards, a sentence each; empty where nothing is.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <summary>What came of running a step.</summary>
public abstract record StepResult
{
    private StepResult()
    {
    }

    /// <summary>It is done.</summary>
    public sealed record Done(StepReport Report, StepOutputs Outputs) : StepResult;

    /// <summary>What was approved is not what there is now, so it must be looked at again. Nothing was changed; or what was, the evidence names.</summary>
    public sealed record EvidenceChanged(StepReport Evidence) : StepResult;

    /// <summary>It stopped because it was asked to, with its position kept.</summary>
    public sealed record Stopped : StepResult;

    /// <summary>What it began elsewhere is under way: the same call is made again after a while. Of a <see cref="RunsAs.Polled"/> kind only.</summary>
    /// <param name="After">How long to wait.</param>
    public sealed record LooksAgain(TimeSpan After) : StepResult;
}

/// <summary>What came of taking something back.</summary>
public abstract record RevertResult
{
    private RevertResult()
    {
    }

    /// <summary>It is taken back.</summary>
    public sealed record Done : RevertResult;

    /// <summary>What is there is more than what was approved, and was not destroyed; what was approved may be gone in part.</summary>
    /// <param name="Now">What would be destroyed.</param>
    public sealed record Changed(ImmutableArray<Destruction> Now) : RevertResult
    {
        /// <summary>Items of which something is gone by now, by this call or by an earlier one of the same revert: they have to be done anew. Empty where all is as it was.</summary>
        public ImmutableArray<string> Gone { get; init; } = [];
    }
}

/// <summary>How far a step is. One immutable value.</summary>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; null while it is not known.</param>
/// <param name="Unit">As <c>documents</c>.</param>
/// <param name="PerSecond">The present rate; null before there is one.</param>
/// <param name="Waiting">Why it is slow or waits, and what would end that; null when it runs freely.</param>
/// <param name="Numbers">Further counts by name.</param>
public sealed record StepProgress(long Done, long? Total, string Unit, double? PerSecond, string? Waiting, ImmutableSortedDictionary<string, long> Numbers)
{
    /// <summary>True when the total may turn out smaller, as where nested objects are counted like documents.</summary>
    public bool TotalIsAtMost { get; init; }

    /// <summary>How far the items are; null for a step without items, and in what an older release wrote.</summary>
    public ItemsProgress? Items { get; init; }

    /// <summary>What it waited for when it was asked to stop; set by whoever publishes it. Null before that, and where it waited for nothing.</summary>
    public string? WaitedFor { get; init; }

    /// <summary>When this was true; set by whoever publishes it. Null in what an older release wrote.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>When <see cref="Done"/> last changed; set by whoever publishes it.</summary>
    public DateTimeOffset? MovedAt { get; init; }
}

/// <summary>A step cannot go on.</summary>
/// <param name="because">For the user.</param>
/// <param name="isTransient">True when trying again later may help by itself.</param>
public sealed class StepException(Diagnostic because, bool isTransient, Exception? cause) : Exception(because.Detail, cause)
{
    /// <summary>For the user.</summary>
    public Diagnostic Because { get; } = because;

    /// <summary>True when trying again later may help by itself.</summary>
    public bool IsTransient { get; } = isTransient;
}

/// <summary>Resolves the names of secrets, late.</summary>
public interface ISecretSource
{
    /// <summary>The value of a secret.</summary>
    /// <exception cref="StepException">It is missing, or not kept safely enough.</exception>
    ValueTask<string> ReadAsync(string name, CancellationToken cancellationToken);
}
