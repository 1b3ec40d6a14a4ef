using System.Text;
using Portage.Clusters;
using Portage.Configuration;
using Portage.Conformance;
using Portage.Engine.Ports;
using Portage.Sandbox;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests.Metadata;

/// <summary>Somebody else creates an object in the moment between its evaluation and its creation: it is theirs.</summary>
public sealed class AppearedMeanwhileTests : IAsyncDisposable
{
    private const string Endpoint = "http://sandbox.test:9200";
    private readonly SandboxCluster _sandbox = SandboxCluster.WithoutNetwork(new());
    private readonly TempFolder _fixture = Fixtures.Unzip("made/es-7.10.2.zip");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PUT", "/logs", "/logs", """{"settings":{"number_of_shards":"7"}}""", "index logs")]
    [InlineData("PUT", "/logs", "/logs", """{"settings":{"number_of_shards":"7"},"aliases":{"errors":{}}}""", "index logs")]
    [InlineData("GET", "/_index_template/", "/_index_template/new-style", """{"index_patterns":["theirs-*"]}""", "index template new-style")]
    public async Task RunAsync_ObjectAppearsBeforeItIsCreated_IsLeftAndAskedAgain(string method, string path, string theirs, string definition, string name)
    {
        using var meanwhile = new Meanwhile(_sandbox.Transport, method, path, theirs, definition);
        var step = new MetadataStep(meanwhile);
        var run = new StepRun(StepRun.ConfigOf(_fixture["repo"], new() { Existing = "second" }, Endpoint, new() { Indices = new() { Include = ["logs"] }, Metadata = new() { Templates = new() { Include = ["new-style"] } } }));
        await run.RunAsync(new SnapshotStep(), null, Cancellation);
        var approved = await run.EvaluateAsync(step, Cancellation);
        meanwhile.IsArmed = true;

        var changed = Assert.IsType<StepResult.EvidenceChanged>(await run.RunAsync(step, approved, Cancellation));

        Assert.True(meanwhile.HasHappened);
        Assert.Contains(changed.Evidence.Lines, line => line.StartsWith($"conflict {name}:", StringComparison.Ordinal));
        Assert.DoesNotContain((await CreationJournal.OpenAsync(run.FilesOf(step), Cancellation)).Created, created => created.Name.ToString() == name);
        var before = await TextAsync(theirs);
        await run.RevertAsync(step, Cancellation);
        Assert.Equal(before, await TextAsync(theirs));
        Assert.Contains(definition.Contains('7', StringComparison.Ordinal) ? "\"7\"" : "theirs-*", before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ObjectAppearsAfterOthersWereCreated_SaysWhichAreDoneAndGoesOnOnceApproved()
    {
        using var meanwhile = new Meanwhile(_sandbox.Transport, "PUT", "/routed", "/routed", """{"settings":{"number_of_shards":"7"}}""");
        var step = new MetadataStep(meanwhile);
        var run = new StepRun(StepRun.ConfigOf(_fixture["repo"], new() { Existing = "second" }, Endpoint, new() { Indices = new() { Include = ["logs", "routed"] } }));
        await run.RunAsync(new SnapshotStep(), null, Cancellation);
        var approved = await run.EvaluateAsync(step, Cancellation);
        meanwhile.IsArmed = true;

        var changed = Assert.IsType<StepResult.EvidenceChanged>(await run.RunAsync(step, approved, Cancellation)).Evidence;
        Assert.Contains(changed.Lines, line => line.StartsWith("conflict index routed:", StringComparison.Ordinal));
        Assert.Contains("done already before this was found: index logs; rejected, it stays until the next start takes it back", changed.Lines);

        // The same again, once it is approved, is not asked about again.
        Assert.IsType<StepResult.Done>(await run.RunAsync(step, changed, Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        _fixture.Dispose();
        await _sandbox.DisposeAsync();
    }

    private async Task<string> TextAsync(string path)
    {
        using var client = new ClusterClient(new ClusterConnection(Endpoint) { Transport = _sandbox.Transport }, TimeProvider.System);
        return Encoding.UTF8.GetString((await client.SendAsync(HttpMethod.Get, path, null, null, Cancellation)).Body.Span);
    }

    /// <summary>Creates something by somebody else, just before the first request of a kind.</summary>
    private sealed class Meanwhile(HttpMessageHandler sandbox, string method, string path, string theirs, string definition) : DelegatingHandler(sandbox)
    {
        public bool IsArmed { get; set; }

        public bool HasHappened { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = request.RequestUri!.AbsolutePath;
            if (IsArmed && !HasHappened && request.Method.Method == method && (path.EndsWith('/') ? asked.StartsWith(path, StringComparison.Ordinal) && !asked.Contains("scratch", StringComparison.Ordinal) : asked == path))
            {
                HasHappened = true;
                using var own = new HttpRequestMessage(HttpMethod.Put, Endpoint + theirs) { Content = new StringContent(definition, Encoding.UTF8, "application/json") };
                (await base.SendAsync(own, cancellationToken)).EnsureSuccessStatusCode();
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
