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
            .Add("amber", new() { Endpoint = "http://amber.test:9200" })
            .Add("blue", new() { Endpoint = "http://silent.test:9200" })
            .Add("red", new() { Endpoint = "http://silent.test:9201" }),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Two that never answer are waited for together, and one that does is told at once.</summary>
    [Fact]
    public async Task AllAsync_ClustersNeverAnswer_TellsThatAndEndsInTheTimeOfOne()
    {
        var time = new FakeTimeProvider();
        var (silent, told) = (new List<string>(), new TaskCompletionSource());
        var watch = new ProbeWatch(time, (path, place) =>
        {
            silent.Add($"{path} {place}");
            told.TrySetResult();
        });
        var answers = new Answers();
        await using var results = watch.AllAsync(new Probe(new NoSecrets(), time, answers).Of(Config), Cancellation).GetAsyncEnumerator(Cancellation);

        Assert.True(await results.MoveNextAsync());
        Assert.Equal(("targets.amber", default(Diagnostic), "OS 2.19.1, cluster amber"), (results.Current.Path, results.Current.Problem, results.Current.Text));
        var next = results.MoveNextAsync().AsTask();
        await answers.Asked.Task.WaitAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(2));
        await told.Task.WaitAsync(Cancellation);
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(8));

        Assert.True(await next);
        var problem = results.Current.Problem!;
        Assert.Equal(("PG4001", "targets.blue"), (problem.Code, problem.Path));
        Assert.Equal("http://silent.test:9200 has not answered within 10 s, and is not waited for any longer here. Work waits up to 60 s for each answer (targets.blue.timeouts.requestSeconds).", problem.Detail);
        Assert.True(await results.MoveNextAsync());
        Assert.Equal(("targets.red", "PG4001"), (results.Current.Path, results.Current.Problem?.Code));
        Assert.False(await results.MoveNextAsync());
        Assert.Equal(["targets.blue http://silent.test:9200", "targets.red http://silent.test:9201"], silent);
    }

    /// <summary>A folder of a server that is away blocks whoever looks, and no token ends that.</summary>
    [Fact]
    public async Task AllAsync_WhatIsAskedNeverEnds_IsLeftAlone()
    {
        var time = new FakeTimeProvider();
        using var release = new ManualResetEventSlim();
        var deaf = new ProbeAsked("migrations.m.snapshots.s", "/mnt/away", DiagnosticCatalog.RepositoryUnreadable, "Work tries longer, and again.", _ =>
        {
            release.Wait(CancellationToken.None);
            return Task.FromResult("there");
        });
        await using var results = new ProbeWatch(time, static (_, _) => { }).AllAsync([deaf], Cancellation).GetAsyncEnumerator(Cancellation);
        var first = results.MoveNextAsync().AsTask();
        time.Advance(ProbeWatch.Limit);
        Assert.True(await first.WaitAsync(Cancellation));
        Assert.Equal(DiagnosticCatalog.RepositoryUnreadable.Code, results.Current.Problem!.Code);
        release.Set();
    }

    [Fact]
    public async Task AllAsync_SomebodyInterrupts_IsNoResult()
    {
        var time = new FakeTimeProvider();
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var results = new ProbeWatch(time, static (_, _) => { }).AllAsync(new Probe(new NoSecrets(), time, new Answers()).Of(Config), interrupt.Token).GetAsyncEnumerator(Cancellation);
        Assert.True(await results.MoveNextAsync());
        var next = results.MoveNextAsync().AsTask();
        await interrupt.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    /// <summary>Clusters that answer, and those that never do.</summary>
    private sealed class Answers : HttpMessageHandler
    {
        private int _silent;

        /// <summary>Ends when both that never answer are asked, so that no time passes before.</summary>
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Host == "silent.test")
            {
                if (Interlocked.Increment(ref _silent) == 2)
                {
                    Asked.SetResult();
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return new(HttpStatusCode.OK) { Content = new StringContent("""{"cluster_name":"amber","version":{"number":"2.19.1","distribution":"opensearch"}}""", null, "application/json") };
        }
    }

    private sealed class NoSecrets : ISecretSource
    {
        public ValueTask<string> ReadAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
