using Portage.Snapshots.Repositories;

namespace Portage.Fuzz.Targets;

/// <summary>Repositories in which the body of one metadata blob of a kind is damaged, under a seal that fits.</summary>
internal sealed class RepositoryTarget(RepositoryTarget.BlobKind kind, IReadOnlyList<FuzzSeed> seeds) : FuzzTarget
{
    public enum BlobKind
    {
        Root,
        Snapshot,
        State,
        Index,
        Shard,
    }

    public override string Name => $"repository.{kind.ToString().ToLowerInvariant()}";

    public override IReadOnlyList<FuzzSeed> Seeds => seeds;

    public override bool IsExpected(Exception failure) => failure is RepositoryException;

    public override void Run(FuzzSeed seed, byte[] bytes)
    {
        var (blobs, path, codec, index) = (Around)seed.Around!;
        ReadAsync(new BlobsInMemory(blobs, path, codec is null ? bytes : Envelopes.Seal(codec, bytes)), index).GetAwaiter().GetResult();
    }

    /// <summary>Reads what the blob is needed for, and no documents: those are of Lucene's targets.</summary>
    private async Task ReadAsync(BlobsInMemory store, string index)
    {
        var repository = await SnapshotRepository.OpenAsync(store, CancellationToken.None);
        foreach (var entry in repository.Snapshots.Take(8))
        {
            var snapshot = await repository.OpenSnapshotAsync(entry.Name, CancellationToken.None);
            if (kind is BlobKind.State or BlobKind.Root)
            {
                await snapshot.ReadGlobalMetadataAsync(CancellationToken.None);
            }

            if (kind == BlobKind.State || !snapshot.IndexNames.Contains(index))
            {
                continue;
            }

            var opened = await snapshot.OpenIndexAsync(index, CancellationToken.None);
            _ = (opened.SourceStorage, opened.Parents.Note, opened.MissingShards.Count(), opened.HasNestedObjects);
            if (kind is BlobKind.Shard or BlobKind.Index or BlobKind.Root)
            {
                for (var number = 0; number < Math.Min(opened.NumberOfShards, 4); number++)
                {
                    var shard = await opened.OpenShardAsync(number, CancellationToken.None);
                    await shard.VerifyLengthsAsync(CancellationToken.None);
                    await shard.CountAsync(CancellationToken.None);
                }
            }
        }
    }

    /// <param name="Codec">Of the seal; null where the blob has none.</param>
    /// <param name="Index">The index to read.</param>
    internal sealed record Around(IReadOnlyDictionary<string, byte[]> Blobs, string Path, string? Codec, string Index);
}
