using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portage.Clusters;
using Portage.Clusters.Bulk;
using Portage.Clusters.Validation;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Steps.Documents;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Copies the documents of one shard, from the position where the journal says it stands.</summary>
internal sealed class ShardCopy : IDisposable
{
    // Often enough to stop soon after the lease is lost, seldom enough not to matter.
    private const int DocumentsPerLeaseCheck = 1_000;

    // One answer holds their sources.
    private const int ComparedMax = 200;

    private readonly RunContext _context;
    private readonly SelectedIndex _index;
    private readonly WorkItem _item;
    private readonly ItemJournal _journal;
    private readonly ClusterDocuments _documents;
    private readonly bool _targetWasEmpty;
    private readonly ConflictChoice _conflict;
    private readonly BulkPipeline _pipeline;
    private readonly MemoryStream _findings = new();
    private ItemPosition _position;

    /// <param name="targetWasEmpty">True when a document that the target has already came from this very work, or was written while it went on.</param>
    /// <param name="beforeSend">Throws when the target is not any more what it was.</param>
    public ShardCopy(RunContext context, SelectedIndex index, WorkItem item, ItemJournal journal, ClusterClient client, ConflictChoice conflict, bool targetWasEmpty, Func<CancellationToken, Task> beforeSend)
    {
        (_context, _index, _item, _journal, _conflict, _targetWasEmpty) = (context, index, item, journal, conflict, targetWasEmpty);
        _position = journal.Of(item.Shard);
        _documents = new(client);

        // The seed is the item's own, so that a simulation repeats it.
        _pipeline = new(client, Tuning, new BulkOptions { BeforeSend = beforeSend }, context.Time, new Random(item.Shard));
    }

    /// <summary>Changed from outside at any time.</summary>
    public BulkTuning Tuning { get; } = new();

    /// <summary>Why it is slow; null when it is not.</summary>
    public string? WhySlow => _pipeline.State.WhySlow(_context.Time.GetUtcNow());

    public async Task RunAsync(CancellationToken abort)
    {
        if (_position.IsDone)
        {
            return;
        }

        var shard = await SnapshotAccess.TryAsync(null, async () => await _index.Index.OpenShardAsync(_item.Shard, abort));
        await foreach (var batch in _pipeline.RunAsync(ReadAsync(shard, abort), _context.StopRequested, abort))
        {
            _context.AssertLease();
            await TakeAsync(batch, abort);
        }

        if (!_context.StopRequested.IsCancellationRequested)
        {
            await MoveToAsync(_position with { IsDone = true });
        }
    }

    public void Dispose() => _findings.Dispose();

    private async IAsyncEnumerable<BulkOperation> ReadAsync(ShardSnapshot shard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = await SnapshotAccess.TryAsync(null, async () => await shard.OpenReaderAsync(_position.Position + 1, _journal.Whole, cancellationToken));
        for (var count = 0; await MoveAsync(reader, cancellationToken); count++)
        {
            if (count % DocumentsPerLeaseCheck == 0)
            {
                _context.AssertLease();
            }

            var document = reader.Current;
            var mapped = DocumentMapping.Map(_index, document);

            // What cannot be sent goes along with the others: it is counted, kept and passed in its turn, and waits in no memory of ours.
            yield return new BulkOperation
            {
                Action = _conflict == ConflictChoice.Overwrite ? BulkAction.Index : BulkAction.Create,
                Index = mapped.Key.Index,
                Id = mapped.Key.Id,
                Routing = mapped.Key.Routing,
                Source = mapped is MappedDocument.Write write ? write.Source : document.Source ?? default,
                Refusal = mapped is MappedDocument.Reject reject ? new(reject.Type, reject.Reason) : null,
                Tag = document.Position,
                State = document,
            };
        }
    }

    private static async ValueTask<bool> MoveAsync(ShardReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.MoveNextAsync(cancellationToken);
        }
        catch (RepositoryException failure)
        {
            throw new StepException(SnapshotAccess.Describe(failure, null), isTransient: false, failure);
        }
    }

    private static RejectedDocument Rejected(BulkItemResult item)
    {
        var (operation, document) = (item.Operation, (SourceDocument)item.Operation.State!);
        return new(
            DocumentOrigin.Of(document), operation.Action == BulkAction.Index ? "index" : "create", operation.Index, operation.Id, operation.Routing,
            item.Status, item.ErrorType, item.Reason, document.Source is null ? default(ReadOnlyMemory<byte>?) : operation.Source);
    }

    private async Task TakeAsync(BulkBatchResult batch, CancellationToken abort)
    {
        var last = batch.Items[^1].Operation.Tag;
        var numbers = _position.Numbers;
        var rejected = batch.CountOf(BulkItemOutcome.Rejected);
        var existing = batch.AllAccepted ? 0 : await CountExistingAsync(batch, abort);
        if (rejected > 0)
        {
            foreach (var item in batch.Items.Where(item => item.Outcome == BulkItemOutcome.Rejected))
            {
                RejectedDocuments.Append(_findings, Rejected(item));
            }
        }

        numbers = Add(numbers, BackfillProgress.Accepted, batch.Items.Count - batch.CountOf(BulkItemOutcome.Rejected));
        numbers = Add(numbers, BackfillProgress.Existing, existing);
        numbers = Add(numbers, BackfillProgress.Rejected, rejected);
        numbers = Add(numbers, BackfillProgress.Bytes, batch.BytesSent);
        await MoveToAsync(new(last, IsDone: false, numbers));
    }

    /// <summary>How many of the documents that the target has already are not ours.</summary>
    private async Task<int> CountExistingAsync(BulkBatchResult batch, CancellationToken abort)
    {
        // One whose earlier answer was lost conflicts with its own first sending.
        var conflicts = batch.Items.Where(item => item.Outcome == BulkItemOutcome.Conflict && !item.EarlierAnswerWasLost).Select(item => item.Operation).ToArray();
        if (!_targetWasEmpty)
        {
            return conflicts.Length;
        }

        // What a killed worker had sent is there just as we send it; anything else somebody wrote meanwhile.
        var others = 0;
        foreach (var some in conflicts.Chunk(ComparedMax))
        {
            var found = await _documents.GetAsync([.. some.Select(operation => new DocumentKey(operation.Index, operation.Id, operation.Routing))], abort);
            others += some.Zip(found).Count(pair => pair.First.Routing != pair.Second.Routing || pair.Second.Source is not { } there || !JsonContent.Equal(pair.First.Source.Span, there.Span));
        }

        return others;
    }

    private async Task MoveToAsync(ItemPosition position)
    {
        await _journal.MoveToAsync(_item.Shard, position, _findings.GetBuffer().AsMemory(0, (int)_findings.Length));
        _findings.SetLength(0);
        _position = position;
    }

    private static ImmutableSortedDictionary<string, long> Add(ImmutableSortedDictionary<string, long> numbers, string name, long more) =>
        more == 0 ? numbers : numbers.SetItem(name, numbers.GetValueOrDefault(name) + more);
}
