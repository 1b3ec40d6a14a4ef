namespace Portage.Steps.WorkItems;

/// <summary>Works through items with as many readers as are wanted at each moment; the first failure ends them all.</summary>
public static class ItemCrew
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    /// <param name="items">The items, of which others may have some.</param>
    /// <param name="size">How many are to be worked on at the same time; asked again and again.</param>
    /// <param name="work">Works on one item until it is done or asked to stop.</param>
    /// <param name="tick">Called a few times a second with the number of items under way, for progress and tuning.</param>
    /// <param name="stop">No further items are begun.</param>
    public static async Task WorkAsync(
        IWorkItems items,
        Func<int> size,
        Func<IWorkLease, CancellationToken, Task> work,
        Action<int> tick,
        TimeProvider time,
        CancellationToken stop,
        CancellationToken cancellationToken)
    {
        var working = new List<Task>();
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = new PeriodicTimer(TickInterval, time);
        var ticking = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        try
        {
            while (true)
            {
                while (!stop.IsCancellationRequested && working.Count < size() && await items.TakeAsync(abort.Token) is { } lease)
                {
                    working.Add(WorkAsync(lease, work, abort.Token));
                }

                tick(working.Count);
                if (working.Count == 0 && (stop.IsCancellationRequested || items.IsOver))
                {
                    return;
                }

                var first = await Task.WhenAny([.. working, ticking]);
                if (first == ticking)
                {
                    ticking = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
                    continue;
                }

                working.Remove(first);
                await first;
            }
        }
        finally
        {
            End(abort);
            foreach (var left in working)
            {
                // The failure that ended the crew is on its way already.
                await Task.WhenAny(left);
                _ = left.Exception;
            }
        }
    }

    private static async Task WorkAsync(IWorkLease lease, Func<IWorkLease, CancellationToken, Task> work, CancellationToken abort)
    {
        await using (lease)
        {
            await work(lease, abort);
        }
    }

    // At once, on the thread that the work is on: another one would go on beside a process that is meant to be over.
    private static void End(CancellationTokenSource source) => source.Cancel();
}
