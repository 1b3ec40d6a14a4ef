using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Model.Addresses;

namespace Portage.Engine.Tests.Simulation;

/// <summary>A watcher is not the work: whoever cannot see or reach a worker says so, and concludes nothing.</summary>
public sealed class WatchTests
{
    private static readonly StepAddress Backfill = StepAddress.Parse("logs/a@blue:backfill");
    private static readonly TimeSpan Long = TimeSpan.FromHours(3);

    private readonly World _world = new(1) { HasFaults = false, WorkTotal = int.MaxValue };

    private SessionState Session => _world.State.Sessions[HomeState.DefaultSession];

    [Fact]
    public void Watch_OutOfSightForHours_LosesNothingAndTellsIt()
    {
        AtBackfill();
        _world.HiddenUntil = TimeSpan.MaxValue;
        var from = _world.Events.Count;
        _world.GoOn(Long);

        Assert.Equal(from, _world.Events.Count);
        Assert.NotNull(Session.Steps[Backfill].Workload);
        var trouble = Assert.Single(_world.Troubles);
        Assert.Equal((Backfill, "cannot be seen", "A simulated outage."), (trouble.Step, trouble.What, trouble.Why));
        var now = _world.Time.GetUtcNow();
        Assert.InRange(trouble.NextAt, now - TimeSpan.FromSeconds(1), now + TimeSpan.FromSeconds(75));
        Assert.True(trouble.Since < trouble.TriedAt);

        _world.HiddenUntil = TimeSpan.Zero;
        Worker.Total = 0;
        _world.GoOn(TimeSpan.FromMinutes(2), () => Session.Steps[Backfill].State == StepState.Complete);
        Assert.Equal(StepState.Complete, Session.Steps[Backfill].State);
        Assert.Equal((1, 0), (Worker.Token, _world.Troubles.Length));
    }

    [Fact]
    public void Stop_OutOfSight_IsAskedUntilItArrivesAndNobodySaysThatNothingRuns()
    {
        AtBackfill();
        _world.HiddenUntil = TimeSpan.MaxValue;
        _world.Perform(new Operation.Stop { By = "ann" });
        _world.GoOn(Long);
        Assert.True(Worker.IsAlive);
        Assert.Contains(_world.Troubles, trouble => trouble.What == "cannot be asked to stop");
        var operations = new OperationRules(Doubles.Kinds.Planner);
        var again = operations.Perform(new Operation.Stop { By = "ann" }, _world.State);
        Assert.False(again.NothingToDo);
        Assert.Equal(["No run is under way; logs/a@blue:backfill is still ending: workflow status"], again.Messages);
        Assert.True(operations.Perform(new Operation.DeleteSession(HomeState.DefaultSession, Force: true) { By = "ann" }, _world.State).HasFailed);

        _world.HiddenUntil = TimeSpan.Zero;
        _world.GoOn(TimeSpan.FromMinutes(2), () => !AtWork.Is(Session.Steps[Backfill]));
        Assert.False(Worker.IsAlive);
        Assert.Empty(_world.Troubles);
        Assert.True(operations.Perform(new Operation.Stop { By = "ann" }, _world.State).NothingToDo);
    }

    [Fact]
    public void Adjust_OutOfSight_ArrivesLater()
    {
        AtBackfill();
        _world.HiddenUntil = TimeSpan.MaxValue;
        Configure(workers: 5);
        _world.GoOn(Long);
        Assert.Contains(_world.Troubles, trouble => trouble.What == "cannot be given other process fields");
        Assert.Null(Session.Steps[Backfill].Failure);
        _world.HiddenUntil = TimeSpan.Zero;
        _world.GoOn(TimeSpan.FromMinutes(2), () => _world.Events[^1].Event is WorkloadAdjusted);
        Assert.Contains("\"workers\":5", Worker.Configuration, StringComparison.Ordinal);
        Assert.IsType<WorkloadAdjusted>(_world.Events[^1].Event);
    }

    [Fact]
    public void Adopt_ByAControllerThatSeesNothingYet_KeepsTheWorkerOnRecord()
    {
        AtBackfill();
        _world.KillController();
        _world.HiddenUntil = TimeSpan.MaxValue;
        _world.GoOn(Long);
        Assert.NotNull(Session.Steps[Backfill].Workload);
        _world.HiddenUntil = TimeSpan.Zero;
        _world.GoOn(TimeSpan.FromMinutes(2), () => _world.Events[^1].Event is WorkloadAdopted);
        Assert.Equal(1, Assert.IsType<WorkloadAdopted>(_world.Events[^1].Event).Workload.Token);
    }

    [Fact]
    public void Start_ThatNobodyHeardOf_IsNotMadeTwiceAndStopsWhenAsked()
    {
        AtBackfill(() => _world.HiddenUntil = _world.Work.Values.Any(work => work.IsAlive) ? TimeSpan.MaxValue : TimeSpan.Zero);
        _world.GoOn(Long);
        Assert.Null(Session.Steps[Backfill].Workload);
        Assert.True(Session.Steps[Backfill].IsClaimed);
        Assert.Equal("cannot be started", Assert.Single(_world.Troubles).What);
        _world.Perform(new Operation.Stop { By = "ann" });
        _world.GoOn(Long);
        Assert.True(Worker.IsAlive);

        _world.HiddenUntil = TimeSpan.Zero;
        _world.GoOn(TimeSpan.FromMinutes(5), () => !AtWork.Is(Session.Steps[Backfill]));
        Assert.Equal((false, 1L), (Worker.IsAlive, Worker.Token));
    }

    private SimWork Worker => _world.Work.Values.Single(work => work.Step == Backfill);

    private void AtBackfill(Action? each = null)
    {
        Configure(workers: 2);
        _world.GoOn(TimeSpan.FromMinutes(1), () =>
        {
            each?.Invoke();
            return each is null ? Session.Steps.GetValueOrDefault(Backfill)?.Workload is not null : _world.HiddenUntil > TimeSpan.Zero;
        });
        Assert.True(Session.Steps[Backfill].IsClaimed);
    }

    private void Configure(int workers)
    {
        _world.Perform(new Operation.Configure(
            Core.Story.Config($"metadata: {{ approve: none }}\n        backfill: {{ workers: {workers} }}\n        validate: {{ skip: true }}"), "test", null) { By = "ann" });
        _world.Perform(new Operation.Commit { By = "ann" });
        _world.Perform(new Operation.Start(null) { By = "ann" });
    }
}
