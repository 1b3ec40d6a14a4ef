using System.Globalization;

namespace Portage.Cli.Shell;

/// <summary>What somebody typed at a numbered menu.</summary>
internal static class MenuChoice
{
    /// <summary>Reads numbers and ranges, as <c>1-3, 5</c>, or <c>all</c>; the places chosen, from 0, in order. Null when it is no choice.</summary>
    /// <param name="count">How many there are.</param>
    public static int[]? Parse(string answer, int count)
    {
        if (answer == "all")
        {
            return [.. Enumerable.Range(0, count)];
        }

        var chosen = new SortedSet<int>();
        foreach (var word in answer.Replace(" - ", "-", StringComparison.Ordinal).Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = word.Split('-');
            if (ends.Length > 2 || !TryParse(ends[0], count, out var first) || !TryParse(ends[^1], count, out var last) || last < first)
            {
                return null;
            }

            chosen.UnionWith(Enumerable.Range(first - 1, last - first + 1));
        }

        return chosen.Count == 0 ? null : [.. chosen];
    }

    /// <summary>True for the answers that leave a menu: Enter, <c>q</c>, and the end of the input.</summary>
    public static bool IsNone(string? answer) => string.IsNullOrEmpty(answer) || answer is "q" or "Q";

    private static bool TryParse(string word, int count, out int number) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= count;
}
