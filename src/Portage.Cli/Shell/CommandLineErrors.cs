using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Portage.Cli.Views;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Shell;

/// <summary>Says what is wrong with a command line, in our own words.</summary>
internal static class CommandLineErrors
{
    // What System.CommandLine says of a value of the wrong type; the .NET type behind it helps nobody.
    private const string TypeClause = " as expected type";

    /// <returns>The exit code.</returns>
    public static int Say(Terminal terminal, ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var words = string.Join(' ', Words(parsed.CommandResult));
        var help = $"{words} --help";
        if (parsed.UnmatchedTokens.Count > 0)
        {
            var unknown = parsed.UnmatchedTokens[0];
            if (OlderConsole.Find([.. Words(parsed.CommandResult).Skip(1), .. parsed.UnmatchedTokens]) is { } entry)
            {
                DiagnosticView.Write(terminal, DiagnosticCatalog.BadUsage.Error(null, $"{words} has no verb '{unknown}'. {OlderConsole.Text(entry)}") with { Command = help });
                return ExitCode.BadInput;
            }

            if (unknown.Split('=') is [var word, var session] && DidYouMean.Among(word, ["session"]) is not null)
            {
                DiagnosticView.Write(terminal, DiagnosticCatalog.BadUsage.Error(null, $"'{unknown}' is no verb; session=NAME comes first, before the verb.") with { DidYouMean = $"session={session}", Command = "workflow --help" });
                return ExitCode.BadInput;
            }

            var names = unknown.StartsWith('-') ? OptionsOf(parsed.CommandResult) : command.Subcommands.Where(subcommand => !subcommand.Hidden).Select(subcommand => subcommand.Name);
            var detail = unknown.StartsWith('-') ? $"{words} has no option '{unknown}'."
                : command.Subcommands.Count > 0 ? $"{words} has no verb '{unknown}'."
                : $"{words} takes no '{unknown}'.";
            DiagnosticView.Write(terminal, DiagnosticCatalog.BadUsage.Error(null, detail) with { DidYouMean = DidYouMean.Among(unknown, names), Command = help });
        }
        else if (command.Subcommands.Count > 0)
        {
            // Only half a command was given: what could follow is the answer.
            parsed.InvocationConfiguration.Output = terminal.Out;
            _ = ((SynchronousCommandLineAction)parsed.RootCommandResult.Command.Options.OfType<HelpOption>().Single().Action!).Invoke(parsed);
        }
        else
        {
            foreach (var error in parsed.Errors)
            {
                var clause = error.Message.IndexOf(TypeClause, StringComparison.Ordinal);
                DiagnosticView.Write(terminal, DiagnosticCatalog.BadUsage.Error(null, clause < 0 ? error.Message : $"{error.Message[..clause]}.") with { Command = help });
            }
        }

        return ExitCode.BadInput;
    }

    /// <summary>An option that was read as the value of another, whose own value was left out; null where there is none.</summary>
    /// <param name="arguments">As they were typed: a value in one word with its option (<c>--comment=--x</c>) is meant.</param>
    public static Diagnostic? FindSwallowed(ParseResult parsed, string[] arguments)
    {
        var options = AllOptionsOf(parsed.CommandResult).SelectMany(option => option.Aliases.Prepend(option.Name)).ToHashSet(StringComparer.Ordinal);
        var swallowed =
            from result in Ancestors(parsed.CommandResult).Prepend(parsed.CommandResult).SelectMany(command => command.Children.OfType<OptionResult>())
            from value in result.Tokens.Select(token => token.Value)
            where (value.StartsWith("--", StringComparison.Ordinal) || options.Contains(value)) && arguments.Contains(value, StringComparer.Ordinal)
            select DiagnosticCatalog.BadUsage.Error(null, $"'{result.Option.Name}' needs a value, and '{value}' after it looks like another option. A value that begins like one is written in the same word: {result.Option.Name}={value}") with
            { Command = $"{string.Join(' ', Words(parsed.CommandResult))} --help" };
        return swallowed.FirstOrDefault();
    }

    private static IEnumerable<string> OptionsOf(CommandResult result) => AllOptionsOf(result).Select(option => option.Name);

    private static IEnumerable<Option> AllOptionsOf(CommandResult result) => result.Command.Options
        .Concat(Ancestors(result).SelectMany(ancestor => ancestor.Command.Options.Where(option => option.Recursive)));

    private static IEnumerable<string> Words(CommandResult result) => ["workflow", .. Ancestors(result).Reverse().Append(result).Skip(1).Select(part => part.Command.Name)];

    private static IEnumerable<CommandResult> Ancestors(CommandResult result)
    {
        for (var at = result.Parent as CommandResult; at is not null; at = at.Parent as CommandResult)
        {
            yield return at;
        }
    }
}
