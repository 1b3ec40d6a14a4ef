using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Clusters.Validation;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Documents;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Finds documents of the target that the snapshot lacks: by count, and by name where the counts differ.</summary>
/// <remarks>Each index is a work item of its own, beside its shards: what was found survives a crash, and is found once.</remarks>
/// <param name="written">What the backfill left; null where there was none.</param>
/// <param name="idsMax">Ids that are held at a time; where there are more, both sides are read that many times over.</param>
internal sealed class ExtraDocuments(RunContext context, WorkJournal journal, ClusterClient client, BackfillOutputs? written, int idsMax)
{
    /// <summary>Where the journal has an index as a whole: no shard has that number.</summary>
    private const int WholeIndex = -1;

    // Their hashes take about a hundred megabytes.
    public const int IdsMax = 4_000_000;

    // Of more than so many passes' worth the number is told without names.
    private const int PassesMax = 5;
    private const int FindingsMax = 10_000;
    private const int PageCount = 5_000;
    private const string WindowSetting = "index.max_result_window";

    private readonly ClusterMetadata _metadata = new(client);
    private readonly ClusterDocuments _documents = new(client);

    /// <summary>Counts what there is too much of in an index, and names it in the findings.</summary>
    public async Task FindAsync(SelectedIndex index, CancellationToken cancellationToken)
    {
        var item = new WorkItem(index.Name, WholeIndex);
        if (journal.Of(item).IsDone)
        {
            return;
        }

        var count = 0L;
        var targets = new List<string>();
        foreach (var target in index.TargetNames)
        {
            if (await _metadata.IndexExistsAsync(target, cancellationToken))
            {
                await _documents.RefreshAsync(target, cancellationToken);
                count += await _documents.CountAsync(target, cancellationToken);
                targets.Add(target);
            }
        }

        var moved = 0;
        var extra = Math.Max(0, count - journal[index.Name].Sum($"on {index.Name}"));
        using var findings = new MemoryStream();
        if (extra > 0 && PassesOf(count) is var passes and <= PassesMax)
        {
            var named = await NameAsync(index, targets, (int)passes, cancellationToken);
            var should = await LocateAsync(index, named, cancellationToken);
            var rejected = await RejectedPositions.KeysAsync(context.Files, written?.FindingsOf(index.Name), index.Name, named.Select(key => key.Id).ToHashSet(StringComparer.Ordinal), cancellationToken);
            foreach (var key in named)
            {
                // On the shard where it should be, whatever its routing is, it was compared and is named already; unless that one was rejected, and is missed by nobody.
                var same = should[(key.Index, key.Id)].Where(there => !rejected.Contains((there.Key.Id, there.Key.Routing))).ToArray();
                if (same.Any(there => there.IsFound && there.Routing == key.Routing))
                {
                    continue;
                }

                if (Array.Find(same, there => !there.IsFound) is { } missing)
                {
                    ValidateFindings.AppendMoved(findings, index.Name, key, missing.Key.Routing);
                    moved++;
                }
                else
                {
                    ValidateFindings.AppendExtra(findings, index.Name, key);
                }
            }
        }

        context.AssertLease();
        var numbers = ItemPosition.Start.Numbers.Add(ValidateProgress.Extra, extra).Add(ValidateProgress.Moved, moved);
        await journal.MoveToAsync(item, ItemPosition.Start with { IsDone = true, Numbers = numbers }, findings.GetBuffer().AsMemory(0, (int)findings.Length));
    }

    /// <summary>How many there are too many of in an index, as was found.</summary>
    public long CountOf(SelectedIndex index) => journal.Of(new(index.Name, WholeIndex)).Numbers.GetValueOrDefault(ValidateProgress.Extra);

    private long PassesOf(long count) => Math.Max(1, (count + idsMax - 1) / idsMax);

    /// <summary>How many of those are documents of the snapshot, under a routing that is not theirs.</summary>
    public long MovedOf(SelectedIndex index) => journal.Of(new(index.Name, WholeIndex)).Numbers.GetValueOrDefault(ValidateProgress.Moved);

    private async Task<List<DocumentKey>> NameAsync(SelectedIndex index, List<string> targets, int passes, CancellationToken cancellationToken)
    {
        var named = new List<DocumentKey>();
        for (var pass = 0; pass < passes && named.Count < FindingsMax; pass++)
        {
            context.AssertLease();
            var known = new HashSet<ulong>();
            await foreach (var key in KeysAsync(index, cancellationToken))
            {
                if (Hash(key) is var hash && hash % (ulong)passes == (ulong)pass)
                {
                    known.Add(hash);
                }
            }

            foreach (var target in targets)
            {
                await foreach (var key in _documents.ScanAsync(target, await PageCountAsync(target, cancellationToken), cancellationToken))
                {
                    var hash = Hash(key);
                    if (named.Count < FindingsMax && hash % (ulong)passes == (ulong)pass && !known.Contains(hash))
                    {
                        named.Add(key);
                    }
                }
            }
        }

        return named;
    }

    /// <summary>An index may allow less in one answer than is best.</summary>
    private async Task<int> PageCountAsync(string target, CancellationToken cancellationToken) =>
        (await _metadata.FindSettingsAsync(target, [WindowSetting], cancellationToken))?.GetValueOrDefault(WindowSetting) is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most)
            ? Math.Clamp(most, 1, PageCount)
            : PageCount;

    /// <summary>What the target has where the snapshot's documents of the same ids should be.</summary>
    private async Task<ILookup<(string Index, string Id), FoundDocument>> LocateAsync(SelectedIndex index, List<DocumentKey> named, CancellationToken cancellationToken)
    {
        var sought = named.Select(key => (key.Index, key.Id)).ToHashSet();
        var should = new List<DocumentKey>();
        if (sought.Count > 0)
        {
            await foreach (var key in KeysAsync(index, cancellationToken))
            {
                if (sought.Contains((key.Index, key.Id)))
                {
                    should.Add(key);
                }
            }
        }

        var located = new List<FoundDocument>(should.Count);
        foreach (var some in should.Chunk(ShardComparison.BatchDocumentsMax))
        {
            located.AddRange(await _documents.LocateAsync(some, cancellationToken));
        }

        return located.ToLookup(there => (there.Key.Index, there.Key.Id));
    }

    /// <summary>Where each of the snapshot's documents should be.</summary>
    private static async IAsyncEnumerable<DocumentKey> KeysAsync(SelectedIndex index, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 0; number < index.Index.NumberOfShards; number++)
        {
            var opened = number;
            var shard = await SnapshotAccess.TryAsync(null, async () => await index.Index.OpenShardAsync(opened, cancellationToken));
            await foreach (var document in shard.ReadAsync(0, cancellationToken))
            {
                yield return DocumentMapping.KeyOf(index, document);
            }
        }
    }

    // A routing may be empty, which is not the same as none.
    private static ulong Hash(DocumentKey key) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Index}\n{(key.Routing is { } routing ? $"{routing.Length} {routing}" : "")}\n{key.Id}")));
}
