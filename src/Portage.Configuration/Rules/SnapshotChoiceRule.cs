using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A slice names its snapshot where the source has several.</summary>
internal static class SnapshotChoiceRule
{
    public static void Check(MigrationConfig config, Findings findings)
    {
        foreach (var (source, migration) in config.Migrations.Where(entry => entry.Value.Snapshots.Count > 1))
        {
            foreach (var (name, _) in migration.Slices.Where(entry => entry.Value.Snapshot is null))
            {
                var path = Places.Slice(source, name).Then("snapshot");
                if (findings.Tree?.Find(path) is ConfigScalar { Kind: not ScalarKind.Nothing } or ConfigObject or ConfigList)
                {
                    // Given, but reported already.
                    continue;
                }

                findings.Add(
                    DiagnosticCatalog.SnapshotNotChosen.Error,
                    path,
                    $"'{source}' has {migration.Snapshots.Count} snapshots ({Words.List([.. migration.Snapshots.Keys])}); the slice has to name the one that it reads.",
                    command: Commands.Update(path, migration.Snapshots.Keys.First()));
            }
        }
    }
}
