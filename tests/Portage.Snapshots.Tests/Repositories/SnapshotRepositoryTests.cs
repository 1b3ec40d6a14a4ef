using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests.Repositories;

public sealed class SnapshotRepositoryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ES_5_6_Updates_Deletes", "rfs_snapshot", "FGgvQ_1CTymrGgoBFrwNTg", "ES 5.6", "test_updates_deletes")]
    [InlineData("ES_6_8_Single", "global_state_snapshot", "5imyqv54TKyHTPTCOAOt2g", "ES 6.8", "posts_2023_02_25,posts_2024_01_01")]
    [InlineData("ES_6_8_Updates_Deletes_Native", "rfs_snapshot", "LpqTJXefQsin-rJRb4agKg", "ES 6.8", "test_updates_deletes")]
    [InlineData("ES_7_10_Single", "global_state_snapshot", "7_1RHMshSc6c0cuzX1NCDg", "ES 7.10", "posts_2023_02_25,posts_2024_01_01")]
    [InlineData("ES_7_10_Double", "global_state_snapshot_2", "MLvfrD_pTnO_XKWl4qrhOw", "ES 7.10", "posts_2024_01_01")]
    [InlineData("ES_7_10_Updates_Deletes_w_Soft", "rfs_snapshot", "4qK_DdtfTcao0zoxNElf9Q", "ES 7.10", "test_updates_deletes")]
    public async Task OpenSnapshotAsync_RealRepository_TellsWhatItHolds(string folder, string name, string uuid, string version, string indices)
    {
        var repository = await SnapshotRepository.OpenAsync(new FileBlobStore(Fixtures.Find($"snapshots/{folder}")), Cancelled);
        var byName = await repository.OpenSnapshotAsync(name, Cancelled);
        var byUuid = await repository.OpenSnapshotAsync(uuid, Cancelled);

        Assert.Equal((name, uuid), (byName.Name, byName.Uuid));
        Assert.Equal((name, uuid), (byUuid.Name, byUuid.Uuid));
        Assert.Equal(SnapshotState.Success, byName.State);
        Assert.StartsWith(version, byName.Version.ToString(), StringComparison.Ordinal);
        Assert.Equal(indices.Split(','), byName.IndexNames);
        Assert.Equal(indices.Split(','), repository.Snapshots.Single(snapshot => snapshot.Name == name).Indices);
        Assert.Equal(byName.TotalShards, byName.SuccessfulShards);
        Assert.Empty(byName.Failures);
        Assert.True(byName.StartTime <= byName.EndTime);
    }

    [Theory]
    [InlineData("es-1.7.1", "ES 1.7.1", "1.7.1", "index")]
    [InlineData("es-2.4.0", "ES 2.4.0", "2.4.0", "index")]
    [InlineData("es-5.6.16", "ES 5.6.16", null)]
    [InlineData("es-6.8.9", "ES 6.8.9", null)]
    [InlineData("es-7.10.2", "ES 7.10.2", "7.10.2")]
    [InlineData("es-7.17.29", "ES 7.17.29", "7.17.29")]
    [InlineData("es-8.19.21", "ES 8.11 or later", "8.11.0")]
    [InlineData("os-1.3.13", "OS 1.3.13", "1.3.13")]
    [InlineData("os-2.19.1", "OS 2.19.1", "2.19.1")]
    [InlineData("os-3.8.0", "OS 3.8.0", "3.8.0")]
    public async Task OpenAsync_EachEra_ListsItsSnapshots(string server, string version, string? rootVersion, string rootBlob = "index-5")
    {
        var made = new Made(server);
        var repository = await made.OpenAsync();

        Assert.Equal(rootBlob, repository.RootBlob);
        Assert.Equal(["first", "just-logs", "partial", "second"], repository.Snapshots.Select(snapshot => snapshot.Name));
        Assert.All(repository.Snapshots, snapshot => Assert.Equal(snapshot.Name == "partial" ? SnapshotState.Partial : SnapshotState.Success, snapshot.State));
        Assert.All(repository.Snapshots, snapshot => Assert.Equal(rootVersion, snapshot.Version));
        foreach (var entry in repository.Snapshots)
        {
            var snapshot = await repository.OpenSnapshotAsync(entry.Name, Cancelled);
            Assert.Equal(version, snapshot.Version.ToString());
            Assert.Equal(entry.State, snapshot.State);
            Assert.Equal(entry.Indices, snapshot.IndexNames);
            Assert.Equal(snapshot.Failures.Count, snapshot.TotalShards - snapshot.SuccessfulShards);
        }
    }

    [Fact]
    public async Task OpenAsync_MixedRepository_ListsTheSnapshotsOfAllEras()
    {
        var made = new Made("mixed");
        var repository = await made.OpenAsync();
        var versions = new Dictionary<string, string>();
        foreach (var entry in repository.Snapshots)
        {
            versions[entry.Name] = (await repository.OpenSnapshotAsync(entry.Name, Cancelled)).Version.ToString();
        }

        Assert.Equal(16, versions.Count);
        Assert.Equal(["ES 6.8.9", "ES 7.10.2", "OS 1.3.13", "OS 2.19.1"], versions.Values.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(("ES 6.8.9", "OS 2.19.1"), (versions["es6-first"], versions["os2-second"]));
    }

    [Fact]
    public async Task OpenAsync_NoFolder_SaysSo()
    {
        using var folder = new TempFolder();
        var failure = await Assert.ThrowsAsync<RepositoryNotFoundException>(async () => await OpenAsync(folder["nothing"]));
        Assert.Equal(folder["nothing"], failure.Location);
    }

    [Theory]
    [InlineData(".", "is not a snapshot repository", "The repository is in '{0}/backup/nightly/es': name that folder.")]
    [InlineData("backup/nightly", "is not a snapshot repository", "The repository is in '{0}/backup/nightly/es': name that folder.")]
    [InlineData("backup/nightly/es/indices", "is not a snapshot repository", "The repository is in '{0}/backup/nightly/es': name that folder.")]
    [InlineData("backup/nightly/es/indices/abc", "is not a snapshot repository", "The repository is in '{0}/backup/nightly/es': name that folder.")]
    [InlineData("backup/nightly/es/index-3", "There is no snapshot repository at", "It is a file of a repository: name the folder '{0}/backup/nightly/es'.")]
    [InlineData("other/repo.tgz", "There is no snapshot repository at", "It is an archive: unpack it, and name the folder in it that holds 'index-N'.")]
    [InlineData("other", "is not a snapshot repository", "There is an archive, 'repo.tgz': unpack it, and name the folder in it that holds 'index-N'.")]
    [InlineData("plain/text", "There is no snapshot repository at", "It is a file, not a folder.")]
    [InlineData("plain", "is not a snapshot repository: expected a blob 'index-N', found only 'text'.", "")]
    public async Task OpenAsync_RepositoryIsNearby_SaysWhichPathToName(string path, string words, string hint)
    {
        using var folder = new TempFolder();
        foreach (var file in (string[])["backup/nightly/es/index-3", "backup/nightly/es/indices/abc/0/__1", "other/repo.tgz", "plain/text"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
            await File.WriteAllTextAsync(folder[file], "{}", Cancelled);
        }

        var failure = await Assert.ThrowsAnyAsync<RepositoryException>(async () => await OpenAsync(folder[path]));

        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(string.Format(System.Globalization.CultureInfo.InvariantCulture, hint, folder.Path), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_EmptyFolder_SaysSo()
    {
        using var folder = new TempFolder();
        var failure = await Assert.ThrowsAsync<RepositoryEmptyException>(async () => await OpenAsync(folder.Path));
        Assert.Equal($"'{folder.Path}' is not a snapshot repository: expected a blob 'index-N', found no blob at all.", failure.Message);
    }

    [Fact]
    public async Task OpenAsync_OtherFiles_SaysWhatIsThere()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["notes.txt"], "x", Cancelled);
        await File.WriteAllTextAsync(folder["index-x"], "x", Cancelled);
        var failure = await Assert.ThrowsAsync<RepositoryEmptyException>(async () => await OpenAsync(folder.Path));
        Assert.Equal("2 others, 'index-x' among them", failure.Found);
    }

    [Fact]
    public async Task OpenAsync_SeveralRoots_TakesTheHighestNumber()
    {
        using var folder = new TempFolder();
        await WriteRootAsync(folder["index-9"], "nine");
        await WriteRootAsync(folder["index-10"], "ten");
        var repository = await OpenAsync(folder.Path);
        Assert.Equal(("index-10", "ten"), (repository.RootBlob, Assert.Single(repository.Snapshots).Name));
    }

    [Fact]
    public async Task OpenAsync_OnlyThePointerIsListed_FollowsIt()
    {
        using var folder = new TempFolder();
        var pointer = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(pointer, 7);
        await File.WriteAllBytesAsync(folder["index.latest"], pointer, Cancelled);
        var failure = await Assert.ThrowsAsync<BlobNotFoundException>(async () => await OpenAsync(folder.Path));
        Assert.Equal("index-7", failure.Path);
    }

    [Fact]
    public async Task OpenAsync_TruncatedRoot_NamesTheBlob()
    {
        var made = new Made("es-7.10.2");
        var store = made.Store;
        store.Blobs["index-5"] = store.Blobs["index-5"][..500];
        var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await SnapshotRepository.OpenAsync(store, Cancelled));
        Assert.Equal("index-5", failure.Path);
        Assert.Equal("a complete JSON object", failure.Expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"snapshots":[],"indices":{"x":{}}}""")]
    [InlineData("""{"snapshots":[{"name":"a"}],"indices":{}}""")]
    [InlineData("""{"snapshots":[{"name":"a","uuid":"../b"}],"indices":{}}""")]
    [InlineData("""{"snapshots":[],"indices":{"x":{"id":"..","snapshots":[]}}}""")]
    [InlineData("""{"snapshots":[{"name":"a","uuid":"b","index_metadata_lookup":{"x":"y"}}],"indices":{}}""")]
    [InlineData("""{"snapshots":[{"name":"\ud800","uuid":"b"}],"indices":{}}""")]
    public async Task OpenAsync_RootOfAnotherShape_IsCorrupt(string text)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["index-0"], text, Cancelled);
        var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await OpenAsync(folder.Path));
        Assert.Equal("index-0", failure.Path);
    }

    [Fact]
    public async Task OpenAsync_RootOf50_ReadsSnapshotsGivenAsObjects()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["index-0"], """{"snapshots":[{"name":"a","uuid":"u"}],"indices":{"x":{"id":"i","snapshots":[{"name":"a","uuid":"u"}]}}}""", Cancelled);
        var entry = Assert.Single((await OpenAsync(folder.Path)).Snapshots);
        Assert.Equal(SnapshotState.Unknown, entry.State);
        Assert.Equal(["x"], entry.Indices);
    }

    [Fact]
    public async Task OpenSnapshotAsync_UnknownName_GivesTheKnownOnes()
    {
        var made = new Made("es-7.10.2");
        var repository = await made.OpenAsync();
        var failure = await Assert.ThrowsAsync<SnapshotNotFoundException>(async () => await repository.OpenSnapshotAsync("third", Cancelled));
        Assert.Equal(["first", "just-logs", "partial", "second"], failure.Known);
        Assert.Contains("the repository holds 'first', 'just-logs', 'partial', 'second'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenSnapshotAsync_StillBeingTaken_SaysSo()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["index-0"], """{"snapshots":[{"name":"a","uuid":"u","state":0}],"indices":{}}""", Cancelled);
        var repository = await OpenAsync(folder.Path);
        await Assert.ThrowsAsync<SnapshotUnfinishedException>(async () => await repository.OpenSnapshotAsync("a", Cancelled));
    }

    [Theory]
    [InlineData(2, SnapshotState.Failed)]
    [InlineData(4, SnapshotState.Incompatible)]
    public async Task OpenSnapshotAsync_TheRootSaysItIsOfNoUse_IsBelieved(int state, SnapshotState expected)
    {
        var store = new Made("es-7.10.2").Store;
        var root = JsonNode.Parse(store.Blobs["index-5"])!;
        root["snapshots"]!.AsArray().Single(snapshot => (string)snapshot!["name"]! == "first")!["state"] = state;
        store.Blobs["index-5"] = Encoding.UTF8.GetBytes(root.ToJsonString());

        var snapshot = await (await SnapshotRepository.OpenAsync(store, Cancelled)).OpenSnapshotAsync("first", Cancelled);

        Assert.Equal(expected, snapshot.State);
    }

    [Fact]
    public async Task OpenSnapshotAsync_PartialSnapshot_NamesTheShardsThatAreMissing()
    {
        var made = new Made("os-1.3.13");
        var snapshot = await (await made.OpenAsync()).OpenSnapshotAsync("partial", Cancelled);
        var failure = Assert.Single(snapshot.Failures);
        Assert.Equal(("lost", 0, "primary shard is not allocated", "INTERNAL_SERVER_ERROR"), (failure.Index, failure.Shard, failure.Reason, failure.Status));
    }

    [Fact]
    public async Task OpenSnapshotAsync_FlippedBit_NamesTheBlob()
    {
        var made = new Made("es-7.17.29");
        var store = made.Store;
        var repository = await SnapshotRepository.OpenAsync(store, Cancelled);
        var uuid = repository.Snapshots.Single(entry => entry.Name == "first").Uuid;
        var bytes = store.Blobs[$"snap-{uuid}.dat"].ToArray();
        bytes[bytes.Length / 2] ^= 4;
        store.Blobs[$"snap-{uuid}.dat"] = bytes;
        var failure = await Assert.ThrowsAsync<CorruptBlobException>(async () => await repository.OpenSnapshotAsync("first", Cancelled));
        Assert.Equal($"snap-{uuid}.dat", failure.Path);
        Assert.StartsWith("the checksum ", failure.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenSnapshotAsync_MissingBlob_NamesIt()
    {
        var made = new Made("es-5.6.16");
        var store = made.Store;
        var repository = await SnapshotRepository.OpenAsync(store, Cancelled);
        var uuid = repository.Snapshots.Single(entry => entry.Name == "first").Uuid;
        store.Blobs.Remove($"snap-{uuid}.dat");
        var failure = await Assert.ThrowsAsync<BlobNotFoundException>(async () => await repository.OpenSnapshotAsync("first", Cancelled));
        Assert.Equal($"snap-{uuid}.dat", failure.Path);
    }

    private static ValueTask<SnapshotRepository> OpenAsync(string folder) => SnapshotRepository.OpenAsync(new FileBlobStore(folder), Cancelled);

    private static Task WriteRootAsync(string path, string snapshot) =>
        File.WriteAllTextAsync(path, $$$"""{"snapshots":[{"name":"{{{snapshot}}}","uuid":"u","state":1}],"indices":{}}""", Cancelled);
}
