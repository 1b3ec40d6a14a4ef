using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Status;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;

namespace Portage.Engine.Tests.Core;

/// <summary>What fails is told whole: since when, in which attempt, why, and what comes next; also when somebody holds or stops it because of that.</summary>
public sealed class FailureStatusTests
{
    private const string Snapshot = "logs/main:snapshot";
    private const string Metadata = "logs/a@blue:metadata";
    private const string Backfill = "logs/a@blue:backfill";
    private const int Controller = 1;

    private static readonly DateTimeOffset Began = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_AThirdFailure_TellsSinceWhenWhichAttemptAndWhenNext()
    {
        var step = Step(Failing(), Snapshot);
        Assert.Equal("attempt 3 failed at 00:02:00 UTC, failing since 00:00:00 UTC: It broke. Tries again at 00:02:30 UTC", step.Situation);
        Assert.Equal((StepGroup.InProgress, Began, 3, Began.AddMinutes(2), Began.AddSeconds(150)), (step.Group, step.Since, step.Failing!.Attempt, step.Failing.At, step.RetryAt));
    }

    [Fact]
    public void Of_TheAttemptAfterIt_StillTellsWhyItIsTriedAgain()
    {
        var story = Failing();
        story.Now += TimeSpan.FromMinutes(1);
        story.Settle();
        var step = Step(story, Snapshot);
        Assert.Equal("running, attempt 4; attempt 3 failed at 00:02:00 UTC, failing since 00:00:00 UTC: It broke.", step.Situation);
        Assert.Equal((Began, "It broke.", default(DateTimeOffset?)), (step.Since, step.Failure!.Detail, step.RetryAt));
    }

    [Fact]
    public void Of_AStepThatIsPausedBetweenItsAttempts_TellsTheCause()
    {
        var story = Failing();
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        Assert.Equal("paused by ann: workflow resume; attempt 3 failed at 00:02:00 UTC, failing since 00:00:00 UTC: It broke.", Step(story, Snapshot).Situation);
    }

    [Fact]
    public void Of_AStepThatIsPausedWithinAnAttempt_TellsTheCauseOfTheLastOne()
    {
        var story = Failing();
        story.Now += TimeSpan.FromMinutes(1);
        story.Settle();
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        story.Settle();
        story.Stopped(Snapshot).Settle();
        var step = Step(story, Snapshot);
        Assert.Equal("paused by ann: workflow resume; attempt 3 failed at 00:02:00 UTC, failing since 00:00:00 UTC: It broke.", step.Situation);
        Assert.Equal("It broke.", step.Failure!.Detail);
    }

    [Fact]
    public void Of_ARunThatWasStoppedBetweenAttempts_PromisesNoTime()
    {
        var story = Failing();
        story.Do(new Operation.Stop { By = "ann" });
        var step = Step(story, Snapshot, Story.Nothing);
        Assert.Equal((StepGroup.Pending, "attempt 3 failed at 00:02:00 UTC, failing since 00:00:00 UTC: It broke. Tried again by the next start: workflow start"), (step.Group, step.Situation));
        Assert.Null(step.RetryAt);
    }

    [Fact]
    public void Of_ARunThatWasStoppedLongAgo_TellsTheDay()
    {
        var story = Failing();
        story.Do(new Operation.Stop { By = "ann" });
        story.Now += TimeSpan.FromDays(1);
        Assert.EndsWith("not started: workflow start; attempt 3 failed at 2026-11-01 00:02:00 UTC, failing since 2026-11-01 00:00:00 UTC: It broke.", Step(story, Snapshot, Story.Nothing).Situation, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ARunThatNobodyCarriesOut_PromisesNoTime() =>
        Assert.EndsWith("It broke. Tried again as soon as there is a controller: workflow start", Step(Failing(), Snapshot, Story.Nothing).Situation, StringComparison.Ordinal);

    [Fact]
    public void Of_WhatSucceeded_TellsNoFailure()
    {
        var story = Failing();
        story.Now += TimeSpan.FromMinutes(1);
        story.Settle();
        story.Report(Snapshot).Settle();
        Assert.Equal((null, null), (Step(story, Snapshot).Failing, Step(story, Snapshot).Failure));
    }

    [Fact]
    public void Of_ALaterRun_BeginsANewSeries()
    {
        var story = Failing();
        story.Do(new Operation.Stop { By = "ann" });
        story.Now += TimeSpan.FromMinutes(10);
        story.StartSeeing();
        story.Settle();
        Assert.Equal("running", Step(story, Snapshot).Situation);
        story.Fail(Snapshot, TimeSpan.FromSeconds(1));
        Assert.StartsWith("attempt 1 failed at 00:12:00 UTC: It broke.", Step(story, Snapshot).Situation, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_WorkThatWasStoppedWhileItWaited_TellsForWhat()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        var said = new StepProgress(5, 10, "documents", 1, null, ImmutableSortedDictionary<string, long>.Empty) { At = story.Now, WaitedFor = "the target is away" };
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        story.Settle();
        story.Stopped(Backfill).Settle();
        var step = Step(story, Backfill, new(new(Controller, story.Now), ImmutableDictionary<StepAddress, StepSight>.Empty.Add(StepAddress.Parse(Backfill), new(said, IsAlive: false, null)), 1));
        Assert.Equal(("paused by ann: workflow resume; when it ended it waited: the target is away", "the target is away"), (step.Situation, step.WaitedFor));
        Assert.Null(step.Progress!.WaitedFor);
    }

    [Fact]
    public void Of_StepsBehindAFailedOne_NameItAndWhatHelps()
    {
        var story = new Story().Start(Story.Config());
        story.Settle();
        story.Fail(Snapshot).Settle();
        Assert.Null(story.Session.ActiveRun);
        Assert.All(
            (string[])[Metadata, Backfill, "logs/a@blue:validate"],
            step => Assert.Equal((StepGroup.Pending, "waits for logs/main:snapshot, which failed: mend it (PG2014), then workflow start"), (Step(story, step, Story.Nothing).Group, Step(story, step, Story.Nothing).Situation)));
    }

    [Fact]
    public void Of_StepsThatNobodyStarted_AreToldToBeStarted()
    {
        var story = new Story().Start(Story.Config());
        story.Do(new Operation.Stop { By = "ann" });
        Assert.Equal("not started: workflow start", Step(story, Metadata, Story.Nothing).Situation);
    }

    [Fact]
    public void Of_TenAttemptsInVain_TellsHowManyAndSinceWhen()
    {
        var story = Failing();
        story.Now += TimeSpan.FromMinutes(1);
        story.Settle();
        story.Fail(Snapshot).Settle();
        Assert.Equal("PG2014: It broke. (4 attempts, failing since 00:00:00 UTC)", Step(story, Snapshot).Situation);
    }

    /// <summary>A snapshot that failed three times, a minute apart, and waits for its fourth attempt.</summary>
    private static Story Failing()
    {
        var story = new Story().Start(Story.Config());
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            story.Now = Began.AddMinutes(attempt - 1);
            story.Settle();
            story.Fail(Snapshot, TimeSpan.FromSeconds(30)).Settle();
        }

        return story;
    }

    private static StepStatus Step(Story story, string step, WorkSight? sight = null) =>
        new StatusBuilder(Kinds.Planner).Of(story.Session, sight ?? new(new(Controller, story.Now), ImmutableDictionary<StepAddress, StepSight>.Empty, 1), story.Now).Steps.Single(one => one.Address == StepAddress.Parse(step));
}
