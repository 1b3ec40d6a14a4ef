using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Portage.Cli.Shell;

/// <summary><c>--help</c>: of the program the verbs in groups, of a verb what it takes and how it is typed.</summary>
internal sealed class HelpPages(HelpAction ofVerb, Terminal terminal, IReadOnlyList<(string Title, Command[] Commands)> groups) : SynchronousCommandLineAction
{
    private const int IndentColumns = 2;

    // Wider lines are hard to read, however wide the window is.
    private const int WidthMax = 100;

    /// <summary>Who asks how a verb is typed has not typed all of it yet. A word that is no verb is no such line.</summary>
    public static bool IsAskedBy(ParseResult parsed) => parsed.Action is HelpPages && (parsed.UnmatchedTokens.Count == 0 || parsed.CommandResult.Command.Subcommands.Count == 0);

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        if (command is RootCommand)
        {
            WriteOfProgram(command);
            return ExitCode.Done;
        }

        ofVerb.Invoke(parseResult);
        if (Examples.Of(command) is { Count: > 0 } examples)
        {
            // The page of the library ends with an empty line.
            terminal.Out.WriteLine("Examples:");
            foreach (var example in examples)
            {
                terminal.Out.WriteLine($"  workflow {example}");
            }

            terminal.Out.WriteLine();
        }

        return ExitCode.Done;
    }

    private void WriteOfProgram(Command root)
    {
        var width = Math.Min(WidthMax, terminal.Width - 1);
        var options = root.Options.Where(option => !option.Hidden)
            .Select(option => (Name: $"{string.Join(", ", option.Aliases.Where(alias => alias is ['-', not '?', ..]).Order(StringComparer.Ordinal).Prepend(option.Name))}{(option.HelpName is null ? "" : $" {option.HelpName}")}", Text: option.Description ?? ""))
            .ToArray();
        var column = groups.SelectMany(group => group.Commands).Max(command => command.Name.Length) + IndentColumns;
        terminal.Out.WriteLine(Fold(root.Description!, 0, width));
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("Usage: workflow [session=NAME] VERB [options]");
        foreach (var (title, commands) in groups)
        {
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(terminal.Paint(title, Ink.Bold));
            foreach (var command in commands)
            {
                Write(command.Name, FirstSentence(command.Description!), column, width);
            }
        }

        terminal.Out.WriteLine();
        terminal.Out.WriteLine(terminal.Paint("Options of every verb", Ink.Bold));
        foreach (var (name, text) in options)
        {
            Write(name, text, options.Max(option => option.Name.Length) + IndentColumns, width);
        }

        terminal.Out.WriteLine();
        terminal.Out.WriteLine(Fold("A verb with examples: workflow help VERB. The whole story: workflow demo. First steps: workflow configure sample, workflow configure --file FILE, workflow plan --pending.", 0, width));
    }

    private void Write(string name, string text, int column, int width) =>
        terminal.Out.WriteLine($"{new string(' ', IndentColumns)}{name.PadRight(column)}{Fold(text, column + IndentColumns, width)}");

    private static string FirstSentence(string text) => text.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? text[..(end + 1)] : text;

    /// <summary>The text in lines that end between words; the first one begins at the column, too.</summary>
    private static string Fold(string text, int column, int width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && column + line.Length + 1 + word.Length > width)
            {
                lines.Add(line);
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        return string.Join($"\n{new string(' ', column)}", lines.Append(line));
    }
}
