using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Clusters.Validation;
using Portage.Engine.Ports;
using Portage.Steps.Documents;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Finds documents of the target that the snapshot lacks: by count, and by name where the counts differ.</summary>
/// <remarks>Each index is a work item of its own, beside its shards: what was found survives a crash, and is found once.</remarks>
/// <param name="idsMax">Ids that are held at a time; where there are more, both sides are read that many times over.</param>
internal sealed class ExtraDocuments(RunContext context, WorkJournal journal, ClusterClient client, int idsMax)
{
    /// <summary>Where the journal has an index as a whole: no shard has that number.</summary>
    private const int WholeIndex = -1;

    // Their hashes take about a hundred megabytes.
    public const int IdsMax = 4_000_000;

    // Of more than so many passes' worth the number is told without names.
    private const int PassesMax = 5;
    private const int FindingsMax = 10_000;
    private const int PageCount = 5_000;

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

        var extra = Math.Max(0, count - journal[index.Name].Sum($"on {index.Name}"));
        using var findings = new MemoryStream();
        if (extra > 0 && PassesOf(count) is var passes and <= PassesMax)
        {
            await NameAsync(index, targets, (int)passes, findings, cancellationToken);
        }

        context.AssertLease();
        await journal.MoveToAsync(item, ItemPosition.Start with { IsDone = true, Numbers = ItemPosition.Start.Numbers.Add(ValidateProgress.Extra, extra) }, findings.GetBuffer().AsMemory(0, (int)findings.Length));
    }

    /// <summary>How many there are too many of in an index, as was found.</summary>
    public long CountOf(SelectedIndex index) => journal.Of(new(index.Name, WholeIndex)).Numbers.GetValueOrDefault(ValidateProgress.Extra);

    private long PassesOf(long count) => Math.Max(1, (count + idsMax - 1) / idsMax);

    private async Task NameAsync(SelectedIndex index, List<string> targets, int passes, MemoryStream findings, CancellationToken cancellationToken)
    {
        var named = 0;
        for (var pass = 0; pass < passes && named < FindingsMax; pass++)
        {
            context.AssertLease();
            var known = await KnownAsync(index, passes, pass, cancellationToken);
            foreach (var target in targets)
            {
                await foreach (var key in _documents.ScanAsync(target, PageCount, cancellationToken))
                {
                    var hash = Hash(target, key.Id);
                    if (named < FindingsMax && hash % (ulong)passes == (ulong)pass && !known.Contains(hash))
                    {
                        ValidateFindings.AppendExtra(findings, index.Name, key);
                        named++;
                    }
                }
            }
        }
    }

    /// <summary>Those of the snapshot's ids whose turn it is.</summary>
    private static async Task<HashSet<ulong>> KnownAsync(SelectedIndex index, int passes, int pass, CancellationToken cancellationToken)
    {
        var known = new HashSet<ulong>();
        for (var number = 0; number < index.Index.NumberOfShards; number++)
        {
            var opened = number;
            var shard = await SnapshotAccess.TryAsync(null, async () => await index.Index.OpenShardAsync(opened, cancellationToken));
            await foreach (var document in shard.ReadAsync(0, cancellationToken))
            {
                var key = DocumentMapping.KeyOf(index, document);
                if (Hash(key.Index, key.Id) is var hash && hash % (ulong)passes == (ulong)pass)
                {
                    known.Add(hash);
                }
            }
        }

        return known;
    }

    private static ulong Hash(string index, string id) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{index}\n{id}")));
}
