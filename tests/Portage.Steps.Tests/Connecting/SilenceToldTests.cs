using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Connecting;

/// <summary>While its target does not answer, a step says so, and until when it waits.</summary>
public sealed class SilenceToldTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("evaluate metadata", "GET /")]
    [InlineData("metadata", "PUT /packed")]
    [InlineData("backfill", "POST /_bulk")]
    [InlineData("validate", "POST /_mget")]
    public async Task RunAsync_TargetDoesNotAnswer_IsToldUntilItDoes(string what, string request)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] } });
        var time = new VirtualTime();
        using var slow = new Slow(slice.Sandbox.Transport, time, request);
        var told = new List<StepProgress>();
        void Tell(StepProgress progress)
        {
            lock (told)
            {
                told.Add(progress);
            }
        }

        switch (what)
        {
            case "evaluate metadata":
                await new MetadataStep(slow).EvaluateAsync(slice.Run.EvaluateContextOf(new MetadataStep()) with { Progress = Tell, Time = time }, Cancellation);
                break;
            case "metadata":
                slice.Run.Change(all => all with { Indices = new() { Include = ["packed"] } });
                await new MetadataStep(slow).RunAsync(slice.Run.ContextOf(new MetadataStep(), null) with { Progress = Tell, Time = time }, Cancellation);
                break;
            case "backfill":
                await new BackfillStep(slow).RunAsync(slice.Run.ContextOf(new BackfillStep(), null) with { Progress = Tell, Time = time }, Cancellation);
                break;
            default:
                await slice.DoAsync(new BackfillStep());
                await new ValidateStep(slow).RunAsync(slice.Run.ContextOf(new ValidateStep(), null) with { Progress = Tell, Time = time }, Cancellation);
                break;
        }

        Assert.True(slow.WasAsked);
        var waiting = told.FindAll(progress => progress.Waiting is not null);
        Assert.NotEmpty(waiting);
        Assert.All(waiting, progress => Assert.StartsWith($"{slice.Sandbox.Endpoint} has not answered {slow.Request} since 00:00:0", progress.Waiting, StringComparison.Ordinal));
        Assert.Contains(" UTC; it is waited for until 00:01:0", waiting[0].Waiting, StringComparison.Ordinal);
        Assert.Null(told[^1].Waiting);
    }

    /// <summary>Takes six seconds for one request.</summary>
    private sealed class Slow(HttpMessageHandler target, VirtualTime time, string request) : DelegatingHandler(target)
    {
        public string Request { get; set; } = request;

        public bool WasAsked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!WasAsked && $"{request.Method} {request.RequestUri!.AbsolutePath}" == Request)
            {
                WasAsked = true;
                for (var until = time.Elapsed + TimeSpan.FromSeconds(5); time.Elapsed < until;)
                {
                    Assert.True(time.Advance());
                }
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
