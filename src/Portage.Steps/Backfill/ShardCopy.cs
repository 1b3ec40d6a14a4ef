using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portage.Clusters;
using Portage.Clusters.Bulk;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Steps.Documents;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Copies the documents of one shard, or a range of one, from the position where the journal says it stands.</summary>
internal sealed class ShardCopy : IDisposable
{
    // Often enough to stop soon after the lease is lost, seldom enough not to matter.
    private const int DocumentsPerLeaseCheck = 1_000;

    // A word for programs, as the error types of clusters.
    private const string IdTaken = "id_taken";

    // Not sent, and no fault: it is counted in its turn like all others.
    private static readonly BulkRefusal LeftOut = new("left_out", "A transform leaves it out.");

    private readonly RunContext _context;
    private readonly SelectedIndex _index;
    private readonly IWorkLease _lease;
    private readonly ICopied _copied;
    private readonly TakenIds _taken;
    private readonly Overwriting? _overwriting;
    private readonly BulkPipeline _pipeline;
    private readonly TransformCost _cost;
    private readonly MemoryStream _findings = new();
    private ItemPosition _position;
    private volatile string? _waitsToCompare;

    /// <param name="lease">Of the item.</param>
    /// <param name="whole">The files of the index that were found whole.</param>
    /// <param name="before">How the target was before the first document of the index.</param>
    /// <param name="budget">The bytes of all readers together.</param>
    /// <param name="beforeSend">Throws when the target is not any more what it was.</param>
    /// <param name="copied">Which documents; null for all of the item.</param>
    public ShardCopy(RunContext context, SelectedIndex index, IWorkLease lease, IWholeFiles whole, ClusterClient client, ConflictChoice conflict, BackfillBefore before, ByteBudget budget, Func<CancellationToken, Task> beforeSend, ICopied? copied = null)
    {
        (_context, _index, _lease) = (context, index, lease);
        _copied = copied ?? new LeasedShard(lease, whole);
        _position = _copied.Position;
        var overwrites = conflict == ConflictChoice.Overwrite;
        _taken = new(client, overwrites, before, index.TargetNames.All(target => before.Documents.GetValueOrDefault(target) == 0), budget, context.Time, why => _waitsToCompare = why);
        _cost = new(context.Time, isNothing: index.Transforms.Documents.IsNothing);

        // The seed is the item's own, so that a simulation repeats it.
        _pipeline = new(client, Tuning, new BulkOptions { BeforeSend = beforeSend, Budget = budget }, context.Time, new Random(lease.Item.Seed));
        _overwriting = overwrites ? new(client, _taken, Tuning, beforeSend, budget, context.Time, new Random(lease.Item.Seed)) : null;
    }

    /// <summary>Changed from outside at any time.</summary>
    public BulkTuning Tuning { get; } = new();

    /// <summary>Why it is slow; null when it is not.</summary>
    public string? WhySlow => _waitsToCompare ?? _overwriting?.WhySlow ?? _pipeline.State.WhySlow(_context.Time.GetUtcNow());

    public async Task RunAsync(CancellationToken abort)
    {
        if (_position.IsDone)
        {
            return;
        }

        var shard = await SnapshotAccess.TryAsync(null, async () => await _index.Index.OpenShardAsync(_lease.Item.Shard, abort));
        await foreach (var batch in _pipeline.RunAsync(ReadAsync(shard, abort), _context.StopRequested, abort))
        {
            _context.AssertLease();
            if (!await TakeAsync(batch, abort))
            {
                return;
            }
        }

        if (!_context.StopRequested.IsCancellationRequested)
        {
            await MoveToAsync(_position with { IsDone = true });
        }
    }

    public void Dispose() => _findings.Dispose();

    private async IAsyncEnumerable<BulkOperation> ReadAsync(ShardSnapshot shard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = await SnapshotAccess.TryAsync(null, async () => await _copied.OpenAsync(shard, cancellationToken));
        for (var count = 0; await MoveAsync(reader.MoveNextAsync, cancellationToken); count++)
        {
            if (count % DocumentsPerLeaseCheck == 0)
            {
                _context.AssertLease();
            }

            var document = reader.Current;
            var begun = _cost.Begin();
            var mapped = DocumentMapping.Map(_index, document);
            _cost.End(begun);

            // What cannot be sent goes along with the others: it is counted, kept and passed in its turn, and waits in no memory of ours.
            yield return new BulkOperation
            {
                // Also where it may be written over what is there: that is looked at first.
                Action = BulkAction.Create,
                Index = mapped.Key.Index,
                Id = mapped.Key.Id,
                Routing = mapped.Key.Routing,
                Source = mapped is MappedDocument.Write write ? write.Source : document.Source ?? default,
                Refusal = mapped switch
                {
                    MappedDocument.Reject reject => new(reject.Type, reject.Reason),
                    MappedDocument.Filter => LeftOut,
                    _ => null,
                },
                Tag = document.Position,
                State = mapped is MappedDocument.Write { IsTransformed: true } ? new Transformed(document) : document,
            };
        }
    }

    private static async ValueTask<bool> MoveAsync(Func<CancellationToken, ValueTask<bool>> moveAsync, CancellationToken cancellationToken)
    {
        try
        {
            return await moveAsync(cancellationToken);
        }
        catch (RepositoryException failure)
        {
            throw new StepException(SnapshotAccess.Describe(failure, null), isTransient: false, failure);
        }
    }

    private RejectedDocument Rejected(BulkItemResult item, byte[]? original)
    {
        var (operation, document) = (item.Operation, DocumentOf(item.Operation));
        return new(
            DocumentOrigin.Of(document), operation.Action == BulkAction.Index ? "index" : "create", operation.Index, operation.Id, operation.Routing,
            item.Status, item.ErrorType, item.Reason, document.Source is null ? default(ReadOnlyMemory<byte>?) : original ?? operation.Source)
        {
            Transform = _index.Transforms.Documents.IsNothing ? null : _index.Transforms.Hash,
            Sent = IsTransformed(operation) ? operation.Source : default(ReadOnlyMemory<byte>?),
        };
    }

    /// <returns>False when some of it were left, because of the stop: the position stays where it is.</returns>
    private async Task<bool> TakeAsync(BulkBatchResult batch, CancellationToken abort)
    {
        var cost = new BulkCost(batch.BytesSent, batch.TooLarge, batch.TimedOut);
        var counts = default(Counts);
        if (!batch.AllAccepted)
        {
            if (await DecideAsync(batch, abort) is not { } conflicts)
            {
                return false;
            }

            var ends = EndsOf(batch, conflicts.Ends);
            counts = Count(ends, await OriginalsAsync([.. ends.Where(end => IsRefused(end) && IsTransformed(end.Item.Operation)).Select(end => end.Item.Operation.Tag)], abort));
            cost += conflicts.Cost;
        }

        var numbers = _position.Numbers;
        numbers = Add(numbers, BackfillProgress.Accepted, batch.Items.Count - counts.Rejected - counts.Differing - counts.LeftOut);
        numbers = Add(numbers, BackfillProgress.Overwritten, counts.Overwritten);
        numbers = Add(numbers, BackfillProgress.Filtered, counts.LeftOut);
        numbers = _cost.AddTo(numbers, () => batch.Items.Count(item => IsTransformed(item.Operation)));
        numbers = Add(numbers, BackfillProgress.Existing, counts.Existing);
        numbers = Add(numbers, BackfillProgress.Differing, counts.Differing);
        numbers = Add(numbers, BackfillProgress.Rejected, counts.Rejected);
        numbers = Add(numbers, BackfillProgress.Noop, counts.Noop);
        numbers = Add(numbers, BackfillProgress.Bytes, cost.BytesSent);
        numbers = Add(numbers, BackfillProgress.TooLarge, cost.TooLarge);
        numbers = Add(numbers, BackfillProgress.TimedOut, cost.TimedOut);
        await MoveToAsync(new(batch.Items[^1].Operation.Tag, IsDone: false, numbers));
        return true;
    }

    /// <summary>What becomes of those that met others of their ids; null when some were left, because of the stop.</summary>
    private async Task<Overwritten?> DecideAsync(BulkBatchResult batch, CancellationToken abort)
    {
        var conflicts = batch.CountOf(BulkItemOutcome.Conflict) == 0 ? [] : batch.Items.Where(item => item.Outcome == BulkItemOutcome.Conflict).ToArray();
        return _overwriting is not null
            ? await _overwriting.WriteAsync(conflicts, _context.StopRequested, abort)
            : new([.. conflicts.Zip(await _taken.JudgeAsync(conflicts, abort), static (item, taken) => new ConflictEnd(item, taken))], default);
    }

    /// <summary>Counts those that were not simply written, and keeps those that are not there as findings, in their order.</summary>
    private Counts Count(ConflictEnd[] ends, Dictionary<long, byte[]> originals)
    {
        var counts = default(Counts);
        foreach (var end in ends)
        {
            var (item, taken) = (end.Item, end.Taken);
            var isTaken = item.Outcome == BulkItemOutcome.Conflict;
            counts.Overwritten += end.IsOver ? 1 : 0;
            counts.Noop += item.Outcome == BulkItemOutcome.Noop ? 1 : 0;
            counts.Existing += isTaken && taken.By is (TakenBy.TheSame or TakenBy.Others) ? 1 : 0;
            counts.Differing += isTaken && taken.By == TakenBy.Others ? 1 : 0;
            counts.LeftOut += item.Operation.Refusal == LeftOut ? 1 : 0;
            if (IsRefused(end))
            {
                counts.Rejected++;
                RejectedDocuments.Append(_findings, Rejected(isTaken ? item with { ErrorType = IdTaken, Reason = ReasonOf(item.Operation, taken) } : item, originals.GetValueOrDefault(item.Operation.Tag)));
            }
        }

        return counts;
    }

    /// <summary>What became of each document of a batch.</summary>
    /// <param name="conflicts">Of those that met others of their ids, in their order.</param>
    private static ConflictEnd[] EndsOf(BulkBatchResult batch, IReadOnlyList<ConflictEnd> conflicts)
    {
        var next = 0;
        return batch.Items.Select(item => item.Outcome == BulkItemOutcome.Conflict ? conflicts[next++] : new ConflictEnd(item, default)).ToArray();
    }

    /// <summary>True for a document that is not there, and was not left out.</summary>
    private static bool IsRefused(ConflictEnd end) => end.Item.Outcome switch
    {
        BulkItemOutcome.Conflict => end.Taken.By == TakenBy.AnotherRouting,
        BulkItemOutcome.Rejected or BulkItemOutcome.Noop => end.Item.Operation.Refusal != LeftOut,
        _ => false,
    };

    /// <summary>The sources of rejected documents, read once more: what was sent of them is another text, and to hold both of every document would take the memory twice.</summary>
    private async Task<Dictionary<long, byte[]>> OriginalsAsync(HashSet<long> wanted, CancellationToken abort)
    {
        var originals = new Dictionary<long, byte[]>();
        if (wanted.Count == 0)
        {
            return originals;
        }

        var shard = await SnapshotAccess.TryAsync(null, async () => await _index.Index.OpenShardAsync(_lease.Item.Shard, abort));
        await using var reader = await SnapshotAccess.TryAsync(null, async () => await shard.OpenReaderAsync(wanted.Min(), WholeFiles.Unchecked, abort));
        while (originals.Count < wanted.Count && await MoveAsync(reader.MoveNextAsync, abort))
        {
            if (wanted.Contains(reader.Current.Position) && reader.Current.Source is { } source && SourceJson.TryConvert(source, reader.Current.Format, out var json, out _))
            {
                originals.Add(reader.Current.Position, json.ToArray());
            }
        }

        return originals;
    }

    private static string ReasonOf(BulkOperation operation, TakenDocument taken)
    {
        var meeting = $"another document of the id '{operation.Id}', with {Say(taken.Routing)}; this one has {Say(operation.Routing)}. On the target both belong to the same shard, which keeps one document of an id.";
        return taken.IsInDoubt
            ? $"'{operation.Index}' has {meeting} Nobody can tell whether the other one was there before the backfill began: the target gives no sequence numbers of the index (GET {operation.Index}/_stats). So it is not written over."
            : $"Since the backfill began '{operation.Index}' has got {meeting} The snapshot has both, unless somebody else wrote the other one.";
    }

    private static string Say(string? routing) => routing is null ? "no routing" : $"the routing '{routing}'";

    private async Task MoveToAsync(ItemPosition position)
    {
        _position = await _copied.MoveToAsync(position, _findings.GetBuffer().AsMemory(0, (int)_findings.Length));
        _findings.SetLength(0);
    }

    private static SourceDocument DocumentOf(BulkOperation operation) => (operation.State as Transformed)?.Document ?? (SourceDocument)operation.State!;

    private static bool IsTransformed(BulkOperation operation) => operation.State is Transformed;

    /// <summary>A document that is sent otherwise than the snapshot has it.</summary>
    private sealed record Transformed(SourceDocument Document);

    private static ImmutableSortedDictionary<string, long> Add(ImmutableSortedDictionary<string, long> numbers, string name, long more) =>
        more == 0 ? numbers : numbers.SetItem(name, numbers.GetValueOrDefault(name) + more);

    /// <summary>How many of a batch were not simply made.</summary>
    private struct Counts
    {
        public int Overwritten;
        public int Existing;
        public int Differing;
        public int Rejected;
        public int Noop;
        public int LeftOut;
    }
}
