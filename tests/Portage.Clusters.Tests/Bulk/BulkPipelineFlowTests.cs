using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CsCheck;
using Portage.Clusters.Bulk;
using Portage.Clusters.Failures;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests.Bulk;

/// <summary>Order, pauses, stops, waits and bounds of a run.</summary>
public sealed class BulkPipelineFlowTests
{
    private readonly BulkTarget _target = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3, 5)]
    [InlineData(1, 0)]
    public async Task Run_SomeCannotBeSent_ComeBackInTheirPlaceAndAreNotSent(int each, int requests)
    {
        await using var server = new ScriptedServer((request, _) => Task.FromResult(_target.Take(request)));
        var clock = new InstantClock();
        using var client = new ClusterClient(new(server.Endpoint), clock);
        var pipeline = new BulkPipeline(client, new() { Connections = 2, Limits = new() { OperationCountMax = 4 } }, new(), clock, new Random(1));
        var results = await pipeline.ResultsAsync(Operations.Of(Enumerable.Range(0, 20).Select(n => n % each == 0
            ? Operations.Index(n, "not { json\n") with { Refusal = new("no_source", "why") }
            : Operations.Index(n))));

        Assert.Equal(Enumerable.Range(0, 20).Select(n => (long)n), results.Select(item => item.Operation.Tag));
        Assert.All(results.Where(item => item.Operation.Tag % each == 0), item =>
        {
            Assert.Equal((BulkItemOutcome.Rejected, 0, "no_source", "why"), (item.Outcome, item.Status, item.ErrorType, item.Reason));
            Assert.Equal("not { json\n", System.Text.Encoding.UTF8.GetString(item.Operation.Source.Span));
        });
        Assert.Equal(results.Where(item => item.Operation.Tag % each != 0).Select(item => item.Operation.Id).Order(), _target.Taken.Keys.Order());
        Assert.Equal((20, requests), (pipeline.State.OperationsDecided, server.Requests.Count));
    }

    [Fact]
    public async Task Run_AnyFaultsInAnyOrder_YieldsEachOperationOnceAndInOrder() =>
        await Gen.Select(Gen.Int, Gen.Int[0, 300], Gen.Int[1, 8], Gen.Int[1, 40]).SampleAsync(async (seed, count, connections, batchCount) =>
        {
            var target = new BulkTarget();
            var chance = new Random(seed);
            var held = new ConcurrentBag<TaskCompletionSource>();
            var handled = 0;
            int Next(int max)
            {
                lock (chance)
                {
                    return chance.Next(max);
                }
            }

            await using var server = new ScriptedServer(async (request, cancellation) =>
            {
                // Some answers wait until a few later ones are out.
                if (Next(3) == 0 && Interlocked.Increment(ref handled) % connections != 0)
                {
                    for (var i = Next(20); i > 0; i--)
                    {
                        await Task.Yield();
                    }
                }

                return Next(12) switch
                {
                    0 => ScriptedReply.Error(429, "es_rejected_execution_exception", "full"),
                    1 => ScriptedReply.Page(503, "starting"),
                    2 => target.Take(request) with { ResetAfter = 10 },
                    3 => ScriptedReply.Json("{\"items\":[{"),
                    4 => ScriptedReply.Page(413, "too large"),
                    5 or 6 or 7 => target.Take(request, id => Next(4) == 0 ? (429, "es_rejected_execution_exception") : null),
                    _ => target.Take(request),
                };
            });
            var clock = new InstantClock();
            using var client = new ClusterClient(new(server.Endpoint), clock);
            var pipeline = new BulkPipeline(client, new() { Connections = connections, Limits = new() { OperationCountMax = batchCount } }, new(), clock, new Random(seed));
            var results = await pipeline.ResultsAsync(Operations.Numbered(count));
            Assert.Equal(Enumerable.Range(0, count).Select(n => (long)n), results.Select(item => item.Operation.Tag));

            // A single document may be refused as too large; everything else arrived.
            Assert.All(results, item => Assert.Equal(item.Outcome == BulkItemOutcome.Rejected ? 413 : item.Status, item.Status));
            Assert.All(results.Where(item => item.Outcome != BulkItemOutcome.Rejected), item => Assert.True(target.Taken.ContainsKey(item.Operation.Id)));
            Assert.Equal((0, count), (pipeline.State.InFlight, (int)pipeline.State.OperationsDecided));
            Assert.Null(pipeline.State.Waiting);
        }, iter: 40, threads: 1);

    [Fact]
    public async Task Run_LaterBatchesAnsweredFirst_YieldsNothingBeforeTheFirst()
    {
        var first = new TaskCompletionSource();
        var others = new CountdownEvent(3);
        await using var server = new ScriptedServer(async (request, cancellation) =>
        {
            if (BulkTarget.IdsOf(request).Contains("id-0"))
            {
                await first.Task.WaitAsync(cancellation);
            }
            else
            {
                others.Signal();
            }

            return _target.Take(request);
        });
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var pipeline = new BulkPipeline(client, new() { Connections = 4, Limits = new() { OperationCountMax = 1 } }, new(), TimeProvider.System, new Random(1));
        await using var run = pipeline.RunAsync(Operations.Numbered(4), CancellationToken.None, Cancellation).GetAsyncEnumerator(Cancellation);
        var next = run.MoveNextAsync();
        others.Wait(Cancellation);
        Assert.False(next.IsCompleted);
        first.SetResult();
        Assert.True(await next);
        Assert.Equal("id-0", run.Current.Items[0].Operation.Id);
    }

    [Fact]
    public async Task Run_FirstBatchUnanswered_ReadsNoFurtherThanTheWindow()
    {
        var read = 0;
        var blocked = new TaskCompletionSource();
        await using var server = new ScriptedServer(async (request, cancellation) =>
        {
            if (BulkTarget.IdsOf(request).Contains("id-0"))
            {
                await blocked.Task.WaitAsync(cancellation);
            }

            return _target.Take(request);
        });
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var pipeline = new BulkPipeline(client, new() { Connections = 2, Limits = new() { OperationCountMax = 10 } }, new(), TimeProvider.System, new Random(1));
        var counted = Operations.Of(Enumerable.Range(0, 1000).Select(n =>
        {
            Interlocked.Increment(ref read);
            return Operations.Index(n);
        }));
        var running = pipeline.ResultsAsync(counted);
        while (pipeline.State.OperationsDecided < 50)
        {
            await Task.Yield();
        }

        // Two connections and four more batches; one operation is in hand.
        Assert.Equal(61, Volatile.Read(ref read));
        blocked.SetResult();
        Assert.Equal(1000, (await running).Count);
    }

    [Fact]
    public async Task Tuning_ConnectionsChangeDuringARun_TakesEffectAtOnce()
    {
        var answers = new ConcurrentQueue<TaskCompletionSource>();
        await using var server = new ScriptedServer(async (request, cancellation) =>
        {
            var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            answers.Enqueue(answer);
            await answer.Task.WaitAsync(cancellation);
            return _target.Take(request);
        });
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var tuning = new BulkTuning { Connections = 0, Limits = new() { OperationCountMax = 1 } };
        var pipeline = new BulkPipeline(client, tuning, new(), TimeProvider.System, new Random(1));
        var running = pipeline.ResultsAsync(Operations.Numbered(20));
        Assert.Equal((true, 0, "paused"), (pipeline.State.IsPaused, pipeline.State.InFlight, pipeline.State.WhySlow(default)));
        Assert.Empty(server.Requests);

        tuning.Connections = 2;
        await UntilAsync(() => answers.Count == 2);
        Assert.Equal(2, pipeline.State.InFlight);
        tuning.Connections = 5;
        await UntilAsync(() => answers.Count == 5);
        Assert.Equal(5, pipeline.State.InFlight);

        tuning.Connections = 0;
        Release(answers);
        await UntilAsync(() => pipeline.State.InFlight == 0);
        Assert.Equal(5, server.Requests.Count);

        tuning.Connections = 3;
        while (!running.IsCompleted)
        {
            Release(answers);
            await Task.Yield();
        }

        Assert.Equal(20, (await running).Count);
    }

    [Fact]
    public async Task Stop_RequestsInFlight_AreFinishedAndTheRestIsLeft()
    {
        using var stop = new CancellationTokenSource();
        var inFlight = new CountdownEvent(2);
        await using var server = new ScriptedServer(async (request, cancellation) =>
        {
            if (request.Number <= 2)
            {
                inFlight.Signal();
                inFlight.Wait(cancellation);
                await stop.CancelAsync();

                // The first answer is a refusal: what was sent once is finished, with its repetition.
                if (BulkTarget.IdsOf(request).Contains("id-0"))
                {
                    return ScriptedReply.Page(503, "later");
                }
            }

            return _target.Take(request);
        });
        var clock = new InstantClock();
        using var client = new ClusterClient(new(server.Endpoint), clock);
        var pipeline = new BulkPipeline(client, new() { Connections = 2, Limits = new() { OperationCountMax = 3 } }, new(), clock, new Random(1));
        var results = await pipeline.ResultsUntilAsync(Operations.Numbered(1000), stop.Token);
        Assert.Equal([0L, 1L, 2L, 3L, 4L, 5L], results.Select(item => item.Operation.Tag));
        Assert.Equal(6, _target.Taken.Count);
    }

    [Theory]
    [InlineData(503, 2)]
    [InlineData(429, 2)]
    [InlineData(0, 1)]
    public async Task Stop_WhileTheTargetTakesNothing_EndsWithoutWaitingForIt(int status, int requestsMax)
    {
        using var stop = new CancellationTokenSource();
        await using var server = new ScriptedServer(_ => status == 0 ? new ScriptedReply { HangUp = true } : ScriptedReply.Page(status, "later"));

        // Whoever waits, waits for days.
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var days = new BulkBackoff { First = TimeSpan.FromDays(9), Max = TimeSpan.FromDays(9) };
        var pipeline = new BulkPipeline(client, new() { Connections = 1, Limits = new() { OperationCountMax = 3 } }, new() { Backoff = days }, TimeProvider.System, new Random(1));
        var running = pipeline.ResultsUntilAsync(Operations.Numbered(3), stop.Token);
        await UntilAsync(() => pipeline.State.WhySlow(default) is not null);

        await stop.CancelAsync();

        Assert.Empty(await running.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal(requestsMax, server.Requests.Count);
    }

    [Fact]
    public async Task Stop_BeforeTheRun_SendsNothing()
    {
        await using var server = new ScriptedServer(_target.Take);
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var pipeline = new BulkPipeline(client, new(), new(), TimeProvider.System, new Random(1));
        Assert.Empty(await pipeline.ResultsUntilAsync(Operations.Numbered(10), new CancellationToken(canceled: true)));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Abort_RequestInFlight_EndsAtOnce()
    {
        using var abort = new CancellationTokenSource();
        await using var server = new ScriptedServer(async (_, cancellation) =>
        {
            await abort.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return new();
        });
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var pipeline = new BulkPipeline(client, new(), new(), TimeProvider.System, new Random(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var batch in pipeline.RunAsync(Operations.Numbered(10), CancellationToken.None, abort.Token))
            {
                Assert.Fail("Nothing was answered.");
            }
        });
        Assert.Equal(0, pipeline.State.InFlight);
    }

    [Fact]
    public async Task Run_CallerTurnsAway_CanRunAgain()
    {
        await using var server = new ScriptedServer(_target.Take);
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var pipeline = new BulkPipeline(client, new() { Limits = new() { OperationCountMax = 2 } }, new(), TimeProvider.System, new Random(1));
        await foreach (var batch in pipeline.RunAsync(Operations.Numbered(100), CancellationToken.None, Cancellation))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.ResultsAsync(Operations.Numbered(1)));
            break;
        }

        Assert.Equal(10, (await pipeline.ResultsAsync(Operations.Numbered(10))).Count);
    }

    [Fact]
    public async Task Run_OperationsEndWithAnError_YieldsWhatWasFullAndThrowsIt()
    {
        static async IAsyncEnumerable<BulkOperation> BrokenAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            for (var n = 0; n < 5; n++)
            {
                yield return Operations.Index(n);
            }

            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            throw new InvalidDataException("bad segment");
        }

        await using var server = new ScriptedServer(_target.Take);
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        var pipeline = new BulkPipeline(client, new() { Limits = new() { OperationCountMax = 2 } }, new(), TimeProvider.System, new Random(1));
        var tags = new List<long>();
        var failure = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var batch in pipeline.RunAsync(BrokenAsync(CancellationToken.None), CancellationToken.None, Cancellation))
            {
                tags.AddRange(batch.Items.Select(item => item.Operation.Tag));
            }
        });
        Assert.Equal(("bad segment", 4), (failure.Message, tags.Count));
    }

    [Fact]
    public async Task State_TargetPushesBack_SaysWhyAndUntilWhen()
    {
        await using var server = new ScriptedServer(request => request.Number <= 2 ? ScriptedReply.Error(429, "es_rejected_execution_exception", "full") : _target.Take(request));
        var clock = new WatchedClock();
        using var client = new ClusterClient(new(server.Endpoint), clock);
        var pipeline = new BulkPipeline(client, new(), new() { Backoff = new() { First = TimeSpan.FromSeconds(8) } }, clock, new Random(1));
        var began = clock.GetUtcNow();
        var running = pipeline.ResultsAsync(Operations.Numbered(1));
        var first = await clock.TimerAsync(due => due >= TimeSpan.FromSeconds(4) && due <= TimeSpan.FromSeconds(8)).WaitAsync(Cancellation);
        var wait = Assert.IsType<BulkWait>(pipeline.State.Waiting);
        Assert.Equal(("429 from the target (es_rejected_execution_exception)", began, 1, began + first), (wait.Why, wait.Since, wait.Retries, wait.NextAt));
        Assert.Equal($"429 from the target (es_rejected_execution_exception), since {began:yyyy-MM-dd HH:mm:ss} UTC; attempt 1 failed, next at {began + first:HH:mm:ss}", pipeline.State.WhySlow(clock.GetUtcNow()));
        Assert.EndsWith(" UTC; attempt 2 now", pipeline.State.WhySlow(wait.NextAt), StringComparison.Ordinal);

        clock.Advance(first);
        await clock.TimerAsync(due => due > TimeSpan.FromSeconds(8) && due <= TimeSpan.FromSeconds(16)).WaitAsync(Cancellation);
        Assert.Equal(2, pipeline.State.Waiting?.Retries);
        clock.Advance(TimeSpan.FromSeconds(16));
        await running;
        Assert.Null(pipeline.State.WhySlow(clock.GetUtcNow()));
    }

    [Fact]
    public async Task Run_RequestTimesOut_SendsAgain()
    {
        var asked = new TaskCompletionSource();
        await using var server = new ScriptedServer(async (request, cancellation) =>
        {
            if (request.Number == 1)
            {
                asked.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            }

            return _target.Take(request);
        });
        var clock = new WatchedClock();
        using var client = new ClusterClient(new(server.Endpoint), clock);
        var pipeline = new BulkPipeline(client, new(), new(), clock, new Random(1));
        var running = pipeline.ResultsAsync(Operations.Numbered(1));
        await asked.Task.WaitAsync(Cancellation);
        clock.Advance(TimeSpan.FromSeconds(60));
        await clock.TimerAsync(due => due > TimeSpan.Zero && due <= TimeSpan.FromSeconds(0.5)).WaitAsync(Cancellation);
        Assert.StartsWith("target unreachable: no complete answer within 60 s", pipeline.State.WhySlow(clock.GetUtcNow()), StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.True(Assert.Single(await running).EarlierAnswerWasLost);
    }

    [Fact]
    public async Task Run_TargetIsDown_SaysSinceWhen()
    {
        string endpoint;
        await using (var server = new ScriptedServer(_target.Take))
        {
            endpoint = server.Endpoint;
        }

        var clock = new WatchedClock();
        using var client = new ClusterClient(new(endpoint), clock);
        var pipeline = new BulkPipeline(client, new(), new() { Backoff = new() { First = TimeSpan.FromSeconds(2) } }, clock, new Random(1));
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var run = pipeline.RunAsync(Operations.Numbered(1), CancellationToken.None, abort.Token).GetAsyncEnumerator(Cancellation);
        var began = clock.GetUtcNow();
        var next = run.MoveNextAsync();
        var wait = await clock.TimerAsync(due => due >= TimeSpan.FromSeconds(1) && due <= TimeSpan.FromSeconds(2)).WaitAsync(Cancellation);
        Assert.Equal(
            $"target unreachable: connection refused: nothing listens on {endpoint["http://".Length..]}, since {began:yyyy-MM-dd HH:mm:ss} UTC; attempt 1 failed, next at {began + wait:HH:mm:ss}",
            pipeline.State.WhySlow(clock.GetUtcNow()));
        await abort.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    private static void Release(ConcurrentQueue<TaskCompletionSource> answers)
    {
        while (answers.TryDequeue(out var answer))
        {
            answer.SetResult();
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
