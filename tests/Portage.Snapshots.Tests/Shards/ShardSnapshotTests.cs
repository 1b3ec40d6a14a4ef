using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Snapshots.Tests.Repositories;

namespace Portage.Snapshots.Tests.Shards;

public sealed class ShardSnapshotTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-6.8.9")]
    [InlineData("es-7.10.2")]
    [InlineData("es-7.17.29")]
    [InlineData("es-8.19.21")]
    [InlineData("os-1.3.13")]
    [InlineData("os-2.19.1")]
    [InlineData("os-3.8.0")]
    public async Task OpenShardAsync_PartialSnapshot_TellsTheMissingShardFromTheRest(string server)
    {
        var made = new Made(server);
        var snapshot = await (await made.OpenAsync()).OpenSnapshotAsync("partial", Cancelled);

        var lost = await snapshot.OpenIndexAsync("lost", Cancelled);
        Assert.Equal(0, Assert.Single(lost.MissingShards).Shard);
        var failure = await Assert.ThrowsAsync<ShardMissingException>(async () => await lost.OpenShardAsync(0, Cancelled));
        Assert.Equal(("lost", 0, "primary shard is not allocated"), (failure.Index, failure.Shard, failure.Reason));

        var versions = await snapshot.OpenIndexAsync("versions", Cancelled);
        Assert.Empty(versions.MissingShards);
        Assert.NotEmpty(await GoldenDocumentsTests.ReadAsync(versions));
    }

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-7.10.2")]
    [InlineData("os-1.3.13")]
    public async Task VerifyAsync_SoundRepository_FindsNothing(string server)
    {
        var made = new Made(server);
        foreach (var shard in await ShardsAsync(made.Store, "second"))
        {
            await shard.VerifyAsync(Cancelled);
        }
    }

    /// <summary>By a listing or, where there is none, one by one: the same is found, and the first in order is named.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task VerifyLengthsAsync_BlobMissingOrShort_NamesIt(bool canList)
    {
        var store = new MemoryStore(new Made("es-7.10.2").Store.Blobs) { CanList = canList };
        var shard = (await ShardsAsync(store, "first")).First(shard => shard.Index.Name == "packed");
        await shard.VerifyLengthsAsync(Cancelled);
        var paths = shard.Files.Values.Where(file => !file.IsVirtual).Select(file => $"{shard.Folder}/{file.PartName(0)}").ToArray();
        store.Blobs[paths[1]] = store.Blobs[paths[1]][1..];
        Assert.Equal(paths[1], (await Assert.ThrowsAsync<CorruptBlobException>(async () => await shard.VerifyLengthsAsync(Cancelled))).Path);
        store.Blobs.Remove(paths[0]);
        Assert.Equal(paths[0], (await Assert.ThrowsAsync<BlobNotFoundException>(async () => await shard.VerifyLengthsAsync(Cancelled))).Path);
    }

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-7.10.2")]
    public async Task VerifyAsync_AnyBlobDamaged_NamesIt(string server)
    {
        var made = new Made(server);
        var store = made.Store;
        var shard = (await ShardsAsync(store, "first")).First(shard => shard.Index.Name == "packed");
        foreach (var file in shard.Files.Values.Where(file => !file.IsVirtual))
        {
            var path = $"{shard.Folder}/{file.BlobName}";
            var sound = store.Blobs[path];

            store.Blobs[path] = Flipped(sound, sound.Length / 2);
            Assert.Equal(path, (await Assert.ThrowsAsync<CorruptBlobException>(async () => await shard.VerifyAsync(Cancelled))).Path);

            store.Blobs[path] = sound[..^1];
            Assert.Equal(path, (await Assert.ThrowsAsync<CorruptBlobException>(async () => await shard.VerifyAsync(Cancelled))).Path);

            store.Blobs.Remove(path);
            Assert.Equal(path, (await Assert.ThrowsAsync<BlobNotFoundException>(async () => await shard.VerifyAsync(Cancelled))).Path);

            store.Blobs[path] = sound;
        }

        await shard.VerifyAsync(Cancelled);
    }

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-7.17.29")]
    public async Task ReadAsync_BitFlippedInStoredFields_NamesTheBlob(string server)
    {
        var made = new Made(server);
        var store = made.Store;
        var shard = (await ShardsAsync(store, "first")).First(shard => shard.Index.Name == "big");
        // Nearly all of this compound file is stored fields.
        var file = shard.Files.Values.Where(file => file.Name.EndsWith(".cfs", StringComparison.Ordinal)).MaxBy(file => file.Length)!;
        var path = $"{shard.Folder}/{file.BlobName}";
        store.Blobs[path] = Flipped(store.Blobs[path], store.Blobs[path].Length / 2);
        Assert.Equal(path, (await Assert.ThrowsAsync<CorruptBlobException>(async () => await ReadAsync(shard, 0))).Path);
    }

    [Fact]
    public async Task ReadAsync_MissingSegmentBlob_NamesIt()
    {
        var made = new Made("es-7.10.2");
        var store = made.Store;
        var shard = (await ShardsAsync(store, "first")).First(shard => shard.Index.Name == "big");
        var path = $"{shard.Folder}/{shard.Files.Values.First(file => file.Name.EndsWith(".cfs", StringComparison.Ordinal)).BlobName}";
        store.Blobs.Remove(path);
        Assert.Equal(path, (await Assert.ThrowsAsync<BlobNotFoundException>(async () => await ReadAsync(shard, 0))).Path);
    }

    [Fact]
    public async Task OpenShardAsync_MissingList_NamesTheBlob()
    {
        var made = new Made("es-7.10.2");
        var store = made.Store;
        var shard = (await ShardsAsync(store, "first"))[0];
        store.Blobs.Remove(shard.ListBlob);
        var failure = await Assert.ThrowsAsync<BlobNotFoundException>(async () => await shard.Index.OpenShardAsync(shard.Number, Cancelled));
        Assert.Equal(shard.ListBlob, failure.Path);
    }

    [Fact]
    public async Task OpenShardAsync_NoSuchShard_IsRefused()
    {
        var made = new Made("es-7.10.2");
        var index = (await ShardsAsync(made.Store, "first"))[0].Index;
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await index.OpenShardAsync(index.NumberOfShards, Cancelled));
    }

    [Theory]
    [InlineData("es-5.6.16", "logs")]
    [InlineData("es-7.10.2", "logs")]
    [InlineData("es-7.10.2", "nested")]
    [InlineData("os-1.3.13", "packed")]
    public async Task ReadAsync_FromAnyPosition_GivesTheRest(string server, string index)
    {
        var made = new Made(server);
        foreach (var shard in (await ShardsAsync(made.Store, "second")).Where(shard => shard.Index.Name == index))
        {
            var all = await ReadAsync(shard, 0);
            var counts = await shard.CountAsync(Cancelled);
            Assert.Equal(all.Order(), all);
            Assert.Equal(all.Count, all.Distinct().Count());
            Assert.True(all[^1] < counts.PositionEnd);
            Assert.True(index == "nested" ? all.Count < counts.LiveLuceneDocuments : all.Count == counts.LiveLuceneDocuments);
            for (var from = 0L; from <= counts.PositionEnd + 1; from += 1 + (counts.PositionEnd / 20))
            {
                Assert.Equal(all.Where(position => position >= from), await ReadAsync(shard, from));
            }
        }
    }

    [Fact]
    public async Task StoredBytesRead_AtTheEnd_IsAllOfThem()
    {
        var made = new Made("es-7.10.2");
        var shard = (await ShardsAsync(made.Store, "second")).First(shard => shard.Index.Name == "packed");
        await using var reader = await shard.OpenReaderAsync(0, Cancelled);
        while (await reader.MoveNextAsync(Cancelled))
        {
        }

        Assert.Equal((await shard.CountAsync(Cancelled)).StoredBytes, reader.StoredBytesRead);
    }

    [Fact]
    public async Task CountAsync_VirtualFiles_FetchesAlmostNothing()
    {
        var made = new Made("es-7.10.2");
        var store = made.Store;
        var shard = (await ShardsAsync(store, "first")).First(shard => shard.Index.Name == "big");
        var before = store.BytesRead;
        await shard.CountAsync(Cancelled);
        Assert.InRange(store.BytesRead - before, 0, 10_000);
        Assert.True(shard.TotalBytes > 100_000);
    }

    [Fact]
    public async Task OpenShardAsync_SecondSnapshotWithoutNewFiles_ListsAllFilesAllTheSame()
    {
        var repository = await SnapshotRepository.OpenAsync(new FileBlobStore(Fixtures.Find("snapshots/ES_7_10_Double")), Cancelled);
        var first = await (await repository.OpenSnapshotAsync("global_state_snapshot", Cancelled)).OpenIndexAsync("posts_2024_01_01", Cancelled);
        var second = await (await repository.OpenSnapshotAsync("global_state_snapshot_2", Cancelled)).OpenIndexAsync("posts_2024_01_01", Cancelled);
        Assert.Equal((await first.OpenShardAsync(0, Cancelled)).TotalBytes, (await second.OpenShardAsync(0, Cancelled)).TotalBytes);
    }

    internal static async Task<List<ShardSnapshot>> ShardsAsync(IBlobStore store, string snapshotName)
    {
        var repository = await SnapshotRepository.OpenAsync(store, Cancelled);
        var snapshot = await repository.OpenSnapshotAsync(snapshotName, Cancelled);
        var shards = new List<ShardSnapshot>();
        await foreach (var index in snapshot.OpenIndicesAsync(_ => true, Cancelled))
        {
            for (var number = 0; number < index.NumberOfShards; number++)
            {
                shards.Add(await index.OpenShardAsync(number, Cancelled));
            }
        }

        return shards;
    }

    private static byte[] Flipped(byte[] sound, int at)
    {
        var damaged = sound.ToArray();
        damaged[at] ^= 0x10;
        return damaged;
    }

    private static async Task<List<long>> ReadAsync(ShardSnapshot shard, long from)
    {
        var positions = new List<long>();
        await foreach (var document in shard.ReadAsync(from, Cancelled))
        {
            positions.Add(document.Position);
        }

        return positions;
    }
}
