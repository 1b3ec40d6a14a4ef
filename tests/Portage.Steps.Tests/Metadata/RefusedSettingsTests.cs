using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Reading;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Tests.Metadata;

/// <summary>A setting that only tunes an index does not keep the index away where the target refuses its value.</summary>
public sealed class RefusedSettingsTests
{
    private static readonly MetadataStep Step = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_TargetLacksTheCodec_TakesTheNearestAndSaysSo()
    {
        await using var slice = await SliceOnSandbox.OfAsync("os-2.19.1", new() { Indices = new() { Include = ["codec-zstd", "codec-zstd_no_dict", "codec-zlib"] } });

        string[] codecs = [await CodecAsync(slice, "codec-zstd"), await CodecAsync(slice, "codec-zstd_no_dict"), await CodecAsync(slice, "codec-zlib")];
        Assert.Equal(["best_compression", "best_compression"], codecs[..2]);
        Assert.NotEqual("default", codecs[2]);

        // What was made is what is wanted: it is not done anew, nor is it another's.
        slice.Run.Change(all => all with { Metadata = all.Metadata with { Replicas = 0 } });
        var again = await slice.Run.EvaluateAsync(Step, Cancellation);
        Assert.Empty(again.Destroys);
        Assert.Equal((0, 3), (again.Numbers["conflicts"], again.Numbers["kept"] + again.Numbers["updated"]));
        Assert.DoesNotContain(slice.Sandbox.Indices, name => name.StartsWith("portage-scratch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EvaluateAsync_TargetLacksTheCodec_IsNoConflict()
    {
        await using var slice = await SliceOnSandbox.OfAsync("os-2.19.1", new() { Indices = new() { Include = ["ids"] } });
        slice.Run.Change(all => all with { Indices = new() { Include = ["codec-zstd"] } });

        var report = await slice.Run.EvaluateAsync(Step, Cancellation);

        Assert.Equal((0, 1), (report.Numbers["conflicts"], report.Numbers["changed"]));
        Assert.Contains("change index codec-zstd: setting index.codec: zstd → best_compression, as the target does not know zstd; it takes other room on disk, and nothing else differs", report.Lines);
        var estimate = (await Step.EstimateAsync(slice.Run.EstimateContextOf(Step), Cancellation))!;
        Assert.Contains("codec zstd, where the target does not know it, becomes best_compression: index codec-zstd", estimate.Notes);
    }

    [Theory]
    [InlineData("""{"index.translog.durability":"async","index.merge.policy.max_merged_segment":"5gb"}""", "")]
    [InlineData("""{"index.translog.durability":"async","index.translog.sync_interval":"soon"}""", "index.translog.sync_interval=soon")]
    [InlineData("""{"index.codec":"zstd","index.codec.compression_level":"3"}""", "index.codec=zstd")]
    [InlineData("""{"index.sort.field":"nothing-like-it"}""", "")]
    public async Task FindAsync_SomeValues_FindsThoseThatTheTargetRefuses(string settings, string refused)
    {
        await using var sandbox = await Sandbox.SandboxCluster.StartAsync(new Sandbox.SandboxOptions(), Cancellation);
        using var client = new ClusterClient(new ClusterConnection(sandbox.Endpoint), TimeProvider.System);
        var template = new JsonObject { ["template"] = new JsonObject { ["settings"] = JsonNode.Parse(settings) } };
        var found = await RefusedSettings.FindAsync(
            new ScratchSpace(client, "0123abcd"),
            [new(new(ObjectKind.Index, "a"), new() { ["settings"] = JsonNode.Parse(settings) }, []), new(new(ObjectKind.IndexTemplate, "b"), template, [])],
            Cancellation);
        Assert.Equal(refused, string.Join(' ', found.Keys.Select(pair => $"{pair.Name}={pair.Value}")));
        Assert.Empty(sandbox.Indices);
    }

    [Fact]
    public async Task FindAsync_TargetTakesNoIndexAtAll_BlamesNoSetting()
    {
        using var full = new Full();
        using var client = new ClusterClient(new ClusterConnection("http://localhost:9200") { Transport = full }, TimeProvider.System);
        Assert.Empty(await RefusedSettings.FindAsync(
            new ScratchSpace(client, "0123abcd"), [new(new(ObjectKind.Index, "a"), new() { ["settings"] = new JsonObject { ["index.translog.durability"] = "async" } }, [])], Cancellation));
    }

    [Theory]
    [InlineData("unknown setting [index.sort.field] please check", ", as without index.sort.field: what is there")]
    [InlineData("index.sort.field.", ", as without index.sort.field: what is there")]
    [InlineData("it refuses index.sort.field.other and my-index.sort.field", "in a form that suits you: what is there")]
    public void Throw_TargetNamesASetting_AdvisesToLeaveItOut(string reason, string advice)
    {
        var config = StepRun.ConfigOf("repo", new() { Existing = "one" }, "http://localhost:9200", new());
        var refused = new MetadataObject(new(ObjectKind.Index, "a"), new() { ["settings"] = new JsonObject { ["index.sort.field"] = "b", ["index.sort.order"] = "asc" } }, []) { Source = "a" };
        var failure = Assert.Throws<StepException>(() => Refusals.Throw(SliceOnTarget.AllOf(config).Single(), [new(refused, new ObjectOutcome.Refused(reason))], isApproved: true));
        Assert.Equal("PG3014", failure.Because.Code);
        Assert.Contains(advice, failure.Because.Detail, StringComparison.Ordinal);
    }

    private static async Task<string> CodecAsync(SliceOnSandbox slice, string index) =>
        (await slice.Target.GetAsync($"/{index}/_settings?flat_settings=true", Cancellation))[index]!["settings"]!["index.codec"]?.ToString() ?? "default";

    private sealed class Full : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.BadRequest)
        {
            Content = new StringContent("""{"error":{"type":"validation_exception","reason":"this action would add [1] total shards, but this cluster currently has [1]/[1] maximum shards open;"},"status":400}""", null, "application/json"),
        });
    }
}
