using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Validation;
using Portage.Engine.Ports;
using Portage.Snapshots.Shards;
using Portage.Steps.Connecting;
using Portage.Steps.Documents;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Deletes the documents that a backfill wrote, one by one, and nothing else: the slow way, for indices that hold more than ours.</summary>
/// <remarks>
/// Every document of the snapshot is looked for on the target. It is ours when it has the content and the routing that we gave it
/// and its last write was one of ours (<see cref="OwnWrites"/>); it is deleted by the number of that very write, so that what somebody writes in
/// between stays. Where the target keeps a part of sources out, a part of the content is enough, if the document was made and not written again. Killed anywhere, it is done again from the start: what is gone is not found any more.
/// </remarks>
internal sealed class WrittenDocuments(RevertContext context, ClusterClient client, OwnWrites own)
{
    // One answer holds that many sources at most; whichever limit comes first closes the batch.
    private const int BatchDocumentsMax = 500;
    private const int BatchBytesMax = 4 * 1024 * 1024;

    private readonly ClusterDocuments _documents = new(client);
    private readonly KeptSources _kept = new(client);
    private long _deleted;

    /// <param name="targets">The target indices that are looked through.</param>
    /// <exception cref="StepException">The snapshot cannot be read.</exception>
    /// <exception cref="ClusterException">The target does not do as asked.</exception>
    public async Task DeleteAsync(SelectedIndex index, IReadOnlySet<string> targets, ItemJournal journal, CancellationToken cancellationToken)
    {
        for (var number = 0; number < index.Index.NumberOfShards; number++)
        {
            var opened = number;
            var shard = await SnapshotAccess.TryAsync(null, async () => await index.Index.OpenShardAsync(opened, cancellationToken));

            // Only what the target has just so is deleted: a damaged file may leave some of it behind, and then says so.
            await using var reader = await SnapshotAccess.TryAsync(null, async () => await shard.OpenReaderAsync(0, WholeFiles.Unchecked, cancellationToken));
            var batch = new List<SentDocument>();
            var bytes = 0;
            while (await SnapshotAccess.TryAsync(null, async () => await reader.MoveNextAsync(cancellationToken)))
            {
                if (DocumentMapping.Map(index, reader.Current) is not MappedDocument.Write write || !targets.Contains(write.Key.Index))
                {
                    continue;
                }

                batch.Add(new(write.Key, write.Source.ToArray(), IsDecided: journal.IsDecided(number, reader.Current.Position)));
                bytes += write.Source.Length;
                if (batch.Count == BatchDocumentsMax || bytes >= BatchBytesMax)
                {
                    await DeleteAsync(batch, cancellationToken);
                    (batch, bytes) = ([], 0);
                }
            }

            await DeleteAsync(batch, cancellationToken);
        }
    }

    private async Task DeleteAsync(List<SentDocument> batch, CancellationToken cancellationToken)
    {
        var deleted = await PatientReading.AskAsync(
            async () =>
            {
                var found = await _documents.GetAsync([.. batch.Select(document => document.Key)], cancellationToken);
                var ours = new List<FoundDocument>(batch.Count);
                foreach (var (sent, there) in batch.Zip(found))
                {
                    if (await IsOursAsync(sent, there, cancellationToken))
                    {
                        ours.Add(there);
                    }
                }

                context.AssertLease();
                return (await _documents.DeleteAsync(ours, cancellationToken)).Count(outcome => outcome == DeleteOutcome.Deleted);
            },
            context.Time,
            static _ => { },
            CancellationToken.None,
            cancellationToken);
        _deleted += deleted;
        context.Progress(BackfillProgress.Deleting(_deleted));
    }

    private async Task<bool> IsOursAsync(SentDocument sent, FoundDocument found, CancellationToken cancellationToken) =>
        found.IsFound && found.Routing == found.Key.Routing && own.May(found, sent.IsDecided) && found.Source is { } there
        && (JsonContent.Equal(sent.Source, there.Span) || (found.Version == 1 && await _kept.MayBeAsync(found.Key.Index, sent.Source, there, cancellationToken)));

    /// <param name="IsDecided">True when the target has acknowledged it.</param>
    private sealed record SentDocument(DocumentKey Key, byte[] Source, bool IsDecided);
}
