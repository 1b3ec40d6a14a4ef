using System.Text;
using Portage.Cli.Shell;

namespace Portage.Cli.Views;

/// <summary>Breaks lines between words, never within one that fits.</summary>
internal static class Wrapped
{
    /// <summary>The text as lines that fit on a terminal, a word that is wider than that in pieces; as it is where there is no terminal.</summary>
    public static IEnumerable<string> On(Terminal terminal, string text, int indent)
    {
        if (!terminal.OutputIsTerminal)
        {
            return [text];
        }

        return Lines(text, terminal.Width, indent).SelectMany(line => line.Length <= terminal.Width ? [line] : Pieces(line, terminal.Width));
    }

    /// <summary>The text in lines of at most a width; the ones after the first begin with an indent.</summary>
    /// <param name="text">One line; what it begins with stays.</param>
    public static IEnumerable<string> Lines(string text, int width, int indent)
    {
        var start = text.Length - text.TrimStart(' ').Length;
        var line = new StringBuilder(text[..start]);
        var isEmpty = true;
        foreach (var word in text[start..].Split(' '))
        {
            if (!isEmpty && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString().TrimEnd();
                line.Clear().Append(' ', Math.Min(indent, Math.Max(0, width / 2)));
                isEmpty = true;
            }

            line.Append(isEmpty ? "" : " ").Append(word);
            isEmpty = false;
        }

        yield return line.ToString().TrimEnd();
    }

    private static IEnumerable<string> Pieces(string line, int width)
    {
        while (line.Length > width)
        {
            var end = char.IsHighSurrogate(line[width - 1]) ? width - 1 : width;
            yield return line[..end];
            line = line[end..];
        }

        yield return line;
    }
}
