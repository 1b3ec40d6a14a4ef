using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>What work is handed besides its items: what it may destroy, and as what it was begun.</summary>
public sealed class ApprovedTests
{
    private const string Metadata = "logs/a@blue:metadata";
    private const string Backfill = "logs/a@blue:backfill";
    private const string Validate = "logs/a@blue:validate";
    private const string NoReview = "metadata: { approve: none }";
    private const string Overwriting = NoReview + "\n        backfill: { conflict: overwrite }";
    private const string Replicas = "metadata: { approve: none, replicas: 2 }";

    private static readonly Destruction Documents = new(DestructionKind.DeleteDocuments, "blue", "a", 3, 100, 0) { Item = "a" };
    private static readonly Destruction Overwritten = new(DestructionKind.OverwriteDocuments, "blue", "a", 2, null, 2) { Item = "a" };

    [Fact]
    public void Decide_ARevertThatWasApproved_MayDestroyThatAndNoMore()
    {
        var story = RevertApproved();
        Assert.Equal([Documents.Key], Reverts(story).Approved.Select(one => one.Key));
    }

    [Fact]
    public void Decide_ARevertThatGoesOnUnderAReview_MayDestroyNothingOfThatReview()
    {
        var story = RevertApproved();
        story.Settle();
        story.Fail(Backfill).Settle();
        story.Start(Story.Config(Replicas + "\n        backfill: { conflict: overwrite }"));
        story.Do(new Operation.Pause([Backfill]) { By = "ann" });
        story.Settle();
        story.Evaluate(Metadata, destroys: story.There).Settle();
        Assert.NotNull(story.Session.Steps[StepAddress.Parse(Metadata)].OpenReview);
        story.Do(new Operation.Resume([Backfill]) { By = "ann" });
        Assert.Equal([Documents.Key], Reverts(story).Approved.Select(one => one.Key));
    }

    [Fact]
    public void Decide_WorkThatIsChangedInPlace_KeepsTheIdentityThatItWasBegunWith()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        var begun = story.Session.Steps[StepAddress.Parse(Metadata)].Inputs!.Fingerprints;
        story.Start(Story.Config(Replicas));
        story.Settle();
        story.Evaluate(Metadata).Settle();
        var now = story.Session.Steps[StepAddress.Parse(Metadata)].Inputs!.Fingerprints;
        Assert.Equal(begun.Identity, now.Identity);
        Assert.NotEqual(begun.Result, now.Result);
    }

    [Theory]
    [InlineData("a", "complete logs/a@blue:metadata\nevaluate logs/a@blue:backfill #1\n", "pass logs/a@blue:backfill by policy: no gate\nrun logs/a@blue:backfill #1\n")]
    [InlineData("b", "complete logs/a@blue:metadata\nevaluate logs/a@blue:backfill #1\n", "review logs/a@blue:backfill: destroys up to 2 documents overwritten in 1 index on blue, 2 of them not written by Portage\n")]
    public void Decide_WhatIsOverwrittenWasApprovedWithWhatItStandsOn_AsksNobodyTwice(string index, string before, string after)
    {
        var story = MetadataIsRedone();
        Assert.Equal(before, story.Report(Metadata).Settle());
        Assert.Equal(after, story.Evaluate(Backfill, destroys: Overwritten with { Name = index }).Settle());
    }

    [Fact]
    public void Decide_WhatIsOverwrittenWasApprovedInAnEarlierRun_IsAskedAgain()
    {
        var story = MetadataIsRedone();
        story.Report(Metadata).Settle();
        story.Fail(Backfill).Settle();
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        Assert.StartsWith($"review {Backfill}: destroys", story.Evaluate(Backfill, destroys: Overwritten).Settle(), StringComparison.Ordinal);
    }

    /// <summary>Metadata runs anew; what stood on it is taken back, and a person approved that with what is overwritten then.</summary>
    private static Story MetadataIsRedone()
    {
        var story = new Story().Start(Story.Config(Overwriting)).Finish();
        story.Do(new Operation.Redo([Metadata], IsWanted: true) { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        story.Evaluate(Metadata, destroys: [Documents, Overwritten]).Settle();
        story.Do(new Operation.Approve([new(StepAddress.Parse(Metadata), story.Session.Steps[StepAddress.Parse(Metadata)].OpenReview!.Evidence)], null) { By = "ann" });
        story.Settle();
        story.Reverted(Validate).Settle();
        story.Reverted(Backfill).Settle();
        story.Reverted(Metadata).Settle();
        return story;
    }

    /// <summary>Validate is taken back, and backfill is about to be.</summary>
    private static Story RevertApproved()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config(Overwriting));
        story.Settle();
        story.Evaluate(Backfill, destroys: Documents).Settle();
        story.Do(new Operation.Approve([new(StepAddress.Parse(Backfill), story.Session.Steps[StepAddress.Parse(Backfill)].OpenReview!.Evidence)], null) { By = "ann" });
        story.Settle();
        return story.Reverted(Validate);
    }

    private static Effect.Begin Reverts(Story story) =>
        Assert.Single(story.Decide().OfType<Effect.Begin>(), begin => begin.Phase == StepPhase.Revert && begin.Step.Address == StepAddress.Parse(Backfill));
}
