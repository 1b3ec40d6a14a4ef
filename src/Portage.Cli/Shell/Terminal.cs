namespace Portage.Cli.Shell;

/// <summary>Where a verb reads and writes, and what is at the other end.</summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error, bool InputIsTerminal, bool OutputIsTerminal, bool HasColor, int Width)
{
    // Wide enough for any line where nobody looks at columns.
    private const int WidthWithoutTerminal = 200;

    /// <summary>The process's own streams. Colors only on a terminal, and never with NO_COLOR.</summary>
    public static Terminal OfProcess()
    {
        var isTerminal = !Console.IsOutputRedirected;
        return new(
            Console.In,
            Console.Out,
            Console.Error,
            !Console.IsInputRedirected,
            isTerminal,
            isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb",
            isTerminal ? Math.Max(40, Console.WindowWidth) : WidthWithoutTerminal);
    }

    /// <summary>The text in a color, where there are colors.</summary>
    public string Paint(string text, Ink ink) => HasColor ? $"\u001b[{(int)ink}m{text}\u001b[0m" : text;
}

/// <summary>Colors by their ANSI number.</summary>
internal enum Ink
{
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Cyan = 36,
}
