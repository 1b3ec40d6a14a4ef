using Portage.Clusters;
using Portage.Clusters.Bulk;
using Portage.Clusters.Failures;
using Portage.Clusters.Validation;
using Portage.Steps.Connecting;
using Portage.Steps.Documents;

namespace Portage.Steps.Backfill;

/// <summary>What the target has where it took no document of ours, because the id was taken.</summary>
internal enum TakenBy
{
    /// <summary>Our own document: it was sent before, and the answer never came, or a kill came before it was kept.</summary>
    Us,

    /// <summary>One with the same content and routing, which somebody else wrote.</summary>
    TheSame,

    /// <summary>Another content, which somebody else wrote; also nothing at all by now, where somebody deleted it since.</summary>
    Others,

    /// <summary>A document of another routing, written since the work began: as a rule another one of the snapshot, which meets this one in a shard of the target.</summary>
    AnotherRouting,
}

/// <summary>Looks at documents that the target would not take because it has one of their id, and tells whose it is.</summary>
/// <remarks>
/// A document is ours when it has the content and the routing that we gave it and was written since the work began, which the number of its last
/// write tells. Where the target gave no numbers, it is ours if the index was empty, or if our answer was lost. In doubt is only the very same
/// content, written by somebody else while the work goes on: that counts as ours. Where the target keeps a part of sources out, a part is the
/// content: it is ours when it was written since.
/// </remarks>
/// <param name="overwrites">True where others' documents are written over: one that may be of this very work is then left alone, also where nobody can tell.</param>
/// <param name="before">How the target was before the first document.</param>
/// <param name="targetWasEmpty">True when no target index had a document.</param>
/// <param name="budget">Bears the answers.</param>
/// <param name="why">Takes why it waits; null when it goes on.</param>
internal sealed class TakenIds(ClusterClient client, bool overwrites, BackfillBefore before, bool targetWasEmpty, ByteBudget budget, TimeProvider time, Action<string?> why)
{
    // One answer holds their sources.
    private const int ComparedMax = 200;
    private const long ComparedBytesMax = 4 * 1024 * 1024;

    private readonly ClusterDocuments _documents = new(client);
    private readonly KeptSources _kept = new(client);
    private readonly Dictionary<string, ShardRouting?> _routings = new(StringComparer.Ordinal);

    /// <summary>Whose each is, in order.</summary>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public async Task<List<TakenDocument>> JudgeAsync(IEnumerable<BulkItemResult> conflicts, CancellationToken cancellationToken)
    {
        var judged = new List<TakenDocument>();
        var (some, bytes) = (new List<BulkItemResult>(), 0L);
        foreach (var conflict in conflicts)
        {
            if (some.Count == ComparedMax || (some.Count > 0 && bytes + conflict.Operation.Source.Length > ComparedBytesMax))
            {
                judged.AddRange(await CompareAsync(some, cancellationToken));
                (some, bytes) = ([], 0);
            }

            some.Add(conflict);
            bytes += conflict.Operation.Source.Length;
        }

        judged.AddRange(await CompareAsync(some, cancellationToken));
        return judged;
    }

    private async Task<List<TakenDocument>> CompareAsync(List<BulkItemResult> some, CancellationToken cancellationToken)
    {
        var judged = new List<TakenDocument>(some.Count);
        if (some.Count > 0)
        {
            // What is there need not be as large as ours, but as a rule it is ours.
            using var answer = budget.Borrow(2 * some.Sum(item => (long)item.Operation.Source.Length));
            DocumentKey[] keys = [.. some.Select(item => new DocumentKey(item.Operation.Index, item.Operation.Id, item.Operation.Routing))];
            var found = await PatientReading.AskAsync(() => _documents.GetAsync(keys, cancellationToken), time, why, CancellationToken.None, cancellationToken);
            foreach (var (item, there) in some.Zip(found))
            {
                judged.Add(await JudgeAsync(item, there, cancellationToken));
            }
        }

        return judged;
    }

    private async Task<TakenDocument> JudgeAsync(BulkItemResult item, FoundDocument there, CancellationToken cancellationToken)
    {
        if (!there.IsFound)
        {
            return new(TakenBy.Others, null);
        }

        var isNew = await IsNewAsync(there, cancellationToken);
        var isSame = there.Source is { } source
            ? JsonContent.Equal(item.Operation.Source.Span, source.Span) || ((isNew ?? targetWasEmpty) && await _kept.MayBeAsync(item.Operation.Index, item.Operation.Source, source, cancellationToken))
            : isNew == true && there.Version == 1; // Of an index without sources, the number is all that there is.
        return new(Whose(item, there, isNew, isSame), there.Routing)
        {
            IsInDoubt = isNew is null && !targetWasEmpty,
            IsFirst = there.Version is null or 1,
            Write = there is { SequenceNumber: { } number, PrimaryTerm: { } term } ? new(number, term) : null,
        };
    }

    private TakenBy Whose(BulkItemResult item, FoundDocument there, bool? isNew, bool isSame)
    {
        if (there.Routing != item.Operation.Routing)
        {
            return isNew ?? (targetWasEmpty || overwrites) ? TakenBy.AnotherRouting : TakenBy.Others;
        }

        return !isSame ? TakenBy.Others : isNew ?? (targetWasEmpty || item.EarlierAnswerWasLost) ? TakenBy.Us : TakenBy.TheSame;
    }

    /// <summary>True when a document was written since the work began; null where nobody can tell.</summary>
    private async Task<bool?> IsNewAsync(FoundDocument found, CancellationToken cancellationToken)
    {
        var index = found.Key.Index;
        if (before.Of(index).Shards is not { } shards || found.SequenceNumber is not { } number)
        {
            return null;
        }

        if (shards.Values.All(last => number > last))
        {
            return true;
        }

        if (!_routings.TryGetValue(index, out var routing))
        {
            _routings[index] = routing = await TargetRouting.FindAsync(client, index, cancellationToken);
        }

        return routing is null ? null : number > shards.GetValueOrDefault(routing.ShardOf(found.Key.Id, found.Routing), -1);
    }
}

/// <summary>A document that has an id that was asked for.</summary>
/// <param name="By">Whose it is.</param>
/// <param name="Routing">Its routing; null where it has none.</param>
internal readonly record struct TakenDocument(TakenBy By, string? Routing)
{
    /// <summary>True where nobody can tell whether it was there before the work began.</summary>
    public bool IsInDoubt { get; init; }

    /// <summary>True where it was made, and not written again.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Its last write; null where it is gone by now.</summary>
    public LastWrite? Write { get; init; }
}
