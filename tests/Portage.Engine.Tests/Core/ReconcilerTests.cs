using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

public sealed class ReconcilerTests
{
    private const string Snapshot = "logs/main:snapshot";
    private const string Metadata = "logs/a@blue:metadata";
    private const string Backfill = "logs/a@blue:backfill";
    private const string Validate = "logs/a@blue:validate";
    private const string NoReview = "metadata: { approve: none }";
    private const string Overwriting = NoReview + "\n        backfill: { conflict: overwrite }";

    [Fact]
    public void Decide_AFirstRun_GoesDownThePipelineAndAsksEachGateOnce()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: auto }"));
        Assert.Equal("run logs/main:snapshot #1\n", story.Settle());
        Assert.Equal("pass logs/main:snapshot by policy: no gate\ncomplete logs/main:snapshot\nevaluate logs/a@blue:metadata #1\n", story.Report(Snapshot).Settle());
        Assert.Equal("pass logs/a@blue:metadata by policy: conflicts == 0\nrun logs/a@blue:metadata #1\n", story.Evaluate(Metadata).Settle());
        Assert.Equal("complete logs/a@blue:metadata\nrun logs/a@blue:backfill #1\n", story.Report(Metadata).Settle());
        Assert.Equal("pass logs/a@blue:backfill by policy: rejected == 0\ncomplete logs/a@blue:backfill\nrun logs/a@blue:validate #1\n", story.Report(Backfill).Settle());
        Assert.Equal("pass logs/a@blue:validate by policy: missing == 0\ncomplete logs/a@blue:validate\nend Done\n", story.Report(Validate).Settle());
        Assert.Equal("", story.Settle());
    }

    [Fact]
    public void Decide_AtAManualGate_WaitsForTheEvidenceShown()
    {
        var story = new Story().Start(Story.Config());
        story.Settle();
        story.Report(Snapshot).Settle();
        Assert.Equal("review logs/a@blue:metadata: manual\n", story.Evaluate(Metadata).Settle());
        Assert.Equal("", story.Settle());
        Approve(story, Metadata);
        Assert.Equal("run logs/a@blue:metadata #1\n", story.Settle());
    }

    [Fact]
    public void Decide_WhenARunFindsOtherEvidence_AsksAgain()
    {
        var story = AtReview();
        Approve(story, Metadata);
        story.Settle();
        Assert.Equal("review logs/a@blue:metadata: manual\n", story.Evaluate(Metadata, line: "looks otherwise").Settle());
    }

    [Fact]
    public void Decide_KilledAndNotWantedAnyMore_PutsBackWhatWasSetAsideBeforeAnythingBeginsThere()
    {
        var story = Story.AtBackfill().Lose(Backfill).Start(Story.Config(NoReview).Replace("      a:", "      renamed:", StringComparison.Ordinal));
        Assert.Equal("put back logs/a@blue:backfill\n", story.Settle());
        Assert.Equal("", story.Settle());
        Assert.StartsWith("evaluate logs/renamed@blue:metadata", story.PutBack(Backfill).Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_KilledAndWantedOtherwise_PutsBackBeforeAnythingBeginsThere()
    {
        var story = new Story { Names = ["a", "b"] }.Start(Story.Config(NoReview).Replace("[a]", "[a, b]", StringComparison.Ordinal));
        story.Settle();
        story.Report(Snapshot).Settle();
        story.Evaluate(Metadata).Settle();
        story.Report(Metadata).Settle();
        story.Lose(Backfill).Start(Story.Config(NoReview, "b: { indices: { include: [b] }, metadata: { approve: none } }"));
        Assert.Equal("put back logs/a@blue:backfill\n", story.Settle());
        Assert.Contains("logs/b@blue:metadata", story.PutBack(Backfill).Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_CannotBePutBack_GoesOnAndTriesAgainInTheNextRun()
    {
        var removed = Story.Config(NoReview).Replace("      a:", "      other:", StringComparison.Ordinal).Replace("[a]", "[b]", StringComparison.Ordinal);
        var story = Story.AtBackfill().Lose(Backfill).Start(removed);
        Assert.Equal("put back logs/a@blue:backfill\n", story.Settle());
        Assert.DoesNotContain("put back", story.PutBack(Backfill, fails: true).FinishTelling(), StringComparison.Ordinal);
        Assert.False(story.Session.NeedsController);
        Assert.Contains(StepAddress.Parse(Backfill), story.Session.SetAside);

        // Nothing else is to be done.
        Assert.False(story.StartSeeing().NothingToDo);
        Assert.Equal("put back logs/a@blue:backfill\n", story.Settle());
        Assert.Equal("end Done\n", story.PutBack(Backfill).Settle());
        Assert.Empty(story.Session.SetAside);
        Assert.True(story.StartSeeing().NothingToDo);
    }

    [Fact]
    public void Decide_KilledAndStopped_PutsBackWithoutARun()
    {
        var story = Story.AtBackfill();
        story.Do(new Operation.Stop { By = "ann" });
        Assert.Equal("stop logs/a@blue:backfill: the run was stopped\n", story.Settle());
        story.Lose(Backfill);
        Assert.True(story.Session.NeedsController);
        Assert.Equal("put back logs/a@blue:backfill\n", story.Settle());
        story.PutBack(Backfill);
        Assert.False(story.Session.NeedsController);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decide_KilledAndNobodyGoesOnWithIt_PutsBack(bool isPaused)
    {
        var story = Story.AtBackfill();
        if (isPaused)
        {
            story.Do(new Operation.Pause([Backfill]) { By = "ann" });
            story.Settle();
            story.Lose(Backfill);
        }
        else
        {
            story.Fail(Backfill);
        }

        Assert.Contains("put back logs/a@blue:backfill\n", story.Settle(), StringComparison.Ordinal);
        story.PutBack(Backfill);
        Assert.DoesNotContain("put back", story.Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_KilledAndGoneOnWith_LeavesItToTheWork()
    {
        var story = Story.AtBackfill().Lose(Backfill);
        Assert.Equal("run logs/a@blue:backfill #2\n", story.Settle());
        story.Report(Backfill);
        Assert.Empty(story.Session.SetAside);
    }

    [Fact]
    public void Decide_WhenInputsChangedUnderAReview_TakesNoApprovalForTheOldOnes()
    {
        var story = AtReview();
        var seen = story.Session.Steps[StepAddress.Parse(Metadata)].OpenReview!.Evidence;
        story.Start(Story.Config("metadata: { replicas: 2 }"));
        Assert.Equal("evaluate logs/a@blue:metadata #1\n", story.Settle());
        var late = story.Do(new Operation.Approve([new(StepAddress.Parse(Metadata), seen)], null) { By = "ann" });
        Assert.True(late.HasFailed);

        // The very same words, about other inputs.
        Assert.Equal("review logs/a@blue:metadata: manual\n", story.Evaluate(Metadata).Settle());
    }

    [Fact]
    public void Decide_WhenInputsChangedAfterAnApproval_AsksAgain()
    {
        var story = AtReview();
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        Approve(story, Metadata);
        story.Start(Story.Config("metadata: { replicas: 2 }"));
        story.Do(new Operation.Resume(["*"]) { By = "ann" });
        Assert.Equal("evaluate logs/a@blue:metadata #1\n", story.Settle());

        // The very same words, about other inputs.
        Assert.Equal("review logs/a@blue:metadata: manual\n", story.Evaluate(Metadata).Settle());
    }

    [Fact]
    public void Decide_WhenTheRuleChangedUnderAReview_AsksTheNewRule()
    {
        var story = AtReview();
        story.Start(Story.Config("metadata: { approve: auto }"));
        Assert.Equal("pass logs/a@blue:metadata by policy: conflicts == 0\nrun logs/a@blue:metadata #1\n", story.Settle());
    }

    [Fact]
    public void Decide_WhenAPredicateFails_SaysWhichComparison()
    {
        var story = AtBackfill();
        Assert.Equal("review logs/a@blue:backfill: rejected == 0 (is 3)\n", story.Report(Backfill, rejected: 3).Settle());
        Approve(story, Backfill);
        Assert.Equal("complete logs/a@blue:backfill\nrun logs/a@blue:validate #1\n", story.Settle());
    }

    [Fact]
    public void Decide_AfterEvidenceWasRejected_FailsAndLooksAgainInTheNextRun()
    {
        var story = AtReview();
        Reject(story, Metadata);
        Assert.Equal("end Failed\n", story.Settle());
        story.Do(new Operation.Start(null) { By = "ann" });
        Assert.Equal("evaluate logs/a@blue:metadata #1\n", story.Settle());
        Assert.Equal("review logs/a@blue:metadata: manual\n", story.Evaluate(Metadata).Settle());
        Assert.Null(story.Session.Steps[StepAddress.Parse(Metadata)].Failure);
    }

    [Fact]
    public void Decide_AfterAResultWasRejected_FailsAndAsksInTheNextRunBeforeAnythingGoes()
    {
        var story = AtBackfill().Report(Backfill, rejected: 3);
        story.Settle();
        Reject(story, Backfill);
        Assert.Equal("end Failed\n", story.Settle());
        Assert.True(story.Do(new Operation.Start(null) { By = "ann" }).HasFailed);
        story.StartSeeing();
        Assert.Equal("evaluate logs/a@blue:backfill #1 of a\n", story.Settle());
        Assert.StartsWith("review logs/a@blue:backfill: destroys 1 index, 3 documents on blue", story.Evaluate(Backfill, destroys: story.There).Settle(), StringComparison.Ordinal);
        Approve(story, Backfill);
        Assert.Equal("revert logs/a@blue:backfill #1 of a\n", story.Settle());
        Assert.Equal("run logs/a@blue:backfill #1\n", story.Reverted(Backfill).Settle());
    }

    [Fact]
    public void Decide_WhilePaused_StopsAndBeginsNothing()
    {
        var story = AtBackfill().Begun(Backfill);
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        Assert.Equal("stop logs/a@blue:backfill: paused by ann\n", story.Settle());
        Assert.Equal("", story.Settle());
        Assert.Equal("put back logs/a@blue:backfill\n", story.Stopped(Backfill).Settle());
        story.PutBack(Backfill).Do(new Operation.Resume(["*"]) { By = "ann" });
        Assert.Equal("run logs/a@blue:backfill #1\n", story.Settle());
    }

    [Fact]
    public void Decide_WhilePaused_RevertsNothing()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config(Overwriting));
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        Approve(story, Backfill);
        Assert.Equal("", story.Settle());
        story.Do(new Operation.Resume(["*"]) { By = "ann" });
        Assert.Equal("revert logs/a@blue:validate #1 of a\n", story.Settle());
    }

    [Fact]
    public void Decide_AfterAStop_StopsTheWorkBeforeItsWorkloadIsKnown()
    {
        var story = AtBackfill();
        story.Do(new Operation.Stop { By = "ann" });
        Assert.Equal("stop logs/a@blue:backfill: the run was stopped\n", story.Settle());
        story.Stopped(Backfill);
        story.Do(new Operation.Start(null) { By = "ann" });
        Assert.Equal("put back logs/a@blue:backfill\n", story.Settle());
        Assert.Equal("run logs/a@blue:backfill #1\n", story.PutBack(Backfill).Settle());
    }

    [Fact]
    public void Decide_WhenMetadataCannotBeChangedInPlace_RevertsBackwardsOnlyAfterAPersonSaidSo()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config("metadata: { approve: none, replicas: 2 }"));
        Assert.Equal("evaluate logs/a@blue:metadata #1\n", story.Settle());
        Assert.StartsWith("review logs/a@blue:metadata: destroys 1 index, 3 documents on blue", story.Evaluate(Metadata, destroys: story.There).Settle(), StringComparison.Ordinal);
        Assert.Equal("", story.Settle());
        Approve(story, Metadata);
        Assert.Equal("revert logs/a@blue:validate #1 of a\n", story.Settle());
        Assert.Equal("revert logs/a@blue:backfill #1 of a\n", story.Reverted(Validate).Settle());
        Assert.Equal("revert logs/a@blue:metadata #1 of a\n", story.Reverted(Backfill).Settle());
        Assert.Equal("run logs/a@blue:metadata #1\n", story.Reverted(Metadata).Settle());
        story.Finish();
        Assert.True(story.Session.ActiveRun is null);
        Assert.All(story.Session.Steps.Values, step => Assert.Equal(StepState.Complete, step.State));
    }

    [Fact]
    public void Decide_WhenADestructionWasRejected_LeavesEverythingAsItWas()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config(Overwriting));
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        Reject(story, Backfill);
        Assert.Equal("end Failed\n", story.Settle());
        var had = story.Session.Steps[StepAddress.Parse(Backfill)];
        Assert.Equal(StepState.Complete, had.State);
        Assert.Equal(["a"], had.Items!.Keys);

        // Back to what it was: there is nothing to do.
        Assert.True(story.Start(Story.Config(NoReview)).Session.ActiveRun is null);
    }

    [Fact]
    public void Decide_WhenNothingIsDestroyed_ChangesInPlaceWithoutAQuestion()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config("metadata: { approve: none, replicas: 2 }"));
        story.Settle();
        Assert.Equal("pass logs/a@blue:metadata by policy: no gate\nrun logs/a@blue:metadata #1\n", story.Evaluate(Metadata).Settle());
        Assert.Equal("complete logs/a@blue:metadata\nend Done\n", story.Report(Metadata).Settle());
    }

    [Fact]
    public void Decide_WhenMoreWouldBeDestroyedThanWasApproved_FailsAndForgetsTheApproval()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config(Overwriting));
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        Approve(story, Backfill);
        story.Settle();
        story.Reverted(Validate).Settle();
        Assert.Equal("end Failed\n", story.Refuse(Backfill).Settle());
        var had = story.Session.Steps[StepAddress.Parse(Backfill)];
        Assert.Equal(StepState.Complete, had.State);
        story.StartSeeing();
        Assert.StartsWith("evaluate logs/a@blue:backfill #1 of a\n", story.Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_WhenTakingBackStoppedHalfWay_MakesWhatIsGoneAnewAndLeavesTheRest()
    {
        var story = new Story().Start(Story.Config(NoReview).Replace("include: [a]", "include: [a, b]", StringComparison.Ordinal)).Finish();
        var since = story.Session.Steps[StepAddress.Parse(Metadata)].Items!["b"].Since;
        story.Do(new Operation.Redo([Metadata], IsWanted: true) { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        story.Evaluate(Metadata, destroys: story.There).Settle();
        Approve(story, Metadata);
        story.Settle();
        story.Reverted(Validate).Settle();
        story.Reverted(Backfill).Settle();

        Assert.EndsWith("end Failed\n", story.Refuse(Metadata, "a").Settle(), StringComparison.Ordinal);
        Assert.Equal(["b"], story.Session.Steps[StepAddress.Parse(Metadata)].Items!.Keys);
        Assert.Equal(since, story.Session.Steps[StepAddress.Parse(Metadata)].Items!["b"].Since);
    }

    [Fact]
    public void Decide_WhenAnIndexIsAdded_LeavesTheOthersAlone()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        var since = story.Session.Steps[StepAddress.Parse(Backfill)].Items!["a"].Since;
        story.Start(Story.Config(NoReview).Replace("include: [a]", "include: [a, b]", StringComparison.Ordinal));
        Assert.Equal("evaluate logs/a@blue:metadata #1\n", story.Settle());
        Assert.EndsWith("run logs/a@blue:metadata #1\n", story.Evaluate(Metadata).Settle(), StringComparison.Ordinal);
        Assert.Equal("complete logs/a@blue:metadata\nrun logs/a@blue:backfill #1\n", story.Report(Metadata).Settle());
        story.Finish();
        Assert.Null(story.Session.ActiveRun);
        var had = story.Session.Steps[StepAddress.Parse(Backfill)].Items!;
        Assert.Equal(["a", "b"], had.Keys);
        Assert.Equal(since, had["a"].Since);
    }

    [Fact]
    public void Decide_WhenTheSelectionOnlyReadsOtherwise_DoesNothing()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Do(new Operation.Configure(Story.Config(NoReview).Replace("include: [a]", "include: [a, zzz-*]", StringComparison.Ordinal), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        Assert.True(story.StartSeeing().NothingToDo);
    }

    [Fact]
    public void Decide_WhenInputsChangedUnderRunningWork_StopsItAndAsksBeforeWhatItWroteGoes()
    {
        var story = AtBackfill().Begun(Backfill);
        story.Start(Story.Config(Overwriting));
        Assert.Equal("stop logs/a@blue:backfill: its inputs changed\n", story.Settle());
        Assert.Equal("put back logs/a@blue:backfill\n", story.Stopped(Backfill).Settle());
        Assert.Equal("evaluate logs/a@blue:backfill #1 of a\n", story.PutBack(Backfill).Settle());
    }

    [Fact]
    public void Decide_WhenAWorkerFindsWhatSomebodyWroteMeanwhile_AsksBeforeItIsOverwritten()
    {
        var story = new Story().Start(Story.Config(Overwriting));
        story.Settle();
        story.Report(Snapshot).Settle();
        story.Evaluate(Metadata).Settle();
        story.Report(Metadata).Settle();
        Assert.EndsWith("run logs/a@blue:backfill #1\n", story.Evaluate(Backfill).Settle(), StringComparison.Ordinal);
        story.Begun(Backfill);
        var there = new Destruction(DestructionKind.OverwriteDocuments, "blue", "a", 7, null, 7) { Item = "a" };
        Assert.StartsWith("review logs/a@blue:backfill: destroys up to 7 documents overwritten in 1 index on blue", story.Evaluate(Backfill, line: "somebody wrote", destroys: there).Settle(), StringComparison.Ordinal);
        var had = story.Session.Steps[StepAddress.Parse(Backfill)];
        Assert.Null(had.Workload);
        Assert.Equal([there], had.Reviewed!.Destroys);
        Approve(story, Backfill);
        Assert.Equal("run logs/a@blue:backfill #1\n", story.PutBack(Backfill).Settle());
        Assert.Equal([there], story.Session.Steps[StepAddress.Parse(Backfill)].Evidence!.Destroys);
    }

    [Fact]
    public void Decide_WhenInputsChangedUnderALightStep_StopsItAndEvaluatesAnew()
    {
        var story = new Story().Start(Story.Config(NoReview));
        story.Settle();
        story.Report(Snapshot).Settle();
        story.Start(Story.Config("metadata: { approve: none, replicas: 2 }"));
        Assert.Equal("stop logs/a@blue:metadata: its inputs changed\n", story.Settle());
        Assert.Equal("evaluate logs/a@blue:metadata #1\n", story.Stopped(Metadata).Settle());
    }

    [Fact]
    public void Decide_WhenOnlyTheProcessChanged_AdjustsWhatRuns()
    {
        var story = AtBackfill().Begun(Backfill);
        story.Start(Story.Config(NoReview + "\n        backfill: { workers: 8 }"));
        Assert.Equal("adjust logs/a@blue:backfill\n", story.Settle());
    }

    [Fact]
    public void Decide_WhenTheSliceLeftTheConfiguration_StopsItsWorkAndEnds()
    {
        var story = AtBackfill("b: { indices: { include: [b] }, metadata: { approve: none } }").Begun(Backfill);
        story.Do(new Operation.Edit(EditKind.Remove, "migrations.logs.slices.a", null, null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        story.Do(new Operation.Start(null) { By = "ann" });
        Assert.StartsWith("stop logs/a@blue:backfill: no longer wanted\n", story.Settle(), StringComparison.Ordinal);
        story.Stopped(Backfill).Finish();
        Assert.Null(story.Session.ActiveRun);
    }

    [Fact]
    public void Decide_AfterATransientFailure_WaitsAndTriesAgain()
    {
        var story = AtBackfill().Fail(Backfill, TimeSpan.FromSeconds(2));
        Assert.Equal("wake at 00:00:02\n", story.Settle());
        story.Now += TimeSpan.FromSeconds(2);
        Assert.Equal("run logs/a@blue:backfill #2\n", story.Settle());
    }

    [Fact]
    public void Decide_AfterALostWorkload_TriesAgainUnlessStopped()
    {
        var story = AtBackfill().Begun(Backfill).Lose(Backfill);
        story.Do(new Operation.Stop { By = "ann" });
        Assert.Equal("put back logs/a@blue:backfill\n", story.Settle());
        story.Do(new Operation.Start(null) { By = "ann" });
        Assert.Equal("", story.Settle());
        Assert.Equal("run logs/a@blue:backfill #1\n", story.PutBack(Backfill).Settle());
    }

    [Fact]
    public void Decide_WithTheClockSetBackWhileARetryWaits_TriesAgainAtOnce()
    {
        var story = AtBackfill().Fail(Backfill, TimeSpan.FromSeconds(60));
        Assert.Equal("wake at 00:01:00\n", story.Settle());
        story.Now -= TimeSpan.FromDays(30);
        Assert.Equal("run logs/a@blue:backfill #2\n", story.Settle());
    }

    [Fact]
    public void Decide_AfterAFailure_EndsWhenNothingElseCanGoOn()
    {
        var story = AtBackfill().Fail(Backfill);
        Assert.Equal("put back logs/a@blue:backfill\n", story.Settle());
        Assert.Equal("end Failed\n", story.PutBack(Backfill).Settle());
        Assert.Equal("", story.Settle());
    }

    [Fact]
    public void Decide_WhenABackfillIsAddedUnderAComparison_ComparesAgain()
    {
        var story = new Story().Start(Story.Config(NoReview + "\n        backfill: { skip: true }")).Finish();
        story.Start(Story.Config(NoReview));
        Assert.Equal("run logs/a@blue:backfill #1\n", story.Settle());
        Assert.Equal("pass logs/a@blue:backfill by policy: rejected == 0\ncomplete logs/a@blue:backfill\nrevert logs/a@blue:validate #1 of a\n", story.Report(Backfill).Settle());
        Assert.Equal("run logs/a@blue:validate #1\n", story.Reverted(Validate).Settle());
    }

    [Fact]
    public void Decide_WhenWhatItRestsOnWasTakenBackMeanwhile_RevertsItTooBeforeAnythingStarts()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config(Overwriting + "\n        validate: { skip: true }"));
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        Approve(story, Backfill);
        Assert.Equal("revert logs/a@blue:backfill #1 of a\n", story.Settle());
        story.Reverted(Backfill).Settle();
        story.Start(Story.Config(Overwriting));
        Assert.Equal("revert logs/a@blue:validate #1 of a\n", story.Settle());
    }

    [Fact]
    public void Decide_WhenWhatWasTakenBackWholeIsStoodOn_BeginsNothingBeforeThatIsTakenBackToo()
    {
        var story = Story.OfEarlierBuild(NoReview);
        story.Start(Story.Config(Overwriting + "\n        validate: { skip: true }"));
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        Approve(story, Backfill);
        Assert.Equal("revert logs/a@blue:backfill #1\n", story.Settle());
        story.Do(new Operation.Pause([Backfill]) { By = "ann" });
        story.Reverted(Backfill).Settle();
        story.Start(Story.Config(Overwriting));
        story.Do(new Operation.Resume([Backfill]) { By = "ann" });
        Assert.Equal("revert logs/a@blue:validate #1\n", story.Settle());
    }

    [Fact]
    public void Decide_WhileWorkThatNobodyWantsIsEnding_TheRunIsNotOver()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config(NoReview, "b: { indices: { include: [b] }, metadata: { skip: true }, validate: { skip: true } }"));
        Assert.Equal("run logs/b@blue:backfill #1\n", story.Settle());
        story.Begun("logs/b@blue:backfill").Start(Story.Config(NoReview + "\n        validate: { approve: none }"));
        Assert.Equal("stop logs/b@blue:backfill: no longer wanted\n", story.Settle());
        Assert.Equal("put back logs/b@blue:backfill\n", story.Stopped("logs/b@blue:backfill").Settle());
        Assert.Equal("end Done\n", story.PutBack("logs/b@blue:backfill").Settle());
    }

    [Fact]
    public void Decide_WhenARevertFindsMore_ForgetsTheApprovalOfWhatItStandsOnToo()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config("metadata: { approve: none, replicas: 2 }"));
        story.Settle();
        story.Evaluate(Metadata, destroys: story.There).Settle();
        Approve(story, Metadata);
        story.Settle();
        story.Reverted(Validate).Settle();
        Assert.NotNull(story.Session.Steps[StepAddress.Parse(Metadata)].Proposal);
        story.Refuse(Backfill);
        Assert.Null(story.Session.Steps[StepAddress.Parse(Metadata)].Proposal);
    }

    [Fact]
    public void Decide_AComparisonIsDoneAnewWithTheSameOutcome_IsReviewedAnew()
    {
        var story = new Story().Start(Story.Config(NoReview + "\n        validate: { approve: manual }")).Finish();
        Approve(story, Validate);
        story.Settle();
        Assert.False(story.Do(new Operation.Redo([Backfill], IsWanted: true) { By = "ann" }).HasFailed);
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        Approve(story, Backfill);
        story.Settle();
        story.Reverted(Validate).Settle();
        story.Reverted(Backfill).Settle();
        story.Report(Backfill).Settle();
        Assert.Equal("review logs/a@blue:validate: manual\n", story.Report(Validate).Settle());
    }

    private static Story AtReview()
    {
        var story = new Story().Start(Story.Config());
        story.Settle();
        story.Report(Snapshot).Settle();
        story.Evaluate(Metadata).Settle();
        return story;
    }

    private static Story AtBackfill(string rest = "")
    {
        var story = new Story().Start(Story.Config(NoReview, rest));
        story.Settle();
        story.Report(Snapshot).Settle();
        story.Evaluate(Metadata).Settle();
        story.Report(Metadata).Settle();
        return story;
    }

    private static void Reject(Story story, string step) =>
        story.Do(new Operation.Reject([new(StepAddress.Parse(step), story.Session.Steps[StepAddress.Parse(step)].OpenReview!.Evidence)], "no") { By = "ann" });

    private static void Approve(Story story, string step)
    {
        var result = story.Do(new Operation.Approve([new(StepAddress.Parse(step), story.Session.Steps[StepAddress.Parse(step)].OpenReview!.Evidence)], null) { By = "ann" });
        Assert.False(result.HasFailed);
    }
}
