namespace Portage.Scenarios;

/// <summary>A real OpenSearch that refuses: the sandbox could be wrong about its words and its order of things.</summary>
public sealed class RealTargetTroubleTests(OneTarget one) : IClassFixture<OneTarget>
{
    private const string Backfill = "shop/orders@blue:backfill";
    private const string OtherMapping = """{"settings":{"number_of_replicas":0},"mappings":{"properties":{"name":{"type":"date"}}}}""";

    [Theory]
    [InlineData("index.blocks.write", "FORBIDDEN/8/index write (api)")]
    [InlineData("index.blocks.read_only", "FORBIDDEN/5/index read-only (api)")]
    [InlineData("index.blocks.read_only_allow_delete", "TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark")]
    public async Task Start_IndexBlocked_SaysWhyAndGoesOnWhenTheBlockIsGone(string setting, string block)
    {
        await using var target = await EmptyAsync();
        await using var workflow = new Workflow();
        await target.Talk.SendAsync(HttpMethod.Put, "orders-2026-10", $$$"""{"settings":{"number_of_replicas":0,"{{{setting}}}":true}}""");
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ skip: true }"));

        (await workflow.RunAsync("start", "--attach")).Expect(1).Says("PG4006", "orders-2026-10", block);
        (await workflow.RunAsync("status")).Expect(0).Says("Failed", "PG4006", "Next: workflow start");

        await target.Talk.SendAsync(HttpMethod.Put, "orders-2026-10/_settings", $$"""{"{{setting}}":null}""");
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        await EverythingArrivedOnceAsync(workflow, target.Talk);
    }

    [Fact]
    public async Task Start_TargetRejectsDocuments_CountsCloseAndAPersonIsAsked()
    {
        await using var target = await EmptyAsync();
        await using var workflow = new Workflow();
        await target.Talk.SendAsync(HttpMethod.Put, "customers", OtherMapping);
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ skip: true }"));

        (await workflow.RunAsync("start", "--attach")).Expect(3).Says("rejected == 0 (is 150)");

        (await workflow.RunAsync("approve", "--list")).Expect(0).Says("1,335 documents: 1,185 accepted, 150 rejected, 0 filtered");
        var findings = Directory.GetFiles(workflow.Home, "findings.ndjson", SearchOption.AllDirectories).Single(file => new FileInfo(file).Length > 0);
        var lines = await File.ReadAllLinesAsync(findings, TestContext.Current.CancellationToken);
        Assert.Equal(150, lines.Length);
        Assert.All(lines, line => Assert.Contains("mapper_parsing_exception", line, StringComparison.Ordinal));
        Assert.Equal(1_185, (await target.Talk.JsonAsync("customers,orders-*/_count")).GetProperty("count").GetInt32());
        (await workflow.RunAsync("approve", Backfill, "--comment", "known")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        (await workflow.RunAsync("explain", Backfill.Replace("backfill", "validate", StringComparison.Ordinal))).Expect(0).Says("150 rejected by the backfill");
    }

    [Fact]
    public async Task Start_IndexThereWithAnotherMapping_IsShownAndLeftAlone()
    {
        await using var target = await EmptyAsync();
        await using var workflow = new Workflow();
        await target.Talk.SendAsync(HttpMethod.Put, "customers", OtherMapping);
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));

        (await workflow.RunAsync("start", "--attach")).Expect(3);
        (await workflow.RunAsync("approve", "--list")).Expect(0).Says("customers", "name");

        (await workflow.RunAsync("reject", "--all")).Expect(0);
        Assert.Equal(["customers"], (await target.Talk.JsonAsync("*/_settings")).EnumerateObject().Select(index => index.Name));
        Assert.Equal("date", (await target.Talk.JsonAsync("customers/_mapping")).GetProperty("customers").GetProperty("mappings").GetProperty("properties").GetProperty("name").GetProperty("type").GetString());
    }

    private static async Task EverythingArrivedOnceAsync(Workflow workflow, ClusterTalk talk)
    {
        foreach (var index in (string[])["customers", "orders-2026-09", "orders-2026-10"])
        {
            Assert.All((await talk.DocumentsAsync(index)).Values, document => Assert.Equal(1, document.Version));
        }

        Assert.Equal(Samples.Documents, (await talk.JsonAsync("customers,orders-*/_count")).GetProperty("count").GetInt32());
        Assert.Equal(0, (await Samples.StatusOfAsync(workflow, Backfill)).GetProperty("report").GetProperty("numbers").GetProperty("rejected").GetInt32());
    }

    private async Task<Emptied> EmptyAsync() => new((await one.StartAsync()).Endpoint);

    /// <summary>The server while one test has it; the next finds it empty.</summary>
    private sealed class Emptied(string endpoint) : IAsyncDisposable
    {
        public string Endpoint => endpoint;

        public ClusterTalk Talk { get; } = new(endpoint);

        public async ValueTask DisposeAsync()
        {
            // What is blocked can only be deleted once it is not.
            await Talk.TryAsync(HttpMethod.Put, "_all/_settings", """{"index.blocks.read_only":null,"index.blocks.write":null,"index.blocks.read_only_allow_delete":null}""");
            await Talk.TryAsync(HttpMethod.Delete, "customers,orders-*");
            Talk.Dispose();
        }
    }
}
