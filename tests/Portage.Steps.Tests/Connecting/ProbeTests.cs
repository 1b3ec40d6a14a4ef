using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Steps.Connecting;

namespace Portage.Steps.Tests.Connecting;

/// <summary>Whoever asks whether all is there is not kept waiting by what is not.</summary>
public sealed class ProbeTests
{
    private static readonly MigrationConfig Config = new()
    {
        Targets = ImmutableSortedDictionary.Create<string, TargetConfig>(StringComparer.Ordinal)
            .Add("blue", new() { Endpoint = "http://silent.test:9200" })
            .Add("green", new() { Endpoint = "http://green.test:9200" }),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AllAsync_AClusterNeverAnswers_TellsThatAndEndsInTimeAndGoesOn()
    {
        var time = new FakeTimeProvider();
        var silent = new TaskCompletionSource<(string, string)>();
        await using var results = new Probe(new NoSecrets(), time, new(time, (path, place) => silent.SetResult((path, place))), new Answers()).AllAsync(Config, Cancellation).GetAsyncEnumerator(Cancellation);

        var first = results.MoveNextAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(("targets.blue", "http://silent.test:9200"), await silent.Task.WaitAsync(Cancellation));
        Assert.False(first.IsCompleted);
        time.Advance(ProbeWatch.Limit);

        Assert.True(await first);
        var problem = results.Current.Problem!;
        Assert.Equal(("PG4001", "targets.blue"), (problem.Code, problem.Path));
        Assert.Equal("http://silent.test:9200 has not answered within 15 s, and is not waited for any longer here. Work waits up to 60 s for each answer (targets.blue.timeouts.requestSeconds).", problem.Detail);
        Assert.True(await results.MoveNextAsync());
        Assert.Equal(("targets.green", default(Diagnostic), "OS 2.19.1, cluster green"), (results.Current.Path, results.Current.Problem, results.Current.Text));
        Assert.False(await results.MoveNextAsync());
    }

    [Fact]
    public async Task AllAsync_NobodyAnswers_WaitsForAllAtOnce()
    {
        var time = new FakeTimeProvider();
        var config = Config with { Targets = Config.Targets.SetItem("green", new() { Endpoint = "http://silent.test:9201" }) };
        await using var results = new Probe(new NoSecrets(), time, new(time, static (_, _) => { }), new Answers()).AllAsync(config, Cancellation).GetAsyncEnumerator(Cancellation);
        var first = results.MoveNextAsync().AsTask();
        time.Advance(ProbeWatch.Limit);
        Assert.True(await first);
        Assert.True(await results.MoveNextAsync());
        Assert.Equal(("PG4001", "targets.green"), (results.Current.Problem!.Code, results.Current.Path));
    }

    [Fact]
    public async Task AllAsync_SomebodyInterrupts_IsNoResult()
    {
        var time = new FakeTimeProvider();
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var results = new Probe(new NoSecrets(), time, new(time, static (_, _) => { }), new Answers()).AllAsync(Config, interrupt.Token).GetAsyncEnumerator(Cancellation);
        var first = results.MoveNextAsync().AsTask();
        await interrupt.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    /// <summary>One cluster that answers, and one that never does.</summary>
    private sealed class Answers : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Host == "silent.test")
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return new(HttpStatusCode.OK) { Content = new StringContent("""{"cluster_name":"green","version":{"number":"2.19.1","distribution":"opensearch"}}""", null, "application/json") };
        }
    }

    private sealed class NoSecrets : ISecretSource
    {
        public ValueTask<string> ReadAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
