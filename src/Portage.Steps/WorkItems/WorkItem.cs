using System.Collections.Immutable;

namespace Portage.Steps.WorkItems;

/// <summary>The unit of work that one reader takes: a shard of an index of the snapshot.</summary>
public readonly record struct WorkItem(string Index, int Shard)
{
    /// <summary>As <c>logs/0</c>; index names have no slash.</summary>
    public override string ToString() => $"{Index}/{Shard}";

    /// <summary>What <see cref="ToString"/> wrote.</summary>
    public static WorkItem Parse(string text)
    {
        var slash = text.LastIndexOf('/');
        return new(text[..slash], int.Parse(text.AsSpan(slash + 1), provider: null));
    }
}

/// <summary>How far a work item is durably done.</summary>
/// <param name="Position">Every document up to and including this position of the shard is decided; -1 for none.</param>
/// <param name="IsDone">True when there are no more.</param>
/// <param name="Numbers">What became of the documents up to the position.</param>
public sealed record ItemPosition(long Position, bool IsDone, ImmutableSortedDictionary<string, long> Numbers)
{
    /// <summary>Nothing is done.</summary>
    public static ItemPosition Start { get; } = new(-1, false, ImmutableSortedDictionary<string, long>.Empty);
}
