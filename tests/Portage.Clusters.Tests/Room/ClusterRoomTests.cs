using Portage.Clusters.Room;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests.Room;

public sealed class ClusterRoomTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"persistent":{},"transient":{},"defaults":{"cluster.max_shards_per_node":"1000","cluster.ignore_dot_indexes":"false"}}""", 1_000, false)]
    [InlineData("""{"persistent":{"cluster.max_shards_per_node":"2000"},"transient":{},"defaults":{"cluster.max_shards_per_node":"1000"}}""", 2_000, false)]
    [InlineData("""{"persistent":{"cluster.max_shards_per_node":"2000"},"transient":{"cluster.max_shards_per_node":"7","cluster.ignore_dot_indexes":"true"},"defaults":{}}""", 7, true)]
    public async Task FindShardsAsync_SetInOnePlaceOrAnother_TheNearestCounts(string settings, int perNode, bool ignoresDots) =>
        Assert.Equal(new ShardRoom(perNode, 3, ignoresDots), await AskAsync(room => room.FindShardsAsync(Cancellation), path => path.StartsWith("/_cluster/settings", StringComparison.Ordinal) ? ScriptedReply.Json(settings) : ScriptedReply.Json("""{"number_of_data_nodes":3}""")));

    [Fact]
    public async Task FindDiskAsync_SomeShardsAreOnNoNode_SumsTheNodes() =>
        Assert.Equal(new DiskRoom(350, 3_000), await AskAsync(room => room.FindDiskAsync(Cancellation), _ => ScriptedReply.Json("""
            [{"node":"a","disk.avail":"100","disk.total":"1000"},{"node":"b","disk.avail":"250","disk.total":"2000"},{"node":"UNASSIGNED","disk.avail":null,"disk.total":null}]
            """)));

    [Theory]
    [InlineData(403)]
    [InlineData(400)]
    [InlineData(200)]
    public async Task Find_TheClusterDoesNotTell_IsNullAndNoError(int status)
    {
        ScriptedReply Answer(string path) => status == 200 ? ScriptedReply.Json("[]") : ScriptedReply.Error(status, "security_exception", "no permissions");
        Assert.Null(await AskAsync(room => room.FindShardsAsync(Cancellation), Answer));
        Assert.Null(await AskAsync(room => room.FindDiskAsync(Cancellation), Answer));
    }

    private static async Task<T> AskAsync<T>(Func<ClusterRoom, Task<T>> ask, Func<string, ScriptedReply> answer)
    {
        await using var server = new ScriptedServer(request => answer(request.Path));
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        return await ask(new(client));
    }
}
