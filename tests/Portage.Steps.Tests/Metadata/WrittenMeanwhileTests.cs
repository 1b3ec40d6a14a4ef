using System.Text;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Sandbox;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests.Metadata;

/// <summary>Somebody writes into one index, or makes it anew, while those before it are being taken back.</summary>
public sealed class WrittenMeanwhileTests : IAsyncDisposable
{
    private const string Endpoint = "http://sandbox.test:9200";
    private readonly SandboxCluster _sandbox = SandboxCluster.WithoutNetwork(new());
    private readonly TempFolder _fixture = Fixtures.Unzip("made/es-7.10.2.zip");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PUT", "/logs/_doc/1", "{}", new[] { "packed" })]
    [InlineData("DELETE", "/logs", null, new[] { "logs", "packed" })]
    public async Task RevertAsync_AnIndexIsNotAsItWasLookedAt_IsLeftAndWhatIsGoneIsToldAndMadeAnew(string method, string path, string? json, string[] gone)
    {
        using var meanwhile = new Meanwhile(_sandbox.Transport, "DELETE /packed", async send =>
        {
            await send(new(method), path, json);
            await send(HttpMethod.Put, "/logs/_doc/2?refresh=true", "{}");
        });
        var step = new MetadataStep(meanwhile);
        var run = await MadeAsync(step);
        await AliasAsync(run, step);
        var approved = await step.LookAsync(run.LookContextOf(step), Cancellation);
        meanwhile.IsArmed = true;

        var changed = Assert.IsType<RevertResult.Changed>(await step.RevertAsync(run.RevertContextOf(step) with { Approved = approved }, Cancellation));

        Assert.Equal(gone, changed.Gone);
        Assert.Equal(["logs"], _sandbox.Indices);
        Assert.Contains(_sandbox.Documents("logs"), document => document.Id == "2");
        Assert.Equal(method == "PUT", await HasAliasAsync());

        // Killed before that was written down, it is found again.
        Assert.Equal(json is null, await step.RevertAsync(run.RevertContextOf(step) with { Approved = approved }, Cancellation) is RevertResult.Done);
        if (json is not null)
        {
            Assert.Equal(gone, Assert.IsType<RevertResult.Changed>(await step.RevertAsync(run.RevertContextOf(step) with { Approved = approved }, Cancellation)).Gone);
        }

        if (json is not null)
        {
            Assert.IsType<StepResult.Done>(await run.RunAsync(step, await run.EvaluateAsync(step, Cancellation), Cancellation));
            Assert.Equal(["logs", "packed"], _sandbox.Indices.Order());

            // By then it is there again.
            var again = Assert.IsType<RevertResult.Changed>(await step.RevertAsync(run.RevertContextOf(step) with { Approved = [] }, Cancellation));
            Assert.Equal((2, 0), (again.Now.Count(one => one.Kind == DestructionKind.DeleteIndex), again.Gone.Length));
        }
    }

    [Fact]
    public async Task RevertAsync_SomebodyMadeAnEmptyIndexInThePlaceOfOurs_LeavesItToThem()
    {
        // Nothing is in it that could be counted: only that it is another one tells whose it is.
        using var meanwhile = new Meanwhile(_sandbox.Transport, "DELETE /packed", async send =>
        {
            await send(HttpMethod.Delete, "/logs", null);
            await send(HttpMethod.Put, "/logs", """{"mappings":{"properties":{"theirs":{"type":"keyword"}}}}""");
        });
        var step = new MetadataStep(meanwhile);
        var run = await MadeAsync(step);
        var approved = await step.LookAsync(run.LookContextOf(step), Cancellation);
        meanwhile.IsArmed = true;

        var changed = Assert.IsType<RevertResult.Changed>(await step.RevertAsync(run.RevertContextOf(step) with { Approved = approved }, Cancellation));

        Assert.Equal(["logs", "packed"], changed.Gone);
        Assert.Equal(["logs"], _sandbox.Indices);
    }

    private async Task<StepRun> MadeAsync(MetadataStep step)
    {
        var run = new StepRun(StepRun.ConfigOf(_fixture["repo"], new() { Existing = "second" }, Endpoint, new() { Indices = new() { Include = ["logs", "packed"] } }));
        await run.RunAsync(new SnapshotStep(), null, Cancellation);
        Assert.IsType<StepResult.Done>(await run.RunAsync(step, null, Cancellation));
        return run;
    }

    private async Task<bool> HasAliasAsync()
    {
        using var client = new HttpClient(_sandbox.Transport, disposeHandler: false);
        return (await client.GetAsync($"{Endpoint}/logs/_alias/ours", Cancellation)).IsSuccessStatusCode;
    }

    /// <summary>As if the snapshot had given it to the index.</summary>
    private async Task AliasAsync(StepRun run, MetadataStep step)
    {
        using var client = new HttpClient(_sandbox.Transport, disposeHandler: false);
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        (await client.PutAsync($"{Endpoint}/logs/_alias/ours", body, Cancellation)).EnsureSuccessStatusCode();
        var (journal, name) = (await CreationJournal.OpenAsync(run.FilesOf(step), Cancellation), new ObjectName(ObjectKind.Alias, "ours", "logs"));
        await journal.AddAsync(name, "logs", []);
        await journal.ConfirmAsync(name, [], uuid: null);
    }

    public async ValueTask DisposeAsync()
    {
        _fixture.Dispose();
        await _sandbox.DisposeAsync();
    }
}
