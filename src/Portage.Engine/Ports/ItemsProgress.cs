using System.Collections.Immutable;

namespace Portage.Engine.Ports;

/// <summary>How far the items of a step are: for a slice, its indices.</summary>
/// <param name="Done">Items that are finished.</param>
/// <param name="Total">Items in all.</param>
/// <param name="UnderWay">Those begun and not finished, by name: never more than are worked on, or were when something stopped.</param>
public sealed record ItemsProgress(int Done, int Total, ImmutableArray<ItemProgress> UnderWay)
{
    /// <summary>True when they say the same.</summary>
    public bool Equals(ItemsProgress? other) => other is not null && (Done, Total) == (other.Done, other.Total) && UnderWay.SequenceEqual(other.UnderWay);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Done, Total, UnderWay.Length);
}

/// <summary>How far one item is, in the units of its step.</summary>
/// <param name="Name">The item, as the index at the source.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all.</param>
public sealed record ItemProgress(string Name, long Done, long Total)
{
    /// <summary>True when the total may turn out smaller.</summary>
    public bool TotalIsAtMost { get; init; }
}
