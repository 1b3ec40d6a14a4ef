using System.Globalization;

namespace Portage.Cli.Shell;

/// <summary>Text of a cluster or a document, made fit for a terminal: it may hold what moves the cursor, or hides what is there.</summary>
internal static class Printable
{
    private const char Replacement = '\uFFFD';

    /// <summary>One line; line breaks and tabs are blanks.</summary>
    public static string Line(string text) => Of(text, static letter => letter is '\n' or '\r' or '\t' ? ' ' : Replacement);

    /// <summary>Lines, with their tabs.</summary>
    public static string Lines(string text) => Of(text, static letter => letter is '\n' or '\t' ? letter : Replacement);

    private static string Of(string text, Func<char, char> instead) =>
        text.Any(Disturbs) ? string.Concat(text.Select(letter => Disturbs(letter) ? instead(letter) : letter)) : text;

    // Marks of direction and the like are formats: harmless in a page, and a lie in a terminal.
    private static bool Disturbs(char letter) => char.IsControl(letter) || (char.GetUnicodeCategory(letter) == UnicodeCategory.Format && letter != '\u200D');
}
