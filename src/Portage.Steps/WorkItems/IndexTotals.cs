using System.Collections.Immutable;
using Portage.Engine.Ports;

namespace Portage.Steps.WorkItems;

/// <summary>How many documents an index has.</summary>
/// <param name="Documents">Lucene documents.</param>
/// <param name="IsAtMost">True where nested objects are counted too, so that there are fewer documents.</param>
internal readonly record struct IndexTotal(long Documents, bool IsAtMost);

/// <summary>How many documents a step has to do with, by index, and how far each index is.</summary>
/// <param name="totals">By index.</param>
/// <param name="items">Every work item of the indices.</param>
/// <param name="journal">How far they are.</param>
/// <param name="numbers">The numbers of the journal that count a document as done.</param>
internal sealed class IndexTotals(ImmutableSortedDictionary<string, IndexTotal> totals, ImmutableArray<WorkItem> items, WorkJournal journal, ImmutableArray<string> numbers)
{
    private readonly ILookup<string, WorkItem> _items = items.ToLookup(item => item.Index, StringComparer.Ordinal);

    /// <summary>Of all indices.</summary>
    public long Documents { get; } = totals.Values.Sum(total => total.Documents);

    /// <summary>True when there may be fewer.</summary>
    public bool IsAtMost { get; } = totals.Values.Any(total => total.IsAtMost);

    /// <summary>How far the indices are now.</summary>
    public ItemsProgress Progress()
    {
        var done = 0;
        var underWay = ImmutableArray.CreateBuilder<ItemProgress>();
        foreach (var (name, total) in totals)
        {
            if (_items[name].All(item => journal.Of(item).IsDone))
            {
                done++;
            }
            else if (numbers.Sum(journal[name].Sum) is > 0 and var documents)
            {
                underWay.Add(new(name, documents, Math.Max(total.Documents, documents)) { TotalIsAtMost = total.IsAtMost });
            }
        }

        return new(done, totals.Count, underWay.ToImmutable());
    }
}
