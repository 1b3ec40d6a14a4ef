using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Portage.Bench.Measuring;

/// <summary>How a process ran.</summary>
/// <param name="Milliseconds">From its start until its end was noticed.</param>
/// <param name="CpuSeconds">User and system time, its own children that it waited for included.</param>
internal sealed record ChildRun(int ExitCode, double Milliseconds, double CpuSeconds, string Output, string Error);

/// <summary>Runs processes, one at a time.</summary>
internal static partial class Child
{
    private const int ChildrenThatEnded = -1;

    /// <summary>This program with other arguments, on one core where asked.</summary>
    public static Task<ChildRun> RunSelfAsync(bool onOneCore, CancellationToken cancellationToken, params string[] arguments) => onOneCore
        ? RunAsync(null, null, cancellationToken, ["taskset", "--cpu-list", "0", Environment.ProcessPath!, .. arguments])
        : RunAsync(null, null, cancellationToken, [Environment.ProcessPath!, .. arguments]);

    public static async Task<ChildRun> RunAsync(string? folder, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var (cpu, since) = (CpuOfChildren(), TimeProvider.System.GetTimestamp());
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var took = TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
            return new(process.ExitCode, took, CpuOfChildren() - cpu, await output, await error);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>As <see cref="RunAsync"/>, where nothing else than success is of use.</summary>
    public static async Task<ChildRun> MustRunAsync(string? folder, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken, params string[] command)
    {
        var run = await RunAsync(folder, environment, cancellationToken, command);
        return run.ExitCode == 0 ? run : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {run.ExitCode}:\n{run.Output}\n{run.Error}");
    }

    /// <summary>A line of this process's <c>/proc/self/status</c> in bytes, as <c>VmHWM</c>, the most memory it ever had.</summary>
    public static long StatusBytes(string name) => File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith(name + ":", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024)
        .First();

    private static double CpuOfChildren() => GetUsage(ChildrenThatEnded, out var usage) == 0
        ? usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6)
        : throw new InvalidOperationException("getrusage failed.");

    [LibraryImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetUsage(int who, out Usage usage);

    /// <summary><c>struct rusage</c> of Linux on 64 bits: two times, and 14 counts that nobody asks for here.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
