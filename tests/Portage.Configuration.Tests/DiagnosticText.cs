using System.Text;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Tests;

/// <summary>Diagnostics as plain text for goldens. What users see is rendered elsewhere.</summary>
internal static class DiagnosticText
{
    public static string Dump(IEnumerable<Diagnostic> diagnostics)
    {
        var text = new StringBuilder();
        foreach (var diagnostic in diagnostics)
        {
            text.Append(diagnostic.Severity.ToString().ToLowerInvariant()).Append(' ').Append(diagnostic.Code).Append(": ").Append(diagnostic.Summary).Append('\n');
            if (diagnostic.Path is { } path)
            {
                text.Append("  at ").Append(path).Append('\n');
            }

            if (diagnostic.At is { } at)
            {
                text.Append("  in ").Append(diagnostic.File).Append(':').Append(at.Line).Append(':').Append(at.Column).Append('\n');
            }

            text.Append("  ").Append(diagnostic.Detail).Append('\n');
            if (diagnostic.DidYouMean is { } meant)
            {
                text.Append("  Did you mean '").Append(meant).Append("'?\n");
            }

            if (diagnostic.Command is { } command)
            {
                text.Append("  ").Append(command).Append('\n');
            }
        }

        return text.ToString();
    }
}
