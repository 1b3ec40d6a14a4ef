using System.IO.Compression;
using System.Text;
using Portage.Clusters.Bulk;
using Portage.Clusters.Failures;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests.Bulk;

/// <summary>What a pipeline makes of each answer that a target, or the network, can give.</summary>
public sealed class BulkPipelineTests
{
    private readonly BulkTarget _target = new();
    private readonly InstantClock _clock = new();

    [Fact]
    public async Task Run_AllGoesWell_SaysWhatBecameOfEach()
    {
        await using var server = new ScriptedServer(_target.Take);
        var results = await RunAsync(server, Operations.Of([Operations.Index(1), Operations.Index(1), Operations.Index(2) with { State = this }]));
        Assert.Equal([BulkItemOutcome.Created, BulkItemOutcome.Updated, BulkItemOutcome.Created], results.Select(item => item.Outcome));
        Assert.Equal([1L, 1L, 2L], results.Select(item => item.Operation.Tag));
        Assert.Same(this, results[2].Operation.State);
        Assert.Equal("{\"n\":2}", Encoding.UTF8.GetString(results[2].Operation.Source.Span));
        Assert.Equal("application/x-ndjson", Assert.Single(server.Requests).Headers["Content-Type"]);
    }

    [Fact]
    public async Task Run_NoOperations_SendsNothing()
    {
        await using var server = new ScriptedServer(_target.Take);
        Assert.Empty(await RunAsync(server, Operations.Numbered(0)));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Run_SomeItemsFailForGood_AreRejectedWithTheReason()
    {
        await using var server = new ScriptedServer(request => _target.Take(request, id => id switch
        {
            "id-1" => (400, "mapper_parsing_exception"),
            "id-2" => (409, "version_conflict_engine_exception"),
            _ => null,
        }));
        var results = await RunAsync(server, Operations.Numbered(4));
        Assert.Equal([BulkItemOutcome.Created, BulkItemOutcome.Rejected, BulkItemOutcome.Conflict, BulkItemOutcome.Created], results.Select(item => item.Outcome));
        Assert.Equal((400, "mapper_parsing_exception", "why mapper_parsing_exception", false), (results[1].Status, results[1].ErrorType, results[1].Reason, results[1].EarlierAnswerWasLost));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Run_SomeItemsArePushedBack_SendsOnlyThoseAgain()
    {
        await using var server = new ScriptedServer(request => _target.Take(request, id => request.Number == 1 && id is "id-1" or "id-2" && request.Number == 1 ? (429, "es_rejected_execution_exception") : null));
        var results = await RunAsync(server, Operations.Numbered(4));
        Assert.All(results, item => Assert.Equal(BulkItemOutcome.Created, item.Outcome));
        Assert.Equal([["id-0", "id-1", "id-2", "id-3"], ["id-1", "id-2"]], server.Requests.Select(BulkTarget.IdsOf));
        Assert.InRange(Assert.Single(_clock.Waits).TotalSeconds, 0.25, 0.5);
    }

    [Fact]
    public async Task Run_WholeRequestPushedBack_WaitsLongerEachTimeAndHalvesTheConnections()
    {
        await using var server = new ScriptedServer(request => request.Number <= 4 ? ScriptedReply.Error(429, "es_rejected_execution_exception", "queue is full") : _target.Take(request));
        using var client = Client(server);
        var pipeline = new BulkPipeline(client, new() { Connections = 8 }, new(), _clock, new Random(1));
        var results = await pipeline.ResultsAsync(Operations.Numbered(3));
        Assert.Equal(3, results.Count);
        Assert.Equal(5, server.Requests.Count);
        Assert.Equal(4, _clock.Waits.Count);
        Assert.All(_clock.Waits.Zip([0.5, 1.0, 2.0, 4.0]), wait => Assert.InRange(wait.First.TotalSeconds, wait.Second / 2, wait.Second));

        // 8, 4, 2, 1, 1; and one success allows a second.
        Assert.Equal((2, 4L, 3L), (pipeline.State.ConnectionsAllowed, pipeline.State.Retries, pipeline.State.OperationsDecided));
    }

    [Fact]
    public async Task Run_TargetAsksToWait_WaitsThatLong()
    {
        await using var server = new ScriptedServer(request => request.Number == 1
            ? ScriptedReply.Page(429, "slow down") with { Headers = new Dictionary<string, string> { ["Retry-After"] = "7" } }
            : _target.Take(request));
        await RunAsync(server, Operations.Numbered(1));
        Assert.Equal([TimeSpan.FromSeconds(7)], _clock.Waits);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Run_ProxyOrServerFailsForAWhile_SendsAgain(int status)
    {
        await using var server = new ScriptedServer(request => request.Number <= 3 ? ScriptedReply.Page(status, "Bad") : _target.Take(request));
        var results = await RunAsync(server, Operations.Numbered(2));
        Assert.All(results, item => Assert.Equal((BulkItemOutcome.Created, true), (item.Outcome, item.EarlierAnswerWasLost)));
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task Run_ConnectionResetInTheMiddleOfTheAnswer_SendsAgain(int after)
    {
        await using var server = new ScriptedServer(request => request.Number == 1 ? _target.Take(request) with { ResetAfter = after } : _target.Take(request));
        var results = await RunAsync(server, Operations.Numbered(2));

        // It was carried out the first time, and says so.
        Assert.All(results, item => Assert.Equal((BulkItemOutcome.Updated, true), (item.Outcome, item.EarlierAnswerWasLost)));
    }

    [Fact]
    public async Task Run_ConnectionsHangUp_SendsAgain()
    {
        await using var server = new ScriptedServer(request => request.Number <= 5 ? new() { HangUp = true } : _target.Take(request));
        Assert.Equal(2, (await RunAsync(server, Operations.Numbered(2))).Count);
    }

    [Theory]
    [InlineData("""{"took":1,"errors":false,"items":[{"index":{"result":"created","sta""")]
    [InlineData("")]
    public async Task Run_AnswerCutOff_SendsAgain(string body)
    {
        await using var server = new ScriptedServer(request => request.Number == 1 ? new() { Body = body, WithoutLength = true } : _target.Take(request));
        Assert.All(await RunAsync(server, Operations.Numbered(2)), item => Assert.True(item.EarlierAnswerWasLost));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Run_BodyTooLarge_IsSplitAndLaterBatchesAreSmaller()
    {
        await using var server = new ScriptedServer(request => request.Body.Length > 200_000 ? ScriptedReply.Page(413, "Request Entity Too Large") : _target.Take(request));
        using var client = Client(server);
        var pipeline = new BulkPipeline(client, new() { Connections = 1, Limits = new() { OperationCountMax = 60 } }, new(), _clock, new Random(1));
        var results = await pipeline.ResultsAsync(Large(350));
        Assert.Equal(Enumerable.Range(0, 350).Select(n => (long)n), results.Select(item => item.Operation.Tag));
        Assert.All(results, item => Assert.Equal(BulkItemOutcome.Created, item.Outcome));
        Assert.All(_target.Taken.Values, times => Assert.Equal(1, times));
        Assert.InRange(pipeline.State.BodyBytesAllowed, 100_000, 200_000);
        Assert.InRange(server.Requests.Last().Body.Length, 1, 200_000);
        Assert.Equal($"requests of at most {pipeline.State.BodyBytesAllowed / 1024:N0} KiB, because the target took no larger ones", pipeline.State.WhySlow(_clock.GetUtcNow()));
        Assert.Empty(_clock.Waits);
    }

    [Fact]
    public async Task Run_EverySecondRequestIsRefusedWhateverItsSize_KeepsBatchesAboveAFloor()
    {
        await using var server = new ScriptedServer(request => request.Number % 2 == 1 && BulkTarget.IdsOf(request).Count > 1 ? ScriptedReply.Page(413, "Request Entity Too Large") : _target.Take(request));
        using var client = Client(server);
        var pipeline = new BulkPipeline(client, new() { Connections = 1 }, new(), _clock, new Random(1));
        Assert.All(await pipeline.ResultsAsync(Large(600)), item => Assert.Equal(BulkItemOutcome.Created, item.Outcome));
        Assert.Equal(64 * 1024, pipeline.State.BodyBytesAllowed);
    }

    [Fact]
    public async Task Run_TargetTakesLargerOnesAgain_GrowsBack()
    {
        await using var server = new ScriptedServer(request => request.Number <= 3 && request.Body.Length > 80_000 ? ScriptedReply.Page(413, "Request Entity Too Large") : _target.Take(request));
        using var client = Client(server);
        var pipeline = new BulkPipeline(client, new() { Connections = 1, Limits = new() { BodyBytesMax = 400_000 } }, new(), _clock, new Random(1));
        await pipeline.ResultsAsync(Large(2_500));
        Assert.Equal(400_000, pipeline.State.BodyBytesAllowed);
        Assert.Null(pipeline.State.WhySlow(_clock.GetUtcNow()));
        Assert.InRange(server.Requests.ElementAt(server.Requests.Count - 2).Body.Length, 380_000, 400_000);
    }

    [Fact]
    public async Task Run_ProxyGivesUpOnLargeRequests_SendsThemInParts()
    {
        await using var server = new ScriptedServer(request => request.Body.Length > 150_000 ? ScriptedReply.Page(504, "Gateway Timeout") : _target.Take(request));
        using var client = Client(server);
        var pipeline = new BulkPipeline(client, new() { Connections = 1, Limits = new() { OperationCountMax = 60 } }, new(), _clock, new Random(1));
        Assert.All(await pipeline.ResultsAsync(Large(120)), item => Assert.Equal(BulkItemOutcome.Created, item.Outcome));
        Assert.All(server.Requests.CountBy(request => request.Text), sent => Assert.Equal(1, sent.Value));
        Assert.InRange(pipeline.State.BodyBytesAllowed, 75_000, 150_000);
        Assert.Contains("without an answer in time", pipeline.State.WhySlow(_clock.GetUtcNow()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OneDocumentTooLarge_IsRejectedAlone()
    {
        await using var server = new ScriptedServer(request => request.Body.Length > 500 ? ScriptedReply.Page(413, "Request Entity Too Large") : _target.Take(request));
        var large = Operations.Index(1, $$"""{"f":"{{new string('x', 600)}}"}""");
        var results = await RunAsync(server, Operations.Of([Operations.Index(0), large, Operations.Index(2)]));
        Assert.Equal([BulkItemOutcome.Created, BulkItemOutcome.Rejected, BulkItemOutcome.Created], results.Select(item => item.Outcome));
        Assert.Equal((413, "content_too_long"), (results[1].Status, results[1].ErrorType));
        Assert.Contains("takes no request of", results[1].Reason, StringComparison.Ordinal);
        Assert.Equal(large.Source.Length, results[1].Operation.Source.Length);
    }

    [Fact]
    public async Task Run_ServerHangsUpOnALargeBody_AsksFirstAndThenSplits()
    {
        // Netty closes the connection while the body is still coming, so that the 413 is lost; asked beforehand, it gets through.
        await using var server = new ScriptedServer(_target.Take) { BodyBytesMax = 300_000 };
        var results = await RunAsync(server, Operations.Of(Enumerable.Range(0, 8).Select(n => Operations.Index(n, $$"""{"f":"{{new string('x', 100_000)}}"}"""))));
        Assert.All(results, item => Assert.Equal(BulkItemOutcome.Created, item.Outcome));
        Assert.Contains(server.Requests, request => request.Headers.ContainsKey("Expect"));
    }

    [Fact]
    public async Task Run_OneOperationMakesTheRequestInvalid_IsFoundAndRejected()
    {
        await using var server = new ScriptedServer(request => BulkTarget.IdsOf(request).Contains("id-11")
            ? ScriptedReply.Error(400, "action_request_validation_exception", "id is too long") : _target.Take(request));
        var results = await RunAsync(server, Operations.Numbered(40));
        Assert.Equal(39, results.Count(item => item.Outcome == BulkItemOutcome.Created));
        var rejected = Assert.Single(results, item => item.Outcome == BulkItemOutcome.Rejected);
        Assert.Equal((11L, "action_request_validation_exception", "id is too long"), (rejected.Operation.Tag, rejected.ErrorType, rejected.Reason));
    }

    [Fact]
    public async Task Run_ServerErrorForOneDocument_IsRejectedAfterSomeTries()
    {
        await using var server = new ScriptedServer(request => _target.Take(request, id => id == "id-1" ? (500, "null_pointer_exception") : null));
        var results = await RunAsync(server, Operations.Numbered(3));
        Assert.Equal([BulkItemOutcome.Created, BulkItemOutcome.Rejected, BulkItemOutcome.Created], results.Select(item => item.Outcome));
        Assert.Equal(5, server.Requests.Count);
    }

    [Fact]
    public async Task Run_ServerErrorForEveryRequest_EndsWithIt()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Error(500, "null_pointer_exception", "oops"));
        Assert.Equal("null_pointer_exception", (await Assert.ThrowsAsync<ClusterRequestException>(() => RunAsync(server, Operations.Numbered(3)))).ErrorType);
        Assert.Equal(5, server.Requests.Count);
    }

    [Fact]
    public async Task Run_Unauthorized_EndsAfterTheBatchesBefore()
    {
        await using var server = new ScriptedServer(request => BulkTarget.IdsOf(request).Contains("id-4") ? new() { Status = 401, Body = "Unauthorized", ContentType = "text/plain" } : _target.Take(request));
        using var client = Client(server);
        var pipeline = new BulkPipeline(client, new() { Connections = 3, Limits = new() { OperationCountMax = 2 } }, new(), _clock, new Random(1));
        var tags = new List<long>();
        await Assert.ThrowsAsync<ClusterUnauthorizedException>(async () =>
        {
            await foreach (var batch in pipeline.RunAsync(Operations.Numbered(100), CancellationToken.None, TestContext.Current.CancellationToken))
            {
                tags.AddRange(batch.Items.Select(item => item.Operation.Tag));
            }
        });
        Assert.Equal([0L, 1L, 2L, 3L], tags);
    }

    [Fact]
    public async Task Run_ItemIsBlocked_EndsWithIndexAndBlock()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json(
            """{"errors":true,"items":[{"index":{"status":403,"error":{"type":"cluster_block_exception","reason":"index [logs-write] blocked by: [FORBIDDEN/8/index write (api)];"}}}]}"""));
        var failure = await Assert.ThrowsAsync<ClusterBlockedException>(() => RunAsync(server, Operations.Numbered(1)));
        Assert.Equal(("logs", "FORBIDDEN/8/index write (api)"), (failure.Index, Assert.Single(failure.Blocks)));
    }

    [Fact]
    public async Task Run_PageWithStatus200_IsNotACluster()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Page(200, "Log in"));
        await Assert.ThrowsAsync<NotAClusterException>(() => RunAsync(server, Operations.Numbered(1)));
    }

    [Theory]
    [InlineData("""{"errors":false,"items":[{"index":{"result":"created","status":201}}]}""", "1 items for 2 operations")]
    [InlineData("""{"errors":false,"items":[]}""", "0 items for 2 operations")]
    [InlineData("""{"errors":false,"items":[{"index":{"status":201}},{"index":{"status":201}},{"index":{"status":201}}]}""", "3 items for 2 operations")]
    [InlineData("""{"ok":true}""", "200 and JSON without 'items'")]
    public async Task Run_AnswerBreaksTheProtocol_EndsWithIt(string body, string expected)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json(body));
        Assert.Contains(expected, (await Assert.ThrowsAsync<ClusterProtocolException>(() => RunAsync(server, Operations.Numbered(2)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TargetStaysAway_GivesUpOnlyWhenToldTo()
    {
        string endpoint;
        await using (var server = new ScriptedServer(_target.Take))
        {
            endpoint = server.Endpoint;
        }

        using var client = new ClusterClient(new(endpoint), _clock);
        var pipeline = new BulkPipeline(client, new(), new() { Backoff = new() { ElapsedMax = TimeSpan.FromMinutes(5) } }, _clock, new Random(1));
        var failure = await Assert.ThrowsAsync<ClusterUnreachableException>(() => pipeline.ResultsAsync(Operations.Numbered(1)));
        Assert.Equal(UnreachableCause.ConnectionRefused, failure.Cause);
        Assert.InRange(_clock.Waits.Sum(wait => wait.TotalSeconds), 300, 340);
    }

    [Fact]
    public async Task Run_Gzip_SendsTheSameCompressed()
    {
        await using var server = new ScriptedServer(request =>
        {
            using var plain = new MemoryStream();
            using (var zip = new GZipStream(new MemoryStream(request.Body), CompressionMode.Decompress))
            {
                zip.CopyTo(plain);
            }

            return request.Number == 1 ? ScriptedReply.Error(429, "x", "y") : _target.Take(request with { Body = plain.ToArray() });
        });
        using var client = Client(server);
        var results = await new BulkPipeline(client, new(), new() { Gzip = true }, _clock, new Random(1)).ResultsAsync(Operations.Numbered(500));
        Assert.Equal(500, results.Count(item => item.Outcome == BulkItemOutcome.Created));
        Assert.All(server.Requests, request => Assert.Equal("gzip", request.Headers["Content-Encoding"]));
        Assert.True(server.Requests.First().Body.Length < 10_000);
    }

    [Fact]
    public async Task Run_DeleteOfNothing_IsNotFound()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json(
            """{"errors":false,"items":[{"delete":{"result":"deleted","status":200}},{"delete":{"result":"not_found","status":404}}]}"""));
        var delete = new BulkOperation { Action = BulkAction.Delete, Index = "logs", Id = "1" };
        Assert.Equal([BulkItemOutcome.Deleted, BulkItemOutcome.NotFound], (await RunAsync(server, Operations.Of([delete, delete]))).Select(item => item.Outcome));
    }

    [Theory]
    [InlineData("noop")]
    [InlineData("somethingNew")]
    public async Task Run_TargetTakesItAndWritesNothing_IsNotWritten(string result)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json(
            $$$"""{"errors":false,"items":[{"create":{"result":"created","status":201}},{"create":{"result":"{{{result}}}","status":200}}]}"""));
        var results = await RunAsync(server, Operations.Numbered(2));
        Assert.Equal([BulkItemOutcome.Created, BulkItemOutcome.Noop], results.Select(item => item.Outcome));
        Assert.Equal((200, result), (results[1].Status, results[1].ErrorType));
    }

    [Fact]
    public async Task Run_AnyIndex_AsksForNoPipeline()
    {
        await using var server = new ScriptedServer(_target.Take);
        await RunAsync(server, Operations.Numbered(1));
        Assert.StartsWith("/_bulk?pipeline=_none&", Assert.Single(server.Requests).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SeveralShareTheBytes_HoldNoMoreAndAllGetThrough()
    {
        var budget = new ByteBudget(1024 * 1024);
        var most = 0L;
        await using var server = new ScriptedServer(request =>
        {
            InterlockedMax(ref most, budget.BytesHeld);
            return _target.Take(request);
        });
        using var client = Client(server);
        var runs = Enumerable.Range(0, 3).Select(run => new BulkPipeline(client, new() { Connections = 4 }, new() { Budget = budget }, _clock, new Random(run)).ResultsAsync(
            Operations.Of(Enumerable.Range(1_000 * run, 40).Select(n => Operations.Index(n, $$"""{"f":"{{new string('x', n % 10 == 0 ? 900_000 : 100_000)}}"}""")))));
        var results = (await Task.WhenAll(runs)).SelectMany(run => run).ToArray();
        Assert.Equal((120, true), (results.Length, results.All(item => item.Outcome == BulkItemOutcome.Created)));
        Assert.InRange(most, 1, budget.BytesMax);
        Assert.Equal(0, budget.BytesHeld);
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var now = Volatile.Read(ref most); value > now; now = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, now);
        }
    }

    /// <summary>Documents of about 10 kB.</summary>
    private static IAsyncEnumerable<BulkOperation> Large(int count) =>
        Operations.Of(Enumerable.Range(0, count).Select(n => Operations.Index(n, $$"""{"f":"{{new string('x', 10_000)}}"}""")));

    private ClusterClient Client(ScriptedServer server) => new(new(server.Endpoint), _clock);

    private async Task<List<BulkItemResult>> RunAsync(ScriptedServer server, IAsyncEnumerable<BulkOperation> operations)
    {
        using var client = Client(server);
        return await new BulkPipeline(client, new(), new(), _clock, new Random(1)).ResultsAsync(operations);
    }
}
