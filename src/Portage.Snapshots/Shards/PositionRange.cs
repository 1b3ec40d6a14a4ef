using System.Collections.Immutable;

namespace Portage.Snapshots.Shards;

/// <summary>Consecutive positions of a shard (<see cref="SourceDocument.Position"/>).</summary>
/// <param name="From">The first one.</param>
/// <param name="End">One more than the last one; <see cref="long.MaxValue"/> to the end of the shard.</param>
public readonly record struct PositionRange(long From, long End)
{
    /// <summary>All of a shard.</summary>
    public static PositionRange All { get; } = new(0, long.MaxValue);

    /// <summary>True for a position that is among them.</summary>
    public bool Contains(long position) => position >= From && position < End;

    /// <summary>Cuts a shard into ranges of about the same bytes of stored fields; the last one goes to its end.</summary>
    /// <param name="segments">Of the shard, in order.</param>
    /// <param name="bytes">About how many each should have.</param>
    /// <returns>The first position of each, 0 to begin with. Within a segment documents count as if all were of one size; fewer ranges where there are fewer documents.</returns>
    public static ImmutableArray<long> Cut(ImmutableArray<SegmentSize> segments, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        var total = segments.Sum(segment => segment.StoredBytes);
        var count = Math.Max(1, (total + (bytes / 2)) / bytes);
        var share = (double)total / count;
        var starts = ImmutableArray.CreateBuilder<long>();
        starts.Add(0);
        var (segment, bytesBefore, first) = (0, 0L, 0L);
        for (var number = 1L; number < count; number++)
        {
            while (number * share > bytesBefore + segments[segment].StoredBytes)
            {
                (bytesBefore, first) = (bytesBefore + segments[segment].StoredBytes, first + segments[segment].Positions);
                segment++;
            }

            // A file is found whole by one for all, and the others wait: a cut that is near an end of it had better lie there.
            var (positions, length, inside) = (segments[segment].Positions, segments[segment].StoredBytes, (number * share) - bytesBefore);
            var start = first + (inside < share / 10 ? 0 : length - inside < share / 10 ? positions : (long)(inside / length * positions));
            if (start > starts[^1])
            {
                starts.Add(start);
            }
        }

        return starts.ToImmutable();
    }
}
