namespace Portage.Configuration.Rules.Overlap;

/// <summary>
/// Finds the slices that claim the same names on one cluster, without looking at every pair. Wherever two slices meet,
/// something is found: of slices that meet many others, not every pair, because one is enough to be told and to be mended.
/// </summary>
internal sealed class OverlapSearch
{
    /// <summary>So many patterns are looked at for one that meets another already; among more there is no search for a certain overlap.</summary>
    private const int LooksMax = 64;

    private readonly Dictionary<SliceClaim, SliceOverlap> _found = [];
    private int _pairs;

    /// <summary>For each slice at most one overlap with a slice that comes before it: a certain one rather than another.</summary>
    public static IReadOnlyCollection<SliceOverlap> Among(IReadOnlyList<SliceClaim> claims) => Among(claims, out _);

    /// <param name="pairs">How many pairs of patterns were looked at: what the search costs.</param>
    internal static IReadOnlyCollection<SliceOverlap> Among(IReadOnlyList<SliceClaim> claims, out int pairs)
    {
        var search = new OverlapSearch();
        foreach (var group in ByCluster(claims))
        {
            search.Look(group);
        }

        pairs = search._pairs;
        return [.. search._found.Values.OrderBy(overlap => overlap.Second.Claim.Order)];
    }

    /// <summary>The claims on each cluster; clusters with the same claims once.</summary>
    private static IEnumerable<IEnumerable<SliceClaim>> ByCluster(IReadOnlyList<SliceClaim> claims)
    {
        var bySet = claims.GroupBy(claim => claim.Clusters).ToList();
        var setsOf = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < bySet.Count; i++)
        {
            foreach (var cluster in bySet[i].Key.Targets.Select(target => target.Cluster).Distinct(StringComparer.Ordinal))
            {
                if (!setsOf.TryGetValue(cluster, out var sets))
                {
                    setsOf.Add(cluster, sets = []);
                }

                sets.Add(i);
            }
        }

        return setsOf.Values.DistinctBy(sets => string.Join(' ', sets)).Select(sets => sets.SelectMany(set => bySet[set]));
    }

    private void Look(IEnumerable<SliceClaim> claims)
    {
        // Two patterns can meet only where the fixed beginning of one begins with that of the other. Sorted by those
        // beginnings, the candidates of a pattern are the ones on the way down to it. A name comes after the patterns with
        // the same beginning, which may select it; what comes after it cannot.
        var patterns = claims.SelectMany(ClaimedPattern.Of)
            .OrderBy(pattern => pattern.Beginning, StringComparer.Ordinal)
            .ThenBy(pattern => pattern.Form)
            .ThenBy(pattern => pattern.Claim.Order);
        var above = new Stack<PatternLevel>();
        var same = new List<ClaimedPattern>();
        foreach (var pattern in patterns)
        {
            while (above.TryPeek(out var last) && !pattern.Beginning.StartsWith(last.Beginning, StringComparison.Ordinal))
            {
                above.Pop();
            }

            if (pattern.Form == PatternForm.Exact)
            {
                if (same.Count > 0 && same[0].Text != pattern.Text)
                {
                    same.Clear();
                }

                Compare(pattern, same.Concat(above.SelectMany(level => level.Near(pattern))));
                same.Add(pattern);
                continue;
            }

            Compare(pattern, above.SelectMany(level => level.Near(pattern)));
            if (!above.TryPeek(out var own) || own.Beginning != pattern.Beginning)
            {
                above.Push(own = new(pattern.Beginning));
            }

            own.Add(pattern);
        }
    }

    private void Compare(ClaimedPattern pattern, IEnumerable<ClaimedPattern> others)
    {
        var (looks, meets) = (0, false);
        foreach (var other in others)
        {
            _pairs++;
            if (other.Claim == pattern.Claim)
            {
                continue;
            }

            var (first, second) = other.Claim.Order < pattern.Claim.Order ? (other, pattern) : (pattern, other);
            var known = _found.GetValueOrDefault(second.Claim);
            if (++looks > LooksMax && meets)
            {
                return;
            }

            var canBeCertain = CanBeCertain(first, second);
            if (known is { IsCertain: true } || (known is not null && !canBeCertain))
            {
                meets |= second == pattern;
                if (known.IsCertain && second == pattern)
                {
                    return;
                }

                continue;
            }

            if (PatternPair.Overlap(first, second, canBeCertain, mustBeCertain: known is not null) is not { } overlap)
            {
                meets |= known is not null && second == pattern;
                continue;
            }

            meets = true;
            if (known is null || overlap.IsCertain)
            {
                _found[second.Claim] = overlap;
            }

            if (overlap.IsCertain)
            {
                return;
            }
        }
    }

    // Another source may have no such index, unless it is named; and an index may have only one type.
    private static bool CanBeCertain(ClaimedPattern a, ClaimedPattern b) =>
        !a.OfTypes && !b.OfTypes && (a.Claim.Source == b.Claim.Source || (a.Form == PatternForm.Exact && b.Form == PatternForm.Exact));
}
