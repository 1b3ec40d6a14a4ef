using Portage.Model.Clusters;

namespace Portage.Configuration.Rules.Overlap;

/// <summary>Decides whether a pattern of one slice and a pattern of another select the same names.</summary>
internal static class PatternPair
{
    private enum Form
    {
        Exact,
        Glob,
        Regex,
    }

    /// <summary>The overlap, or null where there is none, or none that can be told.</summary>
    public static SliceOverlap? Overlap(SliceSelection first, string firstPattern, SliceSelection second, string secondPattern)
    {
        SliceOverlap Found(bool isCertain, SliceSelection? wider, string? example) => new(first, second, firstPattern, secondPattern, isCertain, wider, example);

        string[] excluded = [.. first.Exclude, .. second.Exclude];
        switch (FormOf(firstPattern), FormOf(secondPattern))
        {
            case (Form.Exact, _):
                return Matches(secondPattern, firstPattern) && !excluded.Any(pattern => Matches(pattern, firstPattern)) ? Found(true, second, firstPattern) : null;
            case (_, Form.Exact):
                return Matches(firstPattern, secondPattern) && !excluded.Any(pattern => Matches(pattern, secondPattern)) ? Found(true, first, secondPattern) : null;
            case (Form.Regex, Form.Regex):
                // Whether two regular expressions meet is not decided here, unless they are the same.
                return firstPattern == secondPattern && !excluded.Contains(firstPattern) && !excluded.Contains("*") ? Found(excluded.Length == 0, null, null) : null;
            case (Form.Regex, _) or (_, Form.Regex):
                return null;
            default:
                return OverlapOfGlobs(first, firstPattern, second, secondPattern, excluded);
        }
    }

    private static SliceOverlap? OverlapOfGlobs(SliceSelection first, string firstPattern, SliceSelection second, string secondPattern, string[] excluded)
    {
        if (!EndsCanMeet(firstPattern, secondPattern))
        {
            return null;
        }

        if (Example(firstPattern, secondPattern, excluded) is not { } example)
        {
            return null;
        }

        var firstHoldsSecond = HoldsAll(first, firstPattern, second, secondPattern);
        var secondHoldsFirst = HoldsAll(second, secondPattern, first, firstPattern);
        return new(
            first, second, firstPattern, secondPattern, firstHoldsSecond || secondHoldsFirst, firstHoldsSecond ? first : secondHoldsFirst ? second : null, example);
    }

    /// <summary>A name that both patterns select and nothing excludes; regular expressions are taken to exclude nothing.</summary>
    private static string? Example(string a, string b, string[] excluded)
    {
        // A name that looks like one, where that is enough: logs-2026-x tells more than logs-2026-.
        foreach (var name in (string[])[b.Replace('*', 'x').Replace('?', '1'), a.Replace('*', 'x').Replace('?', '1')])
        {
            if (Matches(a, name) && Matches(b, name) && !excluded.Any(pattern => Matches(pattern, name)))
            {
                return name;
            }
        }

        return NameSearch.Find([a, b], Globs(excluded));
    }

    /// <summary>True when all that the inner slice selects by its pattern is selected by the outer slice too.</summary>
    private static bool HoldsAll(SliceSelection outer, string outerPattern, SliceSelection inner, string innerPattern)
    {
        var innerExcluded = Globs(inner.Exclude);
        return NameSearch.Find([innerPattern], [outerPattern, .. innerExcluded]) is null
            && outer.Exclude.All(pattern => FormOf(pattern) == Form.Regex
                ? inner.Exclude.Contains(pattern)
                : NameSearch.Find([innerPattern, pattern], innerExcluded) is null);
    }

    private static string[] Globs(IEnumerable<string> patterns) => [.. patterns.Where(pattern => FormOf(pattern) != Form.Regex)];

    private static Form FormOf(string pattern) =>
        pattern.StartsWith(IndexPatternRule.RegexPrefix, StringComparison.Ordinal) ? Form.Regex
        : pattern.AsSpan().ContainsAny('*', '?') ? Form.Glob
        : Form.Exact;

    private static bool Matches(string pattern, string name) => new IndexPattern(pattern).Matches(name);

    // Most pairs part here, before anything is searched.
    private static bool EndsCanMeet(string a, string b)
    {
        for (var i = 1; i <= Math.Min(a.Length, b.Length); i++)
        {
            var (x, y) = (a[^i], b[^i]);
            if (x == '*' || y == '*')
            {
                return true;
            }

            if (x != y && x != '?' && y != '?')
            {
                return false;
            }
        }

        return true;
    }
}
