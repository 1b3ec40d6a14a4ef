using Portage.Clusters.Failures;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests;

public sealed class ClusterInfoTests
{
    private const string Tagline = "The OpenSearch Project: https://opensearch.org/";

    [Theory]
    [InlineData("5.6.16", null, "You Know, for Search", "ES 5.6.16")]
    [InlineData("7.10.2", null, "You Know, for Search", "ES 7.10.2")]
    [InlineData("8.13.0-SNAPSHOT", null, "You Know, for Search", "ES 8.13.0")]
    [InlineData("2.19.1", "opensearch", Tagline, "OS 2.19.1")]
    [InlineData("1.3.13", "opensearch", Tagline, "OS 1.3.13")]
    public async Task GetInfo_MainPage_TellsTheVersion(string number, string? distribution, string tagline, string expected)
    {
        await using var server = new ScriptedServer(_ => MainPage(number, distribution, tagline));
        var info = await InfoAsync(server);
        Assert.Equal((expected, "blue", "u-1", false), (info.Version.ToString(), info.Name, info.Uuid, info.VersionIsHidden));
    }

    [Fact]
    public async Task GetInfo_OpenSearchThatPosesAsElasticsearch_AsksItsNodes()
    {
        await using var server = new ScriptedServer(request => request.Path == "/" ? MainPage("7.10.2", null, Tagline) : ScriptedReply.Json("""{"nodes":{"x":{"version":"1.3.13"}}}"""));
        var info = await InfoAsync(server);
        Assert.Equal(("OS 1.3.13", false), (info.Version.ToString(), info.VersionIsHidden));
    }

    [Fact]
    public async Task GetInfo_OpenSearchThatPosesAndHidesItsNodes_SaysThatItIsHidden()
    {
        await using var server = new ScriptedServer(request => request.Path == "/" ? MainPage("7.10.2", null, Tagline) : ScriptedReply.Error(403, "security_exception", "no"));
        var info = await InfoAsync(server);
        Assert.Equal(("OS 1.0.0", true), (info.Version.ToString(), info.VersionIsHidden));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"version":"1.0"}""")]
    [InlineData("""{"version":{"number":"latest"}}""")]
    [InlineData("[]")]
    [InlineData("hello")]
    [InlineData("")]
    public async Task GetInfo_OtherAnswers_AreNotACluster(string body)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json(body));
        await Assert.ThrowsAsync<NotAClusterException>(() => InfoAsync(server));
    }

    [Fact]
    public async Task GetInfo_WrongPassword_IsUnauthorized()
    {
        await using var server = new ScriptedServer(_ => new() { Status = 401, ContentType = "text/plain", Body = "Unauthorized" });
        await Assert.ThrowsAsync<ClusterUnauthorizedException>(() => InfoAsync(server));
    }

    private static ScriptedReply MainPage(string number, string? distribution, string tagline) => ScriptedReply.Json(
        $$"""{"name":"n","cluster_name":"blue","cluster_uuid":"u-1","version":{{{(distribution is null ? "" : $"\"distribution\":\"{distribution}\",")}}"number":"{{number}}"},"tagline":"{{tagline}}"}""");

    private static async Task<ClusterInfo> InfoAsync(ScriptedServer server)
    {
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        return await client.GetInfoAsync(TestContext.Current.CancellationToken);
    }
}
