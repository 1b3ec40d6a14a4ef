using System.Text;
using System.Text.Json.Nodes;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Tests.Shards;

namespace Portage.Snapshots.Tests.Repositories;

/// <summary>OpenSearch's shards that are spread over a bucket.</summary>
public sealed class ShardPathsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // What OpenSearch 2.19.1 made of "shard_path_type": "hashed_prefix" and "hashed_infix".
    [Theory]
    [InlineData("T30bZGk8S9iHLrYxC_q_2Q", 0, "M11010100101110")]
    [InlineData("T30bZGk8S9iHLrYxC_q_2Q", 1, "Q10000110010001")]
    [InlineData("T30bZGk8S9iHLrYxC_q_2Q", 2, "s01000101001001")]
    [InlineData("I835ZW7tR9OcIvGk5_LNVA", 1, "_11000101011101")]
    public void Hash_OfARealShard_IsWhatTheServerMade(string id, int shard, string hash)
    {
        Assert.Equal(hash, ShardPaths.Hash(id, shard, 1));
        // Both begin with the same six bits.
        Assert.Equal((hash[0], 11), (ShardPaths.Hash(id, shard, 0)[0], ShardPaths.Hash(id, shard, 0).Length));
    }

    [Theory]
    [InlineData(1, 1, "", true)]
    [InlineData(1, 0, "", true)]
    [InlineData(2, 1, "", true)]
    [InlineData(2, 0, "base/path", true)]
    [InlineData(1, 1, "base/path", true)]
    // The names of the algorithm are gone: there is a default.
    [InlineData(1, 1, "base/path", false)]
    public async Task OpenShardAsync_HashedPaths_ReadsTheDocumentsThere(int type, int algorithm, string basePath, bool hasNames)
    {
        var store = Spread(new Made("os-3.8.0").Store, "logs", type, algorithm, basePath, hasNames);
        var snapshot = await (await SnapshotRepository.OpenAsync(store, Cancelled)).OpenSnapshotAsync("second", Cancelled);
        var documents = await GoldenDocumentsTests.ReadAsync(await snapshot.OpenIndexAsync("logs", Cancelled));
        Assert.Equal(new Made("os-3.8.0").GoldenDocuments("second", "logs").Count(), documents.Count);
    }

    [Theory]
    [InlineData(3, "1", "type 3")]
    [InlineData(1, "7", "hash algorithm '7'")]
    public async Task OpenShardAsync_PathsOfAnotherKind_AreRefusedByName(int type, string algorithm, string named)
    {
        var store = Spread(new Made("os-3.8.0").Store, "logs", type, 1, "", hasNames: false);
        store.Blobs[$"snapshot_shard_paths/snapshot_path_{IdOf(store, "logs")}.logs.2.{type}.{algorithm}"] = [];
        var snapshot = await (await SnapshotRepository.OpenAsync(store, Cancelled)).OpenSnapshotAsync("second", Cancelled);
        var index = await snapshot.OpenIndexAsync("logs", Cancelled);
        var failure = await Assert.ThrowsAsync<UnsupportedRepositoryException>(async () => await index.OpenShardAsync(0, Cancelled));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.Equal("shard 0 of index 'logs'", failure.Owner);
    }

    private static string IdOf(MemoryStore store, string index) => JsonNode.Parse(store.Blobs["index-5"])!["indices"]![index]!["id"]!.ToString();

    /// <summary>Moves the shards of an index to where such a repository has them.</summary>
    private static MemoryStore Spread(MemoryStore store, string index, int type, int algorithm, string basePath, bool hasNames)
    {
        var root = JsonNode.Parse(store.Blobs["index-5"])!;
        root["indices"]![index]!["shard_path_type"] = type;
        store.Blobs["index-5"] = Encoding.UTF8.GetBytes(root.ToJsonString());
        var id = IdOf(store, index);
        if (hasNames)
        {
            store.Blobs[$"snapshot_shard_paths/snapshot_path_{id}.{index}.2.{type}.{algorithm}"] = [];
        }

        var bucket = new MemoryStore([]);
        foreach (var path in store.Blobs.Keys.Where(path => path.StartsWith($"indices/{id}/", StringComparison.Ordinal) && path.Split('/').Length == 4).ToArray())
        {
            var hash = ShardPaths.Hash(id, path.Split('/')[2][0] - '0', algorithm);
            var (to, moved) = type == 1 && basePath.Length > 0 ? (bucket, $"{hash}/{basePath}/{path}") : (store, $"{hash}/{path}");
            to.Blobs[moved] = store.Blobs[path];
            store.Blobs.Remove(path);
        }

        return new(store.Blobs) { Bucket = basePath.Length == 0 ? null : new(bucket, basePath) };
    }
}
