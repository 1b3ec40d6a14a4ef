using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A snapshot that is to be taken has a cluster to take it from, and a place to be written to.</summary>
internal static class TakeSourceRule
{
    public static void Check(MigrationConfig config, Findings findings)
    {
        foreach (var (source, migration) in config.Migrations)
        {
            foreach (var (name, _) in migration.Snapshots.Where(entry => entry.Value is { Take: not null, Existing: null, Repository: { Url: not null, File: null, S3: null, Azure: null, Gcs: null } }))
            {
                findings.Add(
                    DiagnosticCatalog.TakeIntoReadOnly.Error,
                    Places.Snapshot(source, name).Then("repository").Then("url"),
                    "A web server only shows a repository, and the cluster has to write the snapshot. Give the place itself ('file', 's3', 'azure', 'gcs'), or name a snapshot that exists with 'existing'.",
                    command: Commands.Remove(Places.Snapshot(source, name).Then("take")),
                    atKey: true);
            }

            var sourcePath = Places.Migration(source).Then("source");
            if (migration.Source is not null || findings.Tree?.Find(sourcePath) is ConfigObject or ConfigList or ConfigScalar { Kind: not ScalarKind.Nothing })
            {
                continue;
            }

            foreach (var (name, _) in migration.Snapshots.Where(entry => entry.Value.Take is not null))
            {
                findings.Add(
                    DiagnosticCatalog.TakeWithoutSource.Error,
                    Places.Snapshot(source, name).Then("take"),
                    $"A snapshot is taken through the API of the source, and '{source}' has none. Give the source, or name a snapshot that exists with 'existing'.",
                    command: Commands.Add(sourcePath.Then("endpoint"), "https://old.example:9200"),
                    atKey: true);
            }
        }
    }
}
