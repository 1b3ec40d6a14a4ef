using System.CommandLine;
using Portage.Backends.Embedded;
using Portage.Cli.Shell;
using Portage.Cli.Shell.Completion;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;

namespace Portage.Cli;

/// <summary>Wiring and exit codes, nothing else.</summary>
internal static class Program
{
    // What the system calls it when it cannot write: ENOSPC, EROFS, EDQUOT, EIO.
    private const int DiskFull = 28;
    private const int ReadOnlyFiles = 30;
    private const int QuotaOnLinux = 122;
    private const int QuotaOnMac = 69;
    private const int DiskBroken = 5;

    // EPIPE, the same everywhere.
    private const int PipeBroken = 32;

    private static async Task<int> Main(string[] arguments)
    {
        var terminal = Terminal.OfProcess();
        try
        {
            return await RunAsync(terminal, arguments);
        }
        catch (OperationCanceledException)
        {
            // After the question that was not answered, or the ^C that the terminal shows.
            await terminal.Error.WriteLineAsync($"{(terminal.OutputIsTerminal ? "\n" : "")}Interrupted. What runs in the background goes on: workflow status");
            return ExitCode.Interrupted;
        }
        catch (IOException e) when ((e.HResult & 0xFFFF) == PipeBroken)
        {
            // The reader of a pipe has seen enough.
            return ExitCode.Done;
        }
        catch (Exception e) when (Describe(e) is { } diagnostic)
        {
            Views.DiagnosticView.Write(terminal, diagnostic);
            return ExitCode.Failed;
        }
    }

    private static async Task<int> RunAsync(Terminal terminal, string[] arguments)
    {
        switch (arguments)
        {
            case [Candidates.Word, .. var words]:
                return Candidates.Write(terminal, words);
            case [OlderConsole.Word, .. var words]:
                return OlderConsole.Say(terminal, words);
        }

        if (World.WhyNotHere(Environment.GetEnvironmentVariable(World.Variable), arguments) is { } why)
        {
            return World.Say(terminal, why);
        }

        var parsed = CommandTree.Make(terminal).Parse(SessionPrefix.Expand(arguments), CommandTree.Reading);
        if (CommandLineErrors.FindSwallowed(parsed, arguments) is { } swallowed)
        {
            Views.DiagnosticView.Write(terminal, swallowed);
            return ExitCode.BadInput;
        }

        if (parsed.Errors.Count > 0 && !HelpPages.IsAskedBy(parsed))
        {
            return CommandLineErrors.Say(terminal, parsed);
        }

        // A verb that was interrupted ends as soon as it can, and a worker when its batch is finished, however long that takes.
        using var interrupts = new Interrupts();
        using var ends = Demo.DemoFolder.EndsWithDemo(TimeProvider.System, interrupts.Token);
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = terminal.Out, Error = terminal.Error }, ends.Token);
    }

    /// <summary>What a failure that no verb expected means to the user; null when it is a defect of ours.</summary>
    private static Diagnostic? Describe(Exception failure) => failure switch
    {
        StepException step => step.Because,
        LedgerUnusableException { IsNewer: true } newer => DiagnosticCatalog.LedgerIsNewer.Error(null, $"{newer.Message} Use the newer release, or another home (PORTAGE_HOME)."),
        LedgerUnusableException unusable => DiagnosticCatalog.LedgerUnusable.Error(null, unusable.Message),
        LedgerFullException full => DiagnosticCatalog.LedgerFull.Error(null, $"{full.Message} Nothing was changed. A worker that still finds room for its position goes on; what ended meanwhile goes on from its position. Make room, then: workflow start"),
        HomeUnusableException home => home.Because,
        IOException io when (io.HResult & 0xFFFF) is DiskFull or ReadOnlyFiles or QuotaOnLinux or QuotaOnMac or DiskBroken => DiagnosticCatalog.FileUnwritable.Error(null, io.Message),
        UnauthorizedAccessException denied => DiagnosticCatalog.FileUnreadable.Error(null, denied.Message),
        _ => null,
    };
}
