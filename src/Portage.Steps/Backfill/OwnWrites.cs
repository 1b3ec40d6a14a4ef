using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Validation;

namespace Portage.Steps.Backfill;

/// <summary>Tells whether the last write of a document that has the content we gave it can have been ours: somebody may have written the very same.</summary>
/// <remarks>
/// It was not if it came later than the last write that was noted when the work ended, or if the document was written more than once and we only make
/// documents, in an index that had taken no write before. What is left in doubt counts as ours: the same content, written while the copy went on, over
/// what was there or into an index that had been written to.
/// </remarks>
internal sealed class OwnWrites
{
    private readonly TakenBack _had;
    private readonly ImmutableDictionary<string, ShardRouting> _routings;

    private OwnWrites(TakenBack had, ImmutableDictionary<string, ShardRouting> routings) => (_had, _routings) = (had, routings);

    /// <param name="had">The item, and how its target indices are.</param>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public static async Task<OwnWrites> OfAsync(ClusterClient client, TakenBack had, CancellationToken cancellationToken)
    {
        var routings = ImmutableDictionary.CreateBuilder<string, ShardRouting>(StringComparer.Ordinal);
        foreach (var (target, _) in had.Targets)
        {
            if (await TargetRouting.FindAsync(client, target, cancellationToken) is { } routing)
            {
                routings[target] = routing;
            }
        }

        return new(had, routings.ToImmutable());
    }

    /// <summary>True when nothing says that the document was last written by somebody else.</summary>
    /// <param name="isDecided">True when the target has acknowledged that it took it from us.</param>
    public bool May(FoundDocument found, bool isDecided)
    {
        var (key, before) = (found.Key, _had.Before.Of(found.Key.Index));

        // Where nothing of the snapshot was there already, whatever was sent is ours.
        var isNew = NumberIn(before, key) is { } number && found.SequenceNumber > number;
        if (!isNew && (_had.HadConflicts || !(isDecided || before.Documents == 0)))
        {
            return false;
        }

        var isRewritten = _had.Before.Overwrites == false && before.Operations == 0 && found.Version > 1;

        // What nobody acknowledged may have been sent after the note.
        return !isRewritten && !(isDecided && LastOf(key) is { } last && found.SequenceNumber > last);
    }

    /// <summary>
    /// The number of the last write in a document's shard at some moment; null where that was not told. Every shard counts for itself. Of a shard
    /// that was not told of alone, the highest of all: what is beyond that is new in any of them.
    /// </summary>
    private long? NumberIn(IndexMark mark, DocumentKey key) => mark.Shards is not { } shards ? null : InShard(shards, key) ?? shards.Values.DefaultIfEmpty(-1).Max();

    /// <summary>The number of the last write in a document's shard when the work ended; null where that was not noted, or not of all that was written.</summary>
    private long? LastOf(DocumentKey key) =>
        _had.Noted is { } written
        && written.Marks.GetValueOrDefault(key.Index) is { Uuid: not null, Shards: { } shards } mark && mark.Uuid == _had.Now.GetValueOrDefault(key.Index)?.Uuid
            ? InShard(shards, key)
            : null;

    private long? InShard(ImmutableSortedDictionary<int, long> shards, DocumentKey key) =>
        _routings.TryGetValue(key.Index, out var routing) && shards.TryGetValue(routing.ShardOf(key.Id, key.Routing), out var number) ? number : null;
}
