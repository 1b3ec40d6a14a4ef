using System.Text;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Tests;

/// <summary>Diagnostics as the command line shows them, without colors.</summary>
internal static class DiagnosticText
{
    public static string Dump(IEnumerable<Diagnostic> diagnostics)
    {
        var text = new StringBuilder();
        foreach (var diagnostic in diagnostics)
        {
            text.Append(diagnostic.Severity.ToString().ToLowerInvariant()).Append(' ').Append(diagnostic.Code).Append(": ").Append(diagnostic.Summary).Append('\n');
            var place = diagnostic.At is { } at ? $"{diagnostic.File}:{at.Line}:{at.Column}" : null;
            var where = (diagnostic.Path, place) switch
            {
                ({ } path, { } within) => $"{path} ({within})",
                var (path, within) => path ?? within,
            };
            if (where is not null)
            {
                text.Append("  at ").Append(where).Append('\n');
            }

            text.Append("  ").Append(diagnostic.Detail).Append('\n');
            var meant = diagnostic.DidYouMean is { } word ? $"Did you mean '{word}'?" : null;
            var hint = (meant, diagnostic.Command) switch
            {
                (null, { } command) => $"Next: {command}",
                (_, { } command) => $"{meant}   {command}",
                _ => meant,
            };
            if (hint is not null)
            {
                text.Append("  ").Append(hint).Append('\n');
            }
        }

        return text.ToString();
    }
}
