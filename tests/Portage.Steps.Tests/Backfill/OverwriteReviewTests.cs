using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>A backfill that is done anew over what others have: all of that is asked about before anything of it goes.</summary>
public sealed class OverwriteReviewTests
{
    private const string Mine = """{"mine":true}""";

    private static readonly BackfillStep Step = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, 1L)]
    [InlineData(true, null)]
    public async Task EvaluateAsync_OthersWroteAmongOurs_ShowsWhatWouldBeOverwrittenBeforeAnythingGoes(bool isRewritten, long? foreign)
    {
        await using var slice = await DoneAsync();
        var id = isRewritten ? slice.Golden("logs").First().Id : "client-1";
        await WriteAsync(slice, id);

        var evidence = await EvaluateAsync(slice);
        Assert.Equal(new Destruction(DestructionKind.OverwriteDocuments, "blue", "logs", 1, null, foreign) { Item = "logs" }, Assert.Single(evidence.Destroys, Overwrites));
        var plan = await Step.LookAsync(slice.Run.LookContextOf(Step) with { Items = ["logs"], Overwrites = true }, Cancellation);
        Assert.Equal(evidence.Destroys, plan);

        // What was approved is enough to go on to the end.
        Assert.IsType<RevertResult.Done>(await RevertAsync(slice, evidence));
        Assert.Equal(id, Assert.Single(slice.Sandbox.Documents("logs")).Id);
        Assert.IsType<StepResult.Done>(await slice.Run.RunAsync(Step, evidence, Cancellation));
    }

    /// <summary>However many others have there, no more can be written over than the snapshot has.</summary>
    [Theory]
    [InlineData(3, true)]
    [InlineData(-3, false)]
    public async Task EvaluateAsync_OthersHaveMoreThanTheSnapshot_IsBoundByTheSnapshot(int more, bool isBound)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] }, Backfill = new() { Conflict = ConflictChoice.Overwrite } });
        var sent = slice.Golden("logs").Count();
        for (var number = 0; number < sent + more; number++)
        {
            await WriteAsync(slice, $"client-{number}");
        }

        var evidence = await Step.EvaluateAsync(slice.Run.EvaluateContextOf(Step), Cancellation);

        var there = Assert.Single(evidence.Destroys);
        Assert.Equal((sent + more, sent + more, isBound ? sent : default(long?), Math.Min(sent, sent + more)), (there.Documents, there.Foreign, there.SentMax, there.MayGo));
        Assert.Equal(isBound, evidence.Lines.Any(line => line.EndsWith($"of the same id: no more than {sent:N0}, as it has no more", StringComparison.Ordinal)));
        var plan = await Step.LookAsync(slice.Run.LookContextOf(Step) with { Items = [], Overwrites = true }, Cancellation);
        Assert.Equal(evidence.Destroys, plan);
    }

    [Fact]
    public async Task EvaluateAsync_NobodyWroteAmongOurs_OverwritesNothing()
    {
        await using var slice = await DoneAsync();
        Assert.Equal(DestructionKind.DeleteDocuments, Assert.Single((await EvaluateAsync(slice)).Destroys).Kind);
    }

    [Fact]
    public async Task RevertAsync_SomebodyWroteSinceDoingItAnewWasApproved_TakesNothingBack()
    {
        await using var slice = await DoneAsync();
        var evidence = await EvaluateAsync(slice);
        await WriteAsync(slice, slice.Golden("logs").First().Id);

        var changed = Assert.IsType<RevertResult.Changed>(await RevertAsync(slice, evidence));
        Assert.Single(changed.Now, Overwrites);
        Assert.Empty(changed.Gone);
        Assert.Equal(slice.Golden("logs").Count(), slice.Sandbox.Documents("logs").Count);
    }

    [Fact]
    public async Task RevertAsync_NothingIsSentAgain_LeavesWhatOthersWroteWithoutAsking()
    {
        await using var slice = await DoneAsync();
        var evidence = await EvaluateAsync(slice);
        await WriteAsync(slice, "client-1");
        slice.Run.Change(all => all with { Indices = new() { Include = ["routed"] } });
        Assert.IsType<RevertResult.Done>(await RevertAsync(slice, evidence));
        Assert.Equal("client-1", Assert.Single(slice.Sandbox.Documents("logs")).Id);
    }

    private static bool Overwrites(Destruction one) => one.Kind == DestructionKind.OverwriteDocuments;

    private static async Task<SliceOnSandbox> DoneAsync()
    {
        var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] }, Backfill = new() { Conflict = ConflictChoice.Overwrite } });
        await slice.DoAsync(Step, await slice.Run.EvaluateAsync(Step, Cancellation));
        return slice;
    }

    private static Task WriteAsync(SliceOnSandbox slice, string id) => slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(id)}?refresh=true", Mine, Cancellation);

    private static async Task<StepReport> EvaluateAsync(SliceOnSandbox slice) => await Step.EvaluateAsync(slice.Run.EvaluateContextOf(Step) with { Redo = ["logs"] }, Cancellation);

    private static async Task<RevertResult> RevertAsync(SliceOnSandbox slice, StepReport approved) =>
        await Step.RevertAsync(slice.Run.RevertContextOf(Step) with { Items = ["logs"], Approved = approved.Destroys, Wanted = slice.Run.Config }, Cancellation);
}
