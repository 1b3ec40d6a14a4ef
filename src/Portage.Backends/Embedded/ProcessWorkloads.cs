using System.Diagnostics;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Backends.Embedded;

/// <summary>Workloads as processes of this machine: <c>workflow worker FOLDER TOKEN</c>.</summary>
/// <remarks>
/// At most one worker works in a folder, because it holds the folder's lock; a worker whose token is not the fence's
/// stops before it writes again. So a controller that does not know what its predecessor did can start, adopt or
/// stop without asking anybody.
/// </remarks>
/// <param name="home">The home.</param>
/// <param name="program">The program and its first arguments, to which <c>worker FOLDER TOKEN</c> is added.</param>
/// <param name="time">The clock.</param>
public sealed class ProcessWorkloads(Home home, IReadOnlyList<string> program, TimeProvider time) : IWorkloads
{
    /// <summary>The handle's kind.</summary>
    public const string Kind = "process";

    private static readonly TimeSpan StartInterval = TimeSpan.FromMilliseconds(10);

    /// <inheritdoc/>
    public async ValueTask<WorkloadHandle> StartAsync(WorkloadAssignment assignment, CancellationToken cancellationToken)
    {
        var identity = assignment.Inputs.Fingerprints.Identity;
        var folder = new WorkFolder(home.WorkOf(assignment.Session, assignment.Step, identity));
        Directory.CreateDirectory(folder.Path);
        if (Find(folder, identity) is { } found)
        {
            // It may have been started with another configuration than the one that is recorded now.
            if ((folder.Tuning ?? folder.Assignment?.Configuration) != assignment.Configuration)
            {
                folder.Tuning = assignment.Configuration;
            }

            return found;
        }

        var token = folder.Fence + 1;
        folder.Forget("outcome.json", "tuning.json", "tuning.ack");
        folder.Assignment = assignment;
        folder.Fence = token;
        using var process = Spawn([.. program, "worker", folder.Path, $"{token}"]);
        while (true)
        {
            // In this order: a worker that has ended may have begun, and even be done, since it was looked for.
            var hasExited = process.HasExited;
            if (folder.Worker?.Token == token || folder.Outcome?.Token == token)
            {
                break;
            }

            if (hasExited)
            {
                // Lost like one that dies later, so that the next one starts at once and only many in a row are a failure.
                break;
            }

            await Task.Delay(StartInterval, time, cancellationToken);
        }

        return new(Kind, folder.Path, token, identity);
    }

    /// <inheritdoc/>
    public ValueTask<WorkloadHandle?> FindAsync(string session, StepAddress step, Fingerprint identity, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Find(new WorkFolder(home.WorkOf(session, step, identity)), identity));

    /// <inheritdoc/>
    public ValueTask<WorkloadSighting> ObserveAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(workload.Id);

        // The lock first: a worker writes its outcome before it lets go.
        var isAlive = folder.HasLivingWorker;
        if (folder.Outcome is { } outcome && outcome.Token == workload.Token)
        {
            return ValueTask.FromResult<WorkloadSighting>(outcome switch
            {
                { Failure: { } failure } => new WorkloadSighting.Failed(failure, outcome.IsTransient),
                { Report: { } report, Outputs: { } outputs } => new WorkloadSighting.Done(report, outputs),
                _ => new WorkloadSighting.Stopped(),
            });
        }

        return ValueTask.FromResult<WorkloadSighting>(isAlive
            ? new WorkloadSighting.Alive()
            : new WorkloadSighting.Lost(
                folder.Worker is { } worker && worker.Token == workload.Token ? $"Worker process {worker.Process} is gone without an outcome." : "The worker ended before it began.",
                MadeProgress: folder.MovedBy == workload.Token));
    }

    /// <inheritdoc/>
    public ValueTask<bool> AdoptAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(workload.Id);
        return ValueTask.FromResult(
            workload.Kind == Kind
            && folder.HasLivingWorker
            && folder.Fence == workload.Token
            && folder.Worker?.Token == workload.Token
            && folder.Assignment?.Inputs.Fingerprints.Identity == workload.Identity);
    }

    /// <inheritdoc/>
    public ValueTask<bool> AdjustAsync(WorkloadHandle workload, string configuration, CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(workload.Id);
        if (folder.Tuning != configuration)
        {
            folder.Tuning = configuration;
        }

        return ValueTask.FromResult(folder.TuningTaken == Fingerprint.Of(configuration));
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(workload.Id);
        if (folder.HasLivingWorker && folder.Worker is { } worker && worker.Token == workload.Token)
        {
            _ = Posix.Terminate(worker.Process);
        }

        return ValueTask.CompletedTask;
    }

    private static WorkloadHandle? Find(WorkFolder folder, Fingerprint identity) =>
        folder.HasLivingWorker && folder.Worker is { } living && living.Token == folder.Fence
            ? new(Kind, folder.Path, living.Token, identity)
            : null;

    /// <summary>Starts a program of ours that will leave the terminal by itself.</summary>
    internal static Process Spawn(IReadOnlyList<string> command)
    {
        // Pipes of its own, closed here at once: whoever reads our output must see its end when we end, and a console
        // stream that the program opened before it left the terminal would keep ours open.
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        process.StandardInput.Close();
        process.StandardOutput.Close();
        process.StandardError.Close();
        return process;
    }
}
