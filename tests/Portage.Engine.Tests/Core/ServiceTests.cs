using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Status;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;

namespace Portage.Engine.Tests.Core;

/// <summary>What serves belongs to the session: a kind of the tests, until capture and replay come.</summary>
public sealed class ServiceTests
{
    private const string Service = "logs/main:snapshot";

    private const string NoGates = "metadata: { approve: none }\n        backfill: { approve: none }\n        validate: { approve: none }";

    [Fact]
    public void Decide_WhileAServiceIsHeldByItsGate_BeginsOnlyWhatNeedsItServing()
    {
        var story = Serving(lag: 9);
        Assert.Equal("evaluate logs/a@blue:metadata #1\n", story.Settle());
        story.Evaluate("logs/a@blue:metadata").Settle();
        story.Report("logs/a@blue:metadata");

        // Metadata is complete; backfill needs the gate.
        Assert.Equal("complete logs/a@blue:metadata\n", story.Settle());
        Assert.Equal("serves; its gate waits: lag < 5 (is 9)", StatusOf(story, Service).Situation);
    }

    [Fact]
    public void Decide_ConditionHeldForItsTime_LetsPassWithTheReadingThatDid()
    {
        var story = WithMetadata(lag: 4);
        story.Now += TimeSpan.FromSeconds(30);
        Assert.Equal("", story.Serve(Service, 3).Settle());
        story.Now += TimeSpan.FromSeconds(29);
        Assert.Equal("", story.Serve(Service, 3).Settle());
        story.Now += TimeSpan.FromSeconds(1);
        Assert.Equal($"StepServing\npass {Service} by policy: lag < 5 for 1m\nrun logs/a@blue:backfill #1\n", story.Serve(Service, 2).Settle());
        Assert.Equal(2, story.Session.Steps[StepAddress.Parse(Service)].Report!.Numbers["lag"]);
    }

    [Theory]
    [InlineData(9, 20)]
    [InlineData(3, 31)]
    public void Decide_ConditionBrokenOrUnheardOf_CountsAnew(long lag, int pause)
    {
        var story = WithMetadata(lag: 3);
        story.Now += TimeSpan.FromSeconds(pause);
        story.Serve(Service, lag);
        for (var seconds = pause; seconds < 70; seconds += 10)
        {
            story.Now += TimeSpan.FromSeconds(10);
            Assert.Equal("", story.Serve(Service, 3).Settle());
        }
    }

    [Fact]
    public void Decide_AReadingThatIsOld_LetsNothingPass()
    {
        var story = WithMetadata(lag: 3);
        for (var seconds = 0; seconds < 50; seconds += 10)
        {
            story.Now += TimeSpan.FromSeconds(10);
            story.Serve(Service, 3);
        }

        story.Now += TimeSpan.FromMinutes(10);
        Assert.Equal("", story.Settle());
        Assert.Equal("serves; its gate waits: lag < 5 for 1m: nothing was heard of it lately", StatusOf(story, Service).Situation);
    }

    [Fact]
    public void Decide_AllElseDone_EndsTheRunWhileItServes()
    {
        var story = Done();
        Assert.Equal(RunOutcome.Done, story.Session.Runs[^1].Outcome);
        Assert.Equal("", story.Settle());
        Assert.Empty(Plan(story));
        Assert.True(story.Home.NeedsController);
        Assert.Equal((StepGroup.InProgress, "serves: lag 3"), (StatusOf(story, Service).Group, StatusOf(story, Service).Situation));
    }

    [Fact]
    public void Decide_LostAfterTheRun_StartsItAgainAndDisturbsNothing()
    {
        var story = Done().Begun(Service).Lose(Service);
        Assert.True(story.Home.NeedsController);
        Assert.Equal($"run {Service} #2\n", story.Settle());
        Assert.Equal("is started again", StatusOf(story, Service).Situation);
        Assert.Equal("", story.Serve(Service, 100).Settle());

        // It was let pass once: a restart asks nobody again.
        Assert.Equal("serves: lag 100", StatusOf(story, Service).Situation);
    }

    [Fact]
    public void Decide_AfterAStop_ServesOnWhileOtherWorkEnds()
    {
        var story = WithMetadata(lag: 3);
        Pass(story);
        story.Begun("logs/a@blue:backfill").Do(new Operation.Stop { By = "ann" });
        Assert.Equal("stop logs/a@blue:backfill: the run was stopped\n", story.Settle());
    }

    [Fact]
    public void Decide_AfterAStopBeforeItServed_EndsItToo()
    {
        var story = new Story { Planner = Kinds.ServicePlanner }.Start(Story.Config(NoGates));
        story.Settle();
        story.Do(new Operation.Stop { By = "ann" });
        Assert.Equal($"stop {Service}: the run was stopped\n", story.Settle());
        story.Stopped(Service);
        Assert.False(story.Home.NeedsController);
    }

    [Fact]
    public void Decide_PausedWithoutARun_StopsItUntilItIsResumed()
    {
        var story = Done().Begun(Service);
        story.Do(new Operation.Pause([Service]) { By = "ann" });
        Assert.Equal($"stop {Service}: paused by ann\n", story.Settle());
        story.Stopped(Service);
        Assert.Equal("", story.Settle());
        Assert.False(story.Home.NeedsController);
        story.Do(new Operation.Resume([Service]) { By = "ann" });
        Assert.True(story.Home.NeedsController);
        Assert.Equal($"run {Service} #1\n", story.Settle());
    }

    [Fact]
    public void Decide_LeftTheConfiguration_StopsItAndForgetsIt()
    {
        var story = Done().Begun(Service).Start("targets: { blue: { endpoint: \"http://blue:9200\" } }");
        Assert.Equal($"stop {Service}: no longer wanted\n", story.Settle());
        story.Stopped(Service);
        Assert.Equal("StepStopped\nend Done\n", story.Settle());
        Assert.False(story.Home.NeedsController);
        Assert.Equal("", story.Settle());
    }

    [Fact]
    public void Decide_OtherProcessFields_AreHandedOverWhileItServes()
    {
        var story = Done().Begun(Service).Start("limits: { workers: 3 }\n" + Story.Config(NoGates));
        Assert.Contains($"adjust {Service}\n", story.Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_NothingElseIsWantedAndTheGateHolds_TheRunGoesOn()
    {
        var story = new Story { Planner = Kinds.ServicePlanner }.Start("""
            migrations:
              logs:
                snapshots: { main: { repository: { file: { path: /s } }, existing: nightly } }
            """);
        Assert.Equal($"run {Service} #1\n", story.Settle());
        Assert.Equal("", story.Serve(Service, 9).Settle());
        Assert.NotNull(story.Session.ActiveRun);
    }

    [Fact]
    public void Decide_StoppedWhileAServiceWasToBeDoneAnew_TakesNothingBackWithoutARun()
    {
        var story = Done().Begun(Service);
        Assert.False(story.Do(new Operation.Redo([Service], IsWanted: true) { By = "ann" }).HasFailed);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal($"stop {Service}: its inputs changed\n", story.Settle());
        story.Do(new Operation.Stop { By = "ann" });
        Assert.DoesNotContain("revert", story.Stopped(Service).Settle(), StringComparison.Ordinal);
    }

    private static Story Serving(long lag)
    {
        var story = new Story { Planner = Kinds.ServicePlanner }.Start(Story.Config(NoGates));
        Assert.Equal($"run {Service} #1\n", story.Settle());
        return story.Serve(Service, lag);
    }

    private static Story WithMetadata(long lag)
    {
        var story = Serving(lag);
        story.Settle();
        story.Evaluate("logs/a@blue:metadata").Settle();
        story.Report("logs/a@blue:metadata").Settle();
        return story;
    }

    private static void Pass(Story story)
    {
        for (var seconds = 0; seconds < 60; seconds += 20)
        {
            story.Now += TimeSpan.FromSeconds(20);
            story.Serve(Service, 3).Settle();
        }
    }

    private static Story Done()
    {
        var story = WithMetadata(lag: 3);
        Pass(story);
        story.Report("logs/a@blue:backfill").Settle();
        story.Report("logs/a@blue:validate").Settle();
        return story;
    }

    private static IEnumerable<string> Plan(Story story)
    {
        var config = Configuration.Reading.ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!;
        return story.Planner.Plan(config, story.Session.Recorded()).Plan.Changes.Where(change => change.Word != "keep").Select(change => change.Word);
    }

    private static StepStatus StatusOf(Story story, string step)
    {
        var seen = story.Session.Steps.Keys.ToImmutableDictionary(address => address, address => new StepSight(null, IsAlive: true, null)
        {
            Serving = story.Readings.GetValueOrDefault(address) is { } reading ? new(reading.Report, story.Session.Steps[address].Outputs!, reading.At) : null,
        });
        return new StatusBuilder(story.Planner).Of(story.Session, Story.Nothing with { Controller = new(1, story.Now), Steps = seen }, story.Now).Steps.Single(status => status.Address == StepAddress.Parse(step));
    }
}
