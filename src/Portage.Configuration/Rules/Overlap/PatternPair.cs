namespace Portage.Configuration.Rules.Overlap;

/// <summary>Decides whether two patterns of different slices select the same names.</summary>
internal static class PatternPair
{
    /// <summary>So many patterns that are left out are looked at together; with more it is not told what is left of a pattern.</summary>
    private const int ExcludedMax = 64;

    /// <summary>The overlap, or null where there is none, or none that can be told.</summary>
    /// <param name="mustBeCertain">An overlap that is not certain is not looked for; it is known already.</param>
    /// <param name="canBeCertain">False where the two look at different indices, so that one may find what the other does not have.</param>
    public static SliceOverlap? Overlap(ClaimedPattern first, ClaimedPattern second, bool canBeCertain, bool mustBeCertain)
    {
        switch (first.Form, second.Form)
        {
            case (PatternForm.Exact, _):
                return second.Matches(first.Text) && !IsExcluded(first.Text, first, second) ? new(first, second, canBeCertain, second.Claim, first.Text) : null;
            case (_, PatternForm.Exact):
                return first.Matches(second.Text) && !IsExcluded(second.Text, first, second) ? new(first, second, canBeCertain, first.Claim, second.Text) : null;
            case (PatternForm.Regex, PatternForm.Regex):
                // Whether two regular expressions meet is not decided here, unless they are the same.
                return first.Names == second.Names && !IsHeld(first, second)
                    ? new(first, second, canBeCertain && first.Excluded.IsEmpty && second.Excluded.IsEmpty, null, null)
                    : null;
            case (PatternForm.Regex, _) or (_, PatternForm.Regex):
                return null;
            default:
                return OverlapOfGlobs(first, second, canBeCertain, mustBeCertain);
        }
    }

    private static SliceOverlap? OverlapOfGlobs(ClaimedPattern first, ClaimedPattern second, bool canBeCertain, bool mustBeCertain)
    {
        if (!EdgesCanMeet(first.Names, second.Names) || IsHeld(first, second))
        {
            return null;
        }

        var wider = !canBeCertain ? null : HoldsAll(first, second) ? first.Claim : HoldsAll(second, first) ? second.Claim : null;
        return (wider is null && mustBeCertain) || Example(first, second) is not { } example
            ? null
            : new(first, second, wider is not null, wider, example.Length == 0 ? null : example);
    }

    /// <summary>
    /// A name that both patterns select and nothing excludes; regular expressions are taken to exclude nothing. Empty where
    /// too much is excluded to find one.
    /// </summary>
    private static string? Example(ClaimedPattern a, ClaimedPattern b)
    {
        // A name that looks like one, where that is enough: logs-2026-x tells more than logs-2026-.
        foreach (var name in (string[])[b.Names.Replace('*', 'x').Replace('?', '1'), a.Names.Replace('*', 'x').Replace('?', '1')])
        {
            if (a.Matches(name) && b.Matches(name) && !IsExcluded(name, a, b))
            {
                return name;
            }
        }

        var longer = a.Beginning.Length > b.Beginning.Length ? a.Beginning : b.Beginning;
        var excluded = a.Excluded.Near(longer).Concat(b.Excluded.Near(longer)).Distinct(StringComparer.Ordinal).Take(ExcludedMax + 1).ToList();
        if (excluded.Count <= ExcludedMax)
        {
            return NameSearch.Find([a.Names, b.Names], excluded);
        }

        return NameSearch.Find([a.Names, b.Names], []) is null ? null : "";
    }

    /// <summary>True when all that the inner slice selects by its pattern is selected by the outer slice too.</summary>
    private static bool HoldsAll(ClaimedPattern outer, ClaimedPattern inner)
    {
        // The shortest name of a pattern tells most of them apart, before anything is searched.
        var shortest = inner.Names.Replace("*", "", StringComparison.Ordinal).Replace('?', '1');
        if (!inner.Beginning.StartsWith(outer.Beginning, StringComparison.Ordinal)
            || !inner.End.EndsWith(outer.End, StringComparison.Ordinal)
            || (shortest.Length > 0 && !outer.Matches(shortest) && !inner.Excluded.Excludes(shortest)))
        {
            return false;
        }

        var innerExcluded = inner.Excluded.Near(inner.Beginning).Take(ExcludedMax + 1).ToList();
        if (innerExcluded.Count > ExcludedMax || NameSearch.Find([inner.Names], [outer.Names, .. innerExcluded]) is not null)
        {
            return false;
        }

        var left = ExcludedMax;
        foreach (var pattern in outer.Excluded.Near(inner.Beginning))
        {
            if (!inner.Excluded.Holds(pattern) && (left-- == 0 || NameSearch.Find([inner.Names, pattern], innerExcluded) is not null))
            {
                return false;
            }
        }

        return outer.Excluded.Regexes.All(inner.Excluded.Holds);
    }

    /// <summary>False where a letter before the first star, or behind the last, tells the two apart: most do, before anything is searched.</summary>
    private static bool EdgesCanMeet(string a, string b)
    {
        for (var i = 0; i < Math.Min(a.Length, b.Length) && a[i] != '*' && b[i] != '*'; i++)
        {
            if (!CanMeet(a[i], b[i]))
            {
                return false;
            }
        }

        for (var i = 1; i <= Math.Min(a.Length, b.Length) && a[^i] != '*' && b[^i] != '*'; i++)
        {
            if (!CanMeet(a[^i], b[^i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool CanMeet(char a, char b) => a == b || a == '?' || b == '?';

    private static bool IsHeld(ClaimedPattern a, ClaimedPattern b) => a.Excluded.Holds(b.Names) || b.Excluded.Holds(a.Names);

    private static bool IsExcluded(string name, ClaimedPattern a, ClaimedPattern b) => a.Excluded.Excludes(name) || b.Excluded.Excludes(name);
}
