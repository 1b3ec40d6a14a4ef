using Portage.Cli.Shell;

namespace Portage.Repo;

/// <summary>A terminal for a command tree that is looked at and never run.</summary>
internal static class TerminalOfNobody
{
    public static Terminal Instance { get; } = new(TextReader.Null, TextWriter.Null, TextWriter.Null, inputIsTerminal: false, outputIsTerminal: false, hasColor: false);
}
