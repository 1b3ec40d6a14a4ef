using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Sandbox;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Tests.Metadata;

/// <summary>What targets say when they refuse, in words that are the same every time.</summary>
public abstract class TrialTests : IAsyncDisposable
{
    private ClusterClient? _client;

    protected abstract string Endpoint { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Trial Trial => new(_client ??= new(new ClusterConnection(Endpoint), TimeProvider.System), new ScratchSpace(_client, "0123abcd"));

    [Theory]
    [InlineData("dense_vector")]
    [InlineData("version")]
    [InlineData("aggregate_metric_double")]
    public async Task IndexAsync_FieldTypeThatTheTargetLacks_GivesItsReason(string type)
    {
        var (tried, _) = await Trial.IndexAsync(Object(ObjectKind.Index, "vectors", $$"""{"mappings": {"properties": {"v": {"type": "{{type}}"} } } }"""), [], Cancellation);
        Assert.Equal($"Failed to parse mapping [_doc]: No handler for type [{type}] declared on field [v]", tried.Refusal);
    }

    [Fact]
    public async Task IndexAsync_SeriesOfLikeOnes_TriesOne()
    {
        var trial = Trial;
        var before = await RequestsAsync();
        for (var day = 1; day <= 20; day++)
        {
            var (tried, _) = await trial.IndexAsync(Object(ObjectKind.Index, $"logs-{day}", $$"""{"settings": {"index.number_of_shards": "{{day}}"}, "mappings": {"properties": {"v": {"type": "long"} } } }"""), [], Cancellation);
            Assert.Equal($"{day}", tried.Written!["settings"]!["index.number_of_shards"]!.ToString());
        }

        Assert.True(await RequestsAsync() - before is 0 or 1);
    }

    [Fact]
    public async Task TemplateAsync_ComponentIsMissing_NamesTheTemplateAndNoScratchName()
    {
        var tried = await Trial.TemplateAsync(Object(ObjectKind.IndexTemplate, "daily", """{"index_patterns":["logs-*"],"composed_of":["base"]}"""), Cancellation);
        Assert.Contains("[base]", tried.Refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("portage-scratch", tried.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"index_patterns":["portage-scratch-*"],"template":{},"priority":77}""", "77")]
    [InlineData("""{"index_patterns":["portage-scratch-*"],"template":{}}""", null)]
    public async Task TemplateAsync_ForEveryName_IsTakenBesideItsOwnLikeAndKeepsItsPriority(string definition, string? priority)
    {
        var trial = Trial;
        var scratch = new ScratchSpace(_client!, "4567cdef");
        await scratch.ClearAsync(withComposable: true, Cancellation);
        try
        {
            await _client!.RequestAsync(HttpMethod.Put, $"/_index_template/{scratch.Name("like")}", System.Text.Encoding.UTF8.GetBytes(definition), Cancellation);
            var tried = await trial.TemplateAsync(Object(ObjectKind.IndexTemplate, "every", definition), Cancellation);
            Assert.Equal((null, priority), (tried.Refusal, tried.Written!["priority"]?.ToString()));
        }
        finally
        {
            await scratch.ClearAsync(withComposable: true, CancellationToken.None);
        }
    }

    [Fact]
    public async Task TemplateAsync_ComponentWasTried_FindsItAndWritesItsRealName()
    {
        var trial = Trial;
        Assert.Null((await trial.TemplateAsync(Object(ObjectKind.ComponentTemplate, "base", """{"template":{}}"""), Cancellation)).Refusal);
        var tried = await trial.TemplateAsync(Object(ObjectKind.IndexTemplate, "daily", """{"index_patterns":["logs-*"],"composed_of":["base"]}"""), Cancellation);
        Assert.Null(tried.Refusal);
        Assert.Equal("""["base"]""", tried.Written!["composed_of"]!.ToJsonString());
        Assert.Equal("""["logs-*"]""", tried.Written["index_patterns"]!.ToJsonString());
        await new ScratchSpace(_client!, "0123abcd").ClearAsync(withComposable: true, Cancellation);
    }

    [Fact]
    public async Task IndexAsync_RoutingPartitions_KeepsItsShards()
    {
        var (tried, _) = await Trial.IndexAsync(
            Object(ObjectKind.Index, "routed", """{"settings":{"index.number_of_shards":"4","index.routing_partition_size":"2"},"mappings":{"_routing":{"required":true}}}"""), [], Cancellation);
        Assert.Null(tried.Refusal);
    }

    [Fact]
    public async Task IndexAsync_WritesWaitForACopy_IsNotRefusedForTheCopiesThatTheTrialLeavesOut()
    {
        var index = Object(ObjectKind.Index, "waits", """{"settings":{"index.number_of_replicas":"1","index.write.wait_for_active_shards":"2"}}""");
        var (tried, _) = await Trial.IndexAsync(index, [], Cancellation);
        Assert.Null(tried.Refusal);
        Assert.Equal("2", tried.Written!["settings"]!["index.write.wait_for_active_shards"]!.ToString());
    }

    [Fact]
    public async Task IndexAsync_WritesWaitForMoreCopiesThanThereAre_IsRefused()
    {
        var (tried, _) = await Trial.IndexAsync(Object(ObjectKind.Index, "waits", """{"settings":{"index.number_of_replicas":"1","index.write.wait_for_active_shards":"3"}}"""), [], Cancellation);
        Assert.Equal("invalid index.write.wait_for_active_shards[3]: cannot be greater than number of shard copies [2]", tried.Refusal);
    }

    [Fact]
    public async Task ChangeAsync_WritesWaitForACopy_IsNotRefusedForTheCopiesThatTheTrialLeavesOut()
    {
        var there = JsonNode.Parse("""{"settings":{"index.number_of_replicas":"1","index.write.wait_for_active_shards":"2"}}""")!.AsObject();
        Assert.Equal((null, false), await Trial.ChangeAsync("waits", there, new(new JsonObject { ["index.refresh_interval"] = "7s" }, null), Cancellation));
    }

    /// <summary>Templates that will be for an index whose field level is a keyword, and what comes of it.</summary>
    [Theory]
    [InlineData(false, """{"mappings":{"properties":{"level":{"type":"text","fielddata":true}}}}""", "unknown parameter [fielddata] on mapper [level] of type [keyword]")]
    [InlineData(false, """{"mappings":{"dynamic":"strict","properties":{"level":{"type":"text"}}},"settings":{"index.number_of_shards":3,"index.max_result_window":"5","index.refresh_interval":"9s"}}""", null, "setting index.max_result_window is 5 there, not set here", "setting index.refresh_interval is 9s there, not set here")]
    [InlineData(true, """{"template":{"mappings":{"properties":{"level":{"properties":{"a":{"type":"long"}}}}}}}""", "can't merge a non object mapping [level] with an object mapping")]
    [InlineData(true, """{"composed_of":["base"],"template":{"aliases":{"people-search-this":{}}}}""", "can't merge a non object mapping [level] with an object mapping")]
    [InlineData(true, """{"template":{"mappings":{"properties":{"other":{"type":"long"}}}}}""", null, "field other: type is long there, not set here")]
    public async Task TryAsync_TemplateForTheIndex_IsMergedWithItByTheTarget(bool isComposable, string template, string? refusal, params string[] added)
    {
        _client ??= new(new ClusterConnection(Endpoint), TimeProvider.System);
        var scratch = new ScratchSpace(_client, "89abcdef");
        var component = JsonNode.Parse("""{"template":{"mappings":{"properties":{"level":{"properties":{"a":{"type":"long"}}}}}}}""")!.AsObject();
        var trial = new TemplateTrial(_client, scratch, name => name == "base" ? component : null);
        var index = Object(ObjectKind.Index, "logs", """{"mappings":{"properties":{"level":{"type":"keyword"}}}}""");
        try
        {
            var found = await trial.TryAsync(index, index.Definition, [(new(isComposable ? ObjectKind.IndexTemplate : ObjectKind.LegacyTemplate, "ours"), JsonNode.Parse(template)!.AsObject())], Cancellation);
            if (refusal is null)
            {
                Assert.Null(found.Refusal);
            }
            else
            {
                Assert.Contains(refusal, found.Refusal, StringComparison.Ordinal);
            }

            Assert.Equal(added, found.Added);
        }
        finally
        {
            await scratch.ClearAsync(withComposable: true, CancellationToken.None);
        }
    }

    [Fact]
    public async Task TryAsync_TemplateHasAnAlias_IsTriedWithoutIt()
    {
        _client ??= new(new ClusterConnection(Endpoint), TimeProvider.System);
        var scratch = new ScratchSpace(_client, "89abcdef");
        try
        {
            // With it the target would refuse: an index has that name.
            var real = scratch.Name("people-search-this");
            Assert.Null(await scratch.TryAsync(HttpMethod.Put, $"/{real}", [], Cancellation));
            foreach (var (kind, template) in ((ObjectKind, string)[])[(ObjectKind.LegacyTemplate, """{"aliases":{"NAME":{}}}"""), (ObjectKind.IndexTemplate, """{"template":{"aliases":{"NAME":{}}}}""")])
            {
                var trial = new TemplateTrial(_client, scratch, static _ => null);
                var json = JsonNode.Parse(template.Replace("NAME", real, StringComparison.Ordinal))!.AsObject();
                Assert.Null((await trial.TryAsync(Object(ObjectKind.Index, "logs", "{}"), [], [(new(kind, "ours"), json)], Cancellation)).Refusal);
            }
        }
        finally
        {
            await scratch.ClearAsync(withComposable: true, CancellationToken.None);
        }
    }

    public virtual ValueTask DisposeAsync()
    {
        _client?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Indices created so far; 0 where nobody counts.</summary>
    protected virtual ValueTask<long> RequestsAsync() => ValueTask.FromResult(0L);

    private static MetadataObject Object(ObjectKind kind, string name, string json) => new(new(kind, name), JsonNode.Parse(json)!.AsObject(), []);
}

/// <summary>As the sandbox says it.</summary>
public sealed class SandboxTrialTests : TrialTests, IAsyncLifetime
{
    private SandboxCluster _sandbox = null!;

    protected override string Endpoint => _sandbox.Endpoint;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    protected override ValueTask<long> RequestsAsync() => ValueTask.FromResult(_sandbox.Requests.Of("PUT /{index}"));
}

/// <summary>As a real OpenSearch 2.19 says it.</summary>
[Collection(nameof(OpenSearchFixture))]
public sealed class RealTrialTests(OpenSearchFixture server) : TrialTests
{
    protected override string Endpoint => server.Endpoint;
}
