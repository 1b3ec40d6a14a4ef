using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Validate;

/// <summary>What a comparison finds beside the documents, when somebody changed it on the target.</summary>
public sealed class ObjectComparisonTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // What differs as somebody would miss it, each with the request that makes it so.
    [Theory]
    [InlineData("DELETE", "/logs/_alias/ALIAS", null, "alias ALIAS of logs: it is not on the target")]
    [InlineData("PUT", "/logs/_alias/ALIAS", """{"filter":{"term":{"other":1}}}""", "alias ALIAS of logs: filter.term.other is 1 on the target, not set expected")]
    [InlineData("PUT", "/logs/_settings", """{"index.hidden":true}""", "index logs: setting index.hidden is true on the target, not set expected")]
    [InlineData("PUT", "/logs/_settings", """{"index.blocks.write":true}""", "index logs: setting index.blocks.write is true on the target, not set expected")]
    [InlineData("PUT", "/logs/_settings", """{"index.max_result_window":5}""", "index logs: setting index.max_result_window is 5 on the target, not set expected")]
    [InlineData("PUT", "/logs/_mapping", """{"dynamic":"strict"}""", "index logs: dynamic is strict on the target, not set expected")]
    [InlineData("DELETE", "/logs", null, "index logs: it is not on the target")]
    [InlineData("DELETE", "/_template/TEMPLATE", null, "template TEMPLATE: it is not on the target")]
    [InlineData("PUT", "/_template/TEMPLATE", """{"index_patterns":["logs*"],"order":9}""", "template TEMPLATE: order is 9 on the target")]
    public async Task RunAsync_ObjectWasChanged_NamesItAndHoldsTheGate(string method, string path, string? body, string line)
    {
        await using var slice = await BackfilledAsync();
        var (alias, template) = (Names(await slice.Target.GetAsync("/logs/_alias", Cancellation), "logs"), (await slice.Target.GetAsync("/_template", Cancellation)).AsObject().First().Key);
        string Named(string text) => text.Replace("ALIAS", alias, StringComparison.Ordinal).Replace("TEMPLATE", template, StringComparison.Ordinal);
        await slice.Target.SendAsync(new(method), Named(path), body, Cancellation);

        var done = await slice.DoAsync(new ValidateStep());

        Assert.Contains(done.Report.Lines, one => one.StartsWith(Named(line), StringComparison.Ordinal));
        Assert.InRange(done.Report.Numbers["objectsDiffering"], 1, line.StartsWith("index logs: it is not", StringComparison.Ordinal) ? 3 : 1);
        Assert.Contains(" indices, aliases and templates differ", done.Report.Lines[0], StringComparison.Ordinal);
        Assert.Contains(Objects(slice), one => one.GetProperty("counts").GetBoolean() && $"{one.GetProperty("kind")} {one.GetProperty("name")}" == string.Join(' ', Named(line).Split(' ')[..2]).TrimEnd(':'));
    }

    // What people do on a target, and nobody misses.
    [Theory]
    [InlineData("PUT", "/logs/_settings", """{"index.refresh_interval":"7s"}""", "index logs: setting index.refresh_interval is 7s on the target")]
    [InlineData("PUT", "/logs/_settings", """{"index.number_of_replicas":3}""", "index logs: setting index.number_of_replicas is 3 on the target")]
    [InlineData("PUT", "/logs/_mapping", """{"properties":{"brand_new":{"properties":{"inner":{"type":"keyword"}}}}}""", "index logs: field brand_new.inner: type is keyword on the target, not set expected")]
    [InlineData("PUT", "/logs/_alias/one_more", "{}", "alias one_more of logs: it is on the target besides")]
    public async Task RunAsync_SomethingBesides_IsToldAndHoldsNothing(string method, string path, string body, string line)
    {
        await using var slice = await BackfilledAsync();
        await slice.Target.SendAsync(new(method), path, body, Cancellation);
        var done = await slice.DoAsync(new ValidateStep());
        Assert.Contains(done.Report.Lines, one => one.StartsWith(line, StringComparison.Ordinal));
        Assert.Equal(0, done.Report.Numbers["objectsDiffering"]);
        Assert.EndsWith("all the same", done.Report.Lines[0], StringComparison.Ordinal);
        Assert.All(Objects(slice), one => Assert.False(one.GetProperty("counts").GetBoolean()));
    }

    [Fact]
    public async Task RunAsync_ChangedBack_IsTheSameAgain()
    {
        await using var slice = await BackfilledAsync();
        await slice.Target.PutAsync("/logs/_settings", """{"index.hidden":true}""", Cancellation);
        Assert.Equal(1, (await slice.DoAsync(new ValidateStep())).Report.Numbers["objectsDiffering"]);
        await slice.Target.PutAsync("/logs/_settings", """{"index.hidden":null}""", Cancellation);
        Assert.Equal(0, (await slice.DoAsync(new ValidateStep())).Report.Numbers["objectsDiffering"]);
        Assert.Empty(Objects(slice));
    }

    [Fact]
    public async Task RunAsync_MetadataIsNotPortages_SaysThatItWasNotCompared()
    {
        await using var slice = await BackfilledAsync();
        slice.Run.Change(with => with with { Metadata = new() { Skip = true } });
        await slice.Target.PutAsync("/logs/_settings", """{"index.hidden":true}""", Cancellation);
        var done = await slice.DoAsync(new ValidateStep());
        Assert.Equal(0, done.Report.Numbers["objectsDiffering"]);
        Assert.Contains(done.Report.Lines, line => line.StartsWith("not compared: settings, mappings, aliases and templates (metadata.skip: they are not Portage's)", StringComparison.Ordinal));
    }

    // The number is missing from the report then, so that no gate over it opens by itself.
    [Fact]
    public async Task RunAsync_TemplatesMayNotBeSeen_ComparesTheDocumentsAndSaysSo()
    {
        await using var slice = await BackfilledAsync();
        var done = await slice.DoAsync(new ValidateStep(new Forbidding()));
        Assert.Equal($"{slice.Golden("logs").Count():N0} documents compared: all the same", done.Report.Lines[0]);
        Assert.False(done.Report.Numbers.ContainsKey("objectsDiffering"));
        Assert.Contains(done.Report.Lines, line => line.StartsWith("not compared: settings, mappings, aliases and templates (", StringComparison.Ordinal) && line.Contains("no permissions", StringComparison.Ordinal));
    }

    // A person has seen it in the review of metadata, and let it be.
    [Fact]
    public async Task RunAsync_LeftAsItWasByTheReview_IsToldAndHoldsNothing()
    {
        await using var slice = await BackfilledAsync();
        await slice.Target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        await slice.Target.PutAsync("/logs", """{"settings":{"index.max_result_window":5},"mappings":{"dynamic":"false"} }""", Cancellation);
        var step = new MetadataStep();
        await slice.DoAsync(step, await slice.Run.EvaluateAsync(step, Cancellation));
        var done = await slice.DoAsync(new ValidateStep());
        Assert.Equal(0, done.Report.Numbers["objectsDiffering"]);
        Assert.Contains("index logs: setting index.max_result_window is 5 on the target, not set expected", done.Report.Lines);
        Assert.Contains(done.Report.Lines, line => line.StartsWith("alias ", StringComparison.Ordinal) && line.EndsWith(" of logs: it is not on the target", StringComparison.Ordinal));
    }

    // The review told of it: another codec is in the place of the one that the target does not know.
    [Fact]
    public async Task RunAsync_CodecWasReplaced_ExpectsWhatTheRulesMadeOfIt()
    {
        await using var slice = await SliceOnSandbox.OfAsync("os-2.19.1", new() { Indices = new() { Include = ["codec-zstd"] } });
        await slice.DoAsync(new BackfillStep());

        var done = await slice.DoAsync(new ValidateStep());

        Assert.DoesNotContain(done.Report.Lines, line => line.Contains("codec", StringComparison.Ordinal) && line.Contains("expected", StringComparison.Ordinal));
        Assert.Equal(0, done.Report.Numbers["objectsDiffering"]);
    }

    // What a rule leaves out for the time of the copy may come back afterwards, and may not have yet.
    [Theory]
    [InlineData("""{"index.blocks.write":"true"}""", """{"index":{"blocks":{"write":"true"} } }""")]
    [InlineData("""{"index.final_pipeline":"p"}""", """{"index":{"final_pipeline":"p"} }""")]
    [InlineData("""{"index.blocks.write":"false"}""", "{}")]
    [InlineData("""{"index.blocks.write":"true"}""", "{}", "index.blocks.write is not set on the target, true in the snapshot", false)]
    [InlineData("""{"index.final_pipeline":"p"}""", """{"index":{"final_pipeline":"q"} }""", "setting index.final_pipeline is q on the target, not set expected", true)]
    public void OfIndex_RuleLeftOutASetting_ComparesWithTheSnapshotToo(string source, string there, string? text = null, bool counts = false)
    {
        var wanted = new MetadataObject(new(ObjectKind.Index, "logs"), new() { ["settings"] = new JsonObject() }, []);
        var found = ObjectDifferences.OfIndex(wanted, (JsonObject)JsonNode.Parse(source)!, new() { ["settings"] = JsonNode.Parse(there) }, TargetFacts.None);
        Assert.Equal(text is null ? [] : [(text, counts)], found.Select(one => (one.Text, one.Counts)));
    }

    private static async Task<SliceOnSandbox> BackfilledAsync()
    {
        var on = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] }, Metadata = new() { Templates = new() } });
        await on.DoAsync(new BackfillStep());
        return on;
    }

    private static string Names(JsonNode aliases, string index) => aliases[index]!["aliases"]!.AsObject().First().Key;

    private static JsonElement[] Objects(SliceOnSandbox slice) => slice.Run.Disk.Files.FirstOrDefault(file => file.Key.EndsWith("/objects.ndjson", StringComparison.Ordinal)).Value is { } text
        ? [.. System.Text.Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)]
        : [];

    private sealed class Forbidding() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.RequestUri!.AbsolutePath.StartsWith("/_template", StringComparison.Ordinal)
                ? new(System.Net.HttpStatusCode.Forbidden) { Content = new StringContent("""{"error":{"type":"security_exception","reason":"no permissions for templates"},"status":403}""", null, "application/json") }
                : await base.SendAsync(request, cancellationToken);
    }
}
