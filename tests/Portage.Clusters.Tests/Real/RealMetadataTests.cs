using System.Text;
using System.Text.Json;
using Portage.Clusters.Capabilities;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Clusters.Room;

namespace Portage.Clusters.Tests.Real;

/// <summary>Templates, indices, aliases and versions of real servers.</summary>
public sealed class RealMetadataTests(RealClusters clusters)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "OS 2.19.1")]
    [InlineData(false, "ES 7.10.2")]
    public async Task GetInfo_RealServer_TellsItsVersion(bool isOpenSearch, string expected)
    {
        using var client = await ClientAsync(isOpenSearch);
        var info = await client.GetInfoAsync(Cancellation);
        Assert.Equal(expected, info.Version.ToString());
        Assert.NotEmpty(info.Uuid);
        Assert.True(new ClusterCapabilities(info.Version).HasComposableTemplates);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Room_RealServer_IsToldAndKept(bool isOpenSearch)
    {
        using var client = await ClientAsync(isOpenSearch);
        var room = new ClusterRoom(client);
        Assert.Equal(new ShardRoom(1_000, 1, IgnoresDotIndices: false), await room.FindShardsAsync(Cancellation));
        var disk = await room.FindDiskAsync(Cancellation);
        Assert.InRange(disk!.FreeBytes, 1, disk.TotalBytes);

        // These words are known again when there is no room to try anything.
        var refusal = await Assert.ThrowsAsync<ClusterRequestException>(() => client.RequestAsync(HttpMethod.Put, "/too-many", """{"settings":{"number_of_shards":600,"number_of_replicas":1}}"""u8.ToArray(), Cancellation));
        Assert.Contains("shards open", refusal.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PutAlias_ASecondIndexToWriteTo_IsRefused(bool isOpenSearch)
    {
        using var client = await ClientAsync(isOpenSearch);
        var metadata = new ClusterMetadata(client);
        string[] indices = ["rolled-1", "rolled-2"];
        foreach (var index in indices)
        {
            await metadata.CreateIndexAsync(index, """{"settings":{"number_of_replicas":0}}"""u8.ToArray(), Cancellation);
        }

        try
        {
            await metadata.PutAliasAsync("rolled-1", "rolled", """{"is_write_index":true}"""u8.ToArray(), Cancellation);
            var refusal = await Assert.ThrowsAsync<ClusterRequestException>(() => metadata.PutAliasAsync("rolled-2", "rolled", """{"is_write_index":true}"""u8.ToArray(), Cancellation));
            Assert.Equal((500, "illegal_state_exception"), (refusal.Status, refusal.ErrorType));
            Assert.StartsWith("alias [rolled] has more than one write index [", refusal.Reason, StringComparison.Ordinal);
        }
        finally
        {
            foreach (var index in indices)
            {
                await metadata.DeleteIndexAsync(index, CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task GetInfo_OpenSearchThatPosesAsElasticsearch_TellsItsOwnVersion()
    {
        using var client = await ClientAsync(isOpenSearch: true);
        async Task PoseAsync(string value) => await client.RequestAsync(
            HttpMethod.Put, "/_cluster/settings", Encoding.UTF8.GetBytes($$$"""{"persistent":{"compatibility.override_main_response_version":{{{value}}} } }"""), Cancellation);
        await PoseAsync("true");
        try
        {
            var page = Encoding.UTF8.GetString((await client.RequestAsync(HttpMethod.Get, "/", null, Cancellation)).Span);
            Assert.Contains("7.10.2", page, StringComparison.Ordinal);
            var info = await client.GetInfoAsync(Cancellation);
            Assert.Equal(("OS 2.19.1", false), (info.Version.ToString(), info.VersionIsHidden));
        }
        finally
        {
            await PoseAsync("null");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Templates_EachKind_AreWrittenReadListedAndDeleted(bool isOpenSearch)
    {
        using var client = await ClientAsync(isOpenSearch);
        var metadata = new ClusterMetadata(client);
        foreach (var (kind, definition, property) in ((TemplateKind, string, string)[])[
            (TemplateKind.Legacy, """{"index_patterns":["old-*"],"order":3,"settings":{"number_of_replicas":"0"}}""", "order"),
            (TemplateKind.Component, """{"template":{"settings":{"number_of_replicas":"0"}},"version":7}""", "version"),
            (TemplateKind.Index, """{"index_patterns":["new-*"],"composed_of":[],"priority":9}""", "priority")])
        {
            const string name = "a+%ü";
            Assert.Null(await metadata.GetTemplateAsync(kind, name, Cancellation));
            await metadata.PutTemplateAsync(kind, name, Encoding.UTF8.GetBytes(definition), Cancellation);
            var read = await metadata.GetTemplateAsync(kind, name, Cancellation);
            using var document = JsonDocument.Parse(Assert.IsType<NamedJson>(read).Json);
            Assert.True(document.RootElement.TryGetProperty(property, out _));
            Assert.Contains(await metadata.ListTemplatesAsync(kind, Cancellation), template => template.Name == name);
            Assert.True(await metadata.DeleteTemplateAsync(kind, name, Cancellation));
            Assert.False(await metadata.DeleteTemplateAsync(kind, name, Cancellation));
            Assert.DoesNotContain(await metadata.ListTemplatesAsync(kind, Cancellation), template => template.Name == name);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Indices_CreatedChangedAndDeleted_AreSeenSo(bool isOpenSearch)
    {
        using var client = await ClientAsync(isOpenSearch);
        var metadata = new ClusterMetadata(client);
        var definition = """{"settings":{"number_of_shards":2,"number_of_replicas":0},"mappings":{"properties":{"n":{"type":"long"}}},"aliases":{"first":{}}}"""u8.ToArray();
        Assert.False(await metadata.IndexExistsAsync("books", Cancellation));
        Assert.Null(await metadata.GetIndexAsync("books", Cancellation));
        Assert.True(await metadata.CreateIndexAsync("books", definition, Cancellation));
        Assert.False(await metadata.CreateIndexAsync("books", definition, Cancellation));
        Assert.True(await metadata.IndexExistsAsync("books", Cancellation));
        var summary = Assert.Single(await metadata.ListIndicesAsync(Cancellation), index => index.Name == "books");
        Assert.Equal((2, 0, 0L, "open"), (summary.PrimaryCount, summary.ReplicaCount, summary.DocumentCount, summary.Status));
        Assert.NotEmpty(summary.Uuid);

        await metadata.PutAliasAsync("books", "second", "{\"routing\":\"r\"}"u8.ToArray(), Cancellation);
        Assert.True(await metadata.DeleteAliasAsync("books", "first", Cancellation));
        Assert.False(await metadata.DeleteAliasAsync("books", "first", Cancellation));
        await metadata.UpdateAliasesAsync("""{"actions":[{"add":{"index":"books","alias":"third"}}]}"""u8.ToArray(), Cancellation);
        var aliases = Assert.Single(await metadata.ListAliasesAsync(Cancellation), index => index.Name == "books");
        Assert.Equal(["second", "third"], JsonSlices.Properties(aliases.Json).Select(alias => alias.Name).Order(StringComparer.Ordinal));
        var followed = Assert.IsType<NamedJson>(await metadata.GetIndexAsync("third", Cancellation));
        Assert.Equal(("books", 3), (followed.Name, JsonSlices.Properties(followed.Json).Count));
        Assert.Equal("books", Assert.Single(await metadata.GetIndicesAsync("boo*", Cancellation)).Name);
        Assert.Empty(await metadata.GetIndicesAsync("nothing-*", Cancellation));

        var refused = await Assert.ThrowsAsync<ClusterRequestException>(() => metadata.CreateIndexAsync("Upper", definition, Cancellation));
        Assert.Equal((400, "invalid_index_name_exception"), (refused.Status, refused.ErrorType));
        Assert.True(await metadata.DeleteIndexAsync("books", Cancellation));
        Assert.False(await metadata.DeleteIndexAsync("books", Cancellation));
    }

    private async Task<ClusterClient> ClientAsync(bool isOpenSearch) =>
        new(new((await clusters.StartedAsync(isOpenSearch, Cancellation)).Endpoint), TimeProvider.System);
}
