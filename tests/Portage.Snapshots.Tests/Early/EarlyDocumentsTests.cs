using System.Text;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Snapshots.Tests.Repositories;

namespace Portage.Snapshots.Tests.Early;

/// <summary>What Elasticsearch up to 2.x stores of a document, and what the fixtures have none of.</summary>
public sealed class EarlyDocumentsTests
{
    private static readonly byte[] Json = "{\"a\":1}"u8.ToArray();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_StoredParentTimestampAndExpiry_AreRead()
    {
        // A grandchild is routed by its grandparent: only what is stored tells its parent.
        var document = Assert.Single(await ReadAsync(EarlyShard.Write(
            [new("t#a#b", Json) { Parent = "p#m#1", Routing = "g", Timestamp = 1_300_000_000_000, Expiry = 1_300_000_060_000 }],
            """{"_parent":{"type":"p"}}""")));
        Assert.Equal(("t", "a#b", "m#1", "g"), (document.Type, document.Id, document.Parent, document.Routing));
        Assert.Equal((1_300_000_000_000, 1_300_000_060_000), (document.Timestamp, document.Expiry));
    }

    [Fact]
    public async Task ReadAsync_CompressedSource_IsAsItWasSent()
    {
        // A run as it is, 36 bytes from 7 before, and a run as it is.
        byte[] compressed = [.. "ZV"u8, 1, 0, 22, 0, 53, 12, .. "{\"a\":\"abcdefg"u8, 0xE0, 27, 6, 3, .. "h\"} "u8];
        var document = Assert.Single(await ReadAsync(EarlyShard.Write([new("t#1", compressed)])));
        Assert.Equal("{\"a\":\"" + string.Concat(Enumerable.Repeat("abcdefg", 6)) + "ah\"} ", document.Source);
    }

    [Fact]
    public async Task ReadAsync_DamagedCompressedSource_IsCorrupt()
    {
        var failure = await Assert.ThrowsAsync<CorruptBlobException>(() => ReadAsync(EarlyShard.Write([new("t#1", [.. "ZV"u8, 1, 0, 2, 0, 9, 0, (byte)'{'])])));
        Assert.Equal("shard 0 of index 'old'", failure.Owner);
    }

    // Lucene before 4.8 has no checksums: the shard's list has those that the server took.
    [Theory]
    [InlineData("_0.fdt")]
    [InlineData("_0.fdx")]
    [InlineData("_0.fnm")]
    [InlineData("_0.si")]
    public async Task ReadAsync_AnyByteOfAFileWithoutFooterChanged_HandsOutNoDocument(string file)
    {
        var store = EarlyShard.Write([.. Enumerable.Range(0, 9).Select(number => new EarlyDocument($"t#{number}", Json))]);
        Assert.Equal(9, (await ReadAsync(store)).Count);
        var path = $"indices/old/0/{file}";
        var sound = store.Blobs[path];
        for (var at = 0; at < sound.Length; at++)
        {
            store.Blobs[path] = [.. sound[..at], (byte)(sound[at] ^ (1 << (at % 8))), .. sound[(at + 1)..]];
            var read = new List<Read>();
            var failure = await Assert.ThrowsAnyAsync<RepositoryException>(() => ReadAsync(store, read));
            Assert.True(failure is CorruptBlobException or UnsupportedRepositoryException, failure.Message);
            Assert.Empty(read);
        }
    }

    [Fact]
    public async Task VerifyAsync_FilesWithoutFooter_AreComparedWithTheList()
    {
        var store = EarlyShard.Write([new("t#1", Json)]);
        var shard = await OpenAsync(store);
        await shard.VerifyAsync(Cancelled);
        store.Blobs["indices/old/0/_0.fdt"][^1] ^= 1;
        var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await shard.VerifyAsync(Cancelled));
        Assert.Contains("(Adler-32)", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<ShardSnapshot> OpenAsync(MemoryStore store)
    {
        var repository = await SnapshotRepository.OpenAsync(store, Cancelled);
        var snapshot = await repository.OpenSnapshotAsync("one", Cancelled);
        return await (await snapshot.OpenIndexAsync("old", Cancelled)).OpenShardAsync(0, Cancelled);
    }

    private static async Task<List<Read>> ReadAsync(MemoryStore store, List<Read>? read = null)
    {
        read ??= [];
        await foreach (var document in (await OpenAsync(store)).ReadAsync(0, Cancelled))
        {
            read.Add(new(document.Type, document.Id, document.Parent, document.Routing, document.Timestamp, document.Expiry, document.Source is { } source ? Encoding.UTF8.GetString(source.Span) : null));
        }

        return read;
    }

    private sealed record Read(string? Type, string Id, string? Parent, string? Routing, long? Timestamp, long? Expiry, string? Source);
}
