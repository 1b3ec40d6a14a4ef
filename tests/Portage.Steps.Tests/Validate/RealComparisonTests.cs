using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Tests.Metadata;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Validate;

/// <summary>The comparison against a real OpenSearch 2.19.</summary>
[Collection(nameof(OpenSearchFixture))]
public sealed class RealComparisonTests(OpenSearchFixture server) : IAsyncDisposable
{
    private readonly TestTarget _target = new(server.Endpoint);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Each was taken by Elasticsearch 7.10.2 and OpenSearch 2.19.1, and is kept byte for byte.
    [Fact]
    public async Task RunAsync_OddSources_AreComparedByWhatTheyMean()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var run = await StepRun.OfAsync(fixture["repo"], "second", server.Endpoint, new() { Indices = new() { Include = ["logs"] }, Metadata = new() { Templates = new() { Include = ["none"] } } }, Cancellation);
        var documents = GoldenDocument.ReadAll(Path.Combine(fixture["golden"], "second", "logs.ndjson")).ToArray();
        try
        {
            await DoAsync(run, new MetadataStep(), approved: true);
            await DoAsync(run, new BackfillStep());
            string[] odd = ["{0}// c", "{0}/* c */", "\uFEFF{0}"];
            foreach (var (i, written) in odd.Index())
            {
                await _target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(documents[i * 7].Id)}", string.Format(null, written, documents[i * 7].Source), Cancellation);
            }

            var same = await DoAsync(run, new ValidateStep());
            Assert.Equal($"{documents.Length:N0} documents compared: all the same", same.Report.Lines[0]);

            await _target.PutAsync("/logs/_mapping", """{"properties":{"off":{"type":"object","enabled":false}}}""", Cancellation);
            await _target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(documents[1].Id)}", $"{{\"off\":{string.Concat(Enumerable.Repeat("{\"a\":", 1_500))}1{new string('}', 1_500)}}}", Cancellation);
            var deep = await AgainAsync(run);
            Assert.Equal($"{documents.Length:N0} documents compared: 0 missing, 1 differing, 0 that the snapshot lacks", deep.Report.Lines[0]);
        }
        finally
        {
            await run.RevertAsync(new MetadataStep(), CancellationToken.None);
        }
    }

    // What a target writes into a definition of its own accord is no difference, whatever the era of the source.
    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-6.8.9")]
    [InlineData("es-7.10.2")]
    [InlineData("es-7.17.29")]
    [InlineData("os-1.3.13")]
    public async Task RunAsync_AsMetadataMadeThem_NoObjectDiffers(string name)
    {
        using var fixture = Fixtures.Unzip($"made/{name}.zip");
        var run = await StepRun.OfAsync(fixture["repo"], "second", server.Endpoint, new() { Types = TypesChoice.PrefixIds, Indices = new() { Include = ["*"] }, Metadata = new() { Templates = new() } }, Cancellation);
        try
        {
            await DoAsync(run, new MetadataStep(), approved: true);
            var done = await DoAsync(run, new ValidateStep());
            Assert.Equal(0, done.Report.Numbers["objectsDiffering"]);
            Assert.DoesNotContain(run.Disk.Files.Keys, file => file.EndsWith("objects.ndjson", StringComparison.Ordinal));
            Assert.Contains("not compared: searches, versions of documents, stored scripts, ingest pipelines", done.Report.Lines);
        }
        finally
        {
            await run.RevertAsync(new MetadataStep(), CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync()
    {
        _target.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<StepResult.Done> AgainAsync(StepRun run)
    {
        await run.RevertAsync(new ValidateStep(), Cancellation);
        return await DoAsync(run, new ValidateStep());
    }

    private static async Task<StepResult.Done> DoAsync(StepRun run, IStep step, bool approved = false) =>
        Assert.IsType<StepResult.Done>(await run.RunAsync(step, approved ? await run.EvaluateAsync((IEvaluated)step, Cancellation) : null, Cancellation));
}
