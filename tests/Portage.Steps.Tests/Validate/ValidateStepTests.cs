using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Validate;

/// <summary>What a comparison finds when somebody changed the target.</summary>
public sealed class ValidateStepTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Slice => new() { Indices = new() { Include = ["logs", "routed"] } };

    [Fact]
    public async Task RunAsync_NothingWasTouched_AllTheSame()
    {
        await using var slice = await BackfilledAsync(Slice);
        var done = await slice.DoAsync(new ValidateStep());
        Assert.Equal((Total(slice), 0, 0, 0), Of(done));
        Assert.Equal([$"{Total(slice):N0} documents compared: all the same", "not compared: searches (no source is configured), versions of documents, stored scripts, ingest pipelines"], done.Report.Lines);
        Assert.Empty(Findings(slice));
    }

    /// <summary>Where an index allows few documents in one answer, more are not asked for.</summary>
    [Fact]
    public async Task RunAsync_IndexAllowsSmallPagesOnly_NamesWhatIsThereBesides()
    {
        await using var slice = await BackfilledAsync(Slice);
        await slice.Target.PutAsync("/logs/_settings", """{"index.max_result_window":7}""", Cancellation);
        await slice.Target.PutAsync("/logs/_doc/too-many", "{}", Cancellation);
        using var watched = new Watching(body => body);
        var done = await slice.DoAsync(new ValidateStep(watched));
        Assert.Equal(1, done.Report.Numbers["extra"]);
        Assert.Contains(watched.Bodies, body => body.StartsWith("""{"size":7,""", StringComparison.Ordinal));
        Assert.DoesNotContain(watched.Bodies, body => body.StartsWith("""{"size":5000,""", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ValidateMode.Full)]
    [InlineData(ValidateMode.Counts)]
    public async Task RunAsync_IndexIsClosedOnTheTarget_SaysWhichAndComparesNothing(ValidateMode mode)
    {
        await using var slice = await BackfilledAsync(Slice with { Validate = new() { Mode = mode } });
        using var closing = new Watching(body =>
        {
            var indices = JsonNode.Parse(body)!.AsArray();
            indices.Single(index => index!["index"]!.ToString() == "logs")!["status"] = "close";
            return indices.ToJsonString();
        });
        var failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(new ValidateStep(closing)));
        Assert.Equal(("PG4014", false), (failure.Because.Code, failure.IsTransient));
        Assert.StartsWith("logs is closed on the target, and cannot be compared. Open it: workflow cluster curl blue POST /logs/_open;", failure.Because.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_TargetWasChanged_NamesEveryDifference()
    {
        await using var slice = await BackfilledAsync(Slice);
        var logs = slice.Golden("logs").ToArray();
        await slice.Target.SendAsync(HttpMethod.Delete, Path("logs", logs[0].Id), null, Cancellation);
        await slice.Target.PutAsync(Path("logs", logs[1].Id), """{"other":1}""", Cancellation);
        await slice.Target.PutAsync("/logs/_doc/too-many", "{}", Cancellation);

        var done = await slice.DoAsync(new ValidateStep());

        Assert.Equal((Total(slice), 1, 1, 1), Of(done));
        Assert.Contains("logs: 1 that the snapshot lacks", done.Report.Lines);
        Assert.Equal(
            [("differing", "logs", logs[1].Id), ("extra", "logs", "too-many"), ("missing", "logs", logs[0].Id)],
            Findings(slice).Select(finding => (Text(finding, "finding"), Text(finding, "targetIndex"), Text(finding, "targetId"))).Order());
        var differing = Findings(slice).Single(finding => Text(finding, "finding") == "differing");
        Assert.Equal((logs[1].Source, """{"other":1}"""), (Text(differing, "source"), Text(differing, "target")));
    }

    [Fact]
    public async Task RunAsync_IndexIsGone_EveryDocumentIsMissing()
    {
        await using var slice = await BackfilledAsync(Slice);
        await slice.Target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        var count = slice.Golden("logs").Count();
        Assert.Equal((Total(slice), count, 0, 0), Of(await slice.DoAsync(new ValidateStep())));
        Assert.Equal(count, Findings(slice).Length);
    }

    [Fact]
    public async Task RunAsync_OtherRouting_Differs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] } });
        await slice.DoAsync(new BackfillStep());

        // A routing that leads to the same shard: only the document itself tells that it is there.
        var document = slice.Golden("logs").First();
        await slice.Target.SendAsync(HttpMethod.Delete, Path("logs", document.Id), null, Cancellation);
        string routing = "";
        for (var i = 0; slice.Sandbox.Documents("logs").All(found => found.Id != document.Id) || !await IsFoundAsync(slice, document.Id); i++)
        {
            if (routing.Length > 0)
            {
                await slice.Target.SendAsync(HttpMethod.Delete, $"{Path("logs", document.Id)}?routing={routing}", null, Cancellation);
            }

            routing = $"r{i}";
            await slice.Target.PutAsync($"{Path("logs", document.Id)}?routing={routing}", document.Source!, Cancellation);
        }

        Assert.Equal((slice.Golden("logs").Count(), 0, 1, 0), Of(await slice.DoAsync(new ValidateStep())));
        var finding = Assert.Single(Findings(slice));
        Assert.Equal((null, routing), (Text(finding, "routing"), Text(finding, "targetRouting")));
    }

    // Each is legal for the servers, and means what the snapshot has.
    [Theory]
    [InlineData("{0}// c")]
    [InlineData("{0}/* c */")]
    [InlineData("\uFEFF{0}")]
    [InlineData("/**/{0}")]
    public async Task RunAsync_OddlyWrittenOnTheTarget_IsTheSame(string written)
    {
        await using var slice = await BackfilledAsync(Slice);
        var document = slice.Golden("logs").First();
        var source = written[0] == '/' ? document.Source!.Insert(1, "/**/") : string.Format(null, written, document.Source);
        await slice.Target.PutAsync(Path("logs", document.Id), source, Cancellation);
        var done = await slice.DoAsync(new ValidateStep());
        Assert.Equal($"{Total(slice):N0} documents compared: all the same", done.Report.Lines[0]);
    }

    [Fact]
    public async Task RunAsync_DeepOnTheTarget_DiffersAndTheRestIsCompared()
    {
        await using var slice = await BackfilledAsync(Slice);
        var document = slice.Golden("logs").First();
        await slice.Target.PutAsync("/logs/_mapping", """{"properties":{"off":{"type":"object","enabled":false}}}""", Cancellation);
        await slice.Target.PutAsync(Path("logs", document.Id), $"{{\"off\":{string.Concat(Enumerable.Repeat("{\"a\":", 1_500))}1{new string('}', 1_500)}}}", Cancellation);
        Assert.Equal((Total(slice), 0, 1, 0), Of(await slice.DoAsync(new ValidateStep())));
        Assert.Equal("source", Text(Assert.Single(Findings(slice)), "reason"));
    }

    [Fact]
    public async Task RunAsync_TargetRefusesOneDocument_NamesItAndComparesTheRest()
    {
        await using var slice = await BackfilledAsync(Slice);
        var refused = slice.Golden("logs").ElementAt(3).Id;
        var done = await slice.DoAsync(new ValidateStep(new Refusing(refused)));
        Assert.Equal((Total(slice), 0, 0, 0), Of(done));
        Assert.Equal(1, done.Report.Numbers["notCompared"]);
        Assert.Equal($"{Total(slice) - 1:N0} documents compared: 0 missing, 0 differing, 0 that the snapshot lacks; 1 could not be compared", done.Report.Lines[0]);
        var finding = Assert.Single(Findings(slice));
        Assert.Equal(("notCompared", "logs", refused), (Text(finding, "finding"), Text(finding, "index"), Text(finding, "id")));
        Assert.Contains("routing is required", Text(finding, "reason")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_TargetRefusesEveryDocument_FailsWithItsReason()
    {
        await using var slice = await BackfilledAsync(Slice);
        var failure = await Assert.ThrowsAsync<StepException>(async () => await slice.DoAsync(new ValidateStep(new Refusing(null))));
        Assert.Contains("routing is required", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_SourceIsNotInTheSnapshot_IsNotCompared()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["nosource"] } });
        await slice.DoAsync(new BackfillStep());
        var id = slice.Golden("nosource").First().Id;
        await slice.Target.PutAsync(Path("nosource", id), """{"other":1}""", Cancellation);
        var done = await slice.DoAsync(new ValidateStep());
        Assert.Equal((0, 0, 1), (done.Report.Numbers["missing"], done.Report.Numbers["differing"], done.Report.Numbers["notCompared"]));
        var all = slice.Golden("nosource").Count();
        Assert.Equal($"0 documents compared: 0 missing, 0 differing, 0 that the snapshot lacks; 1 could not be compared; {all - 1} rejected by the backfill", done.Report.Lines[0]);
        Assert.Contains($"nosource: {all} in the snapshot: 0 the same, {all - 1} rejected by the backfill, 1 could not be compared", done.Report.Lines);
    }

    [Fact]
    public async Task RunAsync_MovedAndDoubled_AreToldApart()
    {
        await using var slice = await BackfilledAsync(Slice);
        var (moved, doubled) = (slice.Golden("routed").First(), slice.Golden("routed").Last());
        await slice.Target.SendAsync(HttpMethod.Delete, $"{Path("routed", moved.Id)}?routing={moved.Routing}", null, Cancellation);
        var elsewhere = await PutElsewhereAsync(slice, moved);
        await PutElsewhereAsync(slice, doubled);
        await slice.Target.PutAsync("/routed/_doc/too-many?routing=r", "{}", Cancellation);

        var done = await slice.DoAsync(new ValidateStep());

        Assert.Equal((Total(slice), 1, 0, 3), Of(done));
        Assert.Equal(1, done.Report.Numbers["moved"]);
        Assert.Contains("routed: 3 that the snapshot lacks, 1 of them missing under its own routing", done.Report.Lines);
        Assert.Equal(
            new[] { ("extra", doubled.Id), ("extra", "too-many"), ("missing", moved.Id), ("moved", moved.Id) }.Order(),
            Findings(slice).Select(finding => (Text(finding, "finding")!, Text(finding, "targetId")!)).Order());
        var named = Findings(slice).Single(finding => Text(finding, "finding") == "moved");
        Assert.Equal((moved.Routing, elsewhere), (Text(named, "routing"), Text(named, "targetRouting")));
    }

    [Fact]
    public async Task RunAsync_CountsOnly_SaysThatItOnlyCounted()
    {
        await using var slice = await BackfilledAsync(Slice with { Validate = new() { Mode = ValidateMode.Counts } });
        var done = await slice.DoAsync(new ValidateStep());
        Assert.Equal([$"counts: {Total(slice):N0} documents accepted by the backfill, {Total(slice):N0} on the target", "not compared: which documents they are and what they contain (mode: counts), searches (mode: counts), versions of documents, stored scripts, ingest pipelines"], done.Report.Lines);
    }

    [Fact]
    public async Task RunAsync_CountsOnly_ComparesWithWhatWasAccepted()
    {
        await using var slice = await BackfilledAsync(Slice with { Validate = new() { Mode = ValidateMode.Counts } });
        Assert.Equal((Total(slice), 0L, 0L), Counted(await slice.DoAsync(new ValidateStep())));
        await slice.Target.PutAsync("/logs/_doc/too-many", "{}", Cancellation);
        Assert.Equal((Total(slice), 0L, 1L), Counted(await slice.DoAsync(new ValidateStep())));
    }

    /// <summary>Two are missing, and two others stand in their place: counting sees neither, and says nothing of either.</summary>
    [Fact]
    public async Task RunAsync_CountsOnlyAndOthersInThePlaceOfMissingOnes_SaysNotThatNoneAreMissing()
    {
        await using var slice = await BackfilledAsync(Slice with { Validate = new() { Mode = ValidateMode.Counts } });
        foreach (var document in slice.Golden("logs").Take(2))
        {
            await slice.Target.SendAsync(HttpMethod.Delete, Path("logs", document.Id), null, Cancellation);
            await slice.Target.PutAsync($"/logs/_doc/other-{document.Id}", "{}", Cancellation);
        }

        var done = await slice.DoAsync(new ValidateStep());

        Assert.DoesNotContain(done.Report.Lines, line => line.Contains(" missing", StringComparison.Ordinal) || line.Contains("the same", StringComparison.Ordinal));
        Assert.DoesNotContain(done.Report.Numbers.Keys, name => name is "missing" or "differing" or "extra" or "notCompared" or "searches" or "searchesDiffering");
    }

    [Fact]
    public async Task RunAsync_CountsOnlyAndOneIndexHasFewerAndOneMore_TellsBoth()
    {
        await using var slice = await BackfilledAsync(Slice with { Validate = new() { Mode = ValidateMode.Counts } });
        foreach (var document in slice.Golden("logs").Take(2))
        {
            await slice.Target.SendAsync(HttpMethod.Delete, Path("logs", document.Id), null, Cancellation);
        }

        await slice.Target.PutAsync("/routed/_doc/too-many?routing=r", "{}", Cancellation);

        var done = await slice.DoAsync(new ValidateStep());

        Assert.Equal((Total(slice), 2L, 1L), Counted(done));
        Assert.Equal($"counts: {Total(slice):N0} documents accepted by the backfill, {Total(slice) - 1:N0} on the target: 2 fewer in 1 index, 1 more in 1 index", done.Report.Lines[0]);
        Assert.Contains($"logs: {slice.Golden("logs").Count():N0} accepted, {slice.Golden("logs").Count() - 2:N0} on the target: 2 fewer", done.Report.Lines);
    }

    [Theory]
    [InlineData(ValidateMode.Counts, false, ValidateConfig.AutoOfCounts)]
    [InlineData(ValidateMode.Counts, true, "missing == 0 && differing == 0 && extra == 0 && notCompared == 0 && objectsDiffering == 0 && searchesDiffering == 0")]
    [InlineData(ValidateMode.Full, false, "missing == 0 && differing == 0 && extra == 0 && notCompared == 0 && objectsDiffering == 0 && searchesDiffering == 0")]
    public void Rule_OfTheModes_AsksForNumbersThatAreFound(ValidateMode mode, bool withoutBackfill, string predicate) =>
        Assert.Equal(predicate, ValidateGate.Rule(new() { Validate = new() { Mode = mode }, Backfill = new() { Skip = withoutBackfill } }).Predicate);

    [Fact]
    public async Task RunAsync_DocumentsWereRejected_AreNotCountedAsMissing()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["nosource", "logs"] } });
        var written = await slice.DoAsync(new BackfillStep());
        var rejected = slice.Golden("nosource").Count();
        Assert.Equal(rejected, written.Report.Numbers["rejected"]);

        var done = await slice.DoAsync(new ValidateStep());

        Assert.Equal((slice.Golden("logs").Count() + rejected, 0, 0, 0), Of(done));
        Assert.Equal(rejected, done.Report.Numbers["rejected"]);
        Assert.Equal($"{slice.Golden("logs").Count()} documents compared: all the same; {rejected} rejected by the backfill", done.Report.Lines[0]);
        Assert.Equal($"nosource: {rejected} in the snapshot: 0 the same, {rejected} rejected by the backfill", done.Report.Lines[1]);
    }

    [Fact]
    public async Task RunAsync_NothingCouldBeWritten_SaysNotThatItIsTheSame()
    {
        await using var slice = await BackfilledAsync(new() { Indices = new() { Include = ["nosource"] } });
        Assert.Equal($"0 documents compared; {slice.Golden("nosource").Count()} rejected by the backfill", (await slice.DoAsync(new ValidateStep())).Report.Lines[0]);
    }

    /// <summary>The target took it without a fault and did not write it; others have another content under its id, and its own routing.</summary>
    [Fact]
    public async Task RunAsync_OthersHaveADocumentThatWasRejected_IsNoneTooMany()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] } });
        Assert.Equal(1, (await slice.DoAsync(new BackfillStep(new Dropping()))).Report.Numbers["noop"]);
        using var rejected = JsonDocument.Parse(Assert.Single(slice.Findings(new BackfillStep())));
        var id = rejected.RootElement.GetProperty("targetId").GetString()!;
        await slice.Target.PutAsync(Path("logs", id), """{"level":"theirs"}""", Cancellation);

        var done = await slice.DoAsync(new ValidateStep());

        var all = slice.Golden("logs").Count();
        Assert.Equal((all, 0, 0, 0), Of(done));
        Assert.Equal(1, done.Report.Numbers["rejected"]);
        Assert.Equal($"{all - 1} documents compared: all the same; 1 rejected by the backfill", done.Report.Lines[0]);
    }

    /// <summary>They met documents of another routing, which are there; one of those is nobody's of the snapshot.</summary>
    [Fact]
    public async Task RunAsync_RejectedOnesMetOthersOnTheirIds_CountsThemOnce()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["routed"] }, Backfill = new() { Connections = 1, Workers = 1, OperationCountMax = 5 } });
        var met = default(string);
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_bulk", async send =>
        {
            var there = slice.Sandbox.Documents("routed").Select(document => document.Id).ToHashSet(StringComparer.Ordinal);
            var document = slice.Golden("routed").First(one => !there.Contains(one.Id));
            met = document.Id;
            await send(HttpMethod.Put, $"/routed/_doc/{document.Id}?routing={await slice.OtherRoutingAsync("routed", document)}", document.Source);
        })
        { IsArmed = true };
        Assert.Equal(1, (await slice.DoAsync(new BackfillStep(meanwhile))).Report.Numbers["rejected"]);

        var done = await slice.DoAsync(new ValidateStep());

        var all = slice.Golden("routed").Count();
        Assert.Equal((all, 0, 0, 1), Of(done));
        Assert.Equal(1, done.Report.Numbers["rejected"]);
        Assert.Equal($"{all - 1} documents compared: 0 missing, 0 differing, 1 that the snapshot lacks; 1 rejected by the backfill", done.Report.Lines[0]);
        Assert.Equal($"routed: {all} in the snapshot: {all - 1} the same, 1 rejected by the backfill", done.Report.Lines[1]);
        Assert.Equal(("extra", met), (Text(Assert.Single(Findings(slice)), "finding"), Text(Assert.Single(Findings(slice)), "targetId")));
    }

    [Fact]
    public async Task RunAsync_StoppedAndStartedAgain_FindsEachDifferenceOnce()
    {
        await using var slice = await BackfilledAsync(Slice);
        await slice.Target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        var step = new ValidateStep();
        using var stop = new CancellationTokenSource();
        slice.Run.OnProgress = _ => stop.Cancel();
        _ = await step.RunAsync(slice.Run.ContextOf(step, null) with { StopRequested = stop.Token }, Cancellation);

        slice.Run.OnProgress = _ => { };
        var count = slice.Golden("logs").Count();
        Assert.Equal((Total(slice), count, 0, 0), Of(await slice.DoAsync(step)));
        Assert.Equal(count, Findings(slice).Length);
    }

    [Fact]
    public async Task RunAsync_SomeWereRejectedAndAnotherIsMissing_CountsTheOther()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["nosource", "logs"] } });
        await slice.DoAsync(new BackfillStep());
        await slice.Target.SendAsync(HttpMethod.Delete, Path("logs", slice.Golden("logs").First().Id), null, Cancellation);
        var done = await slice.DoAsync(new ValidateStep());
        Assert.Equal((1, slice.Golden("nosource").Count()), (done.Report.Numbers["missing"], done.Report.Numbers["rejected"]));
    }

    [Theory]
    [InlineData("missing", "1 missing, 0 differing, 0 that the snapshot lacks")]
    [InlineData("differing", "0 missing, 1 differing, 0 that the snapshot lacks")]
    [InlineData("extra", "0 missing, 0 differing, 1 that the snapshot lacks")]
    public async Task RunAsync_OneThingIsWrong_TheFirstLineSaysWhich(string wrong, string words)
    {
        await using var slice = await BackfilledAsync(Slice);
        var path = Path("logs", slice.Golden("logs").First().Id);
        await (wrong switch
        {
            "missing" => slice.Target.SendAsync(HttpMethod.Delete, path, null, Cancellation),
            "differing" => slice.Target.PutAsync(path, """{"other":1}""", Cancellation),
            _ => slice.Target.PutAsync("/logs/_doc/too-many", "{}", Cancellation),
        });
        var done = await slice.DoAsync(new ValidateStep());
        Assert.Equal($"{Total(slice):N0} documents compared: {words}", done.Report.Lines[0]);
        Assert.Equal(1, done.Report.Numbers[wrong]);
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(100)]
    public async Task RunAsync_TooManyThere_NamesEachOnceHoweverFewIdsAreHeld(int idsMax)
    {
        await using var slice = await BackfilledAsync(Slice);
        foreach (var id in Enumerable.Range(0, 20))
        {
            await slice.Target.PutAsync($"/logs/_doc/extra-{id}", "{}", Cancellation);
        }

        Assert.InRange(slice.Golden("logs").Count(), 101, 480);
        Assert.Equal((Total(slice), 0, 0, 20), Of(await slice.DoAsync(new ValidateStep { ExtraIdsMax = idsMax })));
        Assert.Equal(Enumerable.Range(0, 20).Select(id => $"extra-{id}").Order(StringComparer.Ordinal), Findings(slice).Select(finding => Text(finding, "targetId")!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task RunAsync_StoppedWhileTheTargetIsBusy_DoesNotWaitForIt()
    {
        await using var slice = await BackfilledAsync(Slice);
        using var stop = new CancellationTokenSource();
        var step = new ValidateStep(new Busy(stop));
        var context = slice.Run.ContextOf(step, null) with { StopRequested = stop.Token, Time = new ClockThatStands() };
        Assert.IsType<StepResult.Stopped>(await step.RunAsync(context, Cancellation).AsTask().WaitAsync(Cancellation));
        Assert.Equal((Total(slice), 0, 0, 0), Of(await slice.DoAsync(new ValidateStep())));
    }

    /// <summary>Gives no document, and has somebody stop the step as soon as it is asked for one.</summary>
    /// <summary>Notes what is asked, and changes the list of indices.</summary>
    private sealed class Watching(Func<string, string> change) : DelegatingHandler(new SocketsHttpHandler())
    {
        public ConcurrentBag<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is { } content)
            {
                Bodies.Add(await content.ReadAsStringAsync(cancellationToken));
            }

            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.StartsWith("/_cat/indices", StringComparison.Ordinal))
            {
                response.Content = new StringContent(change(await response.Content.ReadAsStringAsync(cancellationToken)), System.Text.Encoding.UTF8, "application/json");
            }

            return response;
        }
    }

    private sealed class Busy(CancellationTokenSource stop) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.AbsolutePath.Contains("_mget", StringComparison.Ordinal))
            {
                return await base.SendAsync(request, cancellationToken);
            }

            await stop.CancelAsync();
            return new(System.Net.HttpStatusCode.ServiceUnavailable) { Content = new StringContent("""{"error":{"type":"busy","reason":"busy"},"status":503}""") };
        }
    }

    /// <summary>Says of one document that nothing was done about it.</summary>
    private sealed class Dropping() : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var reply = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath == "/_bulk" && Interlocked.Increment(ref _count) == 1)
            {
                var text = await reply.Content.ReadAsStringAsync(cancellationToken);
                reply.Content = new StringContent(new System.Text.RegularExpressions.Regex("\"created\"").Replace(text, "\"noop\"", 1), null, "application/json");
            }

            return reply;
        }
    }

    /// <summary>Shows all documents but one, or none.</summary>
    private sealed class Refusing(string? id) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.AbsolutePath.Contains("_mget", StringComparison.Ordinal))
            {
                return await base.SendAsync(request, cancellationToken);
            }

            using var asked = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken));
            var reply = await base.SendAsync(request, cancellationToken);
            using var answer = JsonDocument.Parse(await reply.Content.ReadAsStringAsync(cancellationToken));
            var documents = asked.RootElement.GetProperty("docs").EnumerateArray().Zip(answer.RootElement.GetProperty("docs").EnumerateArray(), (key, there) => key.GetProperty("_id") is var its && (id is null || its.ValueEquals(id))
                ? $$$"""{"_id":{{{its.GetRawText()}}},"error":{"type":"routing_missing_exception","reason":"routing is required"}}"""
                : there.GetRawText());
            reply.Content = new StringContent($$"""{"docs":[{{string.Join(',', documents)}}]}""", null, "application/json");
            return reply;
        }
    }

    /// <summary>Nobody who waits comes to an end by it.</summary>
    private sealed class ClockThatStands : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            TimeProvider.System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    // One with gaps between its documents, and one with hardly any: there a document that is left out shows.
    [Theory]
    [InlineData("packed")]
    [InlineData("logs")]
    public async Task RunAsync_StoppedInTheMiddle_GoesOnWithTheNextDocument(string index)
    {
        await using var slice = await BackfilledAsync(new() { Indices = new() { Include = [index] }, Validate = new() { Connections = 1 } });
        var step = new ValidateStep { BatchDocumentsMax = 20 };
        using var stop = new CancellationTokenSource();
        var context = slice.Run.ContextOf(step, null);
        var total = slice.Golden(index).Count();
        var asked = 0;
        context = context with { StopRequested = stop.Token, AssertLease = () => { if (++asked == 2) { stop.Cancel(); } } };
        Assert.IsType<StepResult.Stopped>(await step.RunAsync(context, Cancellation));
        using (var journal = await Portage.Steps.WorkItems.ItemJournal.LookAsync(slice.Run.FilesOf(step).Item(index), index, Cancellation))
        {
            Assert.InRange(journal.Sum("checked"), 1, total - 1);
        }

        Assert.Equal((total, 0, 0, 0), Of(await slice.DoAsync(step)));
    }

    [Fact]
    public async Task RunAsync_SliceGainsAnIndex_ComparesThatIndexOnly()
    {
        await using var slice = await BackfilledAsync(Slice);
        var step = new ValidateStep();
        slice.Run.Change(with => with with { Indices = new() { Include = ["logs"] } });
        await slice.DoAsync(step);
        var before = slice.Run.Disk.Files;
        slice.Run.Change(_ => Slice);
        Assert.Equal((Total(slice), 0, 0, 0), Of(await slice.DoAsync(step)));
        var journal = slice.Run.FilesOf(step).Item("logs").LocationOf("journal.jsonl");
        Assert.Equal(before[journal], slice.Run.Disk.Files[journal]);
    }

    private static async Task<SliceOnSandbox> BackfilledAsync(SliceConfig slice)
    {
        var on = await SliceOnSandbox.OfAsync("es-7.10.2", slice);
        await on.DoAsync(new BackfillStep());
        return on;
    }

    /// <summary>Writes a document with a routing that leads to another shard, and says which.</summary>
    private static async Task<string> PutElsewhereAsync(SliceOnSandbox slice, GoldenDocument document)
    {
        var count = slice.Sandbox.Documents("routed").Count(found => found.Id == document.Id);
        for (var i = 0; ; i++)
        {
            // Where there is one on the shard, this would replace it.
            var found = await slice.Target.GetAsync($"{Path("routed", document.Id)}?routing=other{i}", Cancellation);
            var own = slice.Sandbox.Documents("routed").Any(one => one.Id == document.Id);
            if (!found["found"]!.GetValue<bool>() && (own || await IsElsewhereAsync(slice, document, $"other{i}")))
            {
                await slice.Target.PutAsync($"{Path("routed", document.Id)}?routing=other{i}", document.Source!, Cancellation);
                Assert.Equal(count + 1, slice.Sandbox.Documents("routed").Count(one => one.Id == document.Id));
                return $"other{i}";
            }
        }
    }

    private static async Task<bool> IsElsewhereAsync(SliceOnSandbox slice, GoldenDocument document, string routing)
    {
        var there = $"{Path("routed", document.Id)}?routing={routing}";
        await slice.Target.PutAsync(there, "{}", Cancellation);
        var own = await slice.Target.GetAsync($"{Path("routed", document.Id)}?routing={document.Routing}", Cancellation);
        await slice.Target.SendAsync(HttpMethod.Delete, there, null, Cancellation);
        return !own["found"]!.GetValue<bool>();
    }

    private static async Task<bool> IsFoundAsync(SliceOnSandbox slice, string id) =>
        (await slice.Target.GetAsync(Path("logs", id), Cancellation))["found"]!.GetValue<bool>();

    private static (long Checked, long Fewer, long More) Counted(StepResult.Done done) =>
        (done.Report.Numbers["checked"], done.Report.Numbers["fewer"], done.Report.Numbers["more"]);

    private static (long Checked, long Missing, long Differing, long Extra) Of(StepResult.Done done) =>
        (done.Report.Numbers["checked"], done.Report.Numbers["missing"], done.Report.Numbers["differing"], done.Report.Numbers["extra"]);

    private static int Total(SliceOnSandbox slice) => slice.Golden("logs").Count() + slice.Golden("routed").Count();

    private static string Path(string index, string id) => $"/{index}/_doc/{Uri.EscapeDataString(id)}";

    private static string? Text(JsonElement finding, string name) => finding.GetProperty(name).GetString();

    private static JsonElement[] Findings(SliceOnSandbox slice) =>
        [.. slice.Findings(new ValidateStep()).Select(line => JsonDocument.Parse(line).RootElement)];
}
