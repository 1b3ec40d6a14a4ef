using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Engine.Status;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>Status tells what is really seen.</summary>
public sealed class StatusTests
{
    private const string Backfill = "logs/a@blue:backfill";
    private const string Validate = "logs/a@blue:validate";
    private const int Controller = 1;

    [Fact]
    public void Of_AReviewWhoseRunWasStopped_IsNoReviewThatAnybodyCanApprove()
    {
        var story = new Story().Start(Story.Config());
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        story.Evaluate("logs/a@blue:metadata", conflicts: 1).Settle();
        Assert.Equal(StepGroup.UnderReview, Metadata().Group);
        story.Do(new Operation.Stop { By = "ann" });
        Assert.Equal((StepGroup.Pending, "waits for approval in the next run: workflow start"), (Metadata().Group, Metadata().Situation));

        StepStatus Metadata() => new StatusBuilder(Kinds.Planner).Of(story.Session, Story.Nothing, story.Now).Steps.Single(step => step.Address == StepAddress.Parse("logs/a@blue:metadata"));
    }

    [Fact]
    public void Of_WorkThatMoves_TellsItsRate()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        var step = Seen(story, new(Progress(story), IsAlive: true, null));
        Assert.Equal(("running", 8d), (step.Situation, step.Progress!.PerSecond));
        Assert.NotNull(step.Remaining);
    }

    [Fact]
    public void Of_AWorkerThatHasJustBegun_IsNotTakenForTheOneBefore()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        var progress = Progress(story);
        progress = progress with { At = progress.At - TimeSpan.FromSeconds(33) };
        Assert.DoesNotContain("not heard of", Seen(story, new(progress, IsAlive: true, null)).Situation, StringComparison.Ordinal);
        story.Now += TimeSpan.FromSeconds(11);
        Assert.Contains("not heard of", Seen(story, new(progress, IsAlive: true, null)).Situation, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AWorkerThatDoesNotSpeak_TellsNoRate()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        var progress = Progress(story);
        story.Now += TimeSpan.FromSeconds(25);
        TellsNoRate(Seen(story, new(progress, IsAlive: true, null)), "running; not heard of for 25 s; its worker lives and does not answer");
    }

    [Fact]
    public void Of_AWorkerThatSpeaksAndDoesNotMove_TellsSinceWhenAndWhy()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        var progress = Progress(story) with { Waiting = "the target pushes back" };
        story.Now += TimeSpan.FromSeconds(25);
        TellsNoRate(Seen(story, new(progress with { At = story.Now }, IsAlive: true, null)), "running; stands still since 00:00:00 UTC; the target pushes back");
    }

    [Theory]
    [InlineData(Controller, "running; its worker is gone; another one goes on from its position")]
    [InlineData(null, "running; its worker is gone; stands still without a controller: workflow start")]
    public void Of_AWorkerThatIsGone_TellsNoRate(int? controller, string situation)
    {
        var story = Story.AtBackfill().Begun(Backfill);
        TellsNoRate(Seen(story, new(Progress(story), IsAlive: false, null), controller), situation);
    }

    /// <summary>Its outcome is there, and the controller has not taken it in yet: nothing is wrong, and nothing is done again.</summary>
    [Theory]
    [InlineData(Controller, "running; its worker has ended; its result is taken in next")]
    [InlineData(null, "running; its worker has ended; its result waits for a controller: workflow start")]
    public void Of_AWorkerThatHasEnded_IsNotTakenForGone(int? controller, string situation)
    {
        var story = Story.AtBackfill().Begun(Backfill);
        TellsNoRate(Seen(story, new(Progress(story), IsAlive: false, null) { HasEnded = true }, controller), situation);
    }

    [Fact]
    public void Of_AWorkerThatWasAskedToPauseAndHasEnded_SaysSo()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        var step = Seen(story, new(Progress(story), IsAlive: false, null) { HasEnded = true });
        Assert.Equal("is being paused by ann: its worker has ended; its result is taken in next", step.Situation);
    }

    [Fact]
    public void Of_AWorkerOutOfSight_TellsWhyAndWhenItWasTriedAndWillBe()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        var trouble = new WatchTrouble("default", StepAddress.Parse(Backfill), "cannot be seen", "No route to host.", story.Now, story.Now.AddSeconds(3), story.Now.AddSeconds(7));
        TellsNoRate(
            Seen(story, new(Progress(story), IsAlive: true, trouble)),
            "running; cannot be seen: No route to host. Tried last at 00:00:03, next at 00:00:07 UTC");
    }

    [Fact]
    public void Of_AStoppedRunWhoseWorkerStillEnds_SaysSo()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        story.Do(new Operation.Stop { By = "ann" });
        var step = Seen(story, new(Progress(story), IsAlive: true, null));
        Assert.Equal((StepGroup.InProgress, "is still ending: finishes its batch"), (step.Group, step.Situation));
    }

    [Fact]
    public void Of_WorkThatWasStopped_TellsHowFarItIsWithoutARate()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        var progress = Progress(story) with { Waiting = "the target pushes back", Items = new(0, 2, [new("a", 6, 8)]) };
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        story.Settle();
        story.Stopped(Backfill).Settle();
        story.Now += TimeSpan.FromHours(3);
        var step = Seen(story, new(progress, IsAlive: false, null));
        Assert.Equal((StepGroup.Pending, "paused by ann: workflow resume; when it ended it waited: the target pushes back"), (step.Group, step.Situation));
        Assert.Equal(progress with { PerSecond = null, Waiting = null }, step.Progress);
        Assert.Equal(progress.Items, step.Items);
        Assert.Null(step.Remaining);
    }

    /// <summary>What an evaluation, or an earlier attempt, said last is not how far this one is.</summary>
    [Fact]
    public void Of_AnAttemptThatFailedBeforeItSaidAnything_TellsNoProgress()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        var progress = Progress(story);
        progress = progress with { At = progress.At - TimeSpan.FromSeconds(1) };
        story.Fail(Backfill).Settle();
        Assert.Equal((StepGroup.Failed, null), (Seen(story, new(progress, IsAlive: false, null)).Group, Seen(story, new(progress, IsAlive: false, null)).Progress));
    }

    /// <summary>The run before it was at its end: that is not how far taking it back is.</summary>
    [Fact]
    public void Of_AStepBeingReverted_TellsNothingOfThePhaseBefore()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        var end = Progress(story) with { Done = 100, Items = new(2, 2, []) };
        story.Now += TimeSpan.FromMinutes(1);
        story.Do(new Operation.Redo([Validate], IsWanted: true) { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal($"revert {Validate} #1 of a\n", story.Settle());

        foreach (var isAlive in (bool[])[true, false])
        {
            var report = Report(story, Validate, new(end, isAlive, null));
            var step = report.Steps.Single(step => step.Address == StepAddress.Parse(Validate));
            Assert.Equal(("is being reverted", null, null, null), (step.Situation, step.Progress, step.Remaining, step.Items));
            Assert.Empty(RunTotals.Of(report)!.UnderWay);
        }

        var said = Report(story, Validate, new(end with { Done = 3, At = story.Now }, IsAlive: true, null));
        Assert.Equal(3, Assert.Single(RunTotals.Of(said)!.UnderWay).Finished);

        // It is done anew then, so that nobody can tell when the run is over.
        Assert.NotNull(said.Steps.Single(step => step.Address == StepAddress.Parse(Validate)).Remaining);
        Assert.Null(RunTotals.Of(said)!.Remaining);
    }

    [Fact]
    public void Of_ARunInWhichACompleteStepIsLookedAtAgain_TellsNoTimeOfItsEnd()
    {
        const string Snapshot = "logs/main:snapshot";
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        story.Do(new Operation.Redo([Snapshot], IsWanted: true) { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        story.Reverted(Snapshot).Settle();

        var report = Report(story, Snapshot, new(Progress(story), IsAlive: true, null));
        Assert.Equal((StepGroup.Complete, "done; looked at again when the steps before it are done"), (report.Steps[1].Group, report.Steps[1].Situation));
        Assert.NotNull(Assert.Single(RunTotals.Of(report)!.UnderWay).Remaining);
        Assert.Null(RunTotals.Of(report)!.Remaining);
    }

    [Fact]
    public void Of_AStepWithoutAPlace_SaysForWhichItWaits()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }").Replace("targets:", "limits: { lightSteps: 1 }\ntargets:", StringComparison.Ordinal));
        var status = new StatusBuilder(Kinds.Planner) { Places = [new Placed("other", StepAddress.Parse("logs/x@blue:metadata"), RunsAs.Light)] }
            .Of(story.Session, Story.Nothing with { Controller = new(Controller, story.Now) }, story.Now);
        Assert.Equal("waits for the one place in the controller (limits.lightSteps), taken by logs/x@blue:metadata", status.Steps[0].Situation);
    }

    private static void TellsNoRate(StepStatus step, string situation)
    {
        Assert.Equal(situation, step.Situation);
        Assert.Null(step.Progress!.PerSecond);
        Assert.Null(step.Remaining);
        Assert.Equal(6, step.Progress.Done);
    }

    private static StepProgress Progress(Story story) =>
        new(6, 100, "documents", 8, null, ImmutableSortedDictionary<string, long>.Empty) { At = story.Now, MovedAt = story.Now };

    private static StepStatus Seen(Story story, StepSight sight, int? controller = Controller) =>
        Report(story, Backfill, sight, controller).Steps.Single(step => step.Address == StepAddress.Parse(Backfill));

    private static StatusReport Report(Story story, string step, StepSight sight, int? controller = Controller) => new StatusBuilder(Kinds.Planner)
        .Of(story.Session, Story.Nothing with
        {
            Controller = controller is { } process ? new(process, story.Now) : null,
            Steps = Story.Nothing.Steps.Add(StepAddress.Parse(step), sight),
        }, story.Now);
}
