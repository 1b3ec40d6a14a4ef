using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>The name of an index, perhaps with one <c>*</c> for what a pattern left open. What servers take: Elasticsearch 7, MetadataCreateIndexService.</summary>
internal static class IndexNameRule
{
    public static string? Check(string text, ConfigPath path, Findings findings)
    {
        var name = text.Replace("*", "", StringComparison.Ordinal);
        var problem = text.Length == 0 ? "is empty"
            : text.Count(letter => letter == '*') > 1 ? "has more than one '*'"
            : name.Any(char.IsUpper) ? "has an upper-case letter"
            : name.IndexOfAny([' ', ',', '"', '\\', '/', '<', '>', '|', '?', '#', ':']) is >= 0 and var bad ? $"holds '{name[bad]}'"
            : text[0] is '-' or '_' or '+' || text is "." or ".." ? $"begins with '{text[0]}'"
            : null;
        if (problem is null)
        {
            return text;
        }

        findings.Add(
            DiagnosticCatalog.BadPattern.Error,
            path,
            $"'{Words.Shown(text)}' {problem}; expected the name of an index, with at most one * for what stands in place of the pattern's, as archive-*.",
            command: Commands.Update(path));
        return null;
    }
}
