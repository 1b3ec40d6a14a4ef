using System.CommandLine;
using Portage.Cli.Commands;
using Portage.Cli.Shell;

namespace Portage.Cli;

/// <summary>Every verb, in the order of <c>workflow --help</c>. The reference page of the command line derives from it.</summary>
internal static class CommandTree
{
    public static RootCommand Make(Terminal terminal)
    {
        var root = new RootCommand("Portage moves a search cluster: declare where the data should end up, see the plan, start it.");
        root.Options.Add(Verb.SessionOption);
        root.Options.Add(Verb.OutputOption);
        foreach (var command in (Command[])
            [
                ConfigureCommand.Make(terminal),
                PlanCommand.Make(terminal),
                StartCommand.Make(terminal),
                .. RunCommands.Make(terminal),
                StatusCommand.Make(terminal),
                ApproveCommand.Make(terminal, isApproval: true),
                ApproveCommand.Make(terminal, isApproval: false),
                ExplainCommand.Make(terminal),
                LogCommand.Make(terminal),
                RunsCommand.Make(terminal),
                SessionCommand.Make(terminal),
                SnapshotCommand.Make(terminal),
                CredentialsCommand.Make(terminal),
                SandboxCommand.Make(terminal),
                DemoCommand.Make(terminal),
                .. Workers.HiddenCommands.Make(terminal),
            ])
        {
            root.Subcommands.Add(command);
        }

        return root;
    }
}
