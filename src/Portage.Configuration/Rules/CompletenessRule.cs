using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>
/// What is declared has what it needs to run. A configuration may grow piece by piece, so that what is not complete is
/// no error; but it is said, because nothing will happen for it.
/// </summary>
internal static class CompletenessRule
{
    public static void Check(MigrationConfig config, Findings findings)
    {
        foreach (var (source, migration) in config.Migrations.Where(entry => entry.Value.Slices.Count > 0))
        {
            var path = Places.Migration(source);
            var slices = Words.Count(migration.Slices.Count, "slice");
            if (migration.Snapshots.Count == 0)
            {
                findings.Add(
                    DiagnosticCatalog.NothingToDoYet.Warning,
                    path.Then("slices"),
                    $"'{source}' has {slices} and no snapshot to read them from, so that nothing will be done for them yet.",
                    command: Commands.Add(path.Then("snapshots").Then("main"), "{ repository: { file: { path: /mnt/snapshots } }, existing: nightly }"),
                    atKey: true);
            }

            if (config.Targets.Count == 0)
            {
                findings.Add(
                    DiagnosticCatalog.NothingToDoYet.Warning,
                    path.Then("slices"),
                    $"'{source}' has {slices} and there is no target to write them to, so that nothing will be done for them yet.",
                    command: Commands.Add(Places.Target("blue").Then("endpoint"), "https://blue.example:9200"),
                    atKey: true);
            }
        }
    }
}
