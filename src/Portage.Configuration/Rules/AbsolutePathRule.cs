using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A path says where it begins: the controller and its workers have working directories of their own.</summary>
internal static class AbsolutePathRule
{
    /// <summary>The path without a slash at its end; null when it is reported.</summary>
    public static string? Check(string text, bool elsewhere, ConfigPath path, Findings findings)
    {
        var isWindows = text.StartsWith(@"\\", StringComparison.Ordinal) || (text.Length > 2 && char.IsAsciiLetter(text[0]) && text[1] == ':' && text[2] is '\\' or '/');
        if (elsewhere && isWindows)
        {
            return text;
        }

        if (Path.IsPathFullyQualified(text))
        {
            return text.Length > 1 ? text.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/" : text;
        }

        var advice = text.StartsWith('~') ? " ~ is known to shells only." : "";
        findings.Add(
            DiagnosticCatalog.PathNotAbsolute.Error,
            path,
            $"Found '{Words.Shown(text)}'; expected a path from the root, as /mnt/snapshots.{advice}",
            command: Commands.Update(path));
        return null;
    }
}
