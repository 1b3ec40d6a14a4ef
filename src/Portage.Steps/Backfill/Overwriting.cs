using Portage.Clusters;
using Portage.Clusters.Bulk;
using Portage.Clusters.Failures;

namespace Portage.Steps.Backfill;

/// <summary>Writes documents over those that others had under their ids, and never over one that this very work has written.</summary>
/// <remarks>
/// What is there is looked at first, and only that very write is written over. What somebody wrote in between, another reader of this
/// work as well, is looked at again. So two documents of the snapshot that meet on one id cannot lose each other, and nothing is written twice:
/// what was sent and not acknowledged is found to be ours.
/// </remarks>
internal sealed class Overwriting(ClusterClient client, TakenIds taken, BulkTuning tuning, Func<CancellationToken, Task> beforeSend, ByteBudget budget, TimeProvider time, Random random)
{
    // Somebody writes the same document all the time, or the target says that there is one and shows none.
    private const int RoundsMax = 20;

    private volatile BulkPipeline? _sending;

    /// <summary>Why it waits; null when it does not.</summary>
    public string? WhySlow => _sending?.State.WhySlow(time.GetUtcNow());

    /// <summary>Decides about documents that the target did not take because it has others of their ids.</summary>
    /// <param name="stop">What was not sent by then is left.</param>
    /// <returns>What became of each, in order, with what it took; null when some were left.</returns>
    /// <exception cref="ClusterException">The target does not do as asked.</exception>
    public async Task<Overwritten?> WriteAsync(IReadOnlyList<BulkItemResult> conflicts, CancellationToken stop, CancellationToken abort)
    {
        var ends = new ConflictEnd[conflicts.Count];
        var cost = default(BulkCost);
        var open = Enumerable.Range(0, conflicts.Count).ToList();
        var now = conflicts.ToArray();
        for (var round = 1; open.Count > 0; round++)
        {
            var looks = await taken.JudgeAsync(open.Select(place => now[place]), abort);
            var again = new List<(int Place, BulkOperation Operation)>();
            foreach (var (place, look) in open.Zip(looks))
            {
                ends[place] = new(now[place], look);
                if (look.By != TakenBy.Others)
                {
                    continue;
                }

                if (round == RoundsMax)
                {
                    ends[place] = new(now[place] with { Outcome = BulkItemOutcome.Rejected }, default);
                    continue;
                }

                // What is gone by now is made.
                var operation = conflicts[place].Operation;
                again.Add((place, look.Write is { } write ? operation with { Action = BulkAction.Index, Over = write } : operation));
            }

            open = [];
            if (again.Count == 0)
            {
                break;
            }

            var next = 0;
            await foreach (var batch in SendAsync(again.Select(one => one.Operation), stop, abort))
            {
                cost += new BulkCost(batch.BytesSent, batch.TooLarge, batch.TimedOut);
                foreach (var item in batch.Items)
                {
                    var place = again[next++].Place;

                    // The batch's own copy of the source is good for a moment only.
                    now[place] = item with { Operation = item.Operation with { Source = conflicts[place].Operation.Source }, EarlierAnswerWasLost = item.EarlierAnswerWasLost || now[place].EarlierAnswerWasLost };
                    ends[place] = new(now[place], default);
                    if (item.Outcome == BulkItemOutcome.Conflict)
                    {
                        open.Add(place);
                    }
                }
            }

            if (next < again.Count)
            {
                return null;
            }
        }

        return new(ends, cost);
    }

    private async IAsyncEnumerable<BulkBatchResult> SendAsync(IEnumerable<BulkOperation> operations, CancellationToken stop, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken abort)
    {
        // They come out of one batch, whose bytes are held already: to wait for more of the same would be to wait for oneself.
        var sent = operations.ToArray();
        var bytes = Math.Max(1, sent.Sum(operation => (long)operation.Source.Length));
        using var copy = budget.Borrow(bytes);
        var pipeline = new BulkPipeline(client, new() { Connections = 1, Limits = tuning.Limits }, new BulkOptions { BeforeSend = beforeSend, Budget = new(bytes) }, time, random);
        _sending = pipeline;
        try
        {
            await foreach (var batch in pipeline.RunAsync(sent.ToAsyncEnumerable(), stop, abort))
            {
                yield return batch;
            }
        }
        finally
        {
            _sending = null;
        }
    }
}

/// <summary>What became of documents that met others of their ids.</summary>
/// <param name="Ends">One each, in order.</param>
internal sealed record Overwritten(IReadOnlyList<ConflictEnd> Ends, BulkCost Cost);

/// <summary>What became of one of them.</summary>
/// <param name="Item">The last sending.</param>
/// <param name="Taken">What the target has instead, where the outcome is a conflict.</param>
internal readonly record struct ConflictEnd(BulkItemResult Item, TakenDocument Taken)
{
    /// <summary>True where ours has taken the place of another.</summary>
    public bool IsOver => Item.Outcome == BulkItemOutcome.Updated || (Item.Outcome == BulkItemOutcome.Conflict && Taken is { By: TakenBy.Us, IsFirst: false });
}

/// <summary>What requests took.</summary>
internal readonly record struct BulkCost(long BytesSent, int TooLarge, int TimedOut)
{
    public static BulkCost operator +(BulkCost a, BulkCost b) => new(a.BytesSent + b.BytesSent, a.TooLarge + b.TooLarge, a.TimedOut + b.TimedOut);
}
