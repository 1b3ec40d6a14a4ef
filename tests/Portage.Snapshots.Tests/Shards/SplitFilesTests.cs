using System.Text;
using System.Text.Json.Nodes;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Snapshots.Tests.Formats;
using Portage.Snapshots.Tests.Repositories;

namespace Portage.Snapshots.Tests.Shards;

/// <summary>Files in several parts (repository setting <c>chunk_size</c>), made out of a repository that has none.</summary>
public sealed class SplitFilesTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(13)]
    [InlineData(100)]
    [InlineData(4_096)]
    [InlineData(1_000_000)]
    public async Task ReadAsync_FilesInParts_GivesTheSameDocuments(int partBytes)
    {
        var made = new Made("es-6.8.9");
        var store = made.Store;
        var whole = await IndexAsync(store);
        var expected = await GoldenDocumentsTests.ReadAsync(whole);

        var shard = await whole.OpenShardAsync(0, Cancelled);
        Split(store, shard, partBytes);
        Assert.Equal(expected, await GoldenDocumentsTests.ReadAsync(await IndexAsync(store)));
        var split = await whole.OpenShardAsync(0, Cancelled);
        Assert.Equal(shard.TotalBytes, split.TotalBytes);
        await split.VerifyAsync(Cancelled);
    }

    [Fact]
    public async Task VerifyAsync_PartMissing_NamesIt()
    {
        var made = new Made("es-6.8.9");
        var store = made.Store;
        var index = await IndexAsync(store);
        Split(store, await index.OpenShardAsync(0, Cancelled), 500);
        var shard = await index.OpenShardAsync(0, Cancelled);
        var path = $"{shard.Folder}/{shard.Files.Values.First(file => file.PartCount > 2).PartName(1)}";
        Assert.EndsWith(".part1", path, StringComparison.Ordinal);
        store.Blobs.Remove(path);
        Assert.Equal(path, (await Assert.ThrowsAsync<BlobNotFoundException>(async () => await shard.VerifyAsync(Cancelled))).Path);
    }

    private static async Task<Portage.Snapshots.Metadata.IndexSnapshot> IndexAsync(IBlobStore store)
    {
        var repository = await SnapshotRepository.OpenAsync(store, Cancelled);
        return await (await repository.OpenSnapshotAsync("second", Cancelled)).OpenIndexAsync("softness", Cancelled);
    }

    private static void Split(MemoryStore store, ShardSnapshot shard, int partBytes)
    {
        var body = MetadataBody.ToJson(CodecEnvelope.Open(store.Blobs[shard.ListBlob], shard.ListBlob, "snapshot"), shard.ListBlob);
        var list = JsonNode.Parse(body.Span)!;
        foreach (var file in list["files"]!.AsArray())
        {
            file!["part_size"] = partBytes;
            var path = $"{shard.Folder}/{file["name"]}";
            var bytes = store.Blobs[path];
            if (bytes.Length > partBytes)
            {
                store.Blobs.Remove(path);
                foreach (var (part, content) in bytes.Chunk(partBytes).Index())
                {
                    store.Blobs.Add($"{path}.part{part}", content);
                }
            }
        }

        store.Blobs[shard.ListBlob] = CodecEnvelopeTests.Wrap("snapshot", Encoding.UTF8.GetBytes(list.ToJsonString()));
    }
}
