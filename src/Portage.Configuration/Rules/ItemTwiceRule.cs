using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A list says everything once.</summary>
internal static class ItemTwiceRule
{
    public static void Report(string text, ConfigPath path, Findings findings) => findings.Add(
        DiagnosticCatalog.ItemTwice.Warning,
        path,
        $"'{Words.Shown(text)}' is in the list already; once is enough, and the order does not matter.",
        command: Commands.Remove(path));
}
