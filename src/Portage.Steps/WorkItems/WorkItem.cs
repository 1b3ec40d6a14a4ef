using System.Collections.Immutable;
using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>The unit of work that one reader takes: a shard of an index of the snapshot, or a range of one.</summary>
/// <param name="Index">Of the snapshot.</param>
/// <param name="Shard">Counted from 0.</param>
/// <param name="Range">Which range of the shard, counted from 0; null where the shard is not cut.</param>
public readonly record struct WorkItem(string Index, int Shard, int? Range = null)
{
    /// <summary>As <c>logs/0</c>, or <c>logs/0:3</c> of a shard that is cut; index names have no slash.</summary>
    public override string ToString() => Range is { } range ? $"{Index}/{Shard}:{range}" : $"{Index}/{Shard}";

    /// <summary>A number of its own for what is drawn by lot, so that a simulation repeats it.</summary>
    public int Seed => Shard + (1_009 * (Range ?? 0));

    /// <summary>What <see cref="ToString"/> wrote.</summary>
    public static WorkItem Parse(string text)
    {
        var slash = text.LastIndexOf('/');
        var rest = text.AsSpan(slash + 1);
        return rest.IndexOf(':') is >= 0 and var colon
            ? new(text[..slash], int.Parse(rest[..colon], provider: null), int.Parse(rest[(colon + 1)..], provider: null))
            : new(text[..slash], int.Parse(rest, provider: null));
    }
}

/// <summary>How far a work item is durably done.</summary>
/// <param name="Position">Every document of the item up to and including this position of the shard is decided; one less than its first position for none.</param>
/// <param name="IsDone">True when there are no more.</param>
/// <param name="Numbers">What became of the documents up to the position.</param>
public sealed record ItemPosition(long Position, bool IsDone, ImmutableSortedDictionary<string, long> Numbers)
{
    /// <summary>Nothing of a shard is done.</summary>
    public static ItemPosition Start { get; } = new(-1, false, ImmutableSortedDictionary<string, long>.Empty);

    /// <summary>Nothing of a range is done.</summary>
    public static ItemPosition StartOf(PositionRange range) => range.From == 0 ? Start : Start with { Position = range.From - 1 };
}
