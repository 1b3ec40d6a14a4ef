using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
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

    /// <summary>Tells the runtime of a process how much it may have made before it looks for what can go; in hexadecimal digits.</summary>
    public const string YoungestVariable = "DOTNET_GCGen0MaxBudget";

    private static readonly TimeSpan StartInterval = TimeSpan.FromMilliseconds(10);

    // The end of a worker that this process started wakes its watch at once; this is for those that an earlier one started, and costs a
    // hundredth of a core for a hundred of them.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, Child> _children = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async ValueTask<WorkloadHandle> StartAsync(WorkloadAssignment assignment, CancellationToken cancellationToken)
    {
        var identity = assignment.Inputs.Fingerprints.Identity;
        var folder = new WorkFolder(home.WorkOf(assignment.Session, assignment.Step, identity));
        if (Reach(folder, () => FindOrGiveOver(folder, assignment)) is { } found)
        {
            return found;
        }

        var child = Begin(folder, assignment);
        while (true)
        {
            // In this order: a worker that has ended may have begun, and even be done, since it was looked for. One that ends
            // before it begins is lost like one that dies later, so that the next one starts at once and only many in a row are a failure.
            var hasExited = child.Exited.IsCompleted;
            if (Reach(folder, () => folder.Worker?.Token == child.Token || folder.Outcome?.Token == child.Token) || hasExited)
            {
                return new(Kind, folder.Path, child.Token, identity);
            }

            await Task.Delay(StartInterval, time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask<WorkloadHandle?> FindAsync(string session, StepAddress step, Fingerprint identity, CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(home.WorkOf(session, step, identity));
        return ValueTask.FromResult(Reach(folder, () => Find(folder, identity) ?? ForbidLateStart(folder)));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WorkloadSighting> WatchAsync(WorkloadHandle workload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(workload.Id);
        for (var before = default(WorkloadSighting); ;)
        {
            var sighting = Reach(folder, () => Look(folder, workload));
            if (sighting is not (WorkloadSighting.Alive or WorkloadSighting.Serving))
            {
                Forget(workload);
                yield return sighting;
                yield break;
            }

            if (before is null || (sighting is WorkloadSighting.Serving said && said.At != (before as WorkloadSighting.Serving)?.At))
            {
                yield return sighting;
                before = sighting;
            }

            await WaitAsync(workload, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> AdoptAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(workload.Id);
        return ValueTask.FromResult(Reach(folder, () =>
            workload.Kind == Kind
            && folder.HasLivingWorker
            && folder.Fence == workload.Token
            && folder.Worker?.Token == workload.Token
            && folder.Assignment?.Inputs.Fingerprints.Identity == workload.Identity));
    }

    /// <inheritdoc/>
    public ValueTask<bool> AdjustAsync(WorkloadHandle workload, string configuration, CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(workload.Id);
        return ValueTask.FromResult(Reach(folder, () =>
        {
            if (folder.Tuning != configuration)
            {
                folder.Tuning = configuration;
            }

            return folder.TuningTaken == Fingerprint.Of(configuration);
        }));
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(workload.Id);
        _ = Reach(folder, () => folder.HasLivingWorker && folder.Worker is { } worker && worker.Token == workload.Token && Posix.Terminate(worker.Process));
        return ValueTask.CompletedTask;
    }

    /// <summary>Whatever the file system says is about the way to the work, and not about the work.</summary>
    private static T Reach<T>(WorkFolder folder, Func<T> look)
    {
        try
        {
            return look();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new WorkloadUnreachableException($"The work folder {folder.Path} does not answer: {failure.Message}", failure);
        }
    }

    private static WorkloadHandle? Find(WorkFolder folder, Fingerprint identity) =>
        folder.HasLivingWorker && folder.Worker is { } living && living.Token == folder.Fence
            ? new(Kind, folder.Path, living.Token, identity)
            : null;

    private static WorkloadHandle? FindOrGiveOver(WorkFolder folder, WorkloadAssignment assignment)
    {
        var found = Find(folder, assignment.Inputs.Fingerprints.Identity);

        // It may have been started with another configuration than the one that is recorded now.
        if (found is not null && (folder.Tuning ?? folder.Assignment?.Configuration) != assignment.Configuration)
        {
            folder.Tuning = assignment.Configuration;
        }

        return found;
    }

    /// <summary>
    /// A worker may be on its way that the controller before this one started and could not write down: with another fence it ends
    /// before it writes. One that had begun and is gone needs none. Only then nobody writes, and nobody will.
    /// </summary>
    private static WorkloadHandle? ForbidLateStart(WorkFolder folder)
    {
        if (folder.Fence is var fence and > 0 && folder.Worker?.Token != fence)
        {
            folder.Fence = fence + 1;
        }

        return folder.HasLivingWorker
            ? throw new WorkloadUnreachableException($"Worker process {folder.Worker?.Process.ToString(provider: null) ?? "unknown"} has lost its lease and ends as soon as it finds out.", null)
            : null;
    }

    private Child Begin(WorkFolder folder, WorkloadAssignment assignment)
    {
        try
        {
            Directory.CreateDirectory(folder.Path);
            var token = folder.Fence + 1;
            folder.Forget("outcome.json", "tuning.json", "tuning.ack");
            folder.Assignment = assignment;
            folder.Fence = token;
            var child = new Child(token, Spawn([.. program, "worker", folder.Path, $"{token}"]));
            _children.AddOrUpdate(folder.Path, child, (_, before) =>
            {
                before.Dispose();
                return child;
            });
            return child;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new StepException(DiagnosticCatalog.WorkUnwritable.Error(null, $"No worker of {assignment.Step} can be started: {failure.Message} Make room, or give the folder back."), isTransient: true, failure);
        }
        catch (Win32Exception failure)
        {
            throw new StepException(DiagnosticCatalog.WorkerUnstarted.Error(null, $"The worker of {assignment.Step} cannot be started: {failure.Message}."), isTransient: true, failure);
        }
    }

    private static WorkloadSighting Look(WorkFolder folder, WorkloadHandle workload)
    {
        // The lock first: a worker writes its outcome before it lets go.
        if (folder.HasLivingWorker && folder.Outcome?.Token != workload.Token)
        {
            return folder.Serving is { } said && said.Token == workload.Token
                ? new WorkloadSighting.Serving(said.Report, said.Outputs, said.At)
                : new WorkloadSighting.Alive();
        }

        return folder.Outcome is { } outcome && outcome.Token == workload.Token
            ? outcome switch
            {
                { Failure: { } failure } => new WorkloadSighting.Failed(failure, outcome.IsTransient),
                { Evidence: { } evidence } => new WorkloadSighting.EvidenceChanged(evidence),
                { Report: { } report, Outputs: { } outputs } => new WorkloadSighting.Done(report, outputs),
                _ => new WorkloadSighting.Stopped(),
            }
            : new WorkloadSighting.Lost(
                folder.Worker is { } worker && worker.Token == workload.Token ? $"Worker process {worker.Process} is gone without an outcome." : "The worker ended before it began.",
                MadeProgress: folder.MovedBy == workload.Token);
    }

    /// <summary>Waits until it is time for another look.</summary>
    private async Task WaitAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pause = Task.Delay(LookInterval, time, enough.Token);
        if (_children.TryGetValue(workload.Id, out var child) && child.Token == workload.Token && !child.Exited.IsCompleted)
        {
            await Task.WhenAny(pause, child.Exited);
        }
        else
        {
            await Task.WhenAny(pause);
        }

        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Forget(WorkloadHandle workload)
    {
        if (_children.TryGetValue(workload.Id, out var child) && child.Token == workload.Token && _children.TryRemove(new(workload.Id, child)))
        {
            child.Dispose();
        }
    }

    /// <summary>Starts a program of ours that will leave the terminal by itself.</summary>
    /// <param name="youngestBytes">How much a process may have made before it looks for what can go; null for what the runtime thinks best.</param>
    internal static Process Spawn(IReadOnlyList<string> command, int? youngestBytes = null)
    {
        // Pipes of its own, closed here at once: whoever reads our output must see its end when we end, and a console
        // stream that the program opened before it left the terminal would keep ours open.
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        // Ours is not handed down to the workers of a controller.
        start.Environment.Remove(YoungestVariable);
        if (youngestBytes is { } bytes)
        {
            start.Environment[YoungestVariable] = bytes.ToString("x", CultureInfo.InvariantCulture);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        process.StandardInput.Close();
        process.StandardOutput.Close();
        process.StandardError.Close();
        return process;
    }

    /// <summary>A worker that this process started.</summary>
    private sealed class Child(long token, Process process) : IDisposable
    {
        public long Token => token;

        /// <summary>Ends when the process does.</summary>
        public Task Exited { get; } = process.WaitForExitAsync(CancellationToken.None);

        public void Dispose() => process.Dispose();
    }
}
