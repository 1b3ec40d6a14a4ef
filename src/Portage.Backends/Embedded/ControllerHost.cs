using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Engine.Running;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Backends.Embedded;

/// <summary>The controller as a process in the background: started by verbs, found by its lock.</summary>
public sealed partial class ControllerHost(
    Home home,
    IReadOnlyDictionary<StepKind, IStep> steps,
    Planner planner,
    IReadOnlyList<string> program,
    Func<string, string?> variable,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>
    /// How much a controller may have made before it looks for what can go. The runtime goes by the processor's cache, which on servers is
    /// larger than all that a controller needs; it is one that runs for weeks beside the work, and its work is not worth that memory.
    /// </summary>
    public const int YoungestBytes = 6 * 1_024 * 1_024;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>Carries out the home's runs until none is under way, or SIGTERM.</summary>
    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Posix.LeaveTerminal();
        home.Create();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        using var held = await TakeLockAsync(stop.Token);
        if (held is null)
        {
            LogSecond(home.Path);
            return 1;
        }

        try
        {
            HomeAccess.CheckLedger(home);
            await using var ledger = SqliteLedger.Open(home.Ledger, time);
            var state = HomeAccess.StateOf(ledger.Read(0));
            LogBegins(ledger.Token, state.Sequence);
            var folders = new WorkFolders(home, time);
            folders.Follow(state.Renames);
            folders.ForgetAllBut(state.Sessions.Keys);
            var troubles = new TroubleFile(home);
            troubles.Post([]);
            var ports = new ControllerPorts
            {
                Steps = steps,
                Workloads = new ProcessWorkloads(home, program, time),
                Secrets = new LocalSecrets(home, variable),
                Folders = folders,
                Troubles = troubles,
                Processors = Environment.ProcessorCount,
            };
            var controller = new Controller(ledger, state, planner, ports, time, new Random((int)ledger.Token), logger);
            await using var socket = ControlSocket.Listen(home, controller.PerformAsync, time, logger);
            DurableFile.Publish(home.ControllerInfo, JsonSerializer.SerializeToUtf8Bytes(new ControllerInfo(Environment.ProcessId, time.GetUtcNow()), ControllerJson.Default.ControllerInfo));
            await controller.RunAsync(leaveWhenIdle: true, stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped();
            return 0;
        }
        catch (Exception e) when (e is LeaseLostException or LedgerFullException or LedgerUnusableException)
        {
            // Workers go on; the next controller finds them.
            LogLedger(e);
            return 1;
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            // A defect of ours must not end a controller without a word: workers go on, and the log says what it was.
            LogBroke(defect);
            return 1;
        }
        finally
        {
            File.Delete(home.ControllerInfo);
        }
    }

    /// <summary>Starts a controller in the background where none runs, and returns when it answers.</summary>
    /// <returns>Null when one runs; otherwise why there is none.</returns>
    public static async Task<Diagnostic?> EnsureAsync(HomeAccess access, IReadOnlyList<string> program, TimeProvider time, CancellationToken cancellationToken)
    {
        if (access.FindController() is not null)
        {
            return null;
        }

        using var process = ProcessWorkloads.Spawn([.. program, "controller", access.Home.Path], YoungestBytes);
        var since = time.GetTimestamp();
        while (access.FindController() is null)
        {
            if (process.HasExited && !HomeLock.IsHeldBySomebody(access.Home.Lock))
            {
                // Short work may be over before anybody looked.
                return process.ExitCode == 0
                    ? null
                    : DiagnosticCatalog.ControllerFailed.Error(null, $"It ended with exit code {process.ExitCode}; its log is in {access.Home.Logs}.") with { Command = "workflow log" };
            }

            if (time.GetElapsedTime(since) > StartPatience)
            {
                return DiagnosticCatalog.ControllerFailed.Error(null, $"It did not answer within {StartPatience.TotalSeconds:0} seconds; its log is in {access.Home.Logs}.") with { Command = "workflow log" };
            }

            await Task.Delay(Interval, time, cancellationToken);
        }

        return null;
    }

    private async Task<HomeLock?> TakeLockAsync(CancellationToken cancellationToken)
    {
        // A verb may hold it for a moment; another controller holds it for good.
        var since = time.GetTimestamp();
        while (true)
        {
            if (HomeLock.TryTake(home.Lock) is { } held)
            {
                return held;
            }

            if (time.GetElapsedTime(since) > LockPatience)
            {
                return null;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 3109, Level = LogLevel.Error, Message = "The controller broke, which is a defect of Portage; workers go on.")]
    private partial void LogBroke(Exception defect);

    [LoggerMessage(EventId = 3201, Level = LogLevel.Information, Message = "Controller begins, token {Token}, at event {Sequence}.")]
    private partial void LogBegins(long token, long sequence);

    [LoggerMessage(EventId = 3202, Level = LogLevel.Warning, Message = "Another process holds the lock of {Home}; this controller is not needed.")]
    private partial void LogSecond(string home);

    [LoggerMessage(EventId = 3203, Level = LogLevel.Information, Message = "Controller ends on request; workers go on.")]
    private partial void LogStopped();

    [LoggerMessage(EventId = 3204, Level = LogLevel.Error, Message = "The ledger cannot be used any more; the controller ends and workers go on.")]
    private partial void LogLedger(Exception failure);
}
