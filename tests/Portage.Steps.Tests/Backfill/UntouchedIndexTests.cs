using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;

namespace Portage.Steps.Tests.Backfill;

/// <summary>A slice that finds everything there already has nothing of its own there, and says so: it holds nobody.</summary>
public sealed class UntouchedIndexTests
{
    [Fact]
    public async Task RunAsync_AnotherSliceHasDoneItAll_ReportsTheIndexAsUntouched()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of());
        var first = await slice.DoAsync(new BackfillStep());
        Assert.Null(first.Outputs.Untouched);
        Assert.Null(slice.Run.Outputs[slice.Run.ContextOf(new MetadataStep(), null).Address].Untouched);

        var second = Another(slice);
        Assert.Equal(["numbers"], (await DoAsync(second, new MetadataStep())).Untouched!.Value.AsEnumerable());
        Assert.Equal(["numbers"], (await DoAsync(second, new BackfillStep())).Untouched!.Value.AsEnumerable());
    }

    [Fact]
    public async Task RunAsync_OneDocumentWasMissing_ReportsTheIndexAsItsOwn()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of());
        await slice.DoAsync(new BackfillStep());
        await slice.Target.SendAsync(HttpMethod.Delete, $"/numbers/_doc/{slice.Golden("numbers").First().Id}", null, TestContext.Current.CancellationToken);
        var second = Another(slice);
        Assert.Equal(["numbers"], (await DoAsync(second, new MetadataStep())).Untouched!.Value.AsEnumerable());
        Assert.Null((await DoAsync(second, new BackfillStep())).Untouched);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_MayWriteOverWhatIsThere_ReportsTheIndexAsItsOwnWhereItDid(bool isAnother)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of());
        await slice.DoAsync(new BackfillStep());
        if (isAnother)
        {
            await slice.Target.PutAsync($"/numbers/_doc/{slice.Golden("numbers").First().Id}", "{}", TestContext.Current.CancellationToken);
        }

        var second = Another(slice, Of() with { Backfill = new() { Conflict = ConflictChoice.Overwrite } });
        await DoAsync(second, new MetadataStep());
        var look = Assert.IsType<StepResult.EvidenceChanged>(await second.RunAsync(new BackfillStep(), null, TestContext.Current.CancellationToken));
        var done = Assert.IsType<StepResult.Done>(await second.RunAsync(new BackfillStep(), look.Evidence, TestContext.Current.CancellationToken));
        Assert.Equal(isAnother, done.Outputs.Untouched is null);
        Assert.Equal(isAnother ? 1 : 0, done.Report.Numbers["overwritten"]);
    }

    private static StepRun Another(SliceOnSandbox slice, SliceConfig? other = null) =>
        new(slice.Run.With(_ => other ?? Of())) { Disk = slice.Run.Disk, Outputs = slice.Run.Outputs, Work = "other" };

    private static async Task<Engine.Ledger.StepOutputs> DoAsync(StepRun run, IStep step) =>
        Assert.IsType<StepResult.Done>(await run.RunAsync(step, null, TestContext.Current.CancellationToken)).Outputs;

    private static SliceConfig Of() => new() { Indices = new() { Include = ["numbers"] } };
}
