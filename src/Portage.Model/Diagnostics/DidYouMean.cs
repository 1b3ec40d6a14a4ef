namespace Portage.Model.Diagnostics;

/// <summary>Finds the known word nearest to one that is not known.</summary>
public static class DidYouMean
{
    /// <summary>
    /// The candidate with the fewest edits (insert, delete, replace, swap of neighbours; case does not count) from
    /// <paramref name="word"/>, or null when none is within a third of the word's length (at least one edit).
    /// </summary>
    public static string? Among(string word, IEnumerable<string> candidates)
    {
        var best = default(string);
        var bestDistance = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    private static int Distance(string a, string b)
    {
        // Optimal string alignment: three rows are all that a swap of neighbours needs.
        var beforeLast = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[b.Length];
    }
}
