using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Portage.Lucene.Files;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Snapshots.Tests.Formats;
using Portage.Snapshots.Tests.Repositories;

namespace Portage.Snapshots.Tests.Shards;

/// <summary>Files that are sound, and are not the ones that the repository lists: Lucene's own checksum finds nothing.</summary>
public sealed class SwappedFilesTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-7.10.2")]
    [InlineData("os-2.19.1")]
    public async Task VerifyAsync_AnotherSoundFileOfTheSameLength_NamesItsBlob(string server)
    {
        var store = new Made(server).Store;
        var shard = (await ShardSnapshotTests.ShardsAsync(store, "first")).First(shard => shard.Index.Name == "packed");
        foreach (var file in shard.Files.Values.Where(file => !file.IsVirtual))
        {
            var path = $"{shard.Folder}/{file.BlobName}";
            var listed = store.Blobs[path];
            store.Blobs[path] = Other(listed);

            var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await shard.VerifyAsync(Cancelled));

            Assert.Equal((path, $"the checksum {file.Checksum:x8} of '{file.Name}'"), (failure.Path, failure.Expected));
            store.Blobs[path] = listed;
        }

        await shard.VerifyAsync(Cancelled);
    }

    [Theory]
    [InlineData("es-5.6.16", "flipped")]
    [InlineData("es-5.6.16", "sound")]
    [InlineData("es-6.8.9", "flipped")]
    [InlineData("es-6.8.9", "sound")]
    public async Task OpenAsync_CopyInTheListIsAnother_GivesTheBlob(string server, string copy)
    {
        var store = new Made(server).Store;
        var shard = (await ShardSnapshotTests.ShardsAsync(store, "first")).First(shard => shard.Index.Name == "packed");
        var copied = await ReadCopiesAsync(store, shard);
        Assert.All(copied, file => Assert.Equal(Convert.ToHexString(store.Blobs[file.Path]), file.Hex));

        // The list's copy saves reading a blob; and where it is another, the blob counts.
        var before = store.BytesRead;
        await ReadCopiesAsync(store, shard);
        Assert.Equal(before, store.BytesRead);
        Relist(store, shard, content => copy == "sound" ? Other(content) : Flipped(content));
        var relisted = await shard.Index.OpenShardAsync(shard.Number, Cancelled);
        Assert.Equal(copied, await ReadCopiesAsync(store, relisted));
    }

    /// <summary>The files that have a blob and a copy in the list.</summary>
    private static async Task<List<(string Path, string Hex)>> ReadCopiesAsync(MemoryStore store, ShardSnapshot shard)
    {
        var found = new List<(string, string)>();
        foreach (var file in shard.Files.Values.Where(file => !file.IsVirtual && file.Content is not null))
        {
            await using var opened = await shard.Directory.OpenAsync(file.Name, Cancelled);
            var content = new byte[opened.Length];
            await opened.ReadAsync(0, content, Cancelled);
            found.Add(($"{shard.Folder}/{file.BlobName}", Convert.ToHexString(content)));
        }

        Assert.NotEmpty(found);
        return found;
    }

    private static void Relist(MemoryStore store, ShardSnapshot shard, Func<byte[], byte[]> change)
    {
        var body = MetadataBody.ToJson(CodecEnvelope.Open(store.Blobs[shard.ListBlob], shard.ListBlob, "snapshot"), shard.ListBlob);
        var list = JsonNode.Parse(body.Span)!;
        foreach (var file in list["files"]!.AsArray())
        {
            if (file!["meta_hash"] is { } copy)
            {
                file["meta_hash"] = Convert.ToBase64String(change(Convert.FromBase64String((string)copy!)));
            }
        }

        store.Blobs[shard.ListBlob] = CodecEnvelopeTests.Wrap("snapshot", Encoding.UTF8.GetBytes(list.ToJsonString()));
    }

    private static byte[] Flipped(byte[] content)
    {
        var other = content.ToArray();
        other[other.Length / 2] ^= 1;
        return other;
    }

    /// <summary>Another content with the checksum of its own that Lucene would have written.</summary>
    private static byte[] Other(byte[] content)
    {
        var other = Flipped(content);
        BinaryPrimitives.WriteInt64BigEndian(other.AsSpan(other.Length - 8), Crc32.Compute(other.AsSpan(0, other.Length - 8)));
        return other;
    }
}
