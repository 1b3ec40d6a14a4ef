using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portage.Engine.Ports;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.Remote;
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

    /// <summary>Looks at indices, several at once where the store is far away; each comes in its turn.</summary>
    /// <param name="isWhole">
    /// Whether every file is looked for in a listing, and each small file of a segment is read; otherwise only lists and headers are.
    /// </param>
    public static async IAsyncEnumerable<IndexLook> AllAsync(RepositorySnapshot snapshot, IEnumerable<string> names, bool isWhole, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // One bound for indices and shards together, whether there are many of the ones or of the others.
        using var gate = new SemaphoreSlim(snapshot.ReadsAtOnce);
#pragma warning disable CA2025 // The enumeration ends no earlier than all that it began, and the gate lasts longer.
        await foreach (var look in ParallelReads.InOrderAsync(names, snapshot.ReadsAtOnce, (name, token) => OfAsync(snapshot, name, isWhole, gate, token), cancellationToken))
#pragma warning restore CA2025
        {
            yield return look;
        }
    }

    private static async Task<IndexLook> OfAsync(RepositorySnapshot snapshot, string name, bool isWhole, SemaphoreSlim gate, CancellationToken cancellationToken)
    {
        IndexSnapshot index;
        try
        {
            index = await InTurnAsync(gate, () => snapshot.OpenIndexAsync(name, cancellationToken).AsTask(), cancellationToken);
        }
        catch (RepositoryException failure)
        {
            return new(name, null, SnapshotSizes.Empty with { Indices = 1, UncountedShards = 1, UnlistedShards = 1 }, [failure]);
        }

        var (problems, shards) = (ImmutableArray.CreateBuilder<RepositoryException>(), ImmutableSortedDictionary.CreateBuilder<int, ShardSnapshot>());
        var size = SnapshotSizes.Empty with { Indices = 1, HasNested = index.HasNestedObjects };
        var there = Enumerable.Range(0, index.NumberOfShards).Where(number => !index.MissingShards.Any(failure => failure.Shard == number));
        await foreach (var look in ParallelReads.InOrderAsync(there, snapshot.ReadsAtOnce, (number, token) => InTurnAsync(gate, () => ShardAsync(index, number, isWhole, token), token), cancellationToken))
        {
            size = size with
            {
                Bytes = size.Bytes + (look.Shard?.TotalBytes ?? 0),
                Documents = size.Documents + (look.Documents ?? 0),
                UnlistedShards = size.UnlistedShards + (look.Shard is null ? 1 : 0),
                UncountedShards = size.UncountedShards + (look.Documents is null ? 1 : 0),
            };
            if (look.Shard is { } shard)
            {
                shards.Add(shard.Number, shard);
            }

            if (look.Problem is { } problem)
            {
                problems.Add(problem);
            }
        }

        return new(name, index, size, problems.DrainToImmutable()) { Shards = shards.ToImmutable() };
    }

    private static async Task<ShardLook> ShardAsync(IndexSnapshot index, int number, bool isWhole, CancellationToken cancellationToken)
    {
        var look = new ShardLook(null, null, null);
        try
        {
            var shard = await index.OpenShardAsync(number, cancellationToken);
            look = look with { Shard = shard };
            look = look with { Documents = (await shard.CountAsync(cancellationToken)).LiveLuceneDocuments };
            await RequireAsync(shard, isWhole, cancellationToken);
        }
        catch (RepositoryException failure)
        {
            look = look with { Problem = failure };
        }

        return look;
    }

    private static async Task<T> InTurnAsync<T>(SemaphoreSlim gate, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
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

    /// <summary>A shard as far as it could be opened and counted, and why it cannot be read.</summary>
    private sealed record ShardLook(ShardSnapshot? Shard, long? Documents, RepositoryException? Problem);
}
