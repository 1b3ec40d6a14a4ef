using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Ports;
using Portage.Engine.Running;
using Portage.Model.Steps;

namespace Portage.Backends.Embedded;

/// <summary>Runs one heavy step in this process: takes the folder's lock, works, writes the outcome, ends.</summary>
public sealed partial class WorkerHost(IReadOnlyDictionary<StepKind, IStep> steps, ISecretSource secrets, TimeProvider time, ILogger logger, IReadOnlyList<string>? program = null)
{
    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TuningInterval = TimeSpan.FromMilliseconds(100);

    // A predecessor that lost its lease finishes one request at most; longer than that, and something is wrong.
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(2);

    /// <summary>Works until it is done, has failed or is asked to stop.</summary>
    /// <param name="path">The work folder.</param>
    /// <param name="token">This worker's fencing token.</param>
    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync(string path, long token, CancellationToken cancellationToken)
    {
        Posix.LeaveTerminal();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        return await RunAsync(new WorkFolder(path), token, stop.Token);
    }

    /// <summary>As above, in whatever process this is.</summary>
    internal async Task<int> RunAsync(WorkFolder folder, long token, CancellationToken stop)
    {
        using var held = await TakeLockAsync(folder, token, stop);
        if (held is null || folder.Fence != token || folder.Assignment is not { } assignment)
        {
            LogNotWanted(token, folder.Fence);
            return 1;
        }

        folder.Worker = new(Environment.ProcessId, token);
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["Session"] = assignment.Session, ["Run"] = assignment.Run, ["Step"] = assignment.Step, ["Attempt"] = assignment.Attempt });
        LogBegins(assignment.Step, token);
        using var ending = new CancellationTokenSource();
        var tuning = new Tuning(ConfigurationReader.ReadCanonical(assignment.Configuration).Config!);
        var progress = new ProgressFile(folder, time);
        var watching = WatchTuningAsync(folder, tuning, progress, ending.Token);
        var outcome = await WorkAsync(folder, ContextOf(folder, assignment, token, tuning, progress, stop), token, stop);
        await ending.CancelAsync();
        await watching;
        if (outcome is null)
        {
            LogFenced(assignment.Step, token, folder.Fence);
            return 1;
        }

        try
        {
            folder.Outcome = outcome;
        }
        catch (Exception failure) when (StepFailure.IsDisk(failure))
        {
            // Work without an outcome goes on from its position; the next worker says what is in the way.
            LogOutcomeBroke(failure, assignment.Step);
            return 1;
        }

        LogEnds(assignment.Step, outcome.Failure?.Detail ?? (outcome.Report is null ? "stopped" : "done"));
        return 0;
    }

    private async Task<HomeLock?> TakeLockAsync(WorkFolder folder, long token, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (folder.Fence == token && time.GetElapsedTime(since) < LockPatience)
        {
            if (HomeLock.TryTake(folder.Lock) is { } held)
            {
                return held;
            }

            await Task.Delay(LockInterval, time, cancellationToken);
        }

        return null;
    }

    /// <summary>Helps the worker that started this process, until that says that it is over, or is gone.</summary>
    /// <param name="path">The work folder.</param>
    /// <param name="token">The worker's fencing token.</param>
    /// <param name="from">What the worker says.</param>
    /// <param name="to">What is said to the worker.</param>
    /// <returns>The process's exit code.</returns>
    public async Task<int> HelpAsync(string path, long token, Stream from, Stream to, CancellationToken cancellationToken)
    {
        var folder = new WorkFolder(path);

        // Whoever looks whether somebody writes here sees this process as well.
        using var held = await ShareAsync(folder, cancellationToken);
        if (folder.Fence != token || folder.Assignment is not { } assignment || steps[assignment.Step.Kind] is not IHelped helped)
        {
            LogNotWanted(token, folder.Fence);
            return 1;
        }

        using var scope = logger.BeginScope(new Dictionary<string, object> { ["Session"] = assignment.Session, ["Run"] = assignment.Run, ["Step"] = assignment.Step, ["Attempt"] = assignment.Attempt });
        LogHelps(assignment.Step, Environment.ProcessId, token);
        using var ending = new CancellationTokenSource();
        var tuning = new Tuning(ConfigurationReader.ReadCanonical(assignment.Configuration).Config!);
        var watching = WatchTuningAsync(folder, tuning, null, ending.Token);
        try
        {
            await helped.HelpAsync(ContextOf(folder, assignment, token, tuning, null, CancellationToken.None), from, to, cancellationToken);
            return 0;
        }
        catch (WorkerFencedException)
        {
            LogFenced(assignment.Step, token, folder.Fence);
            return 1;
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            // The worker has been told what it is to know; what is left of this one's items is done by others.
            LogBroke(thrown, assignment.Step);
            return 1;
        }
        finally
        {
            await ending.CancelAsync();
            await watching;
        }
    }

    private async Task<HomeLock> ShareAsync(WorkFolder folder, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return HomeLock.Share(folder.Helpers);
            }
            catch (IOException busy) when (busy is not (FileNotFoundException or DirectoryNotFoundException))
            {
                // Somebody looks at it at this moment.
                await Task.Delay(LockInterval, time, cancellationToken);
            }
        }
    }

    private RunContext ContextOf(WorkFolder folder, WorkloadAssignment assignment, long token, Tuning tuning, ProgressFile? published, CancellationToken stop)
    {
        var first = default(long?);
        var hasMoved = false;
        var waits = default(string);
        return new RunContext
        {
            Session = assignment.Session,
            Run = assignment.Run,
            Address = assignment.Step,
            Attempt = assignment.Attempt,
            Config = tuning.Config,
            Inputs = assignment.Inputs,
            Outputs = assignment.Outputs,
            Approved = assignment.Approved,
            Resends = assignment.Resends,
            Secrets = secrets,
            Files = new StepFiles(folder.Path),
            Time = time,
            Logger = logger,
            Progress = progress =>
            {
                // What only waits may not know yet where it begins.
                first ??= progress.Waiting is null ? progress.Done : null;
                if (!hasMoved && progress.Done > first)
                {
                    // Tells the controller that a death after this point is bad luck, not a worker that cannot work.
                    hasMoved = TryMark(folder, token);
                }

                // Whoever stops it because of what it waits for must still see that: what is on its way is given up then.
                waits = stop.IsCancellationRequested ? waits : progress.Waiting;
                published?.Publish(stop.IsCancellationRequested ? progress with { WaitedFor = waits } : progress);
            },
            StopRequested = stop,
            Helpers = program is null ? null : new ProcessHelpers(program, folder, token),
            Tuning = () => tuning.Config,
            Serves = new ServingFile(folder, token, time).Publish,
            AssertLease = () =>
            {
                if (folder.Fence != token)
                {
                    throw new WorkerFencedException();
                }
            },
        };
    }

    private async Task<WorkOutcome?> WorkAsync(WorkFolder folder, RunContext context, long token, CancellationToken stop)
    {
        try
        {
            return await steps[context.Address.Kind].RunAsync(context, CancellationToken.None) switch
            {
                StepResult.Done done => new(token, done.Report, done.Outputs, null, false),
                StepResult.EvidenceChanged other => new(token, null, null, null, false) { Evidence = other.Evidence },
                _ => new(token, null, null, null, false),
            };
        }
        catch (WorkerFencedException)
        {
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new(token, null, null, null, false);
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            // A defect must reach the ledger as a failure, not as a worker that died without a word.
            var failure = StepFailure.Of(context.Address, thrown);
            if (failure.IsDefect)
            {
                LogBroke(thrown, context.Address);
            }

            return new(token, null, null, failure.Because, failure.IsTransient);
        }
    }

    private static bool TryMark(WorkFolder folder, long token)
    {
        try
        {
            folder.MovedBy = token;
            return true;
        }
        catch (Exception failure) when (StepFailure.IsDisk(failure))
        {
            // The next word of progress tries again.
            return false;
        }
    }

    private async Task WatchTuningAsync(WorkFolder folder, Tuning tuning, ProgressFile? progress, CancellationToken cancellationToken)
    {
        var taken = default(string);
        var hasTold = false;
        using var timer = new PeriodicTimer(TuningInterval, time);
        try
        {
            do
            {
                try
                {
                    if (folder.Tuning is { } text && text != taken && ConfigurationReader.ReadCanonical(text).Config is { } config)
                    {
                        tuning.Config = config;
                        taken = text;
                        if (progress is not null)
                        {
                            // The worker's word is the step's.
                            folder.TuningTaken = Fingerprint.Of(text);
                            LogTuned();
                        }

                    }

                    hasTold = false;
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    // As on a full disk: the work goes on, and the next look tries again.
                    if (!hasTold)
                    {
                        hasTold = true;
                        LogTuningBroke(failure);
                    }
                }

                progress?.Beat();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The work is over.
        }
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Information, Message = "Worker of {StepAddress} begins, token {Token}.")]
    private partial void LogBegins(Model.Addresses.StepAddress stepAddress, long token);

    [LoggerMessage(EventId = 3009, Level = LogLevel.Information, Message = "Process {HelperProcess} helps the worker of {StepAddress}, token {Token}.")]
    private partial void LogHelps(Model.Addresses.StepAddress stepAddress, int helperProcess, long token);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Information, Message = "Worker of {StepAddress} ends: {Outcome}")]
    private partial void LogEnds(Model.Addresses.StepAddress stepAddress, string outcome);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "Worker of {StepAddress} lost its lease: its token is {Token}, the fence is {Fence}.")]
    private partial void LogFenced(Model.Addresses.StepAddress stepAddress, long token, long fence);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Error, Message = "Worker of {StepAddress} broke.")]
    private partial void LogBroke(Exception defect, Model.Addresses.StepAddress stepAddress);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Information, Message = "Took over other process fields.")]
    private partial void LogTuned();

    [LoggerMessage(EventId = 3007, Level = LogLevel.Warning, Message = "Could not take over other process fields.")]
    private partial void LogTuningBroke(Exception failure);

    [LoggerMessage(EventId = 3008, Level = LogLevel.Error, Message = "Worker of {StepAddress} could not write down what came of its work.")]
    private partial void LogOutcomeBroke(Exception failure, Model.Addresses.StepAddress stepAddress);

    [LoggerMessage(EventId = 3006, Level = LogLevel.Warning, Message = "This worker is not wanted: its token is {Token}, the fence is {Fence}.")]
    private partial void LogNotWanted(long token, long fence);

    private sealed class Tuning(MigrationConfig config)
    {
        private volatile MigrationConfig _config = config;

        public MigrationConfig Config
        {
            get => _config;
            set => _config = value;
        }
    }
}

/// <summary>Another worker has this work: stop writing at once.</summary>
internal sealed class WorkerFencedException() : Exception("Another worker has this work.");
