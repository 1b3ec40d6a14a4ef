using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ports;

/// <summary>Work in a process of its own, that survives the controller. Backends implement it.</summary>
/// <remarks>
/// A watcher is not the work: every call may throw <see cref="WorkloadUnreachableException"/>, after which nothing is known and
/// nothing may be concluded; the caller asks again, for as long as it takes. Only a sighting says that work has ended. Whatever
/// else a call throws is a defect of the backend, and tells as little about the work.
/// </remarks>
public interface IWorkloads
{
    /// <summary>
    /// Starts the work, or finds it under way and hands its configuration over: at most one workload with this identity
    /// writes at any time.
    /// </summary>
    /// <exception cref="StepException">It cannot be started, and nothing was.</exception>
    /// <exception cref="WorkloadUnreachableException">It may have been started; the same call again finds out.</exception>
    ValueTask<WorkloadHandle> StartAsync(WorkloadAssignment assignment, CancellationToken cancellationToken);

    /// <summary>
    /// The workload of a step that is at work, though nobody may have written its start down. Null when there is none; then none
    /// writes, and none will come of a start whose controller is gone.
    /// </summary>
    /// <exception cref="WorkloadUnreachableException">Nobody can tell now.</exception>
    ValueTask<WorkloadHandle?> FindAsync(string session, StepAddress step, Fingerprint identity, CancellationToken cancellationToken);

    /// <summary>
    /// What is seen of the workload: <see cref="WorkloadSighting.Alive"/> as soon as it is seen at work, <see cref="WorkloadSighting.Serving"/> for
    /// each newer reading of a service, where readings that follow fast may be passed over, and one of the others when it has ended, with which
    /// the stream ends too. Watching again repeats what was seen last.
    /// </summary>
    /// <exception cref="WorkloadUnreachableException">It cannot be seen; it may be at work as before.</exception>
    IAsyncEnumerable<WorkloadSighting> WatchAsync(WorkloadHandle workload, CancellationToken cancellationToken);

    /// <summary>Takes over a live workload of the same identity.</summary>
    /// <returns>False when it is gone, works on something else, or has lost its lease.</returns>
    /// <exception cref="WorkloadUnreachableException">Nobody can tell now.</exception>
    ValueTask<bool> AdoptAsync(WorkloadHandle workload, CancellationToken cancellationToken);

    /// <summary>Hands over other process fields.</summary>
    /// <returns>True when the workload has acknowledged them; false when that takes a while yet.</returns>
    /// <exception cref="WorkloadUnreachableException">They could not be handed over.</exception>
    ValueTask<bool> AdjustAsync(WorkloadHandle workload, string configuration, CancellationToken cancellationToken);

    /// <summary>Asks the workload to finish its batch and end; returns at once. Asking again, or what has ended already, is no error.</summary>
    /// <exception cref="WorkloadUnreachableException">It could not be asked.</exception>
    ValueTask StopAsync(WorkloadHandle workload, CancellationToken cancellationToken);
}

/// <summary>A workload cannot be reached at this moment. That says nothing about the work, which may go on.</summary>
/// <param name="why">For people, as a sentence with the values involved.</param>
public sealed class WorkloadUnreachableException(string why, Exception? cause) : Exception(why, cause);

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
    ImmutableDictionary<StepAddress, StepOutputs> Outputs)
{
    /// <summary>What its evaluation found, and was approved; null where it was not evaluated.</summary>
    public StepReport? Approved { get; init; }

    /// <summary>Which asking for documents to be sent again it carries out; null for none.</summary>
    public int? Resends { get; init; }
}

/// <summary>How a workload stands.</summary>
public abstract record WorkloadSighting
{
    private WorkloadSighting()
    {
    }

    /// <summary>It is at work.</summary>
    public sealed record Alive : WorkloadSighting;

    /// <summary>It serves, and this is its newest reading. Of a service only.</summary>
    /// <param name="Outputs">What it leaves to later steps for as long as it serves.</param>
    /// <param name="At">When it said so.</param>
    public sealed record Serving(StepReport Report, StepOutputs Outputs, DateTimeOffset At) : WorkloadSighting;

    /// <summary>It is done.</summary>
    public sealed record Done(StepReport Report, StepOutputs Outputs) : WorkloadSighting;

    /// <summary>It changed nothing: what was approved is not what it found there.</summary>
    public sealed record EvidenceChanged(StepReport Evidence) : WorkloadSighting;

    /// <summary>It ended because it was asked to.</summary>
    public sealed record Stopped : WorkloadSighting;

    /// <summary>It failed and says why.</summary>
    public sealed record Failed(Diagnostic Because, bool IsTransient) : WorkloadSighting;

    /// <summary>It is gone without a word.</summary>
    /// <param name="MadeProgress">True when its position moved since it started.</param>
    public sealed record Lost(string Why, bool MadeProgress) : WorkloadSighting;
}
