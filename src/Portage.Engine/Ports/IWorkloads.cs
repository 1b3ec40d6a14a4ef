using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ports;

/// <summary>Work in a process of its own, that survives the controller. Backends implement it.</summary>
public interface IWorkloads
{
    /// <summary>
    /// Starts the work, or finds it under way and hands its configuration over: at most one workload with this identity
    /// writes at any time.
    /// </summary>
    /// <exception cref="StepException">It cannot be started.</exception>
    ValueTask<WorkloadHandle> StartAsync(WorkloadAssignment assignment, CancellationToken cancellationToken);

    /// <summary>The workload of a step that is at work, though nobody may have written its start down; null when there is none.</summary>
    ValueTask<WorkloadHandle?> FindAsync(string session, StepAddress step, Fingerprint identity, CancellationToken cancellationToken);

    /// <summary>How the workload stands at this moment.</summary>
    ValueTask<WorkloadSighting> ObserveAsync(WorkloadHandle workload, CancellationToken cancellationToken);

    /// <summary>Takes over a live workload of the same identity.</summary>
    /// <returns>False when it is gone, or works on something else.</returns>
    ValueTask<bool> AdoptAsync(WorkloadHandle workload, CancellationToken cancellationToken);

    /// <summary>Hands over other process fields.</summary>
    /// <returns>True when the workload has acknowledged them.</returns>
    ValueTask<bool> AdjustAsync(WorkloadHandle workload, string configuration, CancellationToken cancellationToken);

    /// <summary>Asks the workload to finish its batch and end; returns at once. Asking again is no error.</summary>
    ValueTask StopAsync(WorkloadHandle workload, CancellationToken cancellationToken);
}

/// <summary>What a workload is to do.</summary>
/// <param name="Configuration">Canonical JSON of the run's configuration.</param>
/// <param name="Outputs">What the steps before it, and it itself, left.</param>
public sealed record WorkloadAssignment(
    string Session,
    int Run,
    StepAddress Step,
    int Attempt,
    StepInputs Inputs,
    string Configuration,
    ImmutableDictionary<StepAddress, StepOutputs> Outputs);

/// <summary>How a workload stands.</summary>
public abstract record WorkloadSighting
{
    private WorkloadSighting()
    {
    }

    /// <summary>It is at work.</summary>
    public sealed record Alive : WorkloadSighting;

    /// <summary>It is done.</summary>
    public sealed record Done(StepReport Report, StepOutputs Outputs) : WorkloadSighting;

    /// <summary>It ended because it was asked to.</summary>
    public sealed record Stopped : WorkloadSighting;

    /// <summary>It failed and says why.</summary>
    public sealed record Failed(Diagnostic Because, bool IsTransient) : WorkloadSighting;

    /// <summary>It is gone without a word.</summary>
    /// <param name="MadeProgress">True when its position moved since it started.</param>
    public sealed record Lost(string Why, bool MadeProgress) : WorkloadSighting;
}
