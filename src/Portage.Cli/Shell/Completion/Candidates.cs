using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace Portage.Cli.Shell.Completion;

/// <summary>What could follow on a command line that is being typed: <c>workflow complete WORDS…</c>, which the scripts of the shells ask.</summary>
internal static class Candidates
{
    /// <summary>The hidden word that asks for them. It is no verb of the tree, which would take the typed options for its own.</summary>
    public const string Word = "complete";

    private const string SessionPrefix = "session=";

    /// <summary>Writes one candidate a line; none where something is wrong: nobody waits for an error there.</summary>
    /// <param name="words">What is typed after the program's name; the last word is the one to complete, and may be empty.</param>
    public static int Write(Terminal terminal, string[] words)
    {
        try
        {
            foreach (var candidate in Of(terminal, words))
            {
                terminal.Out.WriteLine(candidate);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return ExitCode.Failed;
        }

        return ExitCode.Done;
    }

    private static IEnumerable<string> Of(Terminal terminal, string[] words)
    {
        var typed = words.Length == 0 ? "" : words[^1];
        if (words.Length == 1 && typed.StartsWith(SessionPrefix, StringComparison.Ordinal))
        {
            var root = CommandTree.Make(terminal);
            return Verb.SessionOption.GetCompletions(root.Parse([]).GetCompletionContext())
                .Select(item => $"{SessionPrefix}{item.Label}")
                .Where(candidate => candidate.StartsWith(typed, StringComparison.Ordinal));
        }

        if (words.Length > 1 && OptionThatWaits(terminal, words[..^1]) is { } option)
        {
            return option.Option.GetCompletions(option.Context).Select(item => item.Label).Where(candidate => candidate.StartsWith(typed, StringComparison.Ordinal));
        }

        var parsed = CommandTree.Make(terminal).Parse(Shell.SessionPrefix.Expand(words.Length == 0 ? [""] : words), CommandTree.Reading);
        return parsed.GetCompletions()
            .Select(item => item.Label)
            .Where(candidate => candidate.StartsWith(typed, StringComparison.Ordinal) && (typed.StartsWith('-') || !candidate.StartsWith('-')))

            // Its other names are for people who come from Windows.
            .Where(candidate => candidate is not ("-?" or "/?" or "/h"))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
    }

    /// <summary>The option at the end of the words, where a value must follow it.</summary>
    private static (Option Option, CompletionContext Context)? OptionThatWaits(Terminal terminal, string[] words)
    {
        var parsed = CommandTree.Make(terminal).Parse(Shell.SessionPrefix.Expand(words), CommandTree.Reading);
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult)
        {
            var isInner = at == parsed.CommandResult;
            if (at.Command.Options.FirstOrDefault(option => (isInner || option.Recursive) && option.Arity.MinimumNumberOfValues > 0 && (option.Name == words[^1] || option.Aliases.Contains(words[^1]))) is { } option)
            {
                return (option, parsed.GetCompletionContext());
            }
        }

        return null;
    }
}
