using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Says what a comparison found. "All the same" is said where all documents were compared, and are.</summary>
internal static class ValidateReport
{
    // The file has them all.
    private const int LinesMax = 20;

    /// <param name="lines">What is to be said of single indices.</param>
    /// <param name="findings">The files that name documents and objects.</param>
    public static StepResult.Done Of(ImmutableSortedDictionary<string, long> numbers, ComparedObjects objects, ComparedSearches searches, IReadOnlyList<string> lines, IReadOnlyList<string> findings)
    {
        // Nothing is there to compare of what the backfill rejected, or a transform left out.
        var (notCompared, rejected) = (numbers[ValidateProgress.NotCompared], numbers[ValidateProgress.Rejected]);
        var compared = numbers[ValidateProgress.Checked] - notCompared - rejected - numbers.GetValueOrDefault(ValidateProgress.Filtered);
        var isGood = notCompared == 0 && Wrong(numbers) == 0;
        var summary = $"{compared:N0} documents compared"
            + (isGood && compared == 0 && rejected > 0 ? "" : isGood ? ": all the same" : $": {numbers[ValidateProgress.Missing]:N0} missing, {numbers[ValidateProgress.Differing]:N0} differing, {numbers[ValidateProgress.Extra]:N0} that the snapshot lacks")
            + (notCompared > 0 ? $"; {notCompared:N0} could not be compared" : "");
        return Done(numbers, objects, searches, [summary + Besides(numbers, objects, searches), .. lines], [], findings);
    }

    /// <summary>The same where documents were only counted: nothing is said of which they are.</summary>
    public static StepResult.Done OfCounts(ImmutableSortedDictionary<string, long> numbers, CountedDocuments counted, ComparedObjects objects, ComparedSearches searches, IReadOnlyList<string> lines, IReadOnlyList<string> findings)
    {
        string[] differences =
        [
            .. counted.IndicesFewer > 0 ? [$"{numbers[ValidateProgress.Fewer]:N0} fewer in {Indices(counted.IndicesFewer)}"] : (string[])[],
            .. counted.IndicesMore > 0 ? [$"{numbers[ValidateProgress.More]:N0} more in {Indices(counted.IndicesMore)}"] : (string[])[],
        ];
        var summary = $"counts: {numbers[ValidateProgress.Checked]:N0} documents accepted by the backfill, {counted.There:N0} on the target{(differences.Length > 0 ? $": {string.Join(", ", differences)}" : "")}";
        return Done(numbers, objects, searches, [summary + Besides(numbers, objects, searches), .. lines], ["which documents they are and what they contain (mode: counts)"], findings);
    }

    private static string Indices(int count) => $"{count:N0} {(count == 1 ? "index" : "indices")}";

    /// <summary>What is to be said of one index besides the sums: what became of each of its documents, where they are not all the same.</summary>
    public static IEnumerable<string> Lines(string index, ItemJournal journal)
    {
        var (all, missing, differing) = (journal.Sum(ValidateProgress.Checked), journal.Sum(ValidateProgress.Missing), journal.Sum(ValidateProgress.Differing));
        var (rejected, notCompared) = (journal.Sum(ValidateProgress.Rejected), journal.Sum(ValidateProgress.NotCompared));
        var leftOut = journal.Sum(ValidateProgress.Filtered);
        if (missing + differing + rejected + notCompared + leftOut is > 0 and var others)
        {
            (long Number, string Words)[] parts = [(missing, "missing"), (differing, "differing"), (rejected, "rejected by the backfill"), (leftOut, "left out by a transform"), (notCompared, "could not be compared")];
            yield return $"{index}: {all:N0} in the snapshot: {string.Join(", ", [$"{all - others:N0} the same", .. parts.Where(part => part.Number > 0).Select(part => $"{part.Number:N0} {part.Words}")])}";
        }

        if (journal.Sum(ValidateProgress.Extra) is > 0 and var extra)
        {
            var moved = journal.Sum(ValidateProgress.Moved);
            yield return $"{index}: {extra:N0} that the snapshot lacks{(moved > 0 ? $", {moved:N0} of them missing under {(moved == 1 ? "its" : "their")} own routing" : "")}";
        }
    }

    private static long Wrong(ImmutableSortedDictionary<string, long> numbers) => numbers[ValidateProgress.Missing] + numbers[ValidateProgress.Differing] + numbers[ValidateProgress.Extra];

    private static string Besides(ImmutableSortedDictionary<string, long> numbers, ComparedObjects objects, ComparedSearches searches) =>
        (numbers[ValidateProgress.Rejected] > 0 ? $"; {numbers[ValidateProgress.Rejected]:N0} rejected by the backfill" : "")
        + (objects.Differing > 0 ? $"; {objects.Differing:N0} of {objects.Total:N0} indices, aliases and templates differ" : "")
        + (searches.Differing > 0 ? $"; {searches.Differing:N0} of {searches.Count:N0} searches differ" : "");

    private static StepResult.Done Done(ImmutableSortedDictionary<string, long> numbers, ComparedObjects objects, ComparedSearches searches, IEnumerable<string> lines, IEnumerable<string> notCompared, IReadOnlyList<string> findings)
    {
        var isOfCounts = numbers.ContainsKey(ValidateProgress.Fewer);
        numbers = isOfCounts ? numbers : numbers.SetItem(ValidateProgress.Searches, searches.Count).SetItem(ValidateProgress.SearchesDiffering, searches.Differing);
        string[] differences = [.. objects.Differences.OrderBy(one => !one.Counts).Select(one => one.ToString())];
        return new(
            new(
                objects.Differing is { } differing ? numbers.SetItem(ValidateProgress.ObjectsDiffering, differing) : numbers,
                [
                    .. lines,
                    .. searches.Lines,
                    .. differences.Take(LinesMax),
                    .. differences.Length > LinesMax ? [$"and {differences.Length - LinesMax:N0} more differences of indices, aliases and templates"] : (string[])[],
                    $"not compared: {string.Join(", ", [.. notCompared, .. objects.WhyNot is { } why ? [$"settings, mappings, aliases and templates ({why.TrimEnd('.')})"] : (string[])[], .. searches.Without, "versions of documents", "stored scripts", "ingest pipelines"])}",
                    .. findings.Select(file => $"named in {file}"),
                ]),
            new ValidateOutputs(
                numbers[ValidateProgress.Checked],
                numbers[isOfCounts ? ValidateProgress.Fewer : ValidateProgress.Missing],
                numbers.GetValueOrDefault(ValidateProgress.Differing),
                numbers[isOfCounts ? ValidateProgress.More : ValidateProgress.Extra],
                findings.FirstOrDefault("")) { NotCompared = numbers.GetValueOrDefault(ValidateProgress.NotCompared) }.Write());
    }
}

/// <summary>What counting found on the target.</summary>
/// <param name="There">Documents.</param>
/// <param name="IndicesFewer">Indices that have fewer than were accepted.</param>
/// <param name="IndicesMore">Indices that have more.</param>
internal sealed record CountedDocuments(long There, int IndicesFewer, int IndicesMore);
