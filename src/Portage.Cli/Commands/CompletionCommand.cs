using System.CommandLine;
using Portage.Cli.Shell;

namespace Portage.Cli.Commands;

/// <summary><c>workflow completion</c>: scripts with which shells complete verbs, options, addresses, sessions and clusters.</summary>
internal static class CompletionCommand
{
    public static Command Make(Terminal terminal)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a script that teaches a shell to complete verbs, options, addresses and sessions.") { shell };
        Verb.Does(command, terminal, async (verb, _) =>
        {
            var name = $"Portage.Cli.Shell.Completion.workflow.{verb.Parsed.GetValue(shell)}";
            await using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"No {name}.");
            using var reader = new StreamReader(script);
            await verb.Terminal.Out.WriteAsync(await reader.ReadToEndAsync(CancellationToken.None));
            return ExitCode.Done;
        });
        return command;
    }
}
