using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Questions;

namespace Portage.Cli.Commands;

/// <summary><c>workflow runs</c>: what was started, by whom, and how it ended.</summary>
internal static class RunsCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("runs", "List the runs: what was started, by whom, and how it ended.");
        Verb.Does(command, terminal, RunAsync, Shape.Runs);
        return command;
    }

    private static async Task<int> RunAsync(Verb verb, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
        {
            return ExitCode.BadInput;
        }

        RunsView.Write(verb.Terminal, verb.Output, RunsQuestion.Answer(asked));
        return ExitCode.Done;
    }
}
