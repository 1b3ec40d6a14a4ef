using System.Collections.Immutable;

namespace Portage.Planning.Destroying;

/// <summary>
/// What goes along with items that go, and who knows of it. Whoever makes an index does not know who wrote into it; those whose work stands in it
/// know of their own. Their work is taken back by the same approval, and done anew over what others have there: so all of that is in one evidence. Pure.
/// </summary>
public static class GoesAlong
{
    /// <summary>The items in which whoever stands above is asked what it has there.</summary>
    /// <param name="isAbsent">True for work that is to be absent: what stands above it has a review of its own.</param>
    /// <param name="items">Those that the change takes back; default for all.</param>
    /// <param name="own">What the step itself would destroy.</param>
    public static ImmutableArray<string> In(bool isAbsent, ImmutableArray<string> items, ImmutableArray<Destruction> own)
    {
        var gone = own.Select(one => one.TakenBack).OfType<string>();
        return !isAbsent && items.IsDefault ? default : [.. gone.Union(isAbsent ? [] : items, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>All of it, the step's own first.</summary>
    /// <param name="above">What those that stand above would destroy.</param>
    public static ImmutableArray<Destruction> With(bool isAbsent, ImmutableArray<Destruction> own, IReadOnlyCollection<Destruction> above)
    {
        var indices = own.Where(one => one.Kind == DestructionKind.DeleteIndex).Select(one => (one.Target, one.Name)).ToHashSet();
        var besides = isAbsent ? [] : above.Where(one => !indices.Contains((one.Target, one.Name)));
        return above.Count == 0 ? own : [.. Destruction.Explain([.. own, .. above]).Take(own.Length), .. besides];
    }
}
