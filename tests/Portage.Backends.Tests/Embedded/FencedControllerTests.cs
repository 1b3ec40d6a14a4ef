using System.Collections.Frozen;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Backends.Embedded;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Running;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Backends.Tests.Embedded;

/// <summary>Two controllers of one ledger: the older one cannot write, and says so to whoever asks it.</summary>
public sealed class FencedControllerTests : IDisposable
{
    private static readonly Planner Planner = new([]);

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_AfterAnotherTookTheLedger_WritesNothingAndEnds()
    {
        var home = new Home(_folder.Path);
        home.Create();
        await using var older = SqliteLedger.Open(home.Ledger, TimeProvider.System);
        await older.AppendAsync([new SessionCreated("default", "ann")], Cancelled);
        var superseded = ControllerOf(home, older);
        await using var newer = SqliteLedger.Open(home.Ledger, TimeProvider.System);
        var controller = ControllerOf(home, newer);

        // Asked before they run, so that each ends as soon as it has answered.
        var lost = superseded.PerformAsync(new Operation.CreateSession("old", null) { By = "ann" }, Cancelled).AsTask();
        var done = controller.PerformAsync(new Operation.CreateSession("new", null) { By = "ann" }, Cancelled).AsTask();
        await Assert.ThrowsAsync<LeaseLostException>(async () => await superseded.RunAsync(leaveWhenIdle: true, Cancelled));
        await controller.RunAsync(leaveWhenIdle: true, Cancelled);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await lost);
        Assert.False((await done).HasFailed);
        Assert.Equal(["default", "new"], HomeState.Of(SqliteLedger.ReadAfter(home.Ledger, 0)).Sessions.Keys.Order(StringComparer.Ordinal));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await superseded.PerformAsync(new Operation.CreateSession("late", null) { By = "ann" }, Cancelled));
    }

    private static Controller ControllerOf(Home home, SqliteLedger ledger) => new(
        ledger,
        HomeState.Of(ledger.Read(0)),
        Planner,
        new ControllerPorts
        {
            Steps = FrozenDictionary<StepKind, IStep>.Empty,
            Workloads = new ProcessWorkloads(home, ["nothing-is-started"], TimeProvider.System),
            Secrets = new LocalSecrets(home, static _ => null),
            Folders = new WorkFolders(home, TimeProvider.System),
            Troubles = new TroubleFile(home),
            Processors = 1,
        },
        TimeProvider.System,
        new Random(1),
        NullLogger.Instance);
}
