using System.Runtime.CompilerServices;

namespace Portage.Snapshots.Repositories.Remote;

/// <summary>Does several small reads at once, where each waits for an answer over a network, and gives what they gave in the order of what was asked.</summary>
public static class ParallelReads
{
    /// <summary>So many at once of a store over a network: it is the waiting that they share, and a store that slows down whoever asks much should not notice.</summary>
    internal const int Remote = 8;

    /// <summary>What <paramref name="read"/> gives for each, in their order; at most <paramref name="max"/> under way. The failure that is thrown is the first in order, as if one had been read after the other.</summary>
    public static async IAsyncEnumerable<TResult> InOrderAsync<T, TResult>(
        IEnumerable<T> items, int max, Func<T, CancellationToken, Task<TResult>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = new Queue<Task<TResult>>();
        using var more = items.GetEnumerator();
        try
        {
            while (true)
            {
                while (reading.Count < max && more.MoveNext())
                {
                    reading.Enqueue(read(more.Current, ending.Token));
                }

                if (!reading.TryDequeue(out var next))
                {
                    yield break;
                }

                yield return await next;
            }
        }
        finally
        {
            // What nobody wants any more has ended before this returns: none of it outlives the store.
            await ending.CancelAsync();
            foreach (var left in reading)
            {
                await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
