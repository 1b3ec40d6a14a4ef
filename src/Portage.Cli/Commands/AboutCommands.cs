using System.CommandLine;
using System.CommandLine.Invocation;
using Portage.Cli.Shell;

namespace Portage.Cli.Commands;

/// <summary><c>workflow help</c> and <c>workflow version</c>, for those who know them as verbs.</summary>
internal static class AboutCommands
{
    public static Command MakeHelp(Terminal terminal)
    {
        var words = new Argument<string[]>("verb") { Description = "The verb, as 'configure add'. Default: all of them.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("help", "Explain a verb, with examples.") { words };
        words.CompletionSources.Add(context => VerbsBelow(Root(context.ParseResult), context.ParseResult.GetValue(words) ?? []));
        Verb.Does(command, terminal, (verb, _) => Task.FromResult(Help(verb, verb.Parsed.GetValue(words) ?? [])));
        return command;
    }

    public static Command MakeVersion(Terminal terminal)
    {
        var command = new Command("version", "Say which release this is.");
        Verb.Does(command, terminal, (verb, _) => Task.FromResult(Invoke(verb, "--version")));
        return command;
    }

    private static int Help(Verb verb, string[] words)
    {
        var parsed = Root(verb.Parsed).Parse([.. words, "--help"], CommandTree.Reading);
        return parsed.UnmatchedTokens.Count > 0 ? CommandLineErrors.Say(verb.Terminal, parsed) : Invoke(verb, [.. words, "--help"]);
    }

    private static int Invoke(Verb verb, params string[] words)
    {
        var parsed = Root(verb.Parsed).Parse(words, CommandTree.Reading);
        parsed.InvocationConfiguration.Output = verb.Terminal.Out;
        parsed.InvocationConfiguration.Error = verb.Terminal.Error;
        return parsed.Action is SynchronousCommandLineAction action ? action.Invoke(parsed) : ExitCode.BadInput;
    }

    private static Command Root(ParseResult parsed) => parsed.RootCommandResult.Command;

    private static IEnumerable<string> VerbsBelow(Command root, string[] words)
    {
        // The last word is the one that is being typed.
        var command = words.SkipLast(1).Aggregate((Command?)root, (at, word) => at?.Subcommands.FirstOrDefault(subcommand => subcommand.Name == word));
        return command?.Subcommands.Where(subcommand => !subcommand.Hidden).Select(subcommand => subcommand.Name) ?? [];
    }
}
