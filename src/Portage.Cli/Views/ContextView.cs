using Portage.Cli.Contracts;
using Portage.Cli.Shell;

namespace Portage.Cli.Views;

/// <summary>What verbs act on when no address is typed.</summary>
internal static class ContextView
{
    /// <param name="pattern">Null for everything.</param>
    public static void Write(Terminal terminal, OutputFormat format, string session, string? pattern)
    {
        if (format == OutputFormat.Text)
        {
            terminal.Out.WriteLine(pattern is null
                ? $"Session {session} has no context: verbs act on everything."
                : $"Context of session {session}: {pattern}. Leave it: workflow context clear");
            return;
        }

        Structured.Write(terminal, format, Shape.Context, json =>
        {
            json.WriteString("session", session);
            json.WriteString("context", pattern);
            var (target, source, slice) = pattern is null ? default : Contexts.PartsOf(pattern);
            json.WriteString("target", target);
            json.WriteString("source", source);
            json.WriteString("slice", slice);
        });
    }
}
