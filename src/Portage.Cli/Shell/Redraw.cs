namespace Portage.Cli.Shell;

/// <summary>Draws lines on a terminal over those that it drew before, and below them where there is no terminal.</summary>
internal sealed class Redraw(Terminal terminal)
{
    private IReadOnlyList<string> _shown = [];

    /// <summary>What to write so that these lines are what is seen; null where they are seen already.</summary>
    /// <param name="lines">No more rows than the terminal has: what scrolled away could not be drawn over.</param>
    public string? Over(IReadOnlyList<string> lines)
    {
        if (lines.SequenceEqual(_shown))
        {
            return null;
        }

        // Counted now, because a window that became narrower since has folded them.
        var rows = terminal.OutputIsTerminal ? _shown.Sum(terminal.RowsOf) : 0;
        _shown = lines;
        return $"{(rows > 0 ? $"\u001b[{rows}A\u001b[0J" : "")}{string.Join('\n', lines)}";
    }
}
