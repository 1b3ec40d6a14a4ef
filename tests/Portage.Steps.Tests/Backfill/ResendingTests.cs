using System.Text;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Backfill;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Backfill;

/// <summary>Documents that were rejected, sent again.</summary>
public sealed class ResendingTests
{
    private static readonly BackfillStep Step = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task RunAsync_TheCauseWasMended_AllOfThemAreThereAndCountsClose(int workers)
    {
        await using var slice = await WithRejectsAsync(workers);
        var (golden, before) = (slice.Golden("logs").Count(), await ListAsync(slice));
        var there = slice.OnTarget("logs");
        await MendAsync(slice);

        slice.Run.Resends = 1;
        var done = await slice.DoAsync(Step);

        var left = slice.Golden("nosource").Count();
        Assert.Equal((golden + left, golden, left, 0L), (done.Report.Numbers["documents"], done.Report.Numbers["accepted"], done.Report.Numbers["rejected"], done.Report.Numbers["existing"]));
        Assert.Equal(Enumerable.Repeat("no_source", left), (await ListAsync(slice)).Select(line => line.Cause));
        Assert.Contains($"{before.Count} documents that were rejected were sent again: {left} are rejected still", done.Report.Lines);
        Assert.Equal(["logs"], done.Outputs.Resent!.Value);

        // What was there already was not sent, and nothing was written twice.
        Assert.Equal(slice.Golden("logs").Select(document => SliceOnSandbox.Line(document.Id, document.Routing, document.Source!)).Order(StringComparer.Ordinal), slice.OnTarget("logs"));
        Assert.All(slice.Sandbox.Documents("logs"), document => Assert.Equal(1, document.Version));
        Assert.InRange(there.Length, 1, golden - 1);

        // The file that is named is the one that has them, and the other one is gone.
        var kept = slice.Run.Disk.Files.Keys.Where(file => file.Contains("findings", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["work/backfill/items/nosource/findings-1.ndjson"], kept);
        Assert.Contains(done.Report.Lines, line => line.Contains("nosource/findings-1.ndjson", StringComparison.Ordinal));

        var compared = await slice.DoAsync(new ValidateStep());
        Assert.Equal((0L, left), (compared.Report.Numbers["missing"] + compared.Report.Numbers["differing"], compared.Report.Numbers["rejected"]));
    }

    [Fact]
    public async Task RunAsync_SentAgainAlready_IsNotDoneOnceMoreUntilSomebodyAsks()
    {
        await using var slice = await WithRejectsAsync();
        slice.Run.Resends = 1;
        var first = await slice.DoAsync(Step);
        Assert.Null(first.Outputs.Resent);
        var rejected = first.Report.Numbers["rejected"];

        // A controller that was killed before it had the answer.
        await MendAsync(slice);
        var again = await slice.DoAsync(Step);
        Assert.Equal(first.Report.Numbers, again.Report.Numbers);
        Assert.Equal(first.Report.Lines, again.Report.Lines);

        slice.Run.Resends = 2;
        var second = await slice.DoAsync(Step);
        Assert.Equal(slice.Golden("nosource").Count(), second.Report.Numbers["rejected"]);
        Assert.Equal(first.Report.Numbers["accepted"] + rejected - second.Report.Numbers["rejected"], second.Report.Numbers["accepted"]);
        Assert.Equal(["logs"], second.Outputs.Resent!.Value);

        // Nothing is left of this index: no round is begun for it.
        slice.Run.Resends = 3;
        var third = await slice.DoAsync(Step);
        Assert.Equal(second.Report.Numbers, third.Report.Numbers);
        Assert.Null(third.Outputs.Resent);
    }

    [Fact]
    public async Task RunAsync_NobodyAsked_SendsNothingAgain()
    {
        await using var slice = await WithRejectsAsync();
        await MendAsync(slice);
        var before = await ListAsync(slice);
        await slice.DoAsync(Step);
        Assert.Equal(before.Select(line => line.Id), (await ListAsync(slice)).Select(line => line.Id));
    }

    [Fact]
    public async Task RunAsync_StillRefused_StaysWithItsNewReason()
    {
        await using var slice = await WithRejectsAsync();
        var before = (await ListAsync(slice)).Count(line => line.Index == "logs");
        await slice.Target.PutAsync("/logs/_mapping", """{"dynamic":"strict"}""", Cancellation);
        slice.Run.Resends = 1;
        await slice.DoAsync(Step);
        var after = (await ListAsync(slice)).Where(line => line.Index == "logs").ToArray();
        Assert.Equal(before, after.Length);
        Assert.Equal(after.Select(line => (line.Shard, line.Position)).Order(), after.Select(line => (line.Shard, line.Position)));
    }

    [Fact]
    public async Task RunAsync_OthersWroteOneMeanwhile_FollowsTheConflictRules()
    {
        await using var slice = await WithRejectsAsync();
        var theirs = (await ListAsync(slice)).First(line => line.Index == "logs").Id;
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(theirs)}?refresh=true", """{"mine":true}""", Cancellation);
        await MendAsync(slice);

        slice.Run.Resends = 1;
        var numbers = (await slice.DoAsync(Step)).Report.Numbers;

        Assert.Equal((1L, 1L, slice.Golden("nosource").Count()), (numbers["existing"], numbers["differing"], numbers["rejected"]));
        Assert.Equal(numbers["documents"], numbers["accepted"] + numbers["rejected"] + numbers["filtered"] + numbers["differing"]);
        Assert.Equal("""{"mine":true}""", Encoding.UTF8.GetString(slice.Sandbox.Documents("logs").Single(document => document.Id == theirs).Source.Span));
        Assert.DoesNotContain(theirs, (await ListAsync(slice)).Select(line => line.Id));
    }

    [Fact]
    public async Task RunAsync_ThatOverwritesAndSomebodyWroteMeanwhile_AsksFirst()
    {
        await using var slice = await WithRejectsAsync(conflict: ConflictChoice.Overwrite);
        var theirs = (await ListAsync(slice)).First(line => line.Index == "logs").Id;
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(theirs)}?refresh=true", """{"mine":true}""", Cancellation);
        await MendAsync(slice);
        Assert.Empty((await slice.Run.EvaluateAsync(Step, Cancellation)).Destroys);

        slice.Run.Resends = 1;
        var there = new Destruction(DestructionKind.OverwriteDocuments, "blue", "logs", 1, null, 1) { Item = "logs" };
        var asked = Assert.IsType<StepResult.EvidenceChanged>(await slice.Run.RunAsync(Step, null, Cancellation));
        Assert.Equal([there], asked.Evidence.Destroys);
        Assert.Equal([there], await Step.LookAsync(slice.Run.LookContextOf(Step) with { Items = [], Overwrites = true, Resends = 1 }, Cancellation));
        Assert.Equal("""{"mine":true}""", Encoding.UTF8.GetString(slice.Sandbox.Documents("logs").Single(document => document.Id == theirs).Source.Span));

        var done = await slice.DoAsync(Step, asked.Evidence);
        Assert.Equal((slice.Golden("logs").Count(), 1L, 0L), (done.Report.Numbers["accepted"], done.Report.Numbers["overwritten"], done.Report.Numbers["differing"]));
        Assert.Equal(slice.Golden("logs").Single(document => document.Id == theirs).Source, Encoding.UTF8.GetString(slice.Sandbox.Documents("logs").Single(document => document.Id == theirs).Source.Span));
    }

    [Fact]
    public async Task RunAsync_TakenAndNotWrittenBefore_IsCountedAsThatNoMore()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] } });
        var first = await slice.DoAsync(new BackfillStep(new NotWritten()));
        Assert.Equal((1L, 1L), (first.Report.Numbers["noop"], first.Report.Numbers["rejected"]));

        slice.Run.Resends = 1;
        var numbers = (await slice.DoAsync(Step)).Report.Numbers;
        Assert.Equal((0L, 0L, slice.Golden("logs").Count()), (numbers["noop"], numbers["rejected"], numbers["accepted"]));
    }

    [Fact]
    public async Task RunAsync_AnswersAreLost_NothingIsDoubled()
    {
        await using var slice = await WithRejectsAsync();
        await MendAsync(slice);
        slice.Sandbox.Faults.DropNextBulkReplies(3);
        slice.Run.Resends = 1;
        var numbers = (await slice.DoAsync(Step)).Report.Numbers;
        Assert.Equal((slice.Golden("logs").Count(), slice.Golden("nosource").Count(), 0L), (numbers["accepted"], numbers["rejected"], numbers["existing"]));
        Assert.All(slice.Sandbox.Documents("logs"), document => Assert.Equal(1, document.Version));
    }

    [Fact]
    public async Task RevertAsync_AfterAResend_TakesAllOfItBack()
    {
        await using var slice = await WithRejectsAsync();
        await MendAsync(slice);
        slice.Run.Resends = 1;
        await slice.DoAsync(Step);
        await slice.Run.RevertAsync(Step, Cancellation);
        Assert.Empty(slice.Sandbox.Documents("logs"));
        Assert.Empty(await ListAsync(slice));
    }

    /// <summary>A field that is too narrow for the numbers of some documents; the documents of another index have no source.</summary>
    private static async Task<SliceOnSandbox> WithRejectsAsync(int workers = 1, ConflictChoice conflict = ConflictChoice.KeepExisting)
    {
        var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs", "nosource"] }, Backfill = new() { OperationCountMax = 20, Workers = workers, Conflict = conflict } });
        await slice.Target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        await slice.Target.PutAsync("/logs", """{"mappings":{"properties":{"bytes":{"type":"integer"}}}}""", Cancellation);
        await slice.DoAsync(Step);
        return slice;
    }

    private static Task MendAsync(SliceOnSandbox slice) => slice.Target.PutAsync("/logs/_mapping", """{"properties":{"bytes":{"type":"integer","ignore_malformed":true}}}""", Cancellation);

    private static async Task<List<RejectedLine>> ListAsync(SliceOnSandbox slice) => await RejectedList.ReadAsync(slice.Run.FilesOf(Step), static _ => true, Cancellation).ToListAsync(Cancellation);

    /// <summary>A target that says of its first document that it wrote nothing.</summary>
    private sealed class NotWritten() : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _said;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var reply = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.EndsWith("_bulk", StringComparison.Ordinal) && Interlocked.Increment(ref _said) == 1)
            {
                var text = await reply.Content.ReadAsStringAsync(cancellationToken);
                var place = text.IndexOf("\"created\"", StringComparison.Ordinal);
                reply.Content = new StringContent($"{text[..place]}\"noop\"{text[(place + 9)..]}", null, "application/json");
            }

            return reply;
        }
    }
}
