using System.Diagnostics;

namespace Portage.Mutations;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">Null where it was ended because it took too long.</param>
/// <param name="Output">What it wrote, errors included.</param>
internal sealed record Ran(int? ExitCode, string Output);

/// <summary>Runs processes, one at a time.</summary>
internal static class Running
{
    // Servers and workers that a test started are ended by the test, which takes a moment.
    private static readonly TimeSpan GoodWill = TimeSpan.FromSeconds(30);

    public static async Task<Ran> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, TimeSpan patience, CancellationToken cancellationToken, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var late = new CancellationTokenSource(patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        int? exitCode = null;
        try
        {
            await process.WaitForExitAsync(either.Token);
            exitCode = process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new(exitCode, await output + await error);
    }

    private static async Task EndAsync(Process process)
    {
        using (var asked = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await asked.WaitForExitAsync(CancellationToken.None);
        }

        using var patience = new CancellationTokenSource(GoodWill, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
