using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>
/// Names of one map stay apart where a backend knows lower-case letters, digits and <c>-</c> only (Kubernetes object
/// names, RFC 1123), and in the eyes of people.
/// </summary>
internal static class CollidingNamesRule
{
    public static void Check(ConfigObject map, ConfigPath path, Findings findings)
    {
        var seen = new Dictionary<string, string>(map.Entries.Count, StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            var sanitised = Sanitise(entry.Key);
            if (seen.TryAdd(sanitised, entry.Key))
            {
                continue;
            }

            var first = seen[sanitised];
            findings.Add(
                DiagnosticCatalog.NamesCollide.Error,
                path.Then(entry.Key),
                $"'{Words.Shown(entry.Key)}' and '{Words.Shown(first)}' are the same name, '{Words.Shown(sanitised)}', where only lower-case letters, digits and '-' are allowed; rename one of them.",
                command: Commands.Remove(path.Then(entry.Key)),
                atKey: true);
        }
    }

    private static string Sanitise(string name) => string.Create(name.Length, name, static (span, name) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAsciiLetterOrDigit(name[i]) ? char.ToLowerInvariant(name[i]) : '-';
        }
    });
}
