using System.Collections.Immutable;
using System.Text.Json;
using Portage.Clusters;
using Portage.Clusters.Validation;
using Portage.Engine.Ports;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Steps.Backfill;
using Portage.Steps.Connecting;
using Portage.Steps.Documents;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Compares the documents of one shard with the target, by id, routing and content, from the position where the journal says it stands.</summary>
internal sealed class ShardComparison(
    RunContext context,
    SelectedIndex index,
    WorkItem item,
    ItemJournal journal,
    ClusterClient client,
    RejectedPositions rejected,
    Func<int> requestsAllowed,
    int batchDocumentsMax)
{
    // One answer holds that many sources at most; whichever limit comes first closes the batch.
    public const int BatchDocumentsMax = 500;
    private const int BatchBytesMax = 4 * 1024 * 1024;

    private readonly ClusterDocuments _documents = new(client);

    /// <summary>Why it is slow; null when it is not.</summary>
    public string? WhySlow { get; private set; }

    public async Task RunAsync(CancellationToken abort)
    {
        var shard = await SnapshotAccess.TryAsync(null, async () => await index.Index.OpenShardAsync(item.Shard, abort));

        // A stop does not wait until a large file is found whole.
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(abort, context.StopRequested);
        await using var reader = await SnapshotAccess.TryAsync(null, async () => await shard.OpenReaderAsync(journal.Of(item.Shard).Position + 1, journal.Whole, abort));
        var underWay = new Queue<Task<Compared>>();
        var hasMore = true;
        try
        {
            while (hasMore || underWay.Count > 0)
            {
                while (hasMore && underWay.Count < requestsAllowed() && !context.StopRequested.IsCancellationRequested)
                {
                    var batch = await ReadBatchAsync(reader, reading.Token);
                    hasMore = batch.Count > 0;
                    if (hasMore)
                    {
                        underWay.Enqueue(CompareAsync(batch, abort));
                    }
                }

                if (underWay.Count == 0)
                {
                    break;
                }

                // In order, so that the position is the highest one below which everything is compared.
                await TakeAsync(await underWay.Peek());
                _ = underWay.Dequeue();
            }
        }
        catch (OperationCanceledException) when (context.StopRequested.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            // What the target did not answer is compared when it goes on.
            return;
        }
        finally
        {
            foreach (var left in underWay)
            {
                await Task.WhenAny(left);
                _ = left.Exception;
            }
        }

        if (!hasMore)
        {
            await journal.MoveToAsync(item.Shard, journal.Of(item.Shard) with { IsDone = true }, default);
        }
    }

    private async Task<List<SourceSide>> ReadBatchAsync(ShardReader reader, CancellationToken cancellationToken)
    {
        context.AssertLease();
        var batch = new List<SourceSide>();
        var bytes = 0;
        try
        {
            while (batch.Count < batchDocumentsMax && bytes < BatchBytesMax && await reader.MoveNextAsync(cancellationToken))
            {
                var document = reader.Current;
                var source = DocumentMapping.ContentOf(document)?.ToArray();
                var key = DocumentMapping.KeyOf(index, document);
                batch.Add(new(document.Position, document.Id, key, source, await rejected.ContainsAsync(document.Position, key.Id, cancellationToken)));
                bytes += source?.Length ?? 0;
            }
        }
        catch (RepositoryException failure)
        {
            throw new StepException(SnapshotAccess.Describe(failure, null), isTransient: false, failure);
        }

        return batch;
    }

    private async Task<Compared> CompareAsync(List<SourceSide> batch, CancellationToken cancellationToken)
    {
        var found = await GetAsync([.. batch.Select(side => side.Key)], cancellationToken);
        var findings = new MemoryStream();
        var (missing, differing, known) = (0, 0, 0);
        for (var i = 0; i < batch.Count; i++)
        {
            var (side, other) = (batch[i], found[i]);
            if (!other.IsFound)
            {
                if (side.WasRejected)
                {
                    known++;
                }
                else
                {
                    missing++;
                    ValidateFindings.Append(findings, "missing", item, side.Position, side.Id, side.Key, side.Source, other);
                }
            }
            else if (side.Key.Routing != other.Routing || side.Source is null || other.Source is not { } source || !JsonContent.Equal(side.Source, source.Span))
            {
                differing++;
                ValidateFindings.Append(findings, "differing", item, side.Position, side.Id, side.Key, side.Source, other);
            }
        }

        return new(batch[^1].Position, batch.Count, missing, differing, known, findings);
    }

    private Task<List<FoundDocument>> GetAsync(List<DocumentKey> keys, CancellationToken cancellationToken) =>
        PatientReading.AskAsync(() => _documents.GetAsync(keys, cancellationToken), context.Time, why => WhySlow = why, context.StopRequested, cancellationToken);

    private async Task TakeAsync(Compared compared)
    {
        context.AssertLease();
        using var findings = compared.Findings;
        var numbers = journal.Of(item.Shard).Numbers;
        foreach (var (name, more) in ((string, long)[])
            [
                (ValidateProgress.Checked, compared.Count),
                (ValidateProgress.Missing, compared.Missing),
                (ValidateProgress.Differing, compared.Differing),
                (ValidateProgress.Rejected, compared.Rejected),
                ($"on {index.Name}", compared.Count - compared.Missing - compared.Rejected),
            ])
        {
            numbers = numbers.SetItem(name, numbers.GetValueOrDefault(name) + more);
        }

        await journal.MoveToAsync(item.Shard, new(compared.Position, IsDone: false, numbers), findings.GetBuffer().AsMemory(0, (int)findings.Length));
    }

    /// <param name="WasRejected">True when the backfill refused it, so that nobody misses it.</param>
    private sealed record SourceSide(long Position, string Id, DocumentKey Key, byte[]? Source, bool WasRejected);

    private sealed record Compared(long Position, int Count, int Missing, int Differing, int Rejected, MemoryStream Findings);
}
