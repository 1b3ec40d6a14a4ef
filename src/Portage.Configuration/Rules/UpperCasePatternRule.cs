using System.Collections.Immutable;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A pattern for indices is in lower case, as their names are (Elasticsearch since 0.x, OpenSearch). Template names are free.</summary>
internal static class UpperCasePatternRule
{
    public static void Check(MigrationConfig config, Findings findings)
    {
        foreach (var (source, migration) in config.Migrations)
        {
            foreach (var (name, snapshot) in migration.Snapshots)
            {
                Check(snapshot.Take?.Indices, Places.Snapshot(source, name).Then("take").Then("indices"), findings);
            }

            foreach (var (name, slice) in migration.Slices)
            {
                Check(slice.Indices, Places.Slice(source, name).Then("indices"), findings);
            }
        }
    }

    private static void Check(IndexSelectionConfig? indices, ConfigPath path, Findings findings)
    {
        Check(indices?.Include ?? [], path.Then("include"), findings);
        Check(indices?.Exclude ?? [], path.Then("exclude"), findings);
    }

    private static void Check(ImmutableArray<string> patterns, ConfigPath list, Findings findings)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.Any(char.IsUpper) && !pattern.StartsWith(IndexPatternRule.RegexPrefix, StringComparison.Ordinal))
            {
                var path = ReferenceRule.ItemOf(list, pattern, findings);
                findings.Add(
                    DiagnosticCatalog.PatternNeverMatches.Warning,
                    path,
                    $"'{Words.Shown(pattern)}' has capital letters, and names of indices never do.",
                    pattern.ToLowerInvariant(),
                    Commands.Update(path, pattern.ToLowerInvariant()));
            }
        }
    }
}
