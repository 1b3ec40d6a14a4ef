using Portage.Clusters;
using Portage.Clusters.Validation;
using Portage.Snapshots.Shards;
using Portage.Steps.Documents;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Tells documents that a killed backfill had sent, and that nobody acknowledged, from those that others wrote.</summary>
internal static class UnderWay
{
    // One answer holds their sources.
    private const int ComparedMax = 200;

    /// <summary>How many of the next documents of an index a target of it has just as they are sent; no more are looked at than can have been under way.</summary>
    /// <param name="before">How the target was before the first document.</param>
    /// <param name="atMost">Counts no further.</param>
    public static async Task<long> CountAsync(SliceOnTarget on, ClusterClient client, SelectedIndex index, string target, ItemJournal journal, BackfillBefore before, long atMost, CancellationToken cancellationToken)
    {
        var (documents, kept, found) = (new ClusterDocuments(client), new KeptSources(client), 0L);
        foreach (var item in Candidates(on, index, journal))
        {
            await foreach (var batch in NextAsync(on, index, item.Shard, journal.LeftOf(item), cancellationToken))
            {
                var sent = batch.Where(write => write.Key.Index == target).ToArray();
                var there = sent.Length == 0 ? [] : await documents.GetAsync([.. sent.Select(write => write.Key)], cancellationToken);
                foreach (var (write, seen) in sent.Zip(there))
                {
                    // Where the target keeps a part of sources out, its content alone does not tell ours from what was there before.
                    if (write.Key.Routing == seen.Routing && seen.Source is { } source
                        && (JsonContent.Equal(write.Source, source.Span) || (IsNew(seen) && await kept.MayBeAsync(target, write.Source, source, cancellationToken))))
                    {
                        found++;
                    }
                }

                if (found >= atMost)
                {
                    return atMost;
                }
            }
        }

        return found;

        bool IsNew(FoundDocument seen) => before.Of(target) is var had && (had.Documents == 0 || (had.Shards is { } shards && seen.SequenceNumber > shards.Values.DefaultIfEmpty(-1).Max()));
    }

    /// <summary>Items that may have been worked on: those that are begun and not done, and of each shard the next ones, as many as there are readers.</summary>
    private static IEnumerable<WorkItem> Candidates(SliceOnTarget on, SelectedIndex index, ItemJournal journal) =>
        Enumerable.Range(0, index.Index.NumberOfShards).SelectMany(shard =>
        {
            var left = journal.Cuts.Items(index.Name, shard).Where(item => !journal.Of(item).IsDone).ToLookup(journal.HasBegun);
            return left[true].Concat(left[false].Take(on.Slice.Backfill.Workers));
        });

    private static async IAsyncEnumerable<List<(DocumentKey Key, byte[] Source)>> NextAsync(
        SliceOnTarget on, SelectedIndex index, int number, PositionRange range, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var config = on.Slice.Backfill;
        var (count, bytes) = ((long)config.Connections * config.OperationCountMax, (long)config.Connections * config.BodyBytesMax);
        var shard = await SnapshotAccess.TryAsync(null, async () => await index.Index.OpenShardAsync(number, cancellationToken));

        // Only what the target has just so is counted.
        await using var reader = await SnapshotAccess.TryAsync(null, async () => await shard.OpenReaderAsync(range, WholeFiles.Unchecked, cancellationToken));
        var batch = new List<(DocumentKey, byte[])>();
        while (count > 0 && bytes > 0 && await SnapshotAccess.TryAsync(null, async () => await reader.MoveNextAsync(cancellationToken)))
        {
            count--;
            if (DocumentMapping.Map(index, reader.Current) is not MappedDocument.Write write)
            {
                continue;
            }

            bytes -= write.Source.Length;
            batch.Add((write.Key, write.Source.ToArray()));
            if (batch.Count == ComparedMax)
            {
                yield return batch;
                batch = [];
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
