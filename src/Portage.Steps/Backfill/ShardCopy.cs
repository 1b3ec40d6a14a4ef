using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portage.Clusters;
using Portage.Clusters.Bulk;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Copies the documents of one shard, from the position where the journal says it stands.</summary>
internal sealed class ShardCopy : IDisposable
{
    // Often enough to stop soon after the lease is lost, seldom enough not to matter.
    private const int DocumentsPerLeaseCheck = 1_000;

    private readonly StepContext _context;
    private readonly SelectedIndex _index;
    private readonly WorkItem _item;
    private readonly ItemJournal _journal;
    private readonly bool _targetWasEmpty;
    private readonly ConflictChoice _conflict;
    private readonly BulkPipeline _pipeline;
    private readonly Queue<RejectedDocument> _unsendable = new();
    private readonly MemoryStream _findings = new();
    private ItemPosition _position;

    /// <param name="targetWasEmpty">True when a document that the target has already can only have come from this very work.</param>
    public ShardCopy(StepContext context, SelectedIndex index, WorkItem item, ItemJournal journal, ClusterClient client, ConflictChoice conflict, bool targetWasEmpty)
    {
        (_context, _index, _item, _journal, _conflict, _targetWasEmpty) = (context, index, item, journal, conflict, targetWasEmpty);
        _position = journal.Of(item);

        // The seed is the item's own, so that a simulation repeats it.
        _pipeline = new(client, Tuning, new BulkOptions(), context.Time, new Random(item.Shard));
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
            Take(batch);
        }

        if (!_context.StopRequested.IsCancellationRequested)
        {
            Finish();
        }
    }

    public void Dispose() => _findings.Dispose();

    private async IAsyncEnumerable<BulkOperation> ReadAsync(ShardSnapshot shard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = await SnapshotAccess.TryAsync(null, async () => await shard.OpenReaderAsync(_position.Position + 1, cancellationToken));
        for (var count = 0; await MoveAsync(reader, cancellationToken); count++)
        {
            if (count % DocumentsPerLeaseCheck == 0)
            {
                _context.AssertLease();
            }

            var document = reader.Current;
            if (WhyUnsendable(document) is { } why)
            {
                lock (_unsendable)
                {
                    _unsendable.Enqueue(Rejected(document, 0, why.Type, why.Reason, document.Source is { } source ? source.ToArray() : default(ReadOnlyMemory<byte>?)));
                }

                continue;
            }

            yield return new BulkOperation
            {
                Action = _conflict == ConflictChoice.Overwrite ? BulkAction.Index : BulkAction.Create,
                Index = _index.TargetOf(document.Type),
                Id = _index.IdOf(document.Type, document.Id),
                Routing = RoutingOf(document),
                Source = SourceText.Compact(document.Source!.Value),
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

    /// <summary>A child of the old parent types is kept beside its parent, as the source kept it.</summary>
    private static string? RoutingOf(SourceDocument document) => document.Routing ?? document.Parent;

    private static (string Type, string Reason)? WhyUnsendable(SourceDocument document) => document.Source is null
        ? ("no_source", "The snapshot holds no source of this document.")
        : document.Format is SourceFormat.Json ? null : ("source_format", $"The source is {document.Format}, which cannot be sent as it is.");

    private RejectedDocument Rejected(SourceDocument document, int status, string? errorType, string? reason, ReadOnlyMemory<byte>? source) => new(
        DocumentOrigin.Of(document),
        _conflict == ConflictChoice.Overwrite ? "index" : "create",
        _index.TargetOf(document.Type),
        _index.IdOf(document.Type, document.Id),
        RoutingOf(document),
        status,
        errorType,
        reason,
        source);

    private void Take(BulkBatchResult batch)
    {
        var last = batch.Items[^1].Operation.Tag;
        var numbers = _position.Numbers;
        var rejected = batch.CountOf(BulkItemOutcome.Rejected);
        var existing = _targetWasEmpty ? 0 : batch.CountOf(BulkItemOutcome.Conflict);
        if (!batch.AllAccepted)
        {
            foreach (var item in batch.Items)
            {
                if (item.Outcome == BulkItemOutcome.Rejected)
                {
                    RejectedDocuments.Append(_findings, Rejected((SourceDocument)item.Operation.State!, item.Status, item.ErrorType, item.Reason, item.Operation.Source));
                }
                else if (item.Outcome == BulkItemOutcome.Conflict && item.EarlierAnswerWasLost && existing > 0)
                {
                    // It conflicts with its own first sending.
                    existing--;
                }
            }
        }

        rejected += WriteUnsendableUpTo(last);
        numbers = Add(numbers, BackfillProgress.Accepted, batch.Items.Count - batch.CountOf(BulkItemOutcome.Rejected));
        numbers = Add(numbers, BackfillProgress.Existing, existing);
        numbers = Add(numbers, BackfillProgress.Rejected, rejected);
        numbers = Add(numbers, BackfillProgress.Bytes, batch.BytesSent);
        MoveTo(new(last, IsDone: false, numbers));
    }

    private void Finish()
    {
        var rejected = WriteUnsendableUpTo(long.MaxValue);
        MoveTo(_position with { IsDone = true, Numbers = Add(_position.Numbers, BackfillProgress.Rejected, rejected) });
    }

    private int WriteUnsendableUpTo(long position)
    {
        var count = 0;
        lock (_unsendable)
        {
            while (_unsendable.TryPeek(out var next) && next.From.Position <= position)
            {
                RejectedDocuments.Append(_findings, _unsendable.Dequeue());
                count++;
            }
        }

        return count;
    }

    private void MoveTo(ItemPosition position)
    {
        _journal.MoveTo(_item, position, _findings.GetBuffer().AsSpan(0, (int)_findings.Length));
        _findings.SetLength(0);
        _position = position;
    }

    private static ImmutableSortedDictionary<string, long> Add(ImmutableSortedDictionary<string, long> numbers, string name, long more) =>
        more == 0 ? numbers : numbers.SetItem(name, numbers.GetValueOrDefault(name) + more);
}
