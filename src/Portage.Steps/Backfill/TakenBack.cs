using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>One index of the snapshot, as far as a backfill has brought it, and what is on the target now.</summary>
/// <param name="Item">The index of the snapshot.</param>
/// <param name="Before">How the target was before the first document.</param>
/// <param name="Written">How it was when the work ended or stopped; null when it never did.</param>
/// <param name="Accepted">Documents that are on the target by our doing, as far as it was acknowledged.</param>
/// <param name="HadConflicts">True when some of them were there already.</param>
internal sealed record TakenBack(string Item, BackfillBefore Before, BackfillWritten? Written, long Accepted, bool HadConflicts)
{
    /// <summary>How each target index is now.</summary>
    public ImmutableSortedDictionary<string, IndexMark> Now { get; init; } = ImmutableSortedDictionary<string, IndexMark>.Empty;

    /// <summary>Target indices that were being emptied when the work was killed; null when none were.</summary>
    public EmptiedIndices? Emptied { get; init; }

    /// <summary>How the target was when all that was acknowledged had been written; null where the work was killed before it could say that.</summary>
    public BackfillWritten? Noted => Written is { } written && written.Count == Accepted ? written : null;

    /// <summary>True where nothing of it was written: the target took no write between the first look and the last, ours included.</summary>
    public bool WroteNothing => Accepted == 0 && Emptied is null && Noted is { } written && Sum(written.Marks, Before.Of) is 0;

    /// <summary>Target indices that are there.</summary>
    public IEnumerable<KeyValuePair<string, IndexMark>> Targets => Now.Where(target => target.Value != IndexMark.Nothing);

    /// <summary>Documents that are there now.</summary>
    public long Documents => Now.Values.Sum(mark => mark.Documents);

    /// <summary>Writes and deletes that somebody else did since the backfill began; null when that cannot be told.</summary>
    public long? OthersWrites
    {
        get
        {
            // Each of our documents took one number, but for those that may have been sent twice to overwrite what was there.
            if (Sum(Now, Before.Of) - Accepted is 0)
            {
                return 0;
            }

            if (Noted is not { } written)
            {
                return null;
            }

            var meanwhile = Sum(written.Marks, Before.Of) - written.Count;
            return Sum(Now, target => written.Marks.GetValueOrDefault(target)) + (meanwhile > 0 && written.MayRepeat ? null : meanwhile);
        }
    }

    /// <summary>Documents that others wrote, of those that are there; null when that cannot be told.</summary>
    public long? Foreign => (OthersWrites, Documents - Accepted) switch
    {
        (0, var more) => Math.Max(0, more),

        // Where every write was a new document it is as many; otherwise somebody rewrote or deleted some, and nobody knows which.
        ({ } writes, var more) when more == writes + Before.Documents.Values.Sum() => more,
        _ => null,
    };

    /// <summary>True when every target index may be emptied by deleting it: nothing in them is anybody else's.</summary>
    public bool HoldsNothingElse => Before.Documents.Values.All(documents => documents == 0) && OthersWrites is 0;

    /// <summary>True when one that was to be emptied is still there, and somebody has written into it since it was noted.</summary>
    public bool WasWrittenToSinceNoted => Emptied is { } emptied && Targets.Any(target => !target.Value.IsUnchangedSince(emptied.Indices.GetValueOrDefault(target.Key)?.Mark));

    /// <summary>What is known of an item; null when nothing was written for it.</summary>
    public static async Task<TakenBack?> ReadAsync(IStepFiles files, string item, CancellationToken cancellationToken)
    {
        var own = files.Item(item);
        var notes = new BackfillNotes(own);
        if (await notes.BeforeAsync(cancellationToken) is { } before)
        {
            using var journal = await ItemJournal.LookAsync(own, item, cancellationToken);
            return Of(item, before, await notes.WrittenAsync(cancellationToken), BackfillProgress.WrittenOf(journal.Sum), journal.Sum(BackfillProgress.Existing)) with
            { Emptied = await notes.EmptiedAsync(cancellationToken) };
        }

        if (await EarlierLayout.ReadAsync(files, cancellationToken) is not { } earlier || earlier.BeforeOf(item) is not { IsEmpty: false } counts)
        {
            return null;
        }

        var shards = earlier.Lines.Where(line => line.Item.Index == item).GroupBy(line => line.Item.Shard).Select(shard => shard.Last().Position.Numbers).ToArray();
        return Of(
            item,
            new(counts),
            null,
            BackfillProgress.WrittenOf(number => shards.Sum(numbers => numbers.GetValueOrDefault(number))),
            shards.Sum(numbers => numbers.GetValueOrDefault(BackfillProgress.Existing)));
    }

    /// <summary>The items that anything is known of.</summary>
    public static async Task<ImmutableArray<string>> ItemsAsync(IStepFiles files, CancellationToken cancellationToken)
    {
        var earlier = await EarlierLayout.ReadAsync(files, cancellationToken);
        return [.. (await files.ListItemsAsync(cancellationToken)).Concat(earlier?.Items ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Looks at the target.</summary>
    public async Task<TakenBack> LookAsync(ClusterClient client, CancellationToken cancellationToken)
    {
        var now = ImmutableSortedDictionary.CreateBuilder<string, IndexMark>(StringComparer.Ordinal);
        foreach (var target in Before.Documents.Keys)
        {
            var mark = await IndexMark.OfAsync(client, target, cancellationToken);

            // Another index of the name holds nothing of ours, be it one that was made again after ours was emptied.
            var known = Emptied?.Indices.GetValueOrDefault(target)?.Uuid ?? Written?.Marks.GetValueOrDefault(target)?.Uuid ?? Before.Of(target)?.Uuid;
            now.Add(target, known is not null && mark.Uuid is not null && known != mark.Uuid ? IndexMark.Nothing : mark);
        }

        return this with { Now = now.ToImmutable() };
    }

    /// <summary>What taking it back would destroy now.</summary>
    public IEnumerable<Destruction> Destroys(string cluster)
    {
        // Of an index that holds others' documents as well, ours are deleted; how many of each one there are is known of all of them together.
        // What was sent and not acknowledged when the work was killed is perhaps there as well, and goes as well.
        var ours = Noted is not null ? Accepted : Math.Max(Accepted, Sum(Now, Before.Of) ?? long.MaxValue);
        var left = HoldsNothingElse ? Documents : Math.Min(Documents, ours);
        var stays = HoldsNothingElse ? 0 : Foreign;
        foreach (var (target, mark) in Now.Where(target => target.Value.Documents > 0))
        {
            var documents = Math.Min(mark.Documents, left);
            left -= documents;
            if (documents > 0)
            {
                yield return new(DestructionKind.DeleteDocuments, cluster, target, documents, documents == mark.Documents ? mark.Bytes : null, Now.Count == 1 || stays is 0 ? stays : null) { Item = Item };
            }
        }
    }

    /// <summary>
    /// What would be written over if the item were sent again after ours is taken back: what others have there now. It is no more than this;
    /// what somebody rewrote looks like ours until each document is compared.
    /// </summary>
    public IEnumerable<Destruction> Overwrites(string cluster)
    {
        if (HoldsNothingElse)
        {
            yield break;
        }

        var there = Now.Where(target => target.Value.Documents > 0).ToArray();
        var atMost = OthersWrites is { } writes ? writes + Before.Documents.Values.Sum() : long.MaxValue;
        foreach (var (target, mark) in there)
        {
            // How many of each target are others' is known of all of them together.
            var (documents, foreign) = Foreign is { } known && (known == 0 || there.Length == 1) ? (Math.Min(known, mark.Documents), known) : (Math.Min(atMost, mark.Documents), default(long?));
            if (documents > 0)
            {
                yield return new(DestructionKind.OverwriteDocuments, cluster, target, documents, null, foreign) { Item = Item };
            }
        }
    }

    private static TakenBack Of(string item, BackfillBefore before, BackfillWritten? written, long ours, long existing) =>
        new(item, before, written, ours, existing > 0);

    /// <summary>By how much the operations of all targets grew; null where one of them cannot be told, or is another index by now.</summary>
    private static long? Sum(ImmutableSortedDictionary<string, IndexMark> now, Func<string, IndexMark?> then)
    {
        var sum = 0L;
        foreach (var (target, mark) in now)
        {
            if (mark == IndexMark.Nothing)
            {
                continue;
            }

            // An index that was not there has taken everything since.
            if (then(target) is not { } had || mark.Operations is not { } operations || had.Operations is not { } earlier || (had.Uuid is not null && had.Uuid != mark.Uuid))
            {
                return null;
            }

            sum += operations - earlier;
        }

        return sum;
    }
}
