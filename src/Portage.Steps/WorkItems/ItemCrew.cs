namespace Portage.Steps.WorkItems;

/// <summary>Works through items with as many readers as are wanted at each moment; the first failure ends them all.</summary>
public static class ItemCrew
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    /// <param name="items">The items, each shard's in the order in which they are begun; the next one is of the shard that the fewest work on (<see cref="ItemOrder"/>).</param>
    /// <param name="size">How many are to be worked on at the same time; asked again and again.</param>
    /// <param name="work">Works on one item until it is done or asked to stop.</param>
    /// <param name="tick">Called a few times a second with the number of items under way, for progress and tuning.</param>
    /// <param name="stop">No further items are begun.</param>
    public static async Task WorkAsync(
        IEnumerable<WorkItem> items,
        Func<int> size,
        Func<WorkItem, CancellationToken, Task> work,
        Action<int> tick,
        TimeProvider time,
        CancellationToken stop,
        CancellationToken cancellationToken)
    {
        var waiting = new ItemOrder(items);
        var working = new List<(Task Work, WorkItem Item)>();
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = new PeriodicTimer(TickInterval, time);
        var ticking = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        try
        {
            while (true)
            {
                while (!stop.IsCancellationRequested && working.Count < size() && waiting.TryTake(out var item))
                {
                    working.Add((work(item, abort.Token), item));
                }

                tick(working.Count);
                if (working.Count == 0)
                {
                    return;
                }

                var first = await Task.WhenAny([.. working.Select(one => one.Work), ticking]);
                if (first == ticking)
                {
                    ticking = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
                    continue;
                }

                var ended = working.FindIndex(one => one.Work == first);
                waiting.End(working[ended].Item);
                working.RemoveAt(ended);
                await first;
            }
        }
        finally
        {
            End(abort);
            foreach (var (left, _) in working)
            {
                // The failure that ended the crew is on its way already.
                await Task.WhenAny(left);
                _ = left.Exception;
            }
        }
    }

    // At once, on the thread that the work is on: another one would go on beside a process that is meant to be over.
    private static void End(CancellationTokenSource source) => source.Cancel();
}
