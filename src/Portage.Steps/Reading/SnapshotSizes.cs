using Portage.Snapshots.Repositories;

namespace Portage.Steps.Reading;

/// <summary>How much there is, as far as it can be said without reading documents.</summary>
/// <param name="Indices">How many.</param>
/// <param name="Documents">Live Lucene documents: nested objects count as well.</param>
/// <param name="Bytes">Of all files of the shards.</param>
/// <param name="IsComplete">False when shards were left out, so that the look stays quick.</param>
public sealed record SnapshotSizes(int Indices, long Documents, long Bytes, bool IsComplete)
{
    // A plan is shown within a second: about that many small files are read in that time from a slow disk.
    private const int ShardsMax = 200;

    /// <summary>The sizes of some indices of a snapshot; missing shards count nothing.</summary>
    /// <exception cref="RepositoryException">A file is missing or damaged.</exception>
    public static async Task<SnapshotSizes> OfAsync(RepositorySnapshot snapshot, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var sizes = new SnapshotSizes(names.Count, 0, 0, IsComplete: true);
        var shards = 0;
        foreach (var name in names)
        {
            if (shards >= ShardsMax)
            {
                return sizes with { IsComplete = false };
            }

            var index = await SnapshotAccess.TryAsync(null, async () => await snapshot.OpenIndexAsync(name, cancellationToken));
            for (var number = 0; number < index.NumberOfShards; number++, shards++)
            {
                if (!index.MissingShards.Any(failure => failure.Shard == number))
                {
                    var opened = number;
                    var (documents, bytes) = await SnapshotAccess.TryAsync(null, async () =>
                    {
                        var shard = await index.OpenShardAsync(opened, cancellationToken);
                        return ((await shard.CountAsync(cancellationToken)).LiveLuceneDocuments, shard.TotalBytes);
                    });
                    sizes = sizes with { Documents = sizes.Documents + documents, Bytes = sizes.Bytes + bytes };
                }
            }
        }

        return sizes;
    }

    /// <summary>Both together.</summary>
    public static SnapshotSizes operator +(SnapshotSizes a, SnapshotSizes b) =>
        new(a.Indices + b.Indices, a.Documents + b.Documents, a.Bytes + b.Bytes, a.IsComplete && b.IsComplete);

    /// <summary>As <c>2 indices, 4 documents, 21 KB</c>.</summary>
    public override string ToString() =>
        $"{Indices} {(Indices == 1 ? "index" : "indices")}, {(IsComplete ? "" : "more than ")}{Documents:N0} {(Documents == 1 ? "document" : "documents")}, {Amounts.Bytes(Bytes)}";
}

/// <summary>Amounts as people read them.</summary>
public static class Amounts
{
    /// <summary>As <c>21 KB</c>, <c>1.4 GB</c>: thousands, one decimal below ten.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["bytes", "KB", "MB", "GB", "TB", "PB"];
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1_000 && unit < units.Length - 1)
        {
            (value, unit) = (value / 1_000, unit + 1);
        }

        return unit == 0 || value >= 10 ? $"{value:0} {units[unit]}" : $"{value:0.#} {units[unit]}";
    }
}
