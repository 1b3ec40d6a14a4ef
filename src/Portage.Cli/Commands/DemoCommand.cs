using System.CommandLine;
using Portage.Cli.Shell;

namespace Portage.Cli.Commands;

/// <summary><c>workflow demo</c>: the whole story in half a minute.</summary>
internal static class DemoCommand
{
    public static Command Make(Terminal terminal)
    {
        var keep = new Option<bool>("--keep") { Description = "Leave the demo's folder there afterwards." };
        var command = new Command("demo", "Migrate a sample snapshot to a sandbox, with a review, a crash and a comparison.") { keep };
        Verb.Does(command, terminal, (verb, cancellationToken) => Demo.Story.TellAsync(verb, verb.Parsed.GetValue(keep), cancellationToken));
        return command;
    }
}
