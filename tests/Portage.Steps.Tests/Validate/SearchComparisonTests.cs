using System.Text.Json;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Sandbox;
using Portage.Snapshots.Repositories;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Validate;

/// <summary>The same searches at the source and on the target.</summary>
public sealed class SearchComparisonTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_SourceIsAsInTheSnapshot_FindsTheSame()
    {
        await using var both = await BothAsync(new() { Searches = 400 });
        var done = await both.ValidateAsync();
        Assert.InRange(done.Report.Numbers["searches"], 6, 400);
        Assert.Equal(0, done.Report.Numbers["searchesDiffering"]);
        Assert.Contains(done.Report.Lines, line => line.EndsWith("find as many documents on the target as at the source", StringComparison.Ordinal));
        Assert.Contains("not compared: versions of documents, stored scripts, ingest pipelines", done.Report.Lines);
    }

    // As where a field was kept out of the sources: each of these is the same, and the searches are not.
    [Fact]
    public async Task RunAsync_TargetFindsFewer_NamesTheSearch()
    {
        await using var both = await BothAsync(new() { Searches = 400 });
        both.Source.Hides = "exists";
        var done = await both.ValidateAsync();
        Assert.InRange(done.Report.Numbers["searchesDiffering"], 1, done.Report.Numbers["searches"] - 1);
        Assert.Contains(" searches differ", done.Report.Lines[0], StringComparison.Ordinal);
        Assert.Contains(done.Report.Lines, line => line.StartsWith("logs: exists ", StringComparison.Ordinal) && line.Contains(": 12,345 found at the source, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_FewSearches_SaysOfHowManyFields()
    {
        await using var both = await BothAsync(new() { Searches = 2 });
        var done = await both.ValidateAsync();
        Assert.InRange(done.Report.Numbers["searches"], 1, 2);
        Assert.Contains(done.Report.Lines, line => line.Contains("searches over 1 of ", StringComparison.Ordinal) || line.Contains("search over 1 of ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_StoppedWhileItSearches_DoesSoWhenItGoesOn()
    {
        await using var both = await BothAsync(new() { Searches = 400 });
        using var stop = new CancellationTokenSource();
        both.Source.OnCount = stop.Cancel;
        var step = new ValidateStep(both.Source);
        Assert.IsType<StepResult.Stopped>(await step.RunAsync(both.Slice.Run.ContextOf(step, null) with { StopRequested = stop.Token }, Cancellation));
        Assert.Equal(1, both.Source.Counts);
        Assert.InRange((await both.ValidateAsync()).Report.Numbers["searches"], 6, 400);
    }

    [Theory]
    [InlineData("written", "searches of logs (the source was written since the snapshot was taken)")]
    [InlineData("anew", "searches of logs (the source does not have it any more)")]
    [InlineData("differing", "searches of logs (its documents are not the same)")]
    [InlineData("none", "searches (validate.searches is 0)")]
    [InlineData("gone", "searches (the source does not answer: ")]
    public async Task RunAsync_SearchesWouldSayNothing_SaysWhyThereAreNone(string how, string said)
    {
        await using var both = await BothAsync(new() { Searches = how == "none" ? 0 : 100 });
        both.Source.IsAnew = how == "anew";
        both.Source.WasWritten = how == "written";
        both.Source.IsGone = how == "gone";
        if (how == "differing")
        {
            await both.Slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(both.Slice.Golden("logs").First().Id)}", "{}", Cancellation);
        }

        var done = await both.ValidateAsync();
        Assert.Equal((0, 0), (done.Report.Numbers["searches"], done.Report.Numbers["searchesDiffering"]));
        Assert.Contains(done.Report.Lines, line => line.StartsWith($"not compared: {said}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a", "1")]
    [InlineData("b.c", "\"x\"")]
    [InlineData("d.e", "true")]
    [InlineData("list", "\"first\"")]
    [InlineData("objects.n", "7")]
    [InlineData("none", null)]
    [InlineData("b", null)]
    [InlineData("a.b", null)]
    [InlineData("empty", null)]
    public void ValueAt_SourceInEveryShape_IsTheFirstValue(string path, string? value)
    {
        using var source = JsonDocument.Parse("""{"a":1,"b":{"c":"x"},"d.e":true,"list":["first","second"],"objects":[{"n":7},{"n":8}],"none":null,"empty":[]}""");
        Assert.Equal(value, SearchFields.ValueAt(source.RootElement, path));
    }

    private static async Task<Both> BothAsync(ValidateConfig validate)
    {
        var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] }, Validate = validate });
        await slice.DoAsync(new BackfillStep());

        // The source is filled as the target is, and says of itself what the snapshot says.
        var source = await SandboxCluster.StartAsync(new SandboxOptions(), Cancellation);
        var filling = await StepRun.OfAsync(slice.Repository, "second", source.Endpoint, new() { Indices = new() { Include = ["logs"] } }, Cancellation);
        await filling.RunAsync(new MetadataStep(), null, Cancellation);
        await filling.RunAsync(new BackfillStep(), null, Cancellation);
        var index = await (await (await SnapshotRepository.OpenAsync(new FileBlobStore(slice.Repository), Cancellation)).OpenSnapshotAsync("second", Cancellation)).OpenIndexAsync("logs", Cancellation);
        var last = new List<long>();
        for (var number = 0; number < index.NumberOfShards; number++)
        {
            last.Add((await (await index.OpenShardAsync(number, Cancellation)).CountAsync(Cancellation)).MaxSequenceNumber!.Value);
        }

        slice.Run.Config = slice.Run.Config with { Migrations = slice.Run.Config.Migrations.SetItem("old", slice.Run.Config.Migrations["old"] with { Source = new() { Endpoint = source.Endpoint } }) };
        return new(slice, source, new(new Uri(source.Endpoint), index.Uuid!, last));
    }

    private sealed record Both(SliceOnSandbox Slice, SandboxCluster Cluster, SourceOfSnapshot Source) : IAsyncDisposable
    {
        public async Task<StepResult.Done> ValidateAsync() => await Slice.DoAsync(new ValidateStep(Source));

        public async ValueTask DisposeAsync()
        {
            Source.Dispose();
            await Cluster.DisposeAsync();
            await Slice.DisposeAsync();
        }
    }

    /// <summary>A source whose index has the uuid and the sequence numbers of the snapshot's.</summary>
    private sealed class SourceOfSnapshot(Uri source, string uuid, List<long> last) : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool WasWritten { get; set; }

        public bool IsAnew { get; set; }

        public bool IsGone { get; set; }

        public Action OnCount { get; set; } = static () => { };

        public int Counts { get; private set; }

        /// <summary>Queries of which the source finds more than the target.</summary>
        public string? Hides { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Port != source.Port)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            if (IsGone)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, "gone");
            }

            if (request.RequestUri.AbsolutePath.Contains("/_stats", StringComparison.Ordinal))
            {
                var shards = last.Index().Select(shard => $$$"""
                    "{{{shard.Index}}}":[{"routing":{"primary":true},"seq_no":{"max_seq_no":{{{shard.Item + (WasWritten ? 1 : 0)}}} } }]
                    """);
                return Json($$"""{"indices":{"logs":{"uuid":"{{(IsAnew ? "another" : uuid)}}","primaries":{"store":{"size_in_bytes":1} },"shards":{ {{string.Join(',', shards)}} } } } }""");
            }

            if (request.RequestUri.AbsolutePath.EndsWith("/_count", StringComparison.Ordinal))
            {
                Counts++;
                OnCount();
            }

            return Hides is { } hidden && request.RequestUri.AbsolutePath.EndsWith("/_count", StringComparison.Ordinal) && (await request.Content!.ReadAsStringAsync(cancellationToken)).Contains(hidden, StringComparison.Ordinal)
                ? Json("""{"count":12345,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0}}""")
                : await base.SendAsync(request, cancellationToken);
        }

        private static HttpResponseMessage Json(string body) => new(System.Net.HttpStatusCode.OK) { Content = new StringContent(body, null, "application/json") };
    }
}
