using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Configuration.Rules.Overlap;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>
/// Two slices never write the same index of the same cluster, whatever their sources and whatever the cluster is called:
/// each document would be written twice, each slice's validation would find what the other one wrote, and to take back the work of
/// one would touch that of the other. An error where both find the index if either does; a warning where there are names that
/// both select, because no such index need exist.
/// </summary>
internal static class OverlappingSlicesRule
{
    public static void Check(MigrationConfig config, Findings findings)
    {
        var claims = SliceClaims.Of(config);
        foreach (var claim in claims)
        {
            if (claim.Clusters.Twice is { } twice)
            {
                ReportTwice(claim, twice.First, twice.Second, findings);
            }
        }

        foreach (var overlap in OverlapSearch.Among(claims))
        {
            Report(overlap, findings);
        }
    }

    private static void ReportTwice(SliceClaim claim, TargetCluster first, TargetCluster second, Findings findings)
    {
        var path = Places.Slice(claim.Source, claim.Name);
        findings.Add(
            DiagnosticCatalog.SlicesOverlap.Error,
            claim.NamesTargets ? path.Then("targets") : path,
            $"Slice '{claim.Name}' writes to targets '{first.Target}' and '{second.Target}', which are one cluster ({Words.Shown(first.Cluster)}). Its documents would be written twice; name one of them under 'targets'.",
            command: Commands.Update(path.Then("targets"), $"[{string.Join(", ", claim.Clusters.Targets.Where(target => target != second).Select(target => target.Target))}]"),
            atKey: true);
    }

    private static void Report(SliceOverlap overlap, Findings findings)
    {
        var (first, second) = (overlap.First, overlap.Second);
        var slices = overlap.IsOfOneSource
            ? $"Slices '{first.Claim.Name}' and '{second.Claim.Name}'"
            : $"Slice '{first.Claim.Name}' of '{first.Claim.Source}' ({Place(first.Claim)}) and slice '{second.Claim.Name}' of '{second.Claim.Source}'";
        var patterns = first.Text == second.Text
            ? $"both include '{Words.Shown(first.Text)}'"
            : $"include '{Words.Shown(first.Text)}' and '{Words.Shown(second.Text)}'";
        var example = overlap.Example is null ? ""
            : first.OfTypes || second.OfTypes ? $", which would both write '{Words.Shown(overlap.Example)}' where types become indices"
            : $", which {(overlap.IsCertain ? "both select" : "would both select")} '{Words.Shown(overlap.Example)}'";
        findings.Add(
            overlap.IsCertain ? DiagnosticCatalog.SlicesOverlap.Error : DiagnosticCatalog.SlicesOverlap.Warning,
            Place(second.Claim),
            $"{slices} {patterns}{Where(overlap)}{example}. {Consequence(overlap)}",
            command: Mend(overlap),
            atKey: true);
    }

    private static string Where(SliceOverlap overlap) => overlap.First.Claim.Clusters.SharedWith(overlap.Second.Claim.Clusters) switch
    {
        (({ Target: { } target } here, { } there)) when here.Target != there.Target => $" for targets '{target}' and '{there.Target}' (one cluster, {Words.Shown(here.Cluster)})",
        (({ Target: { } target }, _)) => $" for target '{target}'",
        _ => "",
    };

    private static string Consequence(SliceOverlap overlap) => (overlap.IsOfOneSource, overlap.IsCertain) switch
    {
        (true, true) => "The documents of such indices would be written twice.",
        (true, false) => "If there are such indices, their documents would be written twice; exclude them from one of the slices.",
        (false, true) => "Both would write into one index; send one of them to another target, or leave the index to one of them.",
        _ => "If both sources have such indices, both would be written into one; exclude them from one of the slices.",
    };

    private static ConfigPath Place(SliceClaim claim)
    {
        var path = Places.Slice(claim.Source, claim.Name);
        return claim.HasIndices ? path.Then("indices").Then("include") : path;
    }

    private static string Mend(SliceOverlap overlap)
    {
        // Where one slice holds all of the other, the narrower pattern is left out of the wider slice.
        var (first, second) = (overlap.First, overlap.Second);
        return overlap.Wider is { HasIndices: true } wider && first.Text != second.Text && !first.OfTypes && !second.OfTypes
            ? Commands.Add(Places.Slice(wider.Source, wider.Name).Then("indices").Then("exclude"), wider == first.Claim ? second.Text : first.Text)
            : Commands.Show(Places.Slice(second.Claim.Source, second.Claim.Name));
    }
}
