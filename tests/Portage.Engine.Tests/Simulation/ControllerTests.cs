using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Tests.Simulation;

/// <summary>What a controller hands to those who do the work, and when; the world looks at each time (<see cref="World.Breaches"/>).</summary>
public sealed class ControllerTests
{
    private static readonly StepAddress Metadata = StepAddress.Parse("logs/a@blue:metadata");
    private static readonly StepAddress Backfill = StepAddress.Parse("logs/a@blue:backfill");

    // What is complete forbids that its target moves; what failed does not.
    private const string NoMetadata = "metadata: { skip: true }";

    private readonly World _world = new(1) { HasFaults = false };

    private SessionState Session => _world.State.Sessions[HomeState.DefaultSession];

    [Fact]
    public void Run_ToTheEnd_BeginsNothingBeforeItIsWrittenDown()
    {
        Start("http://blue:9200");
        GoOn(() => Session.ActiveRun is null);
        Assert.All(Session.Steps.Values, step => Assert.Equal(StepState.Complete, step.State));
    }

    [Fact]
    public void Run_TargetMovedAfterAFailure_TakesBackWhereItWasDone()
    {
        Start("http://blue:9200", NoMetadata);
        GoOn(() => Session.Steps.GetValueOrDefault(Backfill)?.Workload is not null);
        World.End(_world.Work.Values.Single(work => work.Step == Backfill), new WorkloadSighting.Failed(DiagnosticCatalog.StepBroke.Error(null, "It broke."), IsTransient: false));
        GoOn(() => Session.ActiveRun is null);

        Start("http://green:9200", NoMetadata);
        GoOn(() => Session.Steps[Backfill].OpenReview is not null);
        _world.Perform(new Operation.Approve([new(Backfill, Session.Steps[Backfill].OpenReview!.Evidence)], null) { By = "ann" });
        GoOn(() => Session.ActiveRun is null);
        Assert.Contains(_world.Events, recorded => recorded.Event is StepReverted { Step: var step } && step == Backfill);
        Assert.Equal(StepState.Complete, Session.Steps[Backfill].State);
    }

    /// <summary>Between what the ledger says and what steps remember there is a moment; whoever had it may be taken back next, whole.</summary>
    [Fact]
    public void Run_KilledAfterAnIndexChangedHands_CarriesItsNotesBeforeAnythingElse()
    {
        var from = StepAddress.Parse("logs/c@blue:backfill");
        var told = new World(1) { HasFaults = false, HasMoves = true };
        foreach (var with in (string[])["c", "a"])
        {
            told.Perform(new Operation.Configure(Moving(with), "test", null) { By = "ann" });
            told.Perform(new Operation.Commit { By = "ann" });
            told.Start();
            told.GoOn(TimeSpan.FromHours(1), () => told.State.Sessions[HomeState.DefaultSession].ActiveRun is null);
        }

        var taken = told.Events.First(recorded => recorded.Event is StepStarted { Takes: not null } started && started.Step == Backfill).Sequence;
        var world = new World(1) { HasFaults = false, HasMoves = true };
        world.Restore([.. told.Events.Take((int)taken)], workersLive: false);
        world.Note(from, "c", "m");
        world.Note(Backfill, "a");
        world.Perform(new Operation.Stop { By = "ann" });
        world.GoOn(TimeSpan.FromMinutes(1));
        Assert.Equal(["c"], world.NotedOf(from));
        Assert.Equal(["a", "m"], world.NotedOf(Backfill));
    }

    private static string Moving(string with) => string.Join('\n', (string[])
    [
        "targets: { blue: { endpoint: \"http://blue:9200\" } }",
        "migrations:",
        "  logs:",
        "    snapshots: { main: { repository: { file: { path: /s } }, existing: nightly } }",
        "    slices:",
        .. ((string[])["a", "c"]).Select(slice => $"      {slice}: {{ indices: {{ include: [{slice}{(slice == with ? ", m" : "")}] }}, metadata: {{ approve: none }} }}"),
    ]);

    [Fact]
    public void Run_IndexOfAnotherSession_IsNotBegun()
    {
        Start("http://blue:9200");
        GoOn(() => Session.ActiveRun is null);
        _world.Perform(new Operation.CreateSession("trial", HomeState.DefaultSession) { By = "ann" });
        _world.Perform(new Operation.Commit { By = "ann", Session = "trial" });
        _world.Perform(new Operation.Start(null) { By = "ann", Session = "trial" });
        GoOn(() => _world.State.Sessions["trial"].Runs[^1].Outcome is not null);

        // What its snapshot holds is known only in the run.
        var trial = _world.State.Sessions["trial"].Steps;
        Assert.Equal(DiagnosticCatalog.IndexIsClaimed.Code, trial[Metadata].Failure?.Code);
        Assert.All(trial.Values, step => Assert.True(step.Address.Target is null || !step.HasEffects));
    }

    /// <summary>Both wait for the same person, who must not be asked about what cannot be done; a kill in between forgets nothing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_IndexThatAnotherMigrationIsAboutToWrite_IsNotReviewed(bool isKilled)
    {
        _world.Perform(new Operation.Configure(TwoMigrations, "test", null) { By = "ann" });
        _world.Perform(new Operation.Commit { By = "ann" });
        _world.Perform(new Operation.Pause(["shop/*"]) { By = "ann" });
        _world.Start();
        GoOn(() => Session.Steps.GetValueOrDefault(Metadata)?.OpenReview is not null);
        var world = _world;
        if (isKilled)
        {
            world = new World(1) { HasFaults = false };
            world.Restore([.. _world.Events], workersLive: false);
        }

        world.Perform(new Operation.Resume(["shop/*"]) { By = "ann" });
        var second = StepAddress.Parse("shop/b@blue:metadata");
        world.GoOn(TimeSpan.FromMinutes(20), () => world.State.Sessions[HomeState.DefaultSession].Steps.GetValueOrDefault(second)?.State is StepState.Evaluated || world.State.Sessions[HomeState.DefaultSession].Steps.GetValueOrDefault(second)?.Failure is not null);
        var steps = world.State.Sessions[HomeState.DefaultSession].Steps;
        Assert.Empty(world.Breaches);
        Assert.Equal(DiagnosticCatalog.IndexIsClaimed.Code, steps[second].Failure?.Code);
        Assert.NotNull(steps[Metadata].OpenReview);
    }

    private const string TwoMigrations = """
        targets: { blue: { endpoint: "http://blue:9200" } }
        migrations:
          logs:
            snapshots: { main: { repository: { file: { path: /s } }, existing: nightly } }
            slices: { a: { indices: { include: ['a*'] }, metadata: { approve: manual } } }
          shop:
            snapshots: { main: { repository: { file: { path: /t } }, existing: nightly } }
            slices: { b: { indices: { include: ['*a'] }, metadata: { approve: manual } } }
        """;

    private void Start(string endpoint, string slice = "metadata: { approve: none }")
    {
        _world.Perform(new Operation.Configure(
            Core.Story.Config(slice).Replace("http://blue:9200", endpoint, StringComparison.Ordinal), "test", null) { By = "ann" });
        _world.Perform(new Operation.Commit { By = "ann" });
        _world.Start();
    }

    private void GoOn(Func<bool> isEnough)
    {
        _world.GoOn(TimeSpan.FromMinutes(20), isEnough);
        Assert.Empty(_world.Breaches);
        Assert.True(isEnough(), Dump.Of(_world.State));
    }
}
