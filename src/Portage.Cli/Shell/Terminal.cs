using System.Text;

namespace Portage.Cli.Shell;

/// <summary>Where a verb reads and writes, and what is at the other end.</summary>
internal sealed class Terminal
{
    // Wide enough for any line where nobody looks at columns.
    private const int WidthWithoutTerminal = 200;
    private const int WidthMin = 40;

    private readonly Lazy<TextReader> _in;

    public Terminal(TextReader input, TextWriter output, TextWriter error, bool inputIsTerminal, bool outputIsTerminal, bool hasColor)
        : this(new Lazy<TextReader>(input), output, error, inputIsTerminal, outputIsTerminal, hasColor)
    {
    }

    private Terminal(Lazy<TextReader> input, TextWriter output, TextWriter error, bool inputIsTerminal, bool outputIsTerminal, bool hasColor) =>
        (_in, Out, Error, InputIsTerminal, OutputIsTerminal, HasColor) = (input, output, error, inputIsTerminal, outputIsTerminal, hasColor);

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    public bool InputIsTerminal { get; }

    public bool OutputIsTerminal { get; }

    public bool HasColor { get; }

    /// <summary>How many columns a terminal has that is none of the process's; null for that one.</summary>
    public int? Columns { get; init; }

    /// <summary>How many rows a terminal has that is none of the process's; null for that one.</summary>
    public int? Rows { get; init; }

    /// <summary>True where somebody sees what is written to standard error as it comes.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns. Looked up each time: windows change.</summary>
    public int Width => OutputIsTerminal ? Math.Max(WidthMin, Columns ?? Console.WindowWidth) : WidthWithoutTerminal;

    /// <summary>Lines of a terminal; no limit where there is none.</summary>
    public int Height => OutputIsTerminal ? Rows ?? Console.WindowHeight : int.MaxValue;

    /// <summary>How many rows of the terminal a line takes, what paints it aside.</summary>
    public int RowsOf(string line)
    {
        var length = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\u001b')
            {
                i = line.IndexOf('m', i);
            }
            else
            {
                length++;
            }
        }

        var columns = Math.Max(1, Columns ?? Console.WindowWidth);
        return Math.Max(1, (length + columns - 1) / columns);
    }

    /// <summary>The process's own streams. Colors only on a terminal, and never with NO_COLOR.</summary>
    public static Terminal OfProcess()
    {
        var inputIsTerminal = !Console.IsInputRedirected;
        var outputIsTerminal = !Console.IsOutputRedirected;

        // The console's own writers prepare the terminal for reading keys: that takes time, writes control sequences, and
        // would change the terminal under an editor that we start.
        return new(
            new Lazy<TextReader>(() => inputIsTerminal ? Console.In : new StreamReader(Console.OpenStandardInput(), Encoding.UTF8)),
            Writer(Console.OpenStandardOutput()),
            Writer(Console.OpenStandardError()),
            inputIsTerminal,
            outputIsTerminal,
            outputIsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb")
        {
            ErrorIsTerminal = !Console.IsErrorRedirected,
        };
    }

    /// <summary>The same terminal, with what is written to it kept for a moment instead.</summary>
    public Terminal Into(TextWriter output, TextWriter error) => new(_in, output, error, InputIsTerminal, OutputIsTerminal, HasColor) { Columns = Columns, Rows = Rows };

    /// <summary>The text in a color, where there are colors.</summary>
    public string Paint(string text, Ink ink) => HasColor ? $"\u001b[{(int)ink}m{text}\u001b[0m" : text;

    /// <summary>Asks something and waits for a line; null at the end of the input. Ctrl-C ends the wait.</summary>
    public async Task<string?> AskAsync(string question, CancellationToken cancellationToken)
    {
        await Out.WriteAsync(question);
        return await Task.Run(_in.Value.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
    }

    /// <summary>All of standard input. Ctrl-C ends the wait.</summary>
    public Task<string> ReadToEndAsync(CancellationToken cancellationToken) =>
        Task.Run(_in.Value.ReadToEnd, CancellationToken.None).WaitAsync(cancellationToken);

    /// <summary>Asks something and waits for a line that is not shown. Ctrl-C ends the wait.</summary>
    public async Task<string> AskSecretAsync(string question, CancellationToken cancellationToken)
    {
        await Out.WriteAsync(question);
        var value = await Task.Run(ReadUnseen, CancellationToken.None).WaitAsync(cancellationToken);
        await Out.WriteLineAsync();
        return value;
    }

    private static string ReadUnseen()
    {
        var value = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                value.Length = Math.Max(0, value.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                value.Append(key.KeyChar);
            }
        }

        return value.ToString();
    }

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
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
