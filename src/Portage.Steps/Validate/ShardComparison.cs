using System.Collections.Immutable;
using System.Text.Json;
using Portage.Clusters;
using Portage.Clusters.Failures;
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

/// <summary>Compares the documents of one shard, or a range of one, with the target, by id, routing and content, from the position where the journal says it stands.</summary>
internal sealed class ShardComparison(
    RunContext context,
    SelectedIndex index,
    IWorkLease lease,
    IWholeFiles whole,
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
        var shard = await SnapshotAccess.TryAsync(null, async () => await index.Index.OpenShardAsync(lease.Item.Shard, abort));

        // A stop does not wait until a large file is found whole.
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(abort, context.StopRequested);
        await using var reader = await SnapshotAccess.TryAsync(null, async () => await shard.OpenReaderAsync(lease.Left, whole, abort));
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
            await lease.MoveToAsync(lease.Position with { IsDone = true }, default);
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
                var mapped = DocumentMapping.Map(index, document);
                var (source, reason) = mapped is MappedDocument.Write write ? (write.Source.ToArray(), null) : (document.Source?.ToArray(), (mapped as MappedDocument.Reject)?.Reason);
                var wasRejected = await rejected.ContainsAsync(document.Position, mapped.Key.Id, cancellationToken);
                batch.Add(new(document.Position, document.Id, mapped.Key, source, reason, wasRejected) { IsLeftOut = mapped is MappedDocument.Filter });
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
        var found = await FetchAsync([.. batch.Select(side => side.Key)], cancellationToken);
        var findings = new MemoryStream();
        var compared = new Compared(batch[^1].Position, batch.Count, findings);
        foreach (var (side, other) in batch.Zip(found))
        {
            switch (Comparison.Of(side, other))
            {
                case Comparison.Same:
                    break;
                case Comparison.Missing when side.IsLeftOut:
                    compared.LeftOut++;
                    break;
                case Comparison.Missing when side.WasRejected:
                    compared.Rejected++;
                    break;
                case Comparison.Differs when side.WasRejected:

                    // What is there under its id is another document, be it one of the snapshot that met it there. Of the routing it would have had it is no more than that.
                    compared.Rejected++;
                    compared.InItsPlace += other.Document.Routing == side.Key.Routing ? 1 : 0;
                    break;
                case Comparison.Missing:
                    compared.Missing++;
                    ValidateFindings.Append(findings, "missing", lease.Item, side, other.Document, null);
                    break;
                case Comparison.Differs { In: var what }:
                    compared.Differing++;
                    ValidateFindings.Append(findings, "differing", lease.Item, side, other.Document, what);
                    break;
                case Comparison.Impossible { Why: var why }:
                    compared.NotCompared++;
                    ValidateFindings.Append(findings, "notCompared", lease.Item, side, other.Document, why);
                    break;
            }
        }

        return compared;
    }

    /// <summary>Asks for documents; those that the target refuses one by one come back with its reason, so that no document holds the others.</summary>
    private async Task<List<TargetSide>> FetchAsync(DocumentKey[] keys, CancellationToken cancellationToken)
    {
        try
        {
            return (await AskAsync(keys, cancellationToken)).ConvertAll(document => new TargetSide(document, null));
        }
        catch (ClusterException failure) when (IsOfADocument(failure))
        {
            var apart = keys.Length == 1 ? [Refused(keys[0], failure)] : await FetchApartAsync(keys, cancellationToken);

            // What goes for all of them is no matter of a document.
            if (keys.Length > 1 && apart.TrueForAll(side => side.Refusal is not null))
            {
                throw;
            }

            return apart;
        }
    }

    private async Task<List<TargetSide>> FetchApartAsync(DocumentKey[] keys, CancellationToken cancellationToken)
    {
        var sides = new List<TargetSide>(keys.Length);
        var half = keys.Length / 2;
        foreach (var part in (DocumentKey[][])[keys[..half], keys[half..]])
        {
            try
            {
                sides.AddRange((await AskAsync(part, cancellationToken)).ConvertAll(document => new TargetSide(document, null)));
            }
            catch (ClusterException failure) when (IsOfADocument(failure))
            {
                sides.AddRange(part.Length == 1 ? [Refused(part[0], failure)] : await FetchApartAsync(part, cancellationToken));
            }
        }

        return sides;
    }

    private static bool IsOfADocument(ClusterException failure) => failure is ClusterRequestException { Status: 200 } or ClusterProtocolException;

    private static TargetSide Refused(DocumentKey key, ClusterException failure) =>
        new(new(key, IsFound: false, null, null), failure is ClusterRequestException { Reason: { } reason } ? $"The target does not show it: {reason}" : failure.Message);

    private Task<List<FoundDocument>> AskAsync(DocumentKey[] keys, CancellationToken cancellationToken) =>
        PatientReading.AskAsync(() => _documents.GetAsync(keys, cancellationToken), context.Time, why => WhySlow = why, context.StopRequested, cancellationToken);

    private async Task TakeAsync(Compared compared)
    {
        context.AssertLease();
        using var findings = compared.Findings;
        var numbers = lease.Position.Numbers;
        foreach (var (name, more) in ((string, long)[])
            [
                (ValidateProgress.Checked, compared.Count),
                (ValidateProgress.Missing, compared.Missing),
                (ValidateProgress.Differing, compared.Differing),
                (ValidateProgress.Rejected, compared.Rejected),
                (ValidateProgress.Filtered, compared.LeftOut),
                (ValidateProgress.NotCompared, compared.NotCompared),
                ($"on {index.Name}", compared.Count - compared.Missing - compared.Rejected - compared.LeftOut + compared.InItsPlace),
            ])
        {
            numbers = numbers.SetItem(name, numbers.GetValueOrDefault(name) + more);
        }

        await lease.MoveToAsync(new(compared.Position, IsDone: false, numbers), findings.GetBuffer().AsMemory(0, (int)findings.Length));
    }

    private sealed record Compared(long Position, int Count, MemoryStream Findings)
    {
        public int Missing { get; set; }

        public int Differing { get; set; }

        public int NotCompared { get; set; }

        /// <summary>Documents that the backfill rejected, and that are not there.</summary>
        public int Rejected { get; set; }

        /// <summary>Of the rejected ones those in whose place the target has another document.</summary>
        public int InItsPlace { get; set; }

        /// <summary>Documents that a transform leaves out, and that are not there.</summary>
        public int LeftOut { get; set; }
    }
}
