using System.Collections.Immutable;

namespace Portage.Configuration.Rules.Overlap;

/// <summary>What a slice selects, and where it writes.</summary>
internal sealed class SliceSelection(string name, SliceConfig slice, ImmutableArray<string> everyTarget)
{
    // What a slice without a selection means, as patterns.
    private static readonly IndexSelectionConfig AllButHidden = new() { Include = ["*"], Exclude = [".*"] };

    private readonly IndexSelectionConfig _indices = slice.Indices ?? AllButHidden;
    private readonly ImmutableArray<string> _targets = slice.Targets.IsEmpty ? everyTarget : slice.Targets;

    public string Name { get; } = name;

    public bool HasIndices { get; } = slice.Indices is not null;

    public ImmutableArray<string> Include => _indices.Include;

    public ImmutableArray<string> Exclude => _indices.Exclude;

    /// <summary>A target that both write to; null also where there are no targets yet.</summary>
    public string? SharedTarget(SliceSelection other) => _targets.FirstOrDefault(other._targets.Contains);

    /// <summary>False when the two write to different targets, so that they may select the same.</summary>
    public bool CanMeet(SliceSelection other) => (_targets.IsEmpty && other._targets.IsEmpty) || SharedTarget(other) is not null;
}

/// <summary>Two slices that select the same names.</summary>
/// <param name="First">The slice whose name comes first.</param>
/// <param name="Second">The slice whose name comes second.</param>
/// <param name="FirstPattern">The pattern of the first that meets one of the second.</param>
/// <param name="SecondPattern">The pattern of the second that meets it.</param>
/// <param name="IsCertain">One slice selects all that the pattern of the other selects.</param>
/// <param name="Wider">The slice whose pattern selects all of the other's; null where neither does.</param>
/// <param name="Example">A name that both select; null where the patterns are regular expressions.</param>
internal sealed record SliceOverlap(
    SliceSelection First, SliceSelection Second, string FirstPattern, string SecondPattern, bool IsCertain, SliceSelection? Wider, string? Example);
