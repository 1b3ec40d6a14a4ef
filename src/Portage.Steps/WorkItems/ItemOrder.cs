namespace Portage.Steps.WorkItems;

/// <summary>
/// Which item is begun next: the first one that waits of the shard that the fewest work on, the earlier shard where there are several. So the readers spread over
/// the shards, and with them over the target's, as long as there are enough of them; indices end one after the other; and a shard that is left feeds all
/// readers. For one thread.
/// </summary>
internal sealed class ItemOrder
{
    private readonly List<Waiting> _waiting = [];
    private readonly Dictionary<(string Index, int Shard), Waiting> _shards = [];

    /// <param name="items">Those of a shard in the order in which they are begun.</param>
    public ItemOrder(IEnumerable<WorkItem> items)
    {
        foreach (var item in items)
        {
            if (!_shards.TryGetValue((item.Index, item.Shard), out var shard))
            {
                _shards.Add((item.Index, item.Shard), shard = new());
                _waiting.Add(shard);
            }

            shard.Items.Enqueue(item);
        }
    }

    /// <summary>Takes the next item; false when none waits any more.</summary>
    public bool TryTake(out WorkItem item)
    {
        var next = default(Waiting);
        foreach (var shard in _waiting)
        {
            if (next is null || shard.UnderWay < next.UnderWay)
            {
                next = shard;
                if (next.UnderWay == 0)
                {
                    break;
                }
            }
        }

        if (next is null)
        {
            item = default;
            return false;
        }

        next.UnderWay++;
        item = next.Items.Dequeue();
        if (next.Items.Count == 0)
        {
            _waiting.Remove(next);
        }

        return true;
    }

    /// <summary>An item that was taken is not worked on any more.</summary>
    public void End(WorkItem item) => _shards[(item.Index, item.Shard)].UnderWay--;

    private sealed class Waiting
    {
        public Queue<WorkItem> Items { get; } = [];

        public int UnderWay { get; set; }
    }
}
