using Portage.Cli.Shell;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Views;

/// <summary>Diagnostics as people read them: what, where, why, and the next command.</summary>
internal static class DiagnosticView
{
    public static void Write(Terminal terminal, Diagnostic diagnostic)
    {
        var (word, ink) = diagnostic.Severity switch
        {
            Severity.Error => ("error", Ink.Red),
            Severity.Warning => ("warning", Ink.Yellow),
            _ => ("note", Ink.Cyan),
        };
        terminal.Error.WriteLine($"{terminal.Paint($"{word} {diagnostic.Code}", ink)}: {diagnostic.Summary}");
        var place = diagnostic.At is { } at ? $"{diagnostic.File ?? "text"}:{at.Line}:{at.Column}" : diagnostic.File;
        if (diagnostic.Path is not null || place is not null)
        {
            terminal.Error.WriteLine($"  at {diagnostic.Path ?? place}{(diagnostic.Path is not null && place is not null ? $" ({place})" : "")}");
        }

        terminal.Error.WriteLine($"  {diagnostic.Detail}");
        var hint = (diagnostic.DidYouMean, diagnostic.Command) switch
        {
            ({ } word1, { } command) => $"Did you mean '{word1}'?   {command}",
            ({ } word1, null) => $"Did you mean '{word1}'?",
            (null, { } command) => $"Next: {command}",
            _ => null,
        };
        if (hint is not null)
        {
            terminal.Error.WriteLine($"  {hint}");
        }
    }
}
