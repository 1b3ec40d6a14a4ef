using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Snapshots.Tests.Repositories;

namespace Portage.Snapshots.Tests.Shards;

/// <summary>No document of a file is handed out before the file is known to be whole, wherever reading begins.</summary>
public sealed class WholeFilesTests
{
    private static readonly byte[] Footer = [0xC0, 0x28, 0x93, 0xE8, 0, 0, 0, 0];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-5.6.16", "StoredFieldsFastData", "fdt")]
    [InlineData("es-7.10.2", "StoredFieldsFastData", "fdt")]
    [InlineData("es-7.17.29", "StoredFieldsFastData", "fdt")]
    [InlineData("os-2.19.1", "StoredFieldsFastData", "fdt")]
    [InlineData("es-8.19.21", "StoredFieldsFastData", "fdt")]
    [InlineData("es-7.10.2", "DocValuesData", "dvd")]
    public async Task MoveNextAsync_AnyByteOfAFileChanged_HandsOutNoDocumentOfItFromAnyPosition(string server, string codec, string extension)
    {
        var store = new Made(server).Store;
        var shard = await LargestAsync(store);
        var sound = await ReadAsync(shard, 0, WholeFiles.None);
        var (path, start, end) = Find(store, shard, codec);
        var content = store.Blobs[path];
        for (var at = start; at < end; at += Math.Max(1, (end - start) / 23))
        {
            store.Blobs[path] = [.. content[..at], (byte)(content[at] ^ (1 << (at % 8))), .. content[(at + 1)..]];
            var all = new List<SourceDocument>();
            await Assert.ThrowsAsync<CorruptBlobException>(async () => await ReadAsync(shard, 0, WholeFiles.None, all));
            var damaged = sound.First(document => document.Position > (all.Count > 0 ? all[^1].Position : -1)).Segment;
            var own = sound.Where(document => document.Segment == damaged).ToArray();
            Assert.DoesNotContain(all, document => document.Segment == damaged);
            foreach (var from in (SourceDocument[])[own[0], own[own.Length / 2], own[^1]])
            {
                var documents = new List<SourceDocument>();
                var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await ReadAsync(shard, from.Position, WholeFiles.None, documents));
                Assert.Empty(documents);
                Assert.Equal((path, $"shard {shard.Number} of index '{shard.Index.Name}'"), (failure.Path, failure.Owner));
                Assert.StartsWith($"Shard {shard.Number} of index '{shard.Index.Name}': Blob '{path}' is corrupt: ", failure.Message, StringComparison.Ordinal);
                Assert.Contains($".{extension}'", failure.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("es-8.19.21", "codec-best_compression", "ZstdStoredFields814")]
    [InlineData("os-2.19.1", "codec-zstd", "CustomStoredFieldsZstd")]
    [InlineData("os-2.19.1", "codec-zstd_no_dict", "CustomStoredFieldsZstdNoDict")]
    public async Task MoveNextAsync_DamagedZstandardThatNobodyChecks_EndsInATypedException(string server, string index, string codec)
    {
        // Nothing keeps the decompressor from the damage here, as a checksum would that was made after it.
        var store = new Made(server).Store;
        var shard = (await ShardSnapshotTests.ShardsAsync(store, "second")).First(shard => shard.Index.Name == index);
        var (path, start, end) = Find(store, shard, codec);
        var (content, random, failures) = (store.Blobs[path], new Random(11), 0);
        for (var round = 0; round < 300; round++)
        {
            var bad = content.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                bad[random.Next(start, end - Footer.Length - 8)] = (byte)random.Next(256);
            }

            store.Blobs[path] = bad;
            try
            {
                await ReadAsync(shard, 0, WholeFiles.Unchecked);
            }
            catch (RepositoryException failure)
            {
                Assert.Equal($"shard {shard.Number} of index '{index}'", failure.Owner);
                failures++;
            }
        }

        Assert.InRange(failures, 250, 300);
    }

    [Fact]
    public async Task MoveNextAsync_FileFoundWholeBefore_IsNotReadToItsEndAgain()
    {
        var store = new Made("es-7.10.2").Store;
        var shard = await LargestAsync(store);
        var whole = new Remembered();
        var last = (await ReadAsync(shard, 0, whole))[^1].Position;
        Assert.Contains(whole.Files, file => file.Name.EndsWith(".fdt", StringComparison.Ordinal));
        var added = whole.Files.Count;

        var before = store.BytesRead;
        await ReadAsync(shard, last, whole);
        var resumed = store.BytesRead - before;
        before = store.BytesRead;
        await ReadAsync(shard, last, WholeFiles.None);

        Assert.Equal(added, whole.Files.Count);
        Assert.True(store.BytesRead - before > resumed + (whole.Files[^1].Length / 2), $"{resumed:N0} bytes, and {store.BytesRead - before:N0} where nothing is remembered");
    }

    [Fact]
    public async Task MoveNextAsync_AnotherFileThanTheOneRemembered_IsReadToItsEnd()
    {
        var store = new Made("es-7.10.2").Store;
        var shard = await LargestAsync(store);
        var whole = new Remembered();
        await ReadAsync(shard, 0, whole);

        // As a file of the same name in another snapshot: another checksum in its footer.
        var (path, start, end) = Find(store, shard, "StoredFieldsFastData");
        store.Blobs[path] = [.. store.Blobs[path]];
        store.Blobs[path][start + ((end - start) / 2)] ^= 1;
        for (var i = 0; i < whole.Files.Count; i++)
        {
            whole.Files[i] = whole.Files[i] with { Checksum = whole.Files[i].Checksum ^ 1 };
        }

        await Assert.ThrowsAsync<CorruptBlobException>(async () => await ReadAsync(shard, 0, whole));
    }

    [Fact]
    public async Task MoveNextAsync_BlobGone_NamesIndexAndShard()
    {
        var store = new Made("es-7.10.2").Store;
        var shard = await LargestAsync(store);
        var path = $"{shard.Folder}/{shard.Files.Values.Where(file => file.Name.EndsWith(".cfs", StringComparison.Ordinal)).MaxBy(file => file.Length)!.BlobName}";
        store.Blobs.Remove(path);
        var failure = await Assert.ThrowsAsync<BlobNotFoundException>(async () => await ReadAsync(shard, 0, WholeFiles.None));
        Assert.StartsWith($"Shard {shard.Number} of index '{shard.Index.Name}': Blob '{path}' is missing", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenShardAsync_ListOfAnotherSnapshot_IsRefused()
    {
        var store = new Made("es-7.10.2").Store;
        var repository = await SnapshotRepository.OpenAsync(store, Cancelled);
        var first = (await ShardSnapshotTests.ShardsAsync(store, "first")).First(shard => shard.Index.Name == "logs");
        var index = await (await repository.OpenSnapshotAsync("second", Cancelled)).OpenIndexAsync("logs", Cancelled);
        var second = await index.OpenShardAsync(0, Cancelled);
        Assert.NotEqual(first.ListBlob, second.ListBlob);
        store.Blobs[second.ListBlob] = store.Blobs[first.ListBlob];

        var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await index.OpenShardAsync(0, Cancelled));

        Assert.Equal((second.ListBlob, "the files of the shard in snapshot 'second'", "those in 'first'"), (failure.Path, failure.Expected, failure.Found));
    }

    [Fact]
    public async Task OpenIndexAsync_MetadataDamaged_NamesTheIndex()
    {
        var store = new Made("es-7.10.2").Store;
        var snapshot = await (await SnapshotRepository.OpenAsync(store, Cancelled)).OpenSnapshotAsync("second", Cancelled);
        foreach (var blob in store.Blobs.Keys.Where(path => path.StartsWith("indices/", StringComparison.Ordinal) && path.Contains("/meta-", StringComparison.Ordinal)).ToArray())
        {
            store.Blobs[blob] = [.. store.Blobs[blob][..^1], (byte)(store.Blobs[blob][^1] ^ 1)];
        }

        var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await snapshot.OpenIndexAsync("logs", Cancelled));
        Assert.StartsWith("Index 'logs': Blob 'indices/", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The shard with the most documents in one compound file.</summary>
    private static async Task<ShardSnapshot> LargestAsync(MemoryStore store)
    {
        var shards = (await ShardSnapshotTests.ShardsAsync(store, "just-logs")).Where(shard => shard.Index.Name == "logs");
        return shards.MaxBy(shard => shard.Files.Values.Max(file => file.Length))!;
    }

    /// <summary>Where the bytes of a file lie, from behind the name of its format to its end: the largest of those whose codec ends so.</summary>
    private static (string Path, int Start, int End) Find(MemoryStore store, ShardSnapshot shard, string codec)
    {
        var found = ("", 0, 0);
        foreach (var path in shard.Files.Values.Where(file => !file.IsVirtual).Select(file => $"{shard.Folder}/{file.BlobName}"))
        {
            var (bytes, name) = (store.Blobs[path], System.Text.Encoding.ASCII.GetBytes(codec));
            for (int at, from = 0; (at = bytes.AsSpan(from).IndexOf(name)) >= 0; from += at + name.Length)
            {
                // Another version, which comes next, would be a format that cannot be read.
                var start = from + at + name.Length + sizeof(int);
                var end = start + bytes.AsSpan(start).IndexOf(Footer) + Footer.Length + 8;
                found = end - start > found.Item3 - found.Item2 ? (path, start, end) : found;
            }
        }

        return found.Item3 > 0 ? found : throw new InvalidOperationException($"No {codec} in {shard.Folder}.");
    }

    private static Task<List<SourceDocument>> ReadAsync(ShardSnapshot shard, long from, IWholeFiles whole) => ReadAsync(shard, from, whole, []);

    private static async Task<List<SourceDocument>> ReadAsync(ShardSnapshot shard, long from, IWholeFiles whole, List<SourceDocument> into)
    {
        await using var reader = await shard.OpenReaderAsync(from, whole, Cancelled);
        while (await reader.MoveNextAsync(Cancelled))
        {
            into.Add(reader.Current);
        }

        return into;
    }

    private sealed class Remembered : IWholeFiles
    {
        public List<WholeFile> Files { get; } = [];

        public async ValueTask RequireAsync(WholeFile file, Func<CancellationToken, ValueTask> verify, CancellationToken cancellationToken)
        {
            if (!Files.Contains(file))
            {
                await verify(cancellationToken);
                Files.Add(file);
            }
        }
    }
}
