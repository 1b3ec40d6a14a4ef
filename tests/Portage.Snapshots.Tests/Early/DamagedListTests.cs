using System.Text;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests.Early;

/// <summary>Damage of metadata that no checksum covers, as fuzzing found it: each ended in an exception that nobody expects.</summary>
public sealed class DamagedListTests
{
    private const string List = "indices/old/0/snapshot-one";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"meta_hash\":\"\\ud800\",\"length\"", "valid text in JSON")]
    [InlineData("\"meta_hash\":\"~\",\"length\"", "text in UTF-8")]
    [InlineData("\"meta_hash\":\"?\",\"length\"", "bytes in base64 at 'files[0].meta_hash'")]
    [InlineData("\"meta_hash\":7,\"length\"", "bytes in base64 at 'files[0].meta_hash'")]
    public async Task OpenShardAsync_TextThatIsNone_IsCorrupt(string instead, string expected) =>
        Assert.Equal(expected, (await Assert.ThrowsAsync<CorruptBlobException>(() => OpenAsync("\"length\"", instead))).Expected);

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("-1")]
    public async Task OpenShardAsync_LengthThatNoFileHas_IsCorrupt(string length) =>
        Assert.StartsWith("a length", (await Assert.ThrowsAsync<CorruptBlobException>(() => OpenAsync("\"length\":", $"\"length\":{length},\"was\":"))).Expected, StringComparison.Ordinal);

    [Fact]
    public async Task OpenShardAsync_LengthsWhoseSumIsTooLarge_AreCounted()
    {
        // Each is possible by itself.
        var many = string.Join(',', Enumerable.Range(0, 40_000).Select(number => $$"""{"name":"__{{number}}","physical_name":"_0_{{number}}.x","length":281474976710656}"""));
        await OpenAsync("\"files\":[", $"\"files\":[{many},");
    }

    [Fact]
    public async Task OpenReaderAsync_FileWithoutAName_IsNoneOfASegment()
    {
        var shard = await OpenAsync("\"files\":[", "\"files\":[{\"name\":\"__x\",\"physical_name\":\"\",\"length\":1,\"checksum\":\"a\"},");
        await using var reader = await shard.OpenReaderAsync(0, Cancelled);
        Assert.True(await reader.MoveNextAsync(Cancelled));
    }

    private static async Task<Snapshots.Shards.ShardSnapshot> OpenAsync(string text, string instead)
    {
        var store = EarlyShard.Write([new("t#1", "{}"u8.ToArray())]);
        var list = Encoding.Latin1.GetString(store.Blobs[List]);
        var at = list.IndexOf(text, StringComparison.Ordinal);
        // One byte that begins no character.
        store.Blobs[List] = Encoding.Latin1.GetBytes((list[..at] + instead + list[(at + text.Length)..]).Replace('~', (char)0xF2));
        var snapshot = await (await SnapshotRepository.OpenAsync(store, Cancelled)).OpenSnapshotAsync("one", Cancelled);
        return await (await snapshot.OpenIndexAsync("old", Cancelled)).OpenShardAsync(0, Cancelled);
    }
}
