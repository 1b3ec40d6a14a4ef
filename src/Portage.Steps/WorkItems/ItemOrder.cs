namespace Portage.Steps.WorkItems;

/// <summary>
/// Which item is begun next: the first one that waits of the shard that the fewest work on, the earlier shard where there are several. So the readers spread over
/// the shards, and with them over the target's, as long as there are enough of them; indices end one after the other; and a shard that is left feeds all
/// readers. For one thread at a time.
/// </summary>
internal sealed class ItemOrder
{
    private readonly List<Shard> _shards = [];
    private readonly Dictionary<(string Index, int Shard), Shard> _byName = [];
    private int _waiting;

    /// <param name="items">Those of a shard in the order in which they are begun.</param>
    public ItemOrder(IEnumerable<WorkItem> items)
    {
        foreach (var item in items)
        {
            if (!_byName.TryGetValue((item.Index, item.Shard), out var shard))
            {
                _byName.Add((item.Index, item.Shard), shard = new());
                _shards.Add(shard);
            }

            shard.Waiting.Add((item.Range ?? 0, item));
            _waiting++;
        }
    }

    /// <summary>True when no item waits.</summary>
    public bool IsEmpty => _waiting == 0;

    /// <summary>Takes the next item; false when none waits.</summary>
    public bool TryTake(out WorkItem item)
    {
        var next = default(Shard);
        foreach (var shard in _shards.Where(shard => shard.Waiting.Count > 0))
        {
            if (next is null || shard.UnderWay < next.UnderWay)
            {
                next = shard;
            }

            if (next.UnderWay == 0)
            {
                break;
            }
        }

        item = default;
        if (next is null)
        {
            return false;
        }

        (_, item) = next.Waiting.Min;
        next.Waiting.Remove(next.Waiting.Min);
        next.UnderWay++;
        _waiting--;
        return true;
    }

    /// <summary>An item that was taken is not worked on any more.</summary>
    /// <param name="waitsAgain">True when it is not done: it comes before those of its shard that nobody has begun.</param>
    public void End(WorkItem item, bool waitsAgain)
    {
        var shard = _byName[(item.Index, item.Shard)];
        shard.UnderWay--;
        if (waitsAgain)
        {
            shard.Waiting.Add((item.Range ?? 0, item));
            _waiting++;
        }
    }

    private sealed class Shard
    {
        public SortedSet<(int Range, WorkItem Item)> Waiting { get; } = new(Comparer<(int Range, WorkItem Item)>.Create((a, b) => a.Range.CompareTo(b.Range)));

        public int UnderWay { get; set; }
    }
}
