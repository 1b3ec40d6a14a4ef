using System.Collections.Immutable;

namespace Portage.Steps.Backfill;

/// <summary>The documents that a backfill could not write, by why not.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Causes">Why, the most frequent first.</param>
public sealed record RejectedSummary(long Count, ImmutableArray<RejectedCause> Causes)
{
    /// <summary>Counts them; holds one of each cause.</summary>
    public static async Task<RejectedSummary> OfAsync(IAsyncEnumerable<RejectedLine> lines)
    {
        var causes = new Dictionary<string, Counted>(StringComparer.Ordinal);
        var count = 0L;
        await foreach (var line in lines)
        {
            count++;
            if (!causes.TryGetValue(line.Cause, out var counted))
            {
                causes[line.Cause] = counted = new();
            }

            counted.Take(line);
        }

        return new(count, [.. causes.Select(cause => cause.Value.As(cause.Key)).OrderByDescending(cause => cause.Count).ThenBy(cause => cause.Type, StringComparer.Ordinal)]);
    }

    private sealed class Counted
    {
        private readonly SortedDictionary<string, long> _indices = new(StringComparer.Ordinal);
        private RejectedExample? _first;
        private RejectedExample? _last;
        private long _count;

        public void Take(RejectedLine line)
        {
            _count++;
            _indices[line.Index] = _indices.GetValueOrDefault(line.Index) + 1;
            _last = new(line.Place, line.Id, line.Reason);
            _first ??= _last;
        }

        public RejectedCause As(string type) => new(type, _count, _indices.ToImmutableSortedDictionary(StringComparer.Ordinal), _first!, _last!);
    }
}

/// <summary>One reason why documents were not written.</summary>
/// <param name="Type">A word, as the target's error type.</param>
/// <param name="Count">How many.</param>
/// <param name="Indices">How many of each index of the snapshot.</param>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last one.</param>
public sealed record RejectedCause(string Type, long Count, ImmutableSortedDictionary<string, long> Indices, RejectedExample First, RejectedExample Last);

/// <summary>One of several.</summary>
/// <param name="Place">Where it lies in the snapshot: <c>INDEX/SHARD/POSITION</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Reason">In the target's words; null where it gave none.</param>
public sealed record RejectedExample(string Place, string Id, string? Reason);
