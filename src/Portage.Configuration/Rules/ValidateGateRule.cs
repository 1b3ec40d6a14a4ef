using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Configuration.Rules;

/// <summary>A gate over a number that the comparison does not find never opens by itself: nobody looks at the contents where documents are only counted.</summary>
internal static class ValidateGateRule
{
    private static readonly string[] OnlyCounted = ["fewer", "more"];
    private static readonly string[] OnlyCompared = ["missing", "differing", "extra", "notCompared", "moved", "searches", "searchesDiffering"];

    public static void Check(MigrationConfig config, Findings findings)
    {
        foreach (var (source, migration) in config.Migrations)
        {
            foreach (var (name, slice) in migration.Slices.Where(slice => slice.Value is { Validate: { Skip: false, Approve: not ("auto" or "none" or "manual" or null) } }))
            {
                // Without a backfill there is nothing to count against, and every document is compared.
                var isCounted = slice is { Validate.Mode: ValidateMode.Counts, Backfill.Skip: false };
                if (GatePredicate.TryParse(slice.Validate.Approve, out var predicate, out _)
                    && predicate.Names.Intersect(isCounted ? OnlyCompared : OnlyCounted, StringComparer.Ordinal).ToArray() is { Length: > 0 } unknown)
                {
                    var path = Places.Slice(source, name).Then("validate").Then("approve");
                    findings.Add(
                        DiagnosticCatalog.BadGate.Warning,
                        path,
                        $"{Words.List(unknown)} {(unknown.Length == 1 ? "is" : "are")} not known where documents are {(isCounted ? "only counted (mode: counts)" : "compared one by one (mode: full)")}, so that a person is always asked. {(isCounted ? "Counting" : "Comparing")} finds {Words.List(isCounted ? OnlyCounted : OnlyCompared)}.",
                        command: Commands.Update(path, "auto"));
                }
            }
        }
    }
}
