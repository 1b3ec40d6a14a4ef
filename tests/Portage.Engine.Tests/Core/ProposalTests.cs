using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>What was found out about a change counts for that change, as long as it is wanted.</summary>
public sealed class ProposalTests
{
    private const string Metadata = "logs/a@blue:metadata";
    private const string Backfill = "logs/a@blue:backfill";
    private const string NoReview = "metadata: { approve: none }";
    private const string Overwriting = NoReview + "\n        backfill: { conflict: overwrite }";

    [Fact]
    public void Decide_WhenTheConfigurationGoesBackUnderAReview_AsksAboutWhatWasDone()
    {
        var story = Story.AtBackfill().Report(Backfill, rejected: 3);
        story.Settle();
        var real = Step(story).OpenReview!.Evidence;
        story.Start(Story.Config(Overwriting));
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        Assert.NotEqual(real, Step(story).OpenReview!.Evidence);

        story.Start(Story.Config(NoReview));
        Assert.Equal("ProposalDropped\n", story.Settle());
        Assert.Equal(real, Step(story).OpenReview!.Evidence);
        Approve(story);
        Assert.Equal($"complete {Backfill}\nrun logs/a@blue:validate #1\n", story.Settle());
    }

    [Fact]
    public void Decide_WhenAnApprovedChangeIsWantedAgain_AsksAgain()
    {
        var story = ApprovedAndHeld();
        story.Start(Story.Config(NoReview));
        Assert.StartsWith("ProposalDropped\n", story.Settle(), StringComparison.Ordinal);
        story.Start(Story.Config(Overwriting));
        AssertAsksAgain(story);
    }

    /// <summary>What a run finds besides what it was let do is allowed in that run, and asked about again in the next.</summary>
    [Fact]
    public void Decide_WhatARunFoundWasApprovedAndTheNextRunBegins_AsksAgain()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config("metadata: { approve: none, replicas: 2 }"));
        Assert.Equal($"evaluate {Metadata} #1\n", story.Settle());
        story.Evaluate(Metadata).Settle();
        story.Evaluate(Metadata, line: "it refuses that", destroys: story.There).Settle();
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        var metadata = StepAddress.Parse(Metadata);
        Assert.False(story.Do(new Operation.Approve([new(metadata, story.Session.Steps[metadata].OpenReview!.Evidence)], null) { By = "ann" }).HasFailed);
        story.Do(new Operation.Stop { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        story.Do(new Operation.Resume(["*"]) { By = "ann" });
        Assert.StartsWith($"review {Metadata}: ", story.Settle(), StringComparison.Ordinal);
        Assert.NotNull(story.Session.Steps[metadata].OpenReview);
    }

    /// <summary>Looked at, and not run: what it would write over is a line of the plan as long as nothing is written.</summary>
    [Fact]
    public void Plan_OfAFirstBackfillThatOverwritesAndIsUnderReview_MayDestroy()
    {
        var story = new Story { There = [] }.Start(Story.Config(Overwriting));
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        story.Evaluate(Metadata).Settle();
        story.Report(Metadata).Settle();
        story.Evaluate(Backfill, destroys: [new(Portage.Planning.DestructionKind.OverwriteDocuments, "blue", "a", 3, null, 3) { Item = "a" }]).Settle();
        Assert.NotNull(Step(story).OpenReview);
        var config = Configuration.Reading.ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!;
        var change = story.Planner.Plan(config, story.Session.Recorded()).Plan.Changes.Single(one => one.Address == StepAddress.Parse(Backfill));
        Assert.IsType<StepChange.Adopt>(change);
        Assert.True(change.MayDestroy);
    }

    [Fact]
    public void Start_WithNothingToDo_DropsWhatWasApproved()
    {
        var story = ApprovedAndHeld();
        story.Do(new Operation.Stop { By = "ann" });
        Commit(story, NoReview);
        Assert.True(story.StartSeeing().NothingToDo);
        story.Start(Story.Config(Overwriting));
        AssertAsksAgain(story);
    }

    [Fact]
    public void Start_WithNothingToDo_AsksNobodyAnyMoreAboutTheChangeThatWasLookedAt()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config(Overwriting));
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        Assert.NotNull(Step(story).OpenReview);
        story.Do(new Operation.Stop { By = "ann" });
        Commit(story, NoReview);
        Assert.True(story.StartSeeing().NothingToDo);
        Assert.Null(Step(story).OpenReview);
    }

    [Fact]
    public void Decide_AfterAStopAndAStartOfTheSame_LooksAgainWhatIsDestroyed()
    {
        var story = ApprovedAndHeld();
        story.Do(new Operation.Stop { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        story.Do(new Operation.Resume(["*"]) { By = "ann" });
        Assert.Equal("evaluate logs/a@blue:backfill #1 of a\n", story.Settle());
        story.Evaluate("logs/a@blue:backfill", destroys: story.There);
        Assert.StartsWith("review logs/a@blue:backfill", story.Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_AfterAnEditOfSomethingElse_LooksAgainWhatIsDestroyed()
    {
        var story = ApprovedAndHeld();
        story.Start(Story.Config(Overwriting, "b: { indices: { include: [b] }, metadata: { approve: none } }"));
        story.Do(new Operation.Resume(["*"]) { By = "ann" });
        Assert.Contains("evaluate logs/a@blue:backfill #1 of a\n", story.Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_WhenYetAnotherChangeIsWanted_TakesNoApprovalOfTheFormer()
    {
        var story = ApprovedAndHeld();
        story.Start(Story.Config(Overwriting).Replace("include: [a]", "include: [a, b]", StringComparison.Ordinal));
        story.Do(new Operation.Resume(["*"]) { By = "ann" });
        Assert.Equal($"evaluate {Metadata} #1\n", story.Settle());
        story.Evaluate(Metadata).Settle();
        Assert.EndsWith($"ProposalDropped\nevaluate {Backfill} #1 of a\n", story.Report(Metadata).Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_ALookAtAnotherChange_KeepsNoApproval()
    {
        // As a build wrote it that dropped nothing in between.
        var story = ApprovedAndHeld();
        var had = story.Session.Steps[StepAddress.Parse(Backfill)];
        Assert.True(had.Proposal!.IsApproved);
        story.Tell(new StepStarted(story.Session.Name, had.Run, had.Address, 1, StepPhase.Evaluate, had.Inputs!) { Items = ["a"] });
        Assert.Null(story.Session.Steps[had.Address].Proposal!.Approved);
    }

    private static void AssertAsksAgain(Story story)
    {
        story.Do(new Operation.Resume(["*"]) { By = "ann" });
        Assert.Equal($"evaluate {Backfill} #1 of a\n", story.Settle());
        Assert.StartsWith($"review {Backfill}: destroys 1 index", story.Evaluate(Backfill, destroys: story.There).Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Approve_WhenMoreIsThereThanWhenTheReviewOpened_NeedsTheNameOfThat()
    {
        var story = UnderReview();
        var (shown, evidence) = (Step(story).Reviewed!, Step(story).OpenReview!.Evidence);
        var now = shown.Destroys.Select(one => one with { Documents = one.Documents + 60, Foreign = 60 }).ToImmutableArray();
        var digest = Relook.DigestOf(evidence, now);

        var refused = story.Do(Approval(story, now, null));
        Assert.Equal("PG2025", Assert.Single(refused.Diagnostics).Code);
        Assert.Contains("60 of them not written by Portage", refused.Diagnostics[0].Detail, StringComparison.Ordinal);
        Assert.Equal($"workflow approve {Backfill} --evidence {digest.Short}", refused.Diagnostics[0].Command);
        Assert.Equal("PG2012", Assert.Single(story.Do(Approval(story, now, Relook.DigestOf(evidence, shown.Destroys).Hex)).Diagnostics).Code);
        Assert.NotNull(Step(story).OpenReview);

        Assert.False(story.Do(Approval(story, now, digest.Short)).HasFailed);
        Assert.Equal(now, story.Session.Steps[StepAddress.Parse(Backfill)].Proposal!.Evidence!.Destroys);
        Assert.StartsWith("revert ", story.Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Approve_OfWhatIsThereAsShown_NeedsNoName()
    {
        var story = UnderReview();

        // How much room it takes changes by itself.
        Assert.False(story.Do(Approval(story, [.. Step(story).Reviewed!.Destroys.Select(one => one with { Bytes = 1 })], null)).HasFailed);
        Assert.True(Step(story).Proposal!.IsApproved);
    }

    [Fact]
    public void Approve_WhenNobodyCouldLook_IsRefused()
    {
        var story = UnderReview();
        var refused = story.Do(new Operation.Approve([new(StepAddress.Parse(Backfill), Step(story).OpenReview!.Evidence) { Unseen = "It is down." }], null) { By = "ann" });
        Assert.Equal("PG2021", Assert.Single(refused.Diagnostics).Code);
        Assert.NotNull(Step(story).OpenReview);
    }

    [Fact]
    public void Approve_WhenItIsGoneByItself_GoesOn()
    {
        var story = UnderReview();
        Assert.Contains("not there any more", Assert.Single(story.Do(Approval(story, [], null)).Diagnostics).Detail, StringComparison.Ordinal);
        Assert.False(story.Do(Approval(story, [], Relook.DigestOf(Step(story).OpenReview!.Evidence, []).Hex)).HasFailed);
        Assert.True(Step(story).Proposal!.IsApproved);
    }

    private static Operation.Approve Approval(Story story, ImmutableArray<Destruction> now, string? named) =>
        new([new(StepAddress.Parse(Backfill), Step(story).OpenReview!.Evidence) { Now = now, Named = named }], null) { By = "ann" };

    private static Story UnderReview()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config(Overwriting));
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        return story;
    }

    /// <summary>A person approved that what the backfill wrote goes, and holds it.</summary>
    private static Story ApprovedAndHeld()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Start(Story.Config(Overwriting));
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        story.Do(new Operation.Pause(["*"]) { By = "ann" });
        Approve(story);
        Assert.Equal("", story.Settle());
        return story;
    }

    private static void Commit(Story story, string slice)
    {
        Assert.False(story.Do(new Operation.Configure(Story.Config(slice), "test", null) { By = "ann" }).HasFailed);
        story.Do(new Operation.Commit { By = "ann" });
    }

    private static StepRecord Step(Story story) => story.Session.Steps[StepAddress.Parse(Backfill)];

    private static void Approve(Story story) =>
        Assert.False(story.Do(new Operation.Approve([new(StepAddress.Parse(Backfill), Step(story).OpenReview!.Evidence)], null) { By = "ann" }).HasFailed);
}
