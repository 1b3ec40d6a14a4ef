using System.CommandLine;
using System.CommandLine.Help;
using Portage.Cli.Commands;
using Portage.Cli.Shell;

namespace Portage.Cli;

/// <summary>Every verb, in the groups and the order of <c>workflow --help</c>. The reference page of the command line derives from it.</summary>
internal static class CommandTree
{
    /// <summary>How command lines are read: a word that begins with @ is that word, not a file with more words.</summary>
    public static ParserConfiguration Reading { get; } = new() { ResponseFileTokenReplacer = null };

    public static RootCommand Make(Terminal terminal)
    {
        var root = new RootCommand("Portage moves a search cluster: declare where the data should end up, see the plan, start it.");
        root.Options.Add(Verb.SessionOption);
        root.Options.Add(Verb.OutputOption);
        root.Options.Add(Verb.JsonOption);
        root.Options.Add(Verb.YamlOption);
        (string Title, Command[] Commands)[] groups =
        [
            ("Declare, and see what it would do", [ConfigureCommand.Make(terminal), PlanCommand.Make(terminal), ExplainCommand.Make(terminal)]),
            ("Carry it out", [StartCommand.Make(terminal), .. RunCommands.Make(terminal), RedoCommand.Make(terminal), RedoCommand.MakeValidate(terminal), RedoCommand.MakeCollect(terminal), ApproveCommand.Make(terminal, isApproval: true), ApproveCommand.Make(terminal, isApproval: false)]),
            ("Look", [StatusCommand.Make(terminal), LogCommand.Make(terminal), RunsCommand.Make(terminal), RejectedCommand.Make(terminal)]),
            ("Where verbs act", [SessionCommand.Make(terminal), ContextCommand.Make(terminal), ContextCommand.MakePrompt(terminal)]),
            ("Clusters, snapshots, secrets", [ClusterCommand.Make(terminal), SnapshotCommand.Make(terminal), CredentialsCommand.Make(terminal)]),
            ("Try it", [DemoCommand.Make(terminal), SandboxCommand.Make(terminal)]),
            ("This program", [AboutCommands.MakeHelp(terminal), AboutCommands.MakeVersion(terminal), CompletionCommand.Make(terminal)]),
        ];
        foreach (var command in groups.SelectMany(group => group.Commands).Concat(Workers.HiddenCommands.Make(terminal)))
        {
            root.Subcommands.Add(command);
        }

        NameArguments(root);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpPages((HelpAction)help.Action!, terminal, groups);
        Verb.SessionOption.CompletionSources.Clear();
        Verb.SessionOption.CompletionSources.Add(Known.Sessions(terminal));
        return root;
    }

    /// <summary>Help shows an argument by its name, not by the list that completion offers for it, which may be every step there is.</summary>
    private static void NameArguments(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.HelpName ??= argument.Name;
        }

        foreach (var subcommand in command.Subcommands)
        {
            NameArguments(subcommand);
        }
    }
}
