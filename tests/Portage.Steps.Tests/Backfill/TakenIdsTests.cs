using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>The target has documents of the ids that are sent: who wrote them decides what they count as.</summary>
public sealed class TakenIdsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Of(string index, ConflictChoice conflict = ConflictChoice.KeepExisting) =>
        new() { Indices = new() { Include = [index] }, Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1, Conflict = conflict } };

    [Fact]
    public async Task RunAsync_TargetHadTheSameAndOtherContent_TellsThemApart()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs"));
        var golden = slice.Golden("logs").ToArray();
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[0].Id)}", golden[0].Source!, Cancellation);
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[1].Id)}", """{"mine":true}""", Cancellation);

        var done = await slice.DoAsync(new BackfillStep());

        Assert.Equal((golden.Length, golden.Length - 1, golden.Length - 2, 2, 1, 0), CountsOf(done.Report.Numbers));
        Assert.Contains(", 1 differing: the target has another content of the same id, and keeps it; 2 were there already", done.Report.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_AnswersAreLostWhereOthersHadDocuments_OurOwnAreWritten()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs"));
        var golden = slice.Golden("logs").ToArray();
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[0].Id)}", golden[0].Source!, Cancellation);
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[1].Id)}", """{"mine":true}""", Cancellation);
        slice.Sandbox.Faults.DropNextBulkReplies(2);

        var done = await slice.DoAsync(new BackfillStep());

        Assert.Equal((golden.Length, golden.Length - 1, golden.Length - 2, 2, 1, 0), CountsOf(done.Report.Numbers));
    }

    /// <summary>What is there is not the same as what was sent, and ours all the same; what others had before stays theirs.</summary>
    [Theory]
    [InlineData(false, "excludes")]
    [InlineData(true, "excludes")]
    [InlineData(true, "includes")]
    public async Task RunAsync_AnswersAreLostWhereTheTargetKeepsSourcesOut_OurOwnAreWritten(bool hadDocuments, string list)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs"));
        var golden = slice.Golden("logs").ToArray();
        if (hadDocuments)
        {
            await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[1].Id)}", "{}", Cancellation);
        }

        slice.Sandbox.Faults.DropNextBulkReplies(2);
        using var filtering = new Filtering(slice.Sandbox.Transport, list, name => list == "excludes" ? name != "level" : name == "message");

        var done = await slice.DoAsync(new BackfillStep(filtering));

        var theirs = hadDocuments ? 1 : 0;
        Assert.True(filtering.Filtered > 1);
        Assert.Equal((golden.Length, golden.Length - theirs, golden.Length - theirs, theirs, theirs, 0), CountsOf(done.Report.Numbers));
    }

    [Fact]
    public async Task RunAsync_SomebodyWritesAnIdMeanwhile_IsNotCountedAsOurs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs"));
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_bulk", send => send(HttpMethod.Put, $"/logs/_doc/{Uri.EscapeDataString(NotYetThere(slice, "logs").Id)}", """{"theirs":true}""")) { IsArmed = true };

        var done = await slice.DoAsync(new BackfillStep(meanwhile));

        var golden = slice.Golden("logs").Count();
        Assert.Equal((golden, golden - 1, golden - 1, 1, 1, 0), CountsOf(done.Report.Numbers));
    }

    [Theory]
    [InlineData(ConflictChoice.KeepExisting)]
    [InlineData(ConflictChoice.Overwrite)]
    public async Task RunAsync_AnotherRoutingHasTheId_IsRejectedByName(ConflictChoice conflict)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("routed", conflict));
        var met = default(GoldenDocument)!;
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_bulk", async send =>
        {
            met = NotYetThere(slice, "routed");
            await send(HttpMethod.Put, $"/routed/_doc/{met.Id}?routing={await slice.OtherRoutingAsync("routed", met)}", met.Source);
        })
        { IsArmed = true };

        var done = await slice.DoAsync(new BackfillStep(meanwhile));

        var golden = slice.Golden("routed").Count();
        Assert.Equal((golden, golden - 1, golden - 1, 0, 0, 1), CountsOf(done.Report.Numbers));
        using var finding = JsonDocument.Parse(Assert.Single(slice.Findings(new BackfillStep())));
        Assert.Equal((met.Id, "id_taken"), (finding.RootElement.GetProperty("id").GetString(), finding.RootElement.GetProperty("errorType").GetString()));
        Assert.Contains($"the routing '{met.Routing}'", finding.RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains(slice.Sandbox.Documents("routed"), document => document.Id == met.Id && document.Routing != met.Routing);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task RunAsync_OverwritesWhatOthersHad_TellsHowManyAndLeavesTheSameAlone(int lost)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs", ConflictChoice.Overwrite));
        var golden = slice.Golden("logs").ToArray();
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[0].Id)}", golden[0].Source!, Cancellation);
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[1].Id)}", """{"mine":true}""", Cancellation);
        slice.Sandbox.Faults.DropNextBulkReplies(lost);

        var done = await slice.DoAsync(new BackfillStep(), Approved("logs", 2));

        Assert.Equal((golden.Length, golden.Length, golden.Length - 1, 1, 0, 0), CountsOf(done.Report.Numbers));
        Assert.Equal(1, done.Report.Numbers["overwritten"]);
        Assert.Contains($"{golden.Length} accepted (1 of them in the place of what was there)", done.Report.Lines[0], StringComparison.Ordinal);
        Assert.Equal(golden.Select(one => SliceOnSandbox.Line(one.Id, one.Routing, one.Source!)).Order(StringComparer.Ordinal), slice.OnTarget("logs"));
        Assert.Equal([1, 2], [VersionOf(slice, golden[0].Id), VersionOf(slice, golden[1].Id)]);
    }

    [Fact]
    public async Task RunAsync_TheAnswerToAnOverwriteIsLost_CountsItOnce()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs", ConflictChoice.Overwrite));
        var golden = slice.Golden("logs").ToArray();
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[1].Id)}", """{"mine":true}""", Cancellation);
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_mget", _ =>
        {
            slice.Sandbox.Faults.DropNextBulkReplies(1);
            return Task.CompletedTask;
        })
        { IsArmed = true };

        var done = await slice.DoAsync(new BackfillStep(meanwhile), Approved("logs", 1));

        Assert.Equal((golden.Length, golden.Length, golden.Length, 0, 0, 0), CountsOf(done.Report.Numbers));
        Assert.Equal((1, 2), (done.Report.Numbers["overwritten"], VersionOf(slice, golden[1].Id)));
    }

    /// <summary>Between the look and the write.</summary>
    [Theory]
    [InlineData("rewrites", 1)]
    [InlineData("deletes", 0)]
    public async Task RunAsync_SomebodyWritesBeforeItIsOverwritten_IsLookedAtAgain(string what, int overwritten)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs", ConflictChoice.Overwrite));
        var golden = slice.Golden("logs").ToArray();
        var path = $"/logs/_doc/{Uri.EscapeDataString(golden[1].Id)}";
        await slice.Target.PutAsync(path, """{"mine":true}""", Cancellation);
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_mget", send => what == "deletes" ? send(HttpMethod.Delete, path, null) : send(HttpMethod.Put, path, """{"mine":false}""")) { IsArmed = true };

        var done = await slice.DoAsync(new BackfillStep(meanwhile), Approved("logs", 1));

        Assert.False(meanwhile.IsArmed);
        Assert.Equal((golden.Length, golden.Length, golden.Length, 0, 0, 0), CountsOf(done.Report.Numbers));
        Assert.Equal((overwritten, 3), (done.Report.Numbers["overwritten"], VersionOf(slice, golden[1].Id)));
        Assert.Equal(golden.Select(one => SliceOnSandbox.Line(one.Id, one.Routing, one.Source!)).Order(StringComparer.Ordinal), slice.OnTarget("logs"));
    }

    /// <summary>As another reader of the same work would, for a document of the snapshot that belongs to the same shard of the target.</summary>
    [Fact]
    public async Task RunAsync_AnotherOfTheSnapshotIsWrittenBeforeItIsOverwritten_KeepsTheOther()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("routed", ConflictChoice.Overwrite));
        var met = slice.Golden("routed").First();
        var other = await slice.OtherRoutingAsync("routed", met);
        await slice.Target.PutAsync($"/routed/_doc/{met.Id}?routing={Uri.EscapeDataString(met.Routing!)}", """{"n":-1}""", Cancellation);
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_mget", send => send(HttpMethod.Put, $"/routed/_doc/{met.Id}?routing={other}", met.Source)) { IsArmed = true };

        var done = await slice.DoAsync(new BackfillStep(meanwhile), Approved("routed", 1));

        var golden = slice.Golden("routed").Count();
        Assert.Equal((golden, golden - 1, golden - 1, 0, 0, 1), CountsOf(done.Report.Numbers));
        Assert.Equal(other, slice.Sandbox.Documents("routed").Single(document => document.Id == met.Id).Routing);
        Assert.Contains("\"errorType\":\"id_taken\"", Assert.Single(slice.Findings(new BackfillStep())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_StoppedBeforeItIsOverwritten_GoesOnThere()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs", ConflictChoice.Overwrite));
        var golden = slice.Golden("logs").ToArray();
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[1].Id)}", """{"mine":true}""", Cancellation);
        using var stop = new CancellationTokenSource();
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_mget", _ => stop.CancelAsync()) { IsArmed = true };
        var step = new BackfillStep(meanwhile);

        Assert.IsType<StepResult.Stopped>(await step.RunAsync(slice.Run.ContextOf(step, Approved("logs", 1)) with { StopRequested = stop.Token }, Cancellation));
        Assert.Equal(1, VersionOf(slice, golden[1].Id));
        var done = await slice.DoAsync(step, Approved("logs", 1));

        Assert.Equal((golden.Length, golden.Length, golden.Length, 0, 0, 0), CountsOf(done.Report.Numbers));
        Assert.Equal((1, 2), (done.Report.Numbers["overwritten"], VersionOf(slice, golden[1].Id)));
    }

    [Fact]
    public async Task RunAsync_NobodyCanTellWhoseItIs_IsNotOverwritten()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("routed", ConflictChoice.Overwrite));
        var met = slice.Golden("routed").First();
        var other = await slice.OtherRoutingAsync("routed", met);
        await slice.Target.PutAsync($"/routed/_doc/{met.Id}?routing={other}", """{"n":-1}""", Cancellation);
        using var silent = new WithoutStatistics(slice.Sandbox.Transport);

        var done = await slice.DoAsync(new BackfillStep(silent), Approved("routed", 1));

        Assert.Equal((1, 0), (done.Report.Numbers["rejected"], done.Report.Numbers["overwritten"]));
        Assert.Equal(other, slice.Sandbox.Documents("routed").Single(document => document.Id == met.Id).Routing);
        Assert.Contains("Nobody can tell", Assert.Single(slice.Findings(new BackfillStep())), StringComparison.Ordinal);
    }

    private static StepReport Approved(string index, int documents) =>
        new(ImmutableSortedDictionary<string, long>.Empty, []) { Destroys = [new(DestructionKind.OverwriteDocuments, "blue", index, documents, null, documents) { Item = index }] };

    private static int VersionOf(SliceOnSandbox slice, string id) => (int)slice.Sandbox.Documents("logs").Single(document => document.Id == id).Version;

    private static GoldenDocument NotYetThere(SliceOnSandbox slice, string index)
    {
        var there = slice.Sandbox.Documents(index).Select(document => document.Id).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(there);
        return slice.Golden(index).First(document => !there.Contains(document.Id));
    }

    private static (long Documents, long Accepted, long Written, long Existing, long Differing, long Rejected) CountsOf(ImmutableSortedDictionary<string, long> numbers) =>
        (numbers["documents"], numbers["accepted"], numbers["written"], numbers["existing"], numbers["differing"], numbers["rejected"]);

    /// <summary>Gives sources back as a target does whose mapping keeps fields out of them.</summary>
    private sealed class Filtering(HttpMessageHandler target, string list, Func<string, bool> keeps) : DelegatingHandler(target)
    {
        public int Filtered { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.EndsWith("/_mget", StringComparison.Ordinal))
            {
                var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
                foreach (var source in answer["docs"]!.AsArray().Select(document => document!["_source"]).OfType<JsonObject>())
                {
                    foreach (var name in source.Select(field => field.Key).Where(name => !keeps(name)).ToArray())
                    {
                        source.Remove(name);
                        Filtered++;
                    }
                }

                response.Content = new StringContent(answer.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
            }
            else if (request.Method == HttpMethod.Get && request.RequestUri.AbsolutePath == "/logs")
            {
                var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
                answer["logs"]!["mappings"]!["_source"] = new JsonObject { [list] = new JsonArray("some") };
                response.Content = new StringContent(answer.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
            }

            return response;
        }
    }

    /// <summary>As for a user who may read and write, and nothing else.</summary>
    private sealed class WithoutStatistics(HttpMessageHandler target) : DelegatingHandler(target)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.RequestUri!.AbsolutePath.Contains("/_stats", StringComparison.Ordinal)
                ? new(System.Net.HttpStatusCode.Forbidden) { Content = new StringContent("""{"error":{"type":"security_exception","reason":"no permissions"},"status":403}""", System.Text.Encoding.UTF8, "application/json") }
                : await base.SendAsync(request, cancellationToken);
    }
}
