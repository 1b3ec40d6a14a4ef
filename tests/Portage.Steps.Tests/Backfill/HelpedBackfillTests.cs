using System.Text;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Tests.WorkItems;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.Backfill;

/// <summary>A backfill that others help: here they are threads of the same process, that talk over pipes.</summary>
public sealed class HelpedBackfillTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Slice => new()
    {
        Indices = new() { Include = ["logs", "nested", "packed", "nosource"] },
        Backfill = new() { Processes = 3, Workers = 1, Connections = 3, OperationCountMax = 5, RangeBytes = 1_000 },
    };

    [Fact]
    public async Task RunAsync_WithTwoHelpers_EveryDocumentIsThereOnceAndTheyDidSomeOfIt()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice);
        var helpers = new Threads(slice);
        var done = Assert.IsType<StepResult.Done>(await RunAsync(slice, helpers));

        var total = Slice.Indices!.Include.Sum(index => slice.Golden(index).Count());
        var rejected = slice.Golden("nosource").Count();
        Assert.Equal((total, total - rejected, rejected, 0), (done.Report.Numbers["documents"], done.Report.Numbers["accepted"], done.Report.Numbers["rejected"], done.Report.Numbers["existing"]));
        Assert.Equal(rejected, slice.Findings(new BackfillStep()).Length);
        Assert.Equal(total - rejected, Slice.Indices!.Include.Sum(index => slice.Sandbox.Documents(index).Count(document => document.Version == 1)));
        Assert.Equal(2, helpers.Started);
        Assert.True(helpers.Moved > 10, $"{helpers.Moved} lines from helpers");
    }

    [Fact]
    public async Task RunAsync_ShardIsDamaged_IsNamedOnceWhoeverReadsItAndTheRestIsDone()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice);
        var blob = Damage.StoredFields(slice.Repository, "logs", 0);
        var failure = await Assert.ThrowsAsync<StepException>(() => RunAsync(slice, new Threads(slice)));
        Assert.Equal("PG3003", failure.Because.Code);
        Assert.Equal(1, failure.Because.Detail.Split($"Blob '{blob}'").Length - 1);
        Assert.Equal(slice.Golden("nested").Count(), slice.Sandbox.Documents("nested").Count);
    }

    [Fact]
    public async Task RunAsync_IndexIsDeletedMeanwhile_FailsAndNobodyFillsAnother()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice with { Indices = new() { Include = ["packed"] } });
        slice.Sandbox.Faults.DelayPerBulk = TimeSpan.FromMilliseconds(20);
        var isFirst = true;
        slice.Run.OnProgress = progress =>
        {
            if (progress.Done > 0 && isFirst)
            {
                isFirst = false;
                slice.Target.SendAsync(HttpMethod.Delete, "/packed", null, Cancellation).GetAwaiter().GetResult();
            }
        };
        var failure = await Assert.ThrowsAsync<StepException>(() => RunAsync(slice, new Threads(slice)));
        Assert.Equal("PG4012", failure.Because.Code);

        // One request of each was on its way.
        Assert.True(slice.Sandbox.Documents("packed").Count <= 3 * 5);
    }

    [Fact]
    public async Task RunAsync_AskedToStop_EveryoneEndsAndTheNextSendsNothingTwice()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice);
        slice.Sandbox.Faults.DelayPerBulk = TimeSpan.FromMilliseconds(10);
        using var stop = new CancellationTokenSource();
        slice.Run.OnProgress = progress =>
        {
            if (progress.Done > 0)
            {
                stop.Cancel();
            }
        };
        Assert.IsType<StepResult.Stopped>(await RunAsync(slice, new Threads(slice), stop));
        slice.Run.OnProgress = static _ => { };
        var done = Assert.IsType<StepResult.Done>(await RunAsync(slice, new Threads(slice)));
        Assert.Equal(0, done.Report.Numbers["existing"]);
        Assert.All(Slice.Indices!.Include.SelectMany(index => slice.Sandbox.Documents(index)), document => Assert.Equal(1, document.Version));
    }

    [Fact]
    public async Task RunAsync_FinalPipelineIsSetMeanwhile_IsSetAsideAndComesBack()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice with { Indices = new() { Include = ["packed"] } });
        await slice.Target.PutAsync("/packed/_settings", """{"index.final_pipeline":"last"}""", Cancellation);
        Assert.IsType<StepResult.Done>(await RunAsync(slice, new Threads(slice)));
        Assert.Contains("\"last\"", (await slice.Target.GetAsync("/packed/_settings?flat_settings=true", Cancellation)).ToJsonString(), StringComparison.Ordinal);
    }

    private static async Task<StepResult> RunAsync(SliceOnSandbox slice, Threads helpers, CancellationTokenSource? stop = null)
    {
        var step = new BackfillStep();
        return await step.RunAsync(slice.Run.ContextOf(step, null) with { Helpers = helpers, StopRequested = stop?.Token ?? CancellationToken.None }, Cancellation);
    }

    private sealed class Threads(SliceOnSandbox slice) : IHelpers
    {
        private readonly List<Counted> _said = [];

        public int Started => _said.Count;

        /// <summary>Lines that helpers have said; one is said for each batch.</summary>
        public int Moved => _said.Sum(said => said.Lines);

        public IHelper Start()
        {
            var (pipes, step) = (new Pipes(), new BackfillStep());
            var said = new Counted(pipes.HelperTo);
            _said.Add(said);
            _ = Task.Run(async () =>
            {
                try
                {
                    await step.HelpAsync(slice.Run.ContextOf(step, null), pipes.HelperFrom, said, Cancellation);
                }
                finally
                {
                    await pipes.DisposeAsync();
                }
            });
            return pipes;
        }
    }

    /// <summary>Counts moves on their way.</summary>
    private sealed class Counted(Stream to) : MemoryStream
    {
        public int Lines { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Lines += buffer.Span.IndexOf(Encoding.UTF8.GetBytes($"\"word\":\"{HelperMessage.Move}\"")) >= 0 ? 1 : 0;
            await to.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => to.FlushAsync(cancellationToken);
    }
}
