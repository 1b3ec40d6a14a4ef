using System.Collections.Immutable;

namespace Portage.Engine.Ledger;

/// <summary>Items of a wanted step that somebody wants taken back, because its slice does not select them any more.</summary>
/// <param name="By">Who.</param>
/// <param name="In">The last run there was when that was asked: only a later one does it.</param>
/// <param name="Items">Which.</param>
public sealed record LeavingItems(string By, int In, ImmutableArray<string> Items)
{
    /// <summary>What is left to take back without some items; null for nothing.</summary>
    public static LeavingItems? Without(LeavingItems? leaving, IReadOnlyCollection<string> items)
    {
        var rest = leaving?.Items.Except(items, StringComparer.Ordinal).ToImmutableArray() ?? [];
        return rest.IsEmpty ? null : rest.Length == leaving!.Items.Length ? leaving : leaving with { Items = rest };
    }
}
