using System.ComponentModel;
using System.Diagnostics;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;

namespace Portage.Backends.Embedded;

/// <summary>Helpers as processes of this machine, <c>workflow helper FOLDER TOKEN</c>, that talk over their standard streams: a pipe ends with the process at its other end.</summary>
internal sealed class ProcessHelpers(IReadOnlyList<string> program, WorkFolder folder, long token) : IHelpers
{
    /// <inheritdoc/>
    public IHelper Start()
    {
        var start = new ProcessStartInfo(program[0]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[.. program.Skip(1), "helper", folder.Path, $"{token}"])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            var process = Process.Start(start) ?? throw new InvalidOperationException($"{program[0]} did not start.");
            process.StandardError.Close();
            return new Helper(process);
        }
        catch (Win32Exception failure)
        {
            throw new StepException(DiagnosticCatalog.WorkerUnstarted.Error(null, $"A helper of the worker cannot be started: {failure.Message}."), isTransient: true, failure);
        }
    }

    private sealed class Helper(Process process) : IHelper
    {
        private readonly Lock _gate = new();
        private Task? _end;

        public int Process { get; } = process.Id;

        public Stream To { get; } = process.StandardInput.BaseStream;

        public Stream From { get; } = process.StandardOutput.BaseStream;

        public ValueTask DisposeAsync()
        {
            lock (_gate)
            {
                return new(_end ??= EndAsync(process));
            }
        }

        private static async Task EndAsync(Process process)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
    }
}
