using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Configuration.Rules.Overlap;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>
/// Two slices of one source never write the same index to the same target: each document would be written twice, and
/// each slice's validation would find what the other one wrote. An error where a slice selects all that a pattern of
/// the other selects; a warning where there are names that both select, because no such index need exist.
/// </summary>
internal static class OverlappingSlicesRule
{
    public static void Check(MigrationConfig config, Findings findings)
    {
        foreach (var (source, migration) in config.Migrations.Where(entry => entry.Value.Slices.Count > 1))
        {
            var slices = migration.Slices.Select(entry => new SliceSelection(entry.Key, entry.Value, [.. config.Targets.Keys])).ToList();
            foreach (var overlap in OverlapSearch.Among(slices).OrderBy(overlap => overlap.Second.Name, StringComparer.Ordinal))
            {
                Report(source, overlap, findings);
            }
        }
    }

    private static void Report(string source, SliceOverlap overlap, Findings findings)
    {
        var (first, second) = (overlap.First, overlap.Second);
        var target = first.SharedTarget(second);
        var patterns = overlap.FirstPattern == overlap.SecondPattern
            ? $"both include '{Words.Shown(overlap.FirstPattern)}'"
            : $"include '{Words.Shown(overlap.FirstPattern)}' and '{Words.Shown(overlap.SecondPattern)}'";
        var where = target is null ? "" : $" for target '{target}'";
        var example = overlap.Example is null ? "" : $", which {(overlap.IsCertain ? "both select" : "would both select")} '{Words.Shown(overlap.Example)}'";
        var detail = $"Slices '{first.Name}' and '{second.Name}' {patterns}{where}{example}. "
            + (overlap.IsCertain ? "The documents of such indices would be written twice." : "If there are such indices, their documents would be written twice; exclude them from one of the slices.");
        findings.Add(
            overlap.IsCertain ? DiagnosticCatalog.SlicesOverlap.Error : DiagnosticCatalog.SlicesOverlap.Warning,
            Place(source, second),
            detail,
            command: Mend(source, overlap),
            atKey: true);
    }

    private static ConfigPath Place(string source, SliceSelection slice)
    {
        var path = Places.Slice(source, slice.Name);
        return slice.HasIndices ? path.Then("indices").Then("include") : path;
    }

    private static string Mend(string source, SliceOverlap overlap)
    {
        // Where one slice holds all of the other, the narrower pattern is left out of the wider slice.
        var wider = overlap.Wider;
        var narrower = wider == overlap.First ? overlap.SecondPattern : overlap.FirstPattern;
        return wider is { HasIndices: true } && overlap.FirstPattern != overlap.SecondPattern
            ? Commands.Add(Places.Slice(source, wider.Name).Then("indices").Then("exclude"), narrower)
            : Commands.Show(Places.Slice(source, overlap.Second.Name));
    }
}
