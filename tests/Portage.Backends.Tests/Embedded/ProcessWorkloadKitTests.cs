using System.Diagnostics;
using Portage.Backends.Embedded;
using Portage.Conformance;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;

namespace Portage.Backends.Tests.Embedded;

/// <summary>Real worker processes keep to the contract.</summary>
public sealed class ProcessWorkloadKitTests : WorkloadKit, IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Portage.TestWorker");

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        foreach (var lockFile in Directory.EnumerateFiles(_folder.Path, "lock*", SearchOption.AllDirectories))
        {
            var work = new WorkFolder(Path.GetDirectoryName(lockFile)!);
            if (HomeLock.IsHeldBySomebody(lockFile) && work.Worker is { } worker)
            {
                End(worker.Process);
            }
        }

        _folder.Dispose();
    }

    protected override IWorkloads Open() => new ProcessWorkloads(new Home(_folder.Path), [Program], TimeProvider.System);

    protected override Task<T> PlayAsync<T>(Func<Task<T>> act) => act();

    protected override Task PauseAsync() => Task.Delay(Interval, TimeProvider.System, Cancelled);

    protected override void Finish(WorkloadHandle workload) => File.WriteAllText(Path.Combine(workload.Id, "finish"), "");

    protected override void Fail(WorkloadHandle workload) => File.WriteAllText(Path.Combine(workload.Id, "fail"), "");

    protected override void Serve(WorkloadHandle workload, long lag) => File.WriteAllText(Path.Combine(workload.Id, "serve"), $"{lag}");

    protected override void Refuse(WorkloadHandle workload) => File.WriteAllText(Path.Combine(workload.Id, "refuse"), "");

    protected override void Kill(WorkloadHandle workload) => End(new WorkFolder(workload.Id).Worker!.Process);

    // What the worker holds is the file; to whoever looks, its name leads nowhere.
    protected override void Hide(WorkloadHandle workload)
    {
        File.Move(LockOf(workload), LockOf(workload) + ".hidden");
        File.CreateSymbolicLink(LockOf(workload), LockOf(workload));
    }

    protected override void Reveal(WorkloadHandle workload) => File.Move(LockOf(workload) + ".hidden", LockOf(workload), overwrite: true);

    private static string LockOf(WorkloadHandle workload) => new WorkFolder(workload.Id).Lock;

    private static void End(int worker)
    {
        using var process = Process.GetProcessById(worker);
        process.Kill();
        process.WaitForExit();
    }
}
