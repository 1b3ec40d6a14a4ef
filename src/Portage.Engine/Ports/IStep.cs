using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
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

    /// <summary>What the step will probably involve, in a few words and numbers, quickly and without changing anything.</summary>
    /// <returns>Null when nothing can be said now.</returns>
    ValueTask<StepEstimate?> EstimateAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>Finds out what running would do, changing nothing. Called only where the gate comes before the run.</summary>
    ValueTask<StepReport> EvaluateAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>Does it. Heavy steps are called in their worker process, the others in the controller.</summary>
    ValueTask<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>Takes back what <see cref="RunAsync"/> did with this context, in whole or in part; what is gone already is no error.</summary>
    ValueTask RevertAsync(StepContext context, CancellationToken cancellationToken);
}

/// <summary>What a plan says of a step's size.</summary>
/// <param name="Text">As <c>2 indices, 4 documents, 21 KB</c>.</param>
/// <param name="DocumentCount">Documents concerned; null when not known.</param>
/// <param name="Bytes">Bytes to read; null when not known.</param>
public sealed record StepEstimate(string Text, long? DocumentCount, long? Bytes);

/// <summary>What came of running a step.</summary>
public abstract record StepResult
{
    private StepResult()
    {
    }

    /// <summary>It is done.</summary>
    public sealed record Done(StepReport Report, StepOutputs Outputs) : StepResult;

    /// <summary>Nothing was changed: what was approved is not what there is now, so it must be looked at again.</summary>
    public sealed record EvidenceChanged(StepReport Evidence) : StepResult;

    /// <summary>It stopped because it was asked to, with its position kept.</summary>
    public sealed record Stopped : StepResult;
}

/// <summary>Everything that a step works with.</summary>
public sealed record StepContext
{
    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>The run.</summary>
    public required int Run { get; init; }

    /// <summary>The step.</summary>
    public required StepAddress Address { get; init; }

    /// <summary>The attempt, counted from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The whole configuration of the run; for a revert after a field changed that may never change, the one that the step was begun with.</summary>
    public required MigrationConfig Config { get; init; }

    /// <summary>What the step works with; null for an estimate.</summary>
    public StepInputs? Inputs { get; init; }

    /// <summary>What the steps before it, and it itself, left, by address.</summary>
    public required ImmutableDictionary<StepAddress, StepOutputs> Outputs { get; init; }

    /// <summary>What was approved; null where no gate came before the run.</summary>
    public StepReport? Approved { get; init; }

    /// <summary>Where secrets come from.</summary>
    public required ISecretSource Secrets { get; init; }

    /// <summary>A folder that belongs to this work as long as its identity stays the same; not made yet.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where the step speaks; its scope carries session, run, step and attempt.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Takes progress; called as often as the step likes.</summary>
    public required Action<StepProgress> Progress { get; init; }

    /// <summary>Cancelled when the step should finish its batch and return <see cref="StepResult.Stopped"/>.</summary>
    public CancellationToken StopRequested { get; init; }

    /// <summary>The newest configuration that applies; differs from <see cref="Config"/> in process fields only.</summary>
    public Func<MigrationConfig> Tuning { get; init; } = () => throw new InvalidOperationException("Only running workloads are tuned.");

    /// <summary>Called before anything is written to a cluster; throws when another worker has the lease.</summary>
    public Action AssertLease { get; init; } = static () => { };
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
    string Read(string name);
}
