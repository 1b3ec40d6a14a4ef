using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Portage.Model.Clusters;

namespace Portage.Planning.Fingerprints;

/// <summary>
/// The outputs of one step by group and name. Each of thousands of slices selects a few of thousands of indices of one snapshot: that
/// must not look at all of them each time.
/// </summary>
internal sealed class OutputIndex
{
    // Outputs are replaced whole, so an index is good as long as there is something to index.
    private static readonly ConditionalWeakTable<OutputPart[], OutputIndex> Known = [];

    private readonly Dictionary<string, OutputPart[]> _groups;

    private OutputIndex(OutputPart[] outputs) => _groups = outputs
        .GroupBy(part => part.Group, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.OrderBy(part => part.Name, StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);

    public static OutputIndex Of(ImmutableArray<OutputPart> outputs) =>
        Known.GetValue(ImmutableCollectionsMarshal.AsArray(outputs)!, static parts => new(parts));

    /// <summary>The outputs of a group that one of the patterns selects, by name.</summary>
    public IEnumerable<OutputPart> Select(string group, IReadOnlyList<IndexPattern> include)
    {
        if (!_groups.TryGetValue(group, out var parts))
        {
            return [];
        }

        if (include is [var only])
        {
            return Select(parts, only).Select(place => parts[place]);
        }

        var places = new SortedSet<int>();
        foreach (var pattern in include)
        {
            places.UnionWith(Select(parts, pattern));
        }

        return places.Select(place => parts[place]);
    }

    /// <summary>Only names that begin as the pattern does are asked, which lie next to each other.</summary>
    private static IEnumerable<int> Select(OutputPart[] parts, IndexPattern pattern)
    {
        var beginning = pattern.Beginning;
        for (var place = FirstFrom(parts, beginning); place < parts.Length && parts[place].Name.StartsWith(beginning, StringComparison.Ordinal); place++)
        {
            if (pattern.Matches(parts[place].Name))
            {
                yield return place;
            }
        }
    }

    private static int FirstFrom(OutputPart[] parts, string name)
    {
        var (low, high) = (0, parts.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(parts[middle].Name, name) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
