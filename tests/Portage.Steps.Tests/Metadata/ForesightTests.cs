using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Sandbox;
using Portage.Snapshots.Repositories;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Foresight;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;
using Portage.Steps.Reading;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests.Metadata;

/// <summary>What is known to go wrong is said in the plan and under review, before anything is made.</summary>
public sealed class ForesightTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EvaluateAsync_SourcesThatAreNotStored_AreNamedWithTheirDocumentsAndTheWayOut()
    {
        await using var on = await On.StartAsync("es-7.10.2", new() { Indices = new() { Include = ["nosource", "excluded", "logs"], Exclude = ["x*"] } });
        var report = await on.Run.EvaluateAsync(new MetadataStep(), Cancellation);

        Assert.Equal(2, report.Numbers["lost"]);
        var lost = report.Lines.Where(line => line.StartsWith("lost ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, lost.Length);
        Assert.StartsWith($"lost index nosource: {on.Count("nosource")} documents, ", lost[0], StringComparison.Ordinal);
        Assert.EndsWith(" that cannot be moved, as none has a stored source (_source.enabled is false)", lost[0], StringComparison.Ordinal);
        Assert.StartsWith($"lost index excluded: {on.Count("excluded")} documents, ", lost[1], StringComparison.Ordinal);
        Assert.Contains(" without the fields deep.hidden, secret, which no stored source has (_source.excludes is ", lost[1], StringComparison.Ordinal);
        Assert.EndsWith("; leave out all of these: workflow configure update migrations.old.slices.all.indices.exclude '[\"x*\",\"excluded\",\"nosource\"]'", lost[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EstimateAsync_SourcesThatAreNotStored_AreInThePlan()
    {
        await using var on = await On.StartAsync("es-7.10.2", new() { Indices = new() { Include = ["nosource", "logs"] } });
        var estimate = await new MetadataStep().EstimateAsync(on.Run.EstimateContextOf(new MetadataStep()), Cancellation);
        Assert.StartsWith($"lost index nosource: {on.Count("nosource")} documents, ", Assert.Single(estimate!.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EstimateAsync_NoMetadataIsMade_ThePlanOfTheBackfillSaysIt()
    {
        await using var on = await On.StartAsync("es-7.10.2", new() { Indices = new() { Include = ["nosource", "logs"] } });
        var context = on.Run.EstimateContextOf(new BackfillStep());
        Assert.Empty((await new BackfillStep().EstimateAsync(context, Cancellation))!.Notes);
        var estimate = await new BackfillStep().EstimateAsync(context with { Config = on.Run.With(slice => slice with { Metadata = new() { Skip = true } }) }, Cancellation);
        Assert.StartsWith($"lost index nosource: {on.Count("nosource")} documents, ", Assert.Single(estimate!.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EstimateAsync_NoDocumentsAreCopied_NothingIsLost()
    {
        await using var on = await On.StartAsync("es-7.10.2", new() { Indices = new() { Include = ["nosource"] }, Backfill = new() { Skip = true } });
        Assert.Empty((await new MetadataStep().EstimateAsync(on.Run.EstimateContextOf(new MetadataStep()), Cancellation))!.Notes);
        Assert.Equal(0, (await on.Run.EvaluateAsync(new MetadataStep(), Cancellation)).Numbers["lost"]);
    }

    [Theory]
    [InlineData("es-8.19.21", "synthetic", "index.mapping.source.mode is synthetic")]
    [InlineData("es-8.19.21", "synthetic", "it cannot be put together: bin is binary, flat is flattened, kids is nested, nanos is date_nanos, range is integer_range, vec is dense_vector")]
    public async Task EstimateAsync_SourcesThatAreMadeWhenAsked_AreNamedBeforeTheRun(string server, string index, string reason)
    {
        using var fixture = Fixtures.Unzip($"made/{server}.zip");
        var foresight = await ForesightOf(StepRun.ConfigOf(fixture["repo"], new() { Existing = "second" }, "http://blue.example", new() { Indices = new() { Include = [index] } }));
        Assert.Contains(reason, Assert.Single(await foresight.LostAsync(Cancellation)).Line, StringComparison.Ordinal);
    }

    /// <summary>Nothing of them is lost, and nobody should take them for what was sent.</summary>
    [Theory]
    [InlineData("es-8.19.21", "logsdb", "index.mode logsdb has synthetic sources")]
    [InlineData("os-3.8.0", "derived", "index.derived_source.enabled is true")]
    public async Task EvaluateAsync_SourcesThatCanBePutTogether_AreToldAndNotLost(string server, string index, string reason)
    {
        await using var on = await On.StartAsync(server, new() { Indices = new() { Include = [index] } });
        Assert.Contains($"no stored sources, and sent as the source shows them: index {index} ({reason})", (await new MetadataStep().EstimateAsync(on.Run.EstimateContextOf(new MetadataStep()), Cancellation))!.Notes);
        var report = await on.Run.EvaluateAsync(new MetadataStep(), Cancellation);
        Assert.Equal(0, report.Numbers["lost"]);
        Assert.Contains($"change index {index}: sources: put together at the source ({reason}) → sent as the source shows them, and stored", report.Lines);
        Assert.Equal(0, report.Numbers["conflicts"]);
    }

    [Fact]
    public async Task EvaluateAsync_DefaultSelection_SaysWhatItLeavesOut()
    {
        await using var on = await On.StartAsync("os-1.3.13", new());
        var report = await on.Run.EvaluateAsync(new MetadataStep(), Cancellation);

        Assert.Equal(2, report.Numbers["leftOut"]);
        var line = Assert.Single(report.Lines, line => line.StartsWith("left out ", StringComparison.Ordinal));
        var documents = on.Count(".ds-stream-web-000001") + on.Count(".ds-stream-web-000002");
        Assert.StartsWith($"left out data stream stream-web: indices .ds-stream-web-000001, .ds-stream-web-000002: {documents} documents, ", line, StringComparison.Ordinal);
        Assert.EndsWith("; move its indices as plain ones: workflow configure add migrations.old.slices.streams '{\"indices\":{\"include\":[\".ds-stream-web-*\"]}}'", line, StringComparison.Ordinal);

        var plan = await new SnapshotStep().EstimateAsync(on.Run.EstimateContextOf(new SnapshotStep()), Cancellation);
        Assert.StartsWith($"left behind: data stream stream-web: indices .ds-stream-web-000001, .ds-stream-web-000002: {documents} documents, ", Assert.Single(plan!.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_AnotherSliceTakesIt_IsNotLeftOut()
    {
        using var fixture = Fixtures.Unzip("made/os-1.3.13.zip");
        var config = StepRun.ConfigOf(fixture["repo"], new() { Existing = "second" }, "http://blue.example", new());
        var migration = config.Migrations["old"];
        var slices = migration.Slices.Add("streams", new() { Indices = new() { Include = [".ds-*"] } });
        var foresight = await ForesightOf(config with { Migrations = config.Migrations.SetItem("old", migration with { Slices = slices }) });
        Assert.Empty(await foresight.LeftOutAsync(BackingIndices.None, Cancellation));
        Assert.Single(await (await ForesightOf(config)).LeftOutAsync(BackingIndices.None, Cancellation));
    }

    [Fact]
    public async Task EvaluateAsync_BackingIndicesArePlainOnes_SaysThatTheStreamIsDropped()
    {
        await using var on = await On.StartAsync("os-1.3.13", new() { Indices = new() { Include = [".ds-stream-web-*"] } });
        var report = await on.Run.EvaluateAsync(new MetadataStep(), Cancellation);
        Assert.Equal(2, report.Numbers["dropped"]);
        Assert.Contains(report.Lines, line => line.StartsWith("drop indices .ds-stream-web-000001, .ds-stream-web-000002: data stream stream-web (", StringComparison.Ordinal));
        var estimate = await new MetadataStep().EstimateAsync(on.Run.EstimateContextOf(new MetadataStep()), Cancellation);
        Assert.Equal("no data stream stream-web on the target: indices .ds-stream-web-000001, .ds-stream-web-000002 become plain indices", Assert.Single(estimate!.Notes));
    }

    [Theory]
    [InlineData("stream-web", "[]", "migrations.old.slices.all.indices.include '[\"logs\",\".ds-stream-web-*\"]'")]
    [InlineData("stream-*", "[\".*\",\"x\"]", "migrations.old.slices.all.indices '{\"include\":[\"logs\",\".ds-stream-web-*\"],\"exclude\":[\"x\"]}'")]
    public async Task EvaluateAsync_DataStreamIsNamed_SaysWhatToDo(string name, string excluded, string command)
    {
        var slice = new SliceConfig { Indices = new() { Include = ["logs", name], Exclude = [.. JsonSerializer.Deserialize<string[]>(excluded)!] } };
        await using var on = await On.StartAsync("os-1.3.13", slice);
        var failure = await Assert.ThrowsAsync<StepException>(() => on.Run.EvaluateAsync(new MetadataStep(), Cancellation));
        Assert.Equal("PG3017", failure.Because.Code);
        Assert.StartsWith("'stream-web' is a data stream of 2 indices (.ds-stream-web-000001, .ds-stream-web-000002), ", failure.Because.Detail, StringComparison.Ordinal);
        Assert.Equal($"workflow configure update {command}", failure.Because.Command);
    }

    [Fact]
    public async Task EvaluateAsync_VersionsOfAnotherSystem_AreNamedInReviewAndPlan()
    {
        await using var on = await On.StartAsync("es-7.10.2", new() { Indices = new() { Include = ["versions", "logs"] } });
        var report = await on.Run.EvaluateAsync(new MetadataStep(), Cancellation);
        Assert.Equal(1, report.Numbers["external"]);
        var line = Assert.Single(report.Lines, line => line.StartsWith("versions of ", StringComparison.Ordinal));
        Assert.StartsWith($"versions of index versions ({on.Count("versions")} documents, ", line, StringComparison.Ordinal);
        Assert.Equal([line], (await new MetadataStep().EstimateAsync(on.Run.EstimateContextOf(new MetadataStep()), Cancellation))!.Notes);
    }

    [Fact]
    public void Tell_ClosedIndex_IsAChange()
    {
        var told = StateRules.Tell(new(new(ObjectKind.Index, "a"), [], []), isClosed: true, stream: null);
        Assert.Equal(FindingKind.Changed, Assert.Single(told.Findings).Kind);
        Assert.StartsWith("closed at the source → open, ", told.Findings[0].Text, StringComparison.Ordinal);
        Assert.Empty(StateRules.Tell(new(new(ObjectKind.Index, "a"), [], []), isClosed: false, stream: null).Findings);
    }

    [Theory]
    [InlineData("""{"settings":{"index.default_pipeline":"enrich"}}""", "{}", 200, "pipeline enrich of index a (index.default_pipeline): the target has none of that name, and refuses then what clients write there; create it there: workflow cluster curl blue PUT /_ingest/pipeline/enrich -d '{\"processors\":[]}'")]
    [InlineData("""{"settings":{"index.final_pipeline":"other"}}""", "{}", 200, "pipeline other of index a (index.final_pipeline): the target has none of that name, and refuses then what clients write there; the snapshot does not have it either")]
    [InlineData("""{"settings":{"index.default_pipeline":"enrich"}}""", "{}", 403, "perhaps pipeline enrich of index a (index.default_pipeline): the target does not say which ones it has")]
    [InlineData("""{"settings":{"index.default_pipeline":"enrich"}}""", """{"enrich":{}}""", 200, null)]
    [InlineData("""{"settings":{"index.default_pipeline":"_none"}}""", "{}", 200, null)]
    public async Task LackingAsync_PipelineThatAnIndexNames_IsLookedFor(string definition, string answer, int status, string? text)
    {
        using var client = new ClusterClient(new ClusterConnection("http://blue.example") { Transport = new Answering((HttpStatusCode)status, answer) }, TimeProvider.System);
        var known = new Dictionary<string, JsonElement> { ["enrich"] = JsonElement.Parse("""{"processors":[]}"""u8) };
        var on = new SliceOnTarget(new(), "old", "all", "main", "blue");
        var lacking = await new NamedPipelines(client, on).LackingAsync([new(new(ObjectKind.Index, "a"), JsonNode.Parse(definition)!.AsObject(), [])], known, Cancellation);
        Assert.Equal(text is null ? [] : [text], lacking.Select(one => one.Text));
    }

    /// <summary>What the snapshot of a migration tells of its slice, in a plan.</summary>
    private static async Task<SnapshotForesight> ForesightOf(MigrationConfig config)
    {
        var on = new SliceOnTarget(config, "old", "all", "main", "blue");
        var repository = await SnapshotRepository.OpenAsync(new FileBlobStore(on.Snapshot.Repository!.File!.Path!), Cancellation);
        return new(on, await SliceContents.OpenAsync(on.Slice, await repository.OpenSnapshotAsync(on.Snapshot.Existing!, Cancellation), on.SlicePath, Cancellation), isQuick: true);
    }

    /// <summary>Always the same answer.</summary>
    private sealed class Answering(HttpStatusCode status, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"), RequestMessage = request });
    }

    /// <summary>A slice of a fixture, and an empty sandbox as its target.</summary>
    private sealed class On(TempFolder fixture, SandboxCluster sandbox, StepRun run) : IAsyncDisposable
    {
        public StepRun Run => run;

        public static async Task<On> StartAsync(string server, SliceConfig slice)
        {
            var fixture = Fixtures.Unzip($"made/{server}.zip");
            var sandbox = await SandboxCluster.StartAsync(new SandboxOptions(), Cancellation);
            return new(fixture, sandbox, await StepRun.OfAsync(fixture["repo"], "second", sandbox.Endpoint, slice, Cancellation));
        }

        /// <summary>How many documents an index really has.</summary>
        public int Count(string index) => GoldenDocument.ReadAll(Path.Combine(fixture["golden"], "second", $"{index}.ndjson")).Count();

        public async ValueTask DisposeAsync()
        {
            await sandbox.DisposeAsync();
            fixture.Dispose();
        }
    }
}
