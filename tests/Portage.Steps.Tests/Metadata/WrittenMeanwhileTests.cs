using System.Text;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Sandbox;
using Portage.Steps.Metadata;
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
    [InlineData("PUT", "/logs/_doc/1", "{}")]
    [InlineData("DELETE", "/logs", null)]
    public async Task RevertAsync_AnIndexIsNotAsItWasLookedAt_IsLeftAndAskedAgain(string method, string path, string? json)
    {
        using var meanwhile = new Meanwhile(_sandbox.Transport, async send =>
        {
            await send(new(method), path, json);
            await send(HttpMethod.Put, "/logs/_doc/2?refresh=true", "{}");
        });
        var step = new MetadataStep(meanwhile);
        var run = new StepRun(StepRun.ConfigOf(_fixture["repo"], new() { Existing = "second" }, Endpoint, new() { Indices = new() { Include = ["logs", "packed"] } }));
        await run.RunAsync(new SnapshotStep(), null, Cancellation);
        Assert.IsType<StepResult.Done>(await run.RunAsync(step, null, Cancellation));
        var approved = await step.LookAsync(run.LookContextOf(step), Cancellation);
        meanwhile.IsArmed = true;

        Assert.IsType<RevertResult.Changed>(await step.RevertAsync(run.RevertContextOf(step) with { Approved = approved }, Cancellation));

        Assert.Equal(["logs"], _sandbox.Indices);
        Assert.Contains(_sandbox.Documents("logs"), document => document.Id == "2");
    }

    public async ValueTask DisposeAsync()
    {
        _fixture.Dispose();
        await _sandbox.DisposeAsync();
    }

    /// <summary>Lets somebody else act right after the first index is deleted.</summary>
    private sealed class Meanwhile(HttpMessageHandler sandbox, Func<Func<HttpMethod, string, string?, Task>, Task> act) : DelegatingHandler(sandbox)
    {
        public bool IsArmed { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (IsArmed && request.Method == HttpMethod.Delete && request.RequestUri!.AbsolutePath == "/packed")
            {
                IsArmed = false;
                await act(async (method, path, json) =>
                {
                    using var own = new HttpRequestMessage(method, Endpoint + path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
                    (await base.SendAsync(own, cancellationToken)).EnsureSuccessStatusCode();
                });
            }

            return response;
        }
    }
}
