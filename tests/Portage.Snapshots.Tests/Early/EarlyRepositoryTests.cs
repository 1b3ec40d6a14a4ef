using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Snapshots.Tests.Repositories;
using Portage.Snapshots.Tests.Shards;

namespace Portage.Snapshots.Tests.Early;

/// <summary>Repositories from before Elasticsearch 5.0, whose root is a list of names.</summary>
public sealed class EarlyRepositoryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-1.7.1", "snapshot-first")]
    [InlineData("es-2.4.0", "snap-first.dat")]
    public async Task OpenAsync_OneSnapshotDamagedOrMissing_ListsItAsUnknownAndReadsTheOthers(string server, string blob)
    {
        var store = new Made(server).Store;
        foreach (var damaged in (byte[]?[])[store.Blobs[blob][..^9], null])
        {
            store.Blobs.Remove(blob);
            if (damaged is not null)
            {
                store.Blobs[blob] = damaged;
            }

            var repository = await SnapshotRepository.OpenAsync(store, Cancelled);
            Assert.Equal(["first", "just-logs", "partial", "second"], repository.Snapshots.Select(snapshot => snapshot.Name));
            Assert.Equal(("UNKNOWN", null, null), (repository.Snapshots[0].State.ToWord(), repository.Snapshots[0].Version, repository.Snapshots[0].Indices));
            Assert.Equal(["logs"], repository.Snapshots[1].Indices);
            Assert.Equal(16, (await repository.OpenSnapshotAsync("second", Cancelled)).IndexNames.Count);
            await Assert.ThrowsAnyAsync<RepositoryException>(async () => await repository.OpenSnapshotAsync("first", Cancelled));
        }
    }

    [Theory]
    [InlineData("es-1.7.1")]
    [InlineData("es-2.4.0")]
    public async Task OpenShardAsync_ShardThatWasNotSaved_IsNamedWithTheReason(string server)
    {
        var partial = await (await new Made(server).OpenAsync()).OpenSnapshotAsync("partial", Cancelled);
        Assert.Equal((SnapshotState.Partial, 2, 1), (partial.State, partial.TotalShards, partial.SuccessfulShards));
        var lost = await partial.OpenIndexAsync("lost", Cancelled);
        var failure = await Assert.ThrowsAsync<ShardMissingException>(async () => await lost.OpenShardAsync(0, Cancelled));
        Assert.Equal(("lost", 0, "primary shard is not allocated"), (failure.Index, failure.Shard, failure.Reason));
        Assert.Equal(20, (await GoldenDocumentsTests.ReadAsync(await partial.OpenIndexAsync("versions", Cancelled))).Count);
    }

    /// <summary>A cluster of 2.x goes on with the repository of 1.x: each snapshot keeps the blobs of its own version.</summary>
    [Fact]
    public async Task OpenAsync_SnapshotsOfBothEras_ReadsEachByItsOwnBlobs()
    {
        var (old, store) = (new Made("es-1.7.1"), new Made("es-2.4.0").Store);
        foreach (var path in store.Blobs.Keys.Where(path => path is "snap-first.dat" or "meta-first.dat" || path.StartsWith("indices/types/", StringComparison.Ordinal)).ToArray())
        {
            store.Blobs.Remove(path);
        }

        foreach (var (path, blob) in old.Store.Blobs.Where(blob => blob.Key is "snapshot-first" or "metadata-first" || blob.Key.StartsWith("indices/types/", StringComparison.Ordinal)))
        {
            store.Blobs[path] = blob;
        }

        var repository = await SnapshotRepository.OpenAsync(store, Cancelled);
        Assert.Equal(["1.7.1", "2.4.0", "2.4.0", "2.4.0"], repository.Snapshots.Select(snapshot => snapshot.Version));
        var first = await repository.OpenSnapshotAsync("first", Cancelled);
        Assert.Contains("old-style", (await first.ReadGlobalMetadataAsync(Cancelled)).LegacyTemplates.Keys);
        Assert.Equal(old.GoldenDocuments("first", "types").Count(), (await GoldenDocumentsTests.ReadAsync(await first.OpenIndexAsync("types", Cancelled))).Count);
        var second = await repository.OpenSnapshotAsync("second", Cancelled);
        Assert.Equal(new Made("es-2.4.0").GoldenDocuments("second", "logs").Count(), (await GoldenDocumentsTests.ReadAsync(await second.OpenIndexAsync("logs", Cancelled))).Count);
    }

    /// <summary>Elasticsearch 2.x stores the parent of a document; only the versions after it need a guess.</summary>
    [Theory]
    [InlineData("es-1.7.1", true)]
    [InlineData("es-2.4.0", true)]
    [InlineData("es-5.6.16", false)]
    public async Task Parents_ByEra_AreReadOrGuessedAndSo(string server, bool areStored)
    {
        var snapshot = await (await new Made(server).OpenAsync()).OpenSnapshotAsync("first", Cancelled);
        var family = await snapshot.OpenIndexAsync("family", Cancelled);
        Assert.Equal(("child", "mother"), (family.Parents.ByChild.Single().Key, family.Parents.ByChild.Single().Value));
        Assert.Equal(areStored, family.Parents.Note is null);
    }
}
