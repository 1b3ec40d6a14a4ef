using Portage.Engine.Ports;
using Portage.Snapshots.Repositories;

namespace Portage.Steps.Reading;

/// <summary>How much there is, as far as it can be said without reading documents.</summary>
/// <param name="Indices">How many.</param>
/// <param name="Documents">Live Lucene documents: where an index has nested objects, each of those counts as well.</param>
/// <param name="Bytes">Of all files of the shards.</param>
/// <param name="HasNested">True when nested objects are among <paramref name="Documents"/>, which is an upper limit then.</param>
/// <param name="IsComplete">False when shards were left out, so that the look stays quick.</param>
public sealed record SnapshotSizes(int Indices, long Documents, long Bytes, bool HasNested, bool IsComplete)
{
    // A plan is shown within a second: about that many small files are read in that time from a slow disk.
    private const int ShardsMax = 200;

    /// <summary>Nothing at all.</summary>
    public static SnapshotSizes Empty { get; } = new(0, 0, 0, HasNested: false, IsComplete: true);

    /// <summary>The documents as <c>4 documents</c>, with what is known of them only roughly: <c>up to</c>, <c>more than</c>, <c>about</c>.</summary>
    public string DocumentsText => $"{(IsComplete, HasNested) switch
    {
        (true, false) => "",
        (true, true) => "up to ",
        (false, false) => "more than ",
        (false, true) => "about ",
    }}{Documents:N0} {(Documents == 1 ? "document" : "documents")}";

    /// <summary>The sizes of some indices of a snapshot; missing shards count nothing.</summary>
    /// <exception cref="RepositoryException">A file is missing or damaged.</exception>
    public static Task<SnapshotSizes> OfAsync(RepositorySnapshot snapshot, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        OfAsync(snapshot, names, ShardsMax, cancellationToken);

    /// <summary>As <c>40 documents, 12 KB</c>; where it cannot be read, that.</summary>
    /// <param name="isQuick">True where a plan waits for it: then there may be more than is said.</param>
    internal static async Task<string> TextAsync(RepositorySnapshot snapshot, IReadOnlyCollection<string> names, bool isQuick, CancellationToken cancellationToken)
    {
        try
        {
            var sizes = await OfAsync(snapshot, names, isQuick ? ShardsMax : int.MaxValue, cancellationToken);
            return $"{sizes.DocumentsText}, {Amounts.Bytes(sizes.Bytes)}";
        }
        catch (StepException damaged)
        {
            return $"how many documents cannot be read ({damaged.Because.Code})";
        }
    }

    private static async Task<SnapshotSizes> OfAsync(RepositorySnapshot snapshot, IReadOnlyCollection<string> names, int shardsMax, CancellationToken cancellationToken)
    {
        var sizes = Empty with { Indices = names.Count };
        var shards = 0;
        foreach (var name in names)
        {
            if (shards >= shardsMax)
            {
                return sizes with { IsComplete = false };
            }

            var index = await SnapshotAccess.TryAsync(null, async () => await snapshot.OpenIndexAsync(name, cancellationToken));
            sizes = sizes with { HasNested = sizes.HasNested || index.HasNestedObjects };
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
        new(a.Indices + b.Indices, a.Documents + b.Documents, a.Bytes + b.Bytes, a.HasNested || b.HasNested, a.IsComplete && b.IsComplete);

    /// <summary>As <c>2 indices, 4 documents, 21 KB</c>.</summary>
    public override string ToString() =>
        $"{Indices} {(Indices == 1 ? "index" : "indices")}, {DocumentsText}, {Amounts.Bytes(Bytes)}";
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
