using System.Collections.Immutable;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Clusters.Validation;
using Portage.Engine.Ports;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Finds documents of the target that the snapshot lacks: by count, and by name where the counts differ.</summary>
internal static class ExtraDocuments
{
    // The hashes of that many ids take about half a gigabyte; beyond it the number is told without names.
    private const long NamedDocumentsMax = 20_000_000;
    private const int NamesMax = 10;
    private const int PageCount = 5_000;

    public static async Task<(long Count, ImmutableArray<string> Lines)> FindAsync(
        StepContext context,
        ImmutableArray<SelectedIndex> indices,
        ItemJournal journal,
        ClusterClient client,
        CancellationToken cancellationToken)
    {
        var (metadata, documents) = (new ClusterMetadata(client), new ClusterDocuments(client));
        var extra = 0L;
        var lines = ImmutableArray.CreateBuilder<string>();
        foreach (var index in indices)
        {
            var found = journal.Sum($"on {index.Name}");
            var count = 0L;
            var targets = new List<string>();
            foreach (var target in index.TargetNames)
            {
                if (await metadata.IndexExistsAsync(target, cancellationToken))
                {
                    await documents.RefreshAsync(target, cancellationToken);
                    count += await documents.CountAsync(target, cancellationToken);
                    targets.Add(target);
                }
            }

            if (count <= found)
            {
                continue;
            }

            extra += count - found;
            lines.Add(count <= NamedDocumentsMax
                ? $"{index.Name}: {count - found:N0} that the snapshot lacks, as {string.Join(", ", await NamesAsync(index, targets, documents, cancellationToken))}"
                : $"{index.Name}: {count - found:N0} that the snapshot lacks; too many documents to name them");
            context.AssertLease();
        }

        return (extra, lines.DrainToImmutable());
    }

    private static async Task<List<string>> NamesAsync(SelectedIndex index, List<string> targets, ClusterDocuments documents, CancellationToken cancellationToken)
    {
        var known = new HashSet<ulong>();
        for (var number = 0; number < index.Index.NumberOfShards; number++)
        {
            var opened = number;
            var shard = await SnapshotAccess.TryAsync(null, async () => await index.Index.OpenShardAsync(opened, cancellationToken));
            await foreach (var document in shard.ReadAsync(0, cancellationToken))
            {
                known.Add(Hash(index.TargetOf(document.Type), index.IdOf(document.Type, document.Id)));
            }
        }

        var names = new List<string>();
        foreach (var target in targets)
        {
            await foreach (var key in documents.ScanAsync(target, PageCount, cancellationToken))
            {
                if (!known.Contains(Hash(target, key.Id)))
                {
                    names.Add($"{target}/{key.Id}");
                    if (names.Count == NamesMax)
                    {
                        return names;
                    }
                }
            }
        }

        return names;
    }

    private static ulong Hash(string index, string id) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{index}\n{id}")));
}
