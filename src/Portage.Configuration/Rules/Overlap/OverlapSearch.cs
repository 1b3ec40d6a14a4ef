namespace Portage.Configuration.Rules.Overlap;

/// <summary>Finds the slices that select the same names, without looking at every pair.</summary>
internal static class OverlapSearch
{
    /// <summary>For each slice at most one overlap with a slice whose name comes before its own: a certain one if there is any.</summary>
    public static IReadOnlyCollection<SliceOverlap> Among(IReadOnlyList<SliceSelection> slices)
    {
        // Two patterns can meet only where the fixed beginning of one begins with that of the other. Sorted by those
        // beginnings, the candidates of a pattern are the ones on the way down to it.
        var patterns = slices
            .SelectMany(slice => slice.Include.Select(text => new Candidate(slice, text, FixedBeginning(text))))
            .OrderBy(candidate => candidate.Beginning, StringComparer.Ordinal);
        var found = new Dictionary<SliceSelection, SliceOverlap>();
        var above = new Stack<Candidate>();
        foreach (var candidate in patterns)
        {
            while (above.TryPeek(out var last) && !candidate.Beginning.StartsWith(last.Beginning, StringComparison.Ordinal))
            {
                above.Pop();
            }

            foreach (var other in above)
            {
                Compare(other, candidate, found);
            }

            above.Push(candidate);
        }

        return found.Values;
    }

    private static void Compare(Candidate a, Candidate b, Dictionary<SliceSelection, SliceOverlap> found)
    {
        var order = string.CompareOrdinal(a.Slice.Name, b.Slice.Name);
        if (order == 0)
        {
            return;
        }

        var (first, second) = order < 0 ? (a, b) : (b, a);
        var known = found.GetValueOrDefault(second.Slice);
        if (known is { IsCertain: true } || !first.Slice.CanMeet(second.Slice))
        {
            return;
        }

        if (PatternPair.Overlap(first.Slice, first.Text, second.Slice, second.Text) is { } overlap && (known is null || overlap.IsCertain))
        {
            found[second.Slice] = overlap;
        }
    }

    private static string FixedBeginning(string pattern) =>
        pattern.StartsWith(IndexPatternRule.RegexPrefix, StringComparison.Ordinal)
            ? ""
            : pattern[..(pattern.IndexOfAny(['*', '?']) is var wild and >= 0 ? wild : pattern.Length)];

    private sealed record Candidate(SliceSelection Slice, string Text, string Beginning);
}
