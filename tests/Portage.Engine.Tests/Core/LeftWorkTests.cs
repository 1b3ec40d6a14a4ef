using Portage.Configuration.Reading;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Status;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Tests.Core;

/// <summary>Work that nobody wants any more is left as it is: nothing else may delete it along.</summary>
public sealed class LeftWorkTests
{
    private const string Metadata = "logs/a@blue:metadata";
    private const string Backfill = "logs/a@blue:backfill";
    private const string NoReview = "metadata: { approve: none }";
    private const string NoBackfill = "\n        backfill: { skip: true }";
    private const string Replicas = "metadata: { approve: none, replicas: 2 }";

    [Fact]
    public void Decide_WhenAnUpdateWouldReplaceWhatIsLeft_FailsAndTakesNothingBack()
    {
        var story = Done();
        story.Start(Story.Config(Replicas + NoBackfill));
        Assert.EndsWith($"evaluate {Metadata} #1\n", story.Settle(), StringComparison.Ordinal);
        Assert.Equal("end Failed\n", story.Evaluate(Metadata, destroys: story.There).Settle());
        Assert.Null(Step(story, Metadata).OpenReview);
        Assert.Equal(StepState.Complete, Step(story, Metadata).State);
        var failed = new StatusBuilder(Kinds.Planner).Of(story.Session, Story.Nothing, story.Now).Steps.Single(step => step.Address == StepAddress.Parse(Metadata));
        Assert.Equal(StepGroup.Failed, failed.Group);
        Assert.StartsWith($"PG2024: {Metadata} cannot change in place what it made, and making it anew would delete what {Backfill} wrote to a", failed.Situation, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_WhenWhatIsLeftIsWantedAgain_AsksAndTakesItBackToo()
    {
        var story = Refused();
        story.Start(Story.Config(Replicas));
        story.Settle();
        Assert.StartsWith($"review {Metadata}: destroys 1 index", story.Evaluate(Metadata, destroys: story.There).Settle(), StringComparison.Ordinal);
        Approve(story, Metadata);
        Assert.Contains($"revert {Backfill} #1 of a\n", story.Settle() + story.Reverted("logs/a@blue:validate").Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_InTheNextRunAfterItWasRefused_LooksAgainWhetherItCanBeChangedInPlace()
    {
        var story = Refused();
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal($"evaluate {Metadata} #1\n", story.Settle());
        Assert.Equal($"pass {Metadata} by policy: no gate\nrun {Metadata} #1\n", story.Evaluate(Metadata).Settle());
    }

    [Fact]
    public void Decide_WhenAWorkIsLeftAfterTheReplacementWasApproved_TakesNothingBack()
    {
        var story = Done();
        story.Start(Story.Config(Replicas));
        story.Settle();
        story.Evaluate(Metadata, destroys: story.There).Settle();
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        Approve(story, Metadata);
        story.Start(Story.Config(Replicas + NoBackfill));
        story.Do(new Operation.Resume(["*"]) { By = "ann" });
        Assert.DoesNotContain("revert", story.Settle(), StringComparison.Ordinal);
        Assert.Equal("end Failed\n", story.Evaluate(Metadata, destroys: story.There).Settle());
    }

    [Fact]
    public void Decide_WhenARunFindsThatItMustReplaceWhatIsLeft_TakesNothingBack()
    {
        var story = Done();
        story.Start(Story.Config(Replicas + NoBackfill));
        story.Settle();
        story.Evaluate(Metadata).Settle();
        Assert.Equal("end Failed\n", story.Evaluate(Metadata, line: "there is another one by now", destroys: story.There).Settle());
    }

    [Fact]
    public void Decide_WhenAWorkIsLeftAfterWhatARunFoundWasApproved_TakesNothingBackThatStandsOnIt()
    {
        var story = Done();
        story.Start(Story.Config(Replicas));
        story.Settle();
        story.Evaluate(Metadata).Settle();
        Assert.StartsWith($"review {Metadata}: destroys 1 index", story.Evaluate(Metadata, line: "there is another one by now", destroys: story.There).Settle(), StringComparison.Ordinal);
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        Approve(story, Metadata);
        story.Start(Story.Config(Replicas + NoBackfill));
        story.Do(new Operation.Resume(["*"]) { By = "ann" });

        // The comparison stands on both, and would go first.
        Assert.Equal("end Failed\n", story.Settle());
        Assert.True(Step(story, "logs/a@blue:validate").HasEffects);
    }

    [Fact]
    public void Decide_WhenAnEvaluationReplacesWhatIsSelectedNoLonger_FailsAndTakesNothingBack()
    {
        var story = new Story().Start(Widened(NoReview)).Finish();
        story.Start(Story.Config(Replicas));
        story.Settle();
        var failed = story.Evaluate(Metadata, destroys: story.There[0] with { Item = "b", Name = "b" }).Settle();
        Assert.Equal("end Failed\n", failed);
    }

    [Fact]
    public void Plan_OfAnUpdateOfASliceThatWasNarrowed_WarnsOfNothing()
    {
        var story = new Story().Start(Widened(NoReview)).Finish();
        var (plan, diagnostics) = PlanOf(story, Replicas);
        Assert.Equal(["b"], plan.Changes.Single(change => change.Address == StepAddress.Parse(Metadata)).Left);
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void Plan_OfAnUpdateAboveWhatIsLeft_WarnsAndMayBeStarted()
    {
        var story = Done();
        var (plan, diagnostics) = PlanOf(story, Replicas + NoBackfill);
        var update = Assert.IsType<StepChange.Update>(plan.Changes.Single(change => change.Address == StepAddress.Parse(Metadata)));
        Assert.Equal((StepAddress.Parse(Backfill), LeftBecause.StepIsUnwanted), (update.Spares.Single().Step, update.Spares.Single().Because));
        Assert.Equal(["a"], update.Spares.Single().Items);
        var warning = Assert.Single(diagnostics);
        Assert.Equal((DiagnosticCatalog.LeftWorkInTheWay.Code, Severity.Warning), (warning.Code, warning.Severity));
    }

    [Fact]
    public void Plan_OfAnUpdateWithNothingLeft_WarnsOfNothing() => Assert.Empty(PlanOf(Done(), Replicas).Diagnostics);

    [Fact]
    public void Plan_OfARedoAboveWhatIsLeft_IsBlocked()
    {
        var story = Done();
        story.Start(Story.Config(NoReview + NoBackfill)).Finish();
        story.Do(new Operation.Redo([Metadata], IsWanted: true) { By = "ann" });
        var (plan, diagnostics) = PlanOf(story, NoReview + NoBackfill);
        Assert.Equal([StepAddress.Parse(Metadata)], plan.Blocks.Select(block => block.Address));
        Assert.IsType<StepChange.Collect>(plan.Changes.Single(change => change.Address == StepAddress.Parse(Backfill)));
        var error = Assert.Single(diagnostics);
        Assert.Equal((DiagnosticCatalog.LeftWorkInTheWay.Code, Severity.Error), (error.Code, error.Severity));
        Assert.Equal(DiagnosticCatalog.LeftWorkInTheWay.Code, Assert.Single(story.StartSeeing().Diagnostics).Code);
    }

    [Fact]
    public void Plan_OfARedoOfItemsThatNothingLeftIsIn_IsNotBlocked()
    {
        var story = new Story().Start(Widened(NoReview)).Finish();
        story.Start(Story.Config(NoReview, "b: { indices: { include: [b] }, metadata: { approve: none }, backfill: { skip: true } }")).Finish();
        story.Do(new Operation.Redo(["logs/b@blue:metadata"], IsWanted: true) { By = "ann" });

        // What slice a wrote to b while it had b is in the way of slice b, and not of slice a.
        var config = ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!;
        var blocked = Assert.Single(Kinds.Planner.Plan(config, story.Session.Recorded()).Plan.Blocks);
        Assert.Equal(("logs/b@blue:metadata", Backfill, LeftBecause.ItemIsUnwanted), (blocked.Address.ToString(), blocked.Spares.Single().Step.ToString(), blocked.Spares.Single().Because));
        Assert.Equal(["b"], blocked.Spares.Single().Items);
        story.Do(new Operation.Redo(["logs/b@blue:metadata"], IsWanted: false) { By = "ann" });
        story.Do(new Operation.Redo([Metadata], IsWanted: true) { By = "ann" });
        Assert.Empty(Kinds.Planner.Plan(config, story.Session.Recorded()).Plan.Blocks);
    }

    [Fact]
    public void Plan_OfARedoAboveWhatAnEarlierBuildLeft_IsBlockedThoughItsItemsAreNotKnown()
    {
        var story = Story.OfEarlierBuild(NoReview);
        story.Start(Story.Config(NoReview + NoBackfill)).Finish();
        story.Do(new Operation.Redo([Metadata], IsWanted: true) { By = "ann" });
        var spared = Assert.Single(Assert.Single(PlanOf(story, NoReview + NoBackfill).Plan.Blocks).Spares);
        Assert.Equal((Backfill, LeftBecause.StepIsUnwanted, true), (spared.Step.ToString(), spared.Because, spared.Items.IsDefault));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plan_OfARevertThatWasBegunBeforeAnotherSliceWroteThere_IsBlocked(bool isAskedForStill)
    {
        var story = new Story().Start(Widened(NoReview)).Finish();
        story.Do(new Operation.Redo([Metadata], IsWanted: true) { By = "ann" });
        story.StartSeeing();
        story.Settle();
        story.Evaluate(Metadata, destroys: [story.There[0], story.There[0] with { Item = "b", Name = "b" }]).Settle();
        Approve(story, Metadata);
        story.Settle();
        story.Reverted("logs/a@blue:validate").Settle();
        Assert.Equal($"revert {Metadata} #1 of a, b\n", story.Reverted(Backfill).Settle());
        story.Do(new Operation.Stop { By = "ann" });
        story.Settle();
        story.Stopped(Metadata).Settle();

        // Meanwhile slice b gets b, and is done.
        story.Do(new Operation.Pause(["logs/a"]) { By = "ann" });
        if (!isAskedForStill)
        {
            story.Do(new Operation.Redo([Metadata], IsWanted: false) { By = "ann" });
        }

        story.Start(Story.Config(NoReview, "b: { indices: { include: [b] }, metadata: { approve: none } }")).Finish();

        var config = ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!;
        var blocked = Assert.Single(Kinds.Planner.Plan(config, story.Session.Recorded()).Plan.Blocks);
        Assert.Equal(Metadata, blocked.Address.ToString());
        var spared = Assert.Single(blocked.Spares);
        Assert.Equal(("logs/b@blue:backfill", LeftBecause.SliceIsAnother), (spared.Step.ToString(), spared.Because));
        Assert.Equal(["b"], spared.Items);
    }

    [Fact]
    public void Plan_OfACollectOfWhatStillRuns_SaysThatItIsStoppedAndIsNotEmpty()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        var (plan, _) = PlanOf(story, NoReview + NoBackfill + "\n        validate: { skip: true }");
        var collect = Assert.IsType<StepChange.Collect>(plan.Changes.Single(change => change.Address == StepAddress.Parse(Backfill)));
        Assert.True(collect.StopsWork);
        Assert.Equal(["no longer in the configuration; it is stopped, and what it made is left as it is: workflow collect logs/a@blue:backfill takes it back"], collect.Because.Select(reason => reason.Text));
        Assert.False(plan.IsEmpty);

        story.Start(Story.Config(NoReview + NoBackfill + "\n        validate: { skip: true }"));
        Assert.StartsWith($"stop {Backfill}: no longer wanted\n", story.Settle(), StringComparison.Ordinal);
        Assert.Equal($"put back {Backfill}\n", story.Stopped(Backfill).Settle());
        story.PutBack(Backfill).Settle();
        Assert.Null(story.Session.ActiveRun);
    }

    [Fact]
    public void Plan_OfACollectOfWhatHasEnded_LeavesItAndIsEmpty()
    {
        var (plan, _) = PlanOf(Done(), NoReview + NoBackfill + "\n        validate: { skip: true }");
        Assert.All(plan.Changes.OfType<StepChange.Collect>(), collect => Assert.False(collect.StopsWork));
        Assert.Equal(2, plan.Changes.OfType<StepChange.Collect>().Count());
        Assert.True(plan.IsEmpty);
    }

    private static string Widened(string slice) => Story.Config(slice).Replace("include: [a]", "include: [a, b]", StringComparison.Ordinal);

    private static Story Done() => new Story().Start(Story.Config(NoReview)).Finish();

    private static Story Refused()
    {
        var story = Done();
        story.Start(Story.Config(Replicas + NoBackfill));
        story.Settle();
        story.Evaluate(Metadata, destroys: story.There).Settle();
        return story;
    }

    private static (Plan Plan, IReadOnlyList<Diagnostic> Diagnostics) PlanOf(Story story, string slice)
    {
        var config = ConfigurationReader.ReadCanonical(ConfigurationReader.Read(Story.Config(slice), "test").Canonical!).Config!;
        var (plan, diagnostics) = Kinds.Planner.Plan(config, story.Session.Recorded());
        return (plan, diagnostics);
    }

    private static StepRecord Step(Story story, string step) => story.Session.Steps[StepAddress.Parse(step)];

    private static void Approve(Story story, string step) =>
        Assert.False(story.Do(new Operation.Approve([new(StepAddress.Parse(step), Step(story, step).OpenReview!.Evidence)], null) { By = "ann" }).HasFailed);
}
