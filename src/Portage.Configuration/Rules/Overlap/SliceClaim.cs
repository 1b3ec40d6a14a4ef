using System.Collections.Immutable;

namespace Portage.Configuration.Rules.Overlap;

/// <summary>What a slice selects, and where it writes: the names of indices that it claims on some clusters.</summary>
/// <param name="order">Where it stands among the slices that are compared.</param>
internal sealed class SliceClaim(string source, string name, SliceConfig slice, ClusterSet clusters, int order)
{
    // What a slice without a selection means, as patterns.
    private static readonly IndexSelectionConfig AllButHidden = new() { Include = ["*"], Exclude = [".*"] };

    private readonly IndexSelectionConfig _indices = slice.Indices ?? AllButHidden;
    private Exclusions? _excluded;
    private Exclusions? _excludedOfTypes;

    public string Source { get; } = source;

    public string Name { get; } = name;

    public ClusterSet Clusters { get; } = clusters;

    public int Order { get; } = order;

    public bool HasIndices { get; } = slice.Indices is not null;

    public bool NamesTargets { get; } = !slice.Targets.IsEmpty;

    public ImmutableArray<string> Include => _indices.Include;

    /// <summary>True when an index may become several, named after their types.</summary>
    public bool TakesTypesApart { get; } = slice.Types == TypesChoice.IndexPerType;

    /// <summary>The names that the slice leaves out.</summary>
    public Exclusions Excluded => _excluded ??= new(_indices.Exclude);

    /// <summary>
    /// The names that no index of a type has. What is left out is left out by its name at the source; of a name with a type
    /// behind it, that tells only where the pattern is a beginning that no type can be part of.
    /// </summary>
    public Exclusions ExcludedOfTypes => _excludedOfTypes ??= new([.. _indices.Exclude.Where(IsBeginningOfNames)]);

    private static bool IsBeginningOfNames(string pattern) =>
        pattern.EndsWith('*') && !pattern.AsSpan(0, pattern.Length - 1).ContainsAny("*?-") && !pattern.StartsWith(IndexPatternRule.RegexPrefix, StringComparison.Ordinal);
}

/// <summary>Two slices that select the same names for one cluster.</summary>
/// <param name="First">The pattern of the slice that comes first.</param>
/// <param name="Second">The pattern of the slice that comes second, which meets it.</param>
/// <param name="IsCertain">Wherever the one finds an index, the other finds it too.</param>
/// <param name="Wider">The slice whose pattern selects all of the other's; null where neither does, or where that was not looked for.</param>
/// <param name="Example">The name of an index that both would write; null where none is known.</param>
internal sealed record SliceOverlap(ClaimedPattern First, ClaimedPattern Second, bool IsCertain, SliceClaim? Wider, string? Example)
{
    public bool IsOfOneSource => First.Claim.Source == Second.Claim.Source;
}
