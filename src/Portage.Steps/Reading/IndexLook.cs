using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;

namespace Portage.Steps.Reading;

/// <summary>An index of a snapshot, as far as it can be seen without reading documents: how large it is, and what of it cannot be read.</summary>
/// <param name="Name">In the snapshot.</param>
/// <param name="Index">Null where even its settings cannot be read.</param>
/// <param name="Size">Of what could be opened.</param>
/// <param name="Problems">Why it cannot be read: one a shard at most. Shards that the snapshot itself says it lacks are none.</param>
public sealed record IndexLook(string Name, IndexSnapshot? Index, SnapshotSizes Size, ImmutableArray<RepositoryException> Problems)
{
    /// <summary>The shards that were opened, by their numbers.</summary>
    public ImmutableSortedDictionary<int, ShardSnapshot> Shards { get; init; } = ImmutableSortedDictionary<int, ShardSnapshot>.Empty;

    /// <summary>True where all that was looked at can be read.</summary>
    public bool IsReadable => Problems.IsEmpty;

    /// <summary>As <c>logs (4 documents, 21 KB): Shard 0 of index 'logs': ...</c>.</summary>
    public string Line => $"{Name}{(Size.Bytes > 0 ? $" ({Size.DocumentsText}, {Size.BytesText})" : "")}: {Problems[0].Message}{(Problems.Length > 1 ? $" And {Problems.Length - 1} more {(Problems.Length == 2 ? "shard" : "shards")}." : "")}";

    /// <summary>Looks at an index.</summary>
    /// <param name="isWhole">
    /// Whether every file is looked for in a listing, and each small file of a segment is read; otherwise only lists and headers are.
    /// </param>
    public static async Task<IndexLook> OfAsync(RepositorySnapshot snapshot, string name, bool isWhole, CancellationToken cancellationToken)
    {
        IndexSnapshot index;
        try
        {
            index = await snapshot.OpenIndexAsync(name, cancellationToken);
        }
        catch (RepositoryException failure)
        {
            return new(name, null, SnapshotSizes.Empty with { Indices = 1, UncountedShards = 1, UnlistedShards = 1 }, [failure]);
        }

        var (problems, shards) = (ImmutableArray.CreateBuilder<RepositoryException>(), ImmutableSortedDictionary.CreateBuilder<int, ShardSnapshot>());
        var size = SnapshotSizes.Empty with { Indices = 1, HasNested = index.HasNestedObjects };
        for (var number = 0; number < index.NumberOfShards; number++)
        {
            if (index.MissingShards.Any(failure => failure.Shard == number))
            {
                continue;
            }

            // Until it says how much it has.
            size = size with { UncountedShards = size.UncountedShards + 1, UnlistedShards = size.UnlistedShards + 1 };
            try
            {
                var shard = await index.OpenShardAsync(number, cancellationToken);
                shards.Add(number, shard);
                size = size with { Bytes = size.Bytes + shard.TotalBytes, UnlistedShards = size.UnlistedShards - 1 };
                size = size with { UncountedShards = size.UncountedShards - 1, Documents = size.Documents + (await shard.CountAsync(cancellationToken)).LiveLuceneDocuments };
                await RequireAsync(shard, isWhole, cancellationToken);
            }
            catch (RepositoryException failure)
            {
                problems.Add(failure);
            }
        }

        return new(name, index, size, problems.DrainToImmutable()) { Shards = shards.ToImmutable() };
    }

    private static async Task RequireAsync(ShardSnapshot shard, bool isWhole, CancellationToken cancellationToken)
    {
        if (isWhole)
        {
            await shard.VerifyLengthsAsync(cancellationToken);
            await shard.RequireReadableAsync(cancellationToken);
        }
        else
        {
            await shard.RequireFormatsAsync(cancellationToken);
        }
    }

    /// <summary>What cannot be read is refused before anything is made of it.</summary>
    /// <param name="path">Where the slice is configured.</param>
    /// <exception cref="StepException">Some of them cannot be read.</exception>
    internal static void Refuse(IEnumerable<IndexLook> looks, string path)
    {
        var unreadable = looks.Where(look => !look.IsReadable).ToArray();
        if (unreadable.Length == 0)
        {
            return;
        }

        var others = unreadable.Length - NamedMax;
        var detail = $"The slice selects what cannot be read. {string.Join(" ", unreadable.Take(NamedMax).Select(look => look.Line))}{(others > 0 ? $" And {others} more {(others == 1 ? "index" : "indices")}." : "")} Mend the repository, or exclude {(unreadable.Length == 1 ? "the index" : "the indices")}.";
        var because = SnapshotAccess.Describe(unreadable[0].Problems[0], $"{path}.indices") with
        {
            Detail = detail,
            Command = $"workflow configure update {path}.indices.exclude '[{string.Join(", ", unreadable.Select(look => look.Name))}]'",
        };
        throw new StepException(because, isTransient: false, unreadable[0].Problems[0]);
    }

    private const int NamedMax = 5;
}
