using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Clusters;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A version names its product too.</summary>
internal static class ClusterVersionRule
{
    /// <summary>The version in its one form; null when it is reported.</summary>
    public static string? Check(string text, ConfigPath path, Findings findings)
    {
        if (ClusterVersion.TryParse(text, out var version))
        {
            return version.ToString();
        }

        findings.Add(
            DiagnosticCatalog.BadVersion.Error,
            path,
            $"Found '{Words.Shown(text)}'; expected product and version, as 'ES 7.10.2' or 'OS 2.19.1'. Leave it out to have it detected.",
            ClusterVersion.TryParse("ES " + text, out var guess) ? guess.ToString() : null,
            Commands.Remove(path));
        return null;
    }
}
