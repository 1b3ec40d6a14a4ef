using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Tests.Core;

/// <summary>What nobody wants any more is left as it is until somebody asks; then it is taken back like any other work.</summary>
public sealed class CollectTests
{
    private const string NoGates = "metadata: { approve: none }\n        backfill: { approve: none }\n        validate: { approve: none }";

    private static readonly Destruction Documents = new(DestructionKind.DeleteDocuments, "blue", "b", 3, 100, 0) { Item = "b" };

    private static readonly Destruction Index = new(DestructionKind.DeleteIndex, "blue", "b", 0, 0, 0) { Item = "b" };

    [Fact]
    public void Decide_NobodyAsked_LeavesWhatIsLeftAsItIs()
    {
        var story = Left();
        Assert.Equal("", story.Settle());
        Assert.True(Had(story, "logs/b@blue:metadata").HasEffects);
    }

    [Fact]
    public void Plan_AskedFor_SaysWhatIsTakenBackAndDestroyed()
    {
        var story = Left();
        story.Settle();
        Assert.False(Ask(story, "logs/b@blue:metadata").HasFailed);

        // What stands on it goes too.
        Assert.Equal(["revert logs/b@blue:metadata", "revert logs/b@blue:backfill", "revert logs/b@blue:validate"], Changes(story).Where(change => change is StepChange.Revert).Select(change => $"{change.Word} {change.Address}"));
        Assert.All(Changes(story).Where(change => change is StepChange.Revert && change.Address.Kind != Model.Steps.StepKind.Validate), change => Assert.True(change.MayDestroy));
        Assert.Equal("PG2021", Assert.Single(story.Do(new Operation.Start(null) { By = "ann" }).Diagnostics).Code);
    }

    [Fact]
    public void Decide_Approved_TakesBackInReverseOrder()
    {
        var story = Asked();
        Assert.Equal("evaluate logs/b@blue:metadata #1\nevaluate logs/b@blue:backfill #1\nrevert logs/b@blue:validate #1\n", story.Settle());
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents);
        Assert.Equal("review logs/b@blue:metadata: destroys 1 index, 0 documents on blue\nreview logs/b@blue:backfill: destroys 3 documents in 1 index on blue\n", story.Settle());
        Approve(story, "logs/b@blue:metadata");
        Assert.Equal("", story.Settle());
        Approve(story, "logs/b@blue:backfill");
        Assert.Equal("revert logs/b@blue:backfill #1\n", story.Settle());
        story.Reverted("logs/b@blue:backfill");
        Assert.Equal("revert logs/b@blue:metadata #1\n", story.Settle());
        story.Reverted("logs/b@blue:metadata");
        Assert.Equal("end Done\n", story.Settle());
        Assert.All(story.Session.Steps.Values.Where(step => step.Address.Part == "b"), step => Assert.False(step.HasEffects));
        Assert.Empty(story.Session.Leaving);
        Assert.Equal([], Changes(story).Where(change => change is not StepChange.Keep).Select(change => $"{change.Word} {change.Address} {change.Because.FirstOrDefault()?.Text}"));
    }

    [Fact]
    public void Decide_Rejected_LeavesItAndAsksAnewInTheNextRun()
    {
        var story = Asked();
        story.Settle();
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        foreach (var step in (string[])["logs/b@blue:metadata", "logs/b@blue:backfill"])
        {
            story.Do(new Operation.Reject([new(StepAddress.Parse(step), Had(story, step).OpenReview!.Evidence)], "not yet") { By = "ann" });
        }

        Assert.Equal("end Failed\n", story.Settle());
        Assert.True(Had(story, "logs/b@blue:backfill").HasEffects);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal("evaluate logs/b@blue:metadata #1\nevaluate logs/b@blue:backfill #1\n", story.Settle());
    }

    [Fact]
    public void Decide_CancelledMeanwhile_LeavesItAsItIs()
    {
        var story = Asked();
        story.Settle();
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        Assert.False(story.Do(new Operation.Collect(["logs/b"], IsWanted: false) { By = "ann" }).HasFailed);
        Assert.Equal("end Done\n", story.Settle());
        Assert.True(Had(story, "logs/b@blue:metadata").HasEffects);
    }

    [Fact]
    public void Decide_WantedAgain_IsKept()
    {
        var story = Left();
        story.Settle();
        Ask(story, "logs/b");
        story.Start(WithB);
        Assert.Equal("", story.Settle());
        Assert.All(Changes(story), change => Assert.IsType<StepChange.Keep>(change));
    }

    [Fact]
    public void Dormant_WantedAgain_IsToldUntilItIsForgotten()
    {
        var story = Left();
        story.Settle();
        Assert.Empty(Dormant(story));
        Assert.All(Leftovers(story), left => Assert.Equal((LeftoverFate.Left, null), (left.Fate, left.By)));
        Ask(story, "logs/b");
        Assert.Empty(Dormant(story));
        Assert.Equal(3, Leftovers(story).Count(left => left is { Fate: LeftoverFate.Leaves, By: "ann" }));

        story.Start(WithB).Settle();
        Assert.Equal(3, Dormant(story).Length);
        Assert.Equal("ann asked for logs/b@blue:backfill to be taken back, and the configuration wants it again: it stays as long as it does. To forget that: workflow collect logs/b@blue:backfill --cancel", Dormant(story)[0].Text);
        Assert.Equal(3, Leftovers(story).Count(left => left.Fate == LeftoverFate.Waits));
        Assert.Contains(StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now).Notes, note => note.StartsWith("ann asked for logs/b@blue:metadata to be taken back", StringComparison.Ordinal));

        // A new one is refused, for the configuration wants it; the old one can be forgotten.
        Assert.Equal("PG2030", Assert.Single(Ask(story, "logs/b").Diagnostics).Code);
        Assert.False(story.Do(new Operation.Collect(["logs/b"], IsWanted: false) { By = "ann" }).HasFailed);
        Assert.Empty(Dormant(story));
        Assert.Empty(Leftovers(story));
    }

    private static ImmutableArray<Wish> Dormant(Story story) =>
        Wishes.Dormant(story.Planner, Configuration.Reading.ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!, story.Session);

    private static ImmutableArray<Leftover> Leftovers(Story story) => LeftoversQuestion.Answer(story.Planner, new(story.Home, story.Session)).Steps;

    [Fact]
    public void Collect_CancelledForWhatOthersStandOn_TellsWhatStillGoes()
    {
        var story = Left();
        Ask(story, "logs/b@blue:metadata");
        var answer = story.Do(new Operation.Collect(["logs/b@blue:metadata"], IsWanted: false) { By = "ann" });
        Assert.Equal(
            ["What logs/b@blue:metadata made is left as it is.", "The next start still takes back what logs/b@blue:backfill and logs/b@blue:validate made: workflow collect logs/b@blue:backfill logs/b@blue:validate --cancel"],
            answer.Messages.AsEnumerable());
    }

    /// <summary>What one of them deletes is in the other as well: whoever refuses that refuses it of both.</summary>
    [Theory]
    [InlineData("logs/b", "logs/c")]
    [InlineData("logs/c", "logs/b")]
    public void Decide_OneOfTwoThatGoTogetherIsRejected_NeitherGoes(string rejected, string approved)
    {
        var other = Story.Config(NoGates, "c:\n        indices: { include: [b] }\n        " + Otherwise);
        var story = new Story { There = [Documents] }.Start(WithB).Finish().Start(other).Finish().Start(Story.Config(NoGates));
        story.Settle();
        Assert.False(story.Do(new Operation.Collect(["logs/b@blue", "logs/c@blue"], IsWanted: true) { By = "ann" }).HasFailed);
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        foreach (var slice in (string[])["logs/b", "logs/c"])
        {
            story.Reverted($"{slice}@blue:validate").Evaluate($"{slice}@blue:metadata", destroys: Index).Evaluate($"{slice}@blue:backfill", destroys: Documents);
        }

        story.Settle();
        Approve(story, $"{approved}@blue:backfill");
        Assert.Equal("", story.Settle());
        story.Do(new Operation.Reject([new(StepAddress.Parse($"{rejected}@blue:backfill"), Had(story, $"{rejected}@blue:backfill").OpenReview!.Evidence)], "ours") { By = "ann" });
        Approve(story, $"{approved}@blue:metadata");
        Approve(story, $"{rejected}@blue:metadata");
        Assert.Equal("end Failed\n", story.Settle());
        Assert.All((string[])[rejected, approved], slice => Assert.Contains("b", Had(story, $"{slice}@blue:backfill").Items!.Keys));
    }

    [Fact]
    public void Collect_OfOneOfTwoUnwantedSlicesOfAnIndex_SaysThatBothGoOrNeither()
    {
        var other = Story.Config(NoGates, "c:\n        indices: { include: [b] }\n        " + Otherwise);
        var story = new Story().Start(WithB).Finish().Start(other).Finish().Start(Story.Config(NoGates));
        story.Settle();
        foreach (var slice in (string[])["logs/b", "logs/c"])
        {
            var refused = Assert.Single(Ask(story, slice).Diagnostics);
            Assert.Equal("PG2030", refused.Code);
            Assert.EndsWith("both have work in b, and nobody wants either any more: both go together, or neither. Nothing was asked for.", refused.Detail, StringComparison.Ordinal);
            Assert.Equal("workflow collect logs/b@blue logs/c@blue", refused.Command);
        }

        Assert.False(story.Do(new Operation.Collect(["logs/b@blue", "logs/c@blue"], IsWanted: true) { By = "ann" }).HasFailed);
    }

    [Fact]
    public void Collect_CancelledForOnePart_KeepsWhatThatStandsOn()
    {
        var story = Asked();
        story.Settle();
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        story.Do(new Operation.Collect(["logs/b@blue:backfill"], IsWanted: false) { By = "ann" });
        Assert.Equal("end Done\n", story.Settle());
        Assert.Empty(story.Session.Leaving);
    }

    [Fact]
    public void Collect_CancelledWhenHalfOfItIsGone_GoesOn()
    {
        var story = Asked();
        story.Settle();
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        Approve(story, "logs/b@blue:backfill");
        story.Settle();
        story.Fail("logs/b@blue:backfill");
        story.Do(new Operation.Stop { By = "ann" });
        story.Settle();
        Assert.Equal("no longer in the configuration; ann wants it taken back, which was begun and goes on", Changes(story).Single(change => change.Address.ToString() == "logs/b@blue:backfill").Because.Single().Text);
        Assert.Equal("ann asked for it to be taken back, and that was begun: the next start goes on with it", LeftoversQuestion.Answer(story.Planner, new(story.Home, story.Session)).Steps.Single(left => left.Step.ToString() == "logs/b@blue:backfill").Text);
        var answer = story.Do(new Operation.Collect(["logs/b"], IsWanted: false) { By = "ann" });
        Assert.Equal(
            ["What logs/b@blue:metadata made is left as it is.", "logs/b@blue:backfill is being taken back already: that goes on, with the next start where no run is under way."],
            answer.Messages.AsEnumerable());
        Assert.Equal(["logs/b@blue:backfill"], story.Session.Leaving.Select(step => step.ToString()));
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal("revert logs/b@blue:backfill #1\n", story.Settle());
    }

    [Fact]
    public void Collect_CancelledForWhatAStepThatIsHalfGoneStandsOn_SaysThatThisGoesOn()
    {
        var story = Asked();
        story.Settle();
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        Approve(story, "logs/b@blue:backfill");
        story.Settle();
        Assert.Equal(
            ["What logs/b@blue:metadata made is left as it is.", "logs/b@blue:backfill is being taken back already: that goes on, with the next start where no run is under way."],
            story.Do(new Operation.Collect(["logs/b@blue:metadata"], IsWanted: false) { By = "ann" }).Messages.AsEnumerable());
    }

    [Fact]
    public void Decide_AWholeMigrationLeaves_TakesTheSnapshotBackLast()
    {
        var story = new Story().Start(WithB).Finish().Start("targets: { blue: { endpoint: \"http://blue:9200\" } }");
        story.Settle();
        Assert.False(Ask(story, "logs/main").HasFailed);
        Assert.Equal(7, story.Session.Leaving.Count);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.DoesNotContain("revert logs/main:snapshot", story.Settle(), StringComparison.Ordinal);
        Assert.DoesNotContain("revert logs/main:snapshot", story.Evaluate("logs/main:snapshot").Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Commit_WithWhatIsToBeCollected_TakesThePlanThatWasShown()
    {
        var story = Left();
        Ask(story, "logs/b");
        story.Do(new Operation.Configure(Story.Config(NoGates, "c:\n        indices: { include: [c] }"), "test", null) { By = "ann" });
        var pending = story.Session.Pending!;
        var config = Configuration.Reading.ConfigurationReader.ReadCanonical(pending.Configuration).Config!;
        var wanted = Engine.Core.Desired.Of(story.Planner, config, story.Session, run: 0);
        var plan = story.Planner.Plan(wanted, story.Session.Recorded(), null).Plan;
        Assert.False(story.Do(new Operation.Commit { By = "ann", Revision = pending.Number, Plan = plan.Hash.Hex }).HasFailed);
    }

    [Fact]
    public void Decide_ApprovedInAnEarlierRun_IsLookedAtAndAskedAgain()
    {
        var story = Asked();
        story.Settle();
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        Approve(story, "logs/b@blue:metadata");
        story.Do(new Operation.Reject([new(StepAddress.Parse("logs/b@blue:backfill"), Had(story, "logs/b@blue:backfill").OpenReview!.Evidence)], "no") { By = "ann" });
        Assert.Equal("end Failed\n", story.Settle());
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal("evaluate logs/b@blue:metadata #1\nevaluate logs/b@blue:backfill #1\n", story.Settle());
        story.Evaluate("logs/b@blue:metadata", destroys: Index);
        Assert.StartsWith("review logs/b@blue:metadata", story.Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_TwoSlicesOfOneIndexLeave_NeitherIsInTheWayOfTheOther()
    {
        var other = Story.Config(NoGates, "c:\n        indices: { include: [b] }\n        " + NoGates);
        var story = new Story().Start(WithB).Finish().Start(other).Finish().Start(Story.Config(NoGates));
        story.Settle();
        Assert.False(story.Do(new Operation.Collect(["logs/b", "logs/c"], IsWanted: true) { By = "ann" }).HasFailed);
        Assert.DoesNotContain(Changes(story), change => change is StepChange.Block);
        Assert.False(story.StartSeeing().HasFailed);
        story.Finish();
        foreach (var step in story.Session.Steps.Values.Where(step => step.OpenReview is not null).ToArray())
        {
            Approve(story, step.Address.ToString());
        }

        story.Finish();
        Assert.All(story.Session.Steps.Values.Where(step => step.Address.Part is "b" or "c"), step => Assert.False(step.HasEffects, $"{step.Address} is still there"));
    }

    [Fact]
    public void Decide_TwoSlicesOfOneIndexLeave_TakesTheIndexBackAfterTheDocumentsOfBoth()
    {
        var other = Story.Config(NoGates, "c:\n        indices: { include: [b] }\n        " + Otherwise);
        var story = new Story().Start(WithB).Finish().Start(other).Finish().Start(Story.Config(NoGates));
        story.Settle();
        story.Do(new Operation.Collect(["logs/b", "logs/c"], IsWanted: true) { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        string[] slices = ["logs/b", "logs/c"];
        foreach (var slice in slices)
        {
            story.Reverted($"{slice}@blue:validate").Evaluate($"{slice}@blue:metadata", destroys: Index).Evaluate($"{slice}@blue:backfill", destroys: Documents);
        }

        story.Settle();
        foreach (var step in slices.SelectMany(slice => (string[])[$"{slice}@blue:metadata", $"{slice}@blue:backfill"]))
        {
            Approve(story, step);
        }

        Assert.Equal("revert logs/b@blue:backfill #1\nrevert logs/c@blue:backfill #1\n", story.Settle());
        Assert.Equal("", story.Reverted("logs/b@blue:backfill").Settle());
        Assert.StartsWith("revert logs/b@blue:metadata #1\n", story.Reverted("logs/c@blue:backfill").Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_AskedForInTheRun_WaitsForTheNext()
    {
        var story = Left().Start(Story.Config(NoGates, "c:\n        indices: { include: [b] }\n        metadata: { skip: true }\n        backfill: { skip: true }\n        validate: { mode: counts }"));
        Assert.Equal("run logs/c@blue:validate #1\n", story.Settle());
        Assert.False(Ask(story, "logs/b").HasFailed);
        Assert.Equal("", story.Settle());
        story.Restart();
        Assert.Equal("", story.Settle());
        story.Report("logs/c@blue:validate");
        Assert.EndsWith("end Done\n", story.Settle(), StringComparison.Ordinal);
        Assert.True(Had(story, "logs/b@blue:metadata").HasEffects);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Contains("evaluate logs/b@blue:metadata", story.Settle(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("logs/a@blue:metadata", "PG2030")]
    [InlineData("logs/c", "PG2007")]
    public void Collect_WhatIsWantedOrUnknown_IsRefused(string pattern, string code)
    {
        var story = Left();
        story.Settle();
        Assert.Equal(code, Assert.Single(Ask(story, pattern).Diagnostics).Code);
    }

    [Fact]
    public void Decide_AnotherSliceWantsTheIndex_BeginsWhenWhatLeavesIsGone()
    {
        var story = Left();
        Ask(story, "logs/b");
        story.Start(Story.Config(NoGates, "c:\n        indices: { include: [b] }\n        " + NoGates));
        Assert.DoesNotContain("logs/c", story.Settle(), StringComparison.Ordinal);
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        Approve(story, "logs/b@blue:metadata");
        Approve(story, "logs/b@blue:backfill");
        Assert.Equal("revert logs/b@blue:backfill #1\n", story.Settle());
        story.Reverted("logs/b@blue:backfill").Settle();
        Assert.Equal("evaluate logs/c@blue:metadata #1\n", story.Reverted("logs/b@blue:metadata").Settle());
    }

    [Fact]
    public void Decide_AnotherSliceWantsTheIndexAndWhatLeavesIsKeptAfterAll_BeginsThen()
    {
        // Slice d goes on leaving.
        var story = new Story().Start(WithB + "\n      d:\n        indices: { include: [d] }\n        " + NoGates).Finish();
        story.Start(Story.Config(NoGates));
        Ask(story, "logs/b");
        Ask(story, "logs/d");
        story.Start(Story.Config(NoGates, "c:\n        indices: { include: [b] }\n        " + NoGates));
        Assert.DoesNotContain("logs/c", story.Settle(), StringComparison.Ordinal);
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        Assert.False(story.Do(new Operation.Collect(["logs/b"], IsWanted: false) { By = "ann" }).HasFailed);

        // As the next plan would have it: it is nobody's any more, and just what is wanted.
        Assert.Equal("evaluate logs/c@blue:metadata #1 takes b from logs/b@blue:metadata\n", story.Settle());
        Assert.NotEmpty(story.Session.Leaving);
    }

    [Fact]
    public void Plan_AnotherSliceHasTheIndexByNow_LeavesWhatWasAskedFor()
    {
        var story = Left();
        Ask(story, "logs/b");
        story.Do(new Operation.Collect(["logs/b"], IsWanted: false) { By = "ann" });
        story.Start(Story.Config(NoGates, "c:\n        indices: { include: [b] }\n        " + Otherwise)).Finish();
        story.Tell([.. ((string[])["metadata", "backfill", "validate"]).Select(kind => new CollectAsked("default", story.Session.Runs.Count, StepAddress.Parse($"logs/b@blue:{kind}"), "ann", IsWanted: true))]);
        Assert.DoesNotContain(Changes(story), change => change is StepChange.Revert { Address.Kind: not Model.Steps.StepKind.Validate });
    }

    [Fact]
    public void Collect_WhatAWantedComparisonStandsOn_IsRefused()
    {
        var story = new Story().Start(Story.Config(NoGates)).Finish().Start(Story.Config(NoGates.Replace("backfill: { approve: none }", "backfill: { skip: true }", StringComparison.Ordinal)));
        var refused = Assert.Single(Ask(story, "logs/a@blue:backfill").Diagnostics);
        Assert.Equal("PG2030", refused.Code);
        Assert.StartsWith("logs/a@blue:validate, which the configuration wants, stands on", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WantedAgainInPart_KeepsWhatThatStandsOn()
    {
        var story = Left();
        Ask(story, "logs/b");
        story.Start(WithB.Replace("indices: { include: [b] }\n        " + NoGates, "indices: { include: [b] }\n        " + NoGates.Replace("backfill: { approve: none }", "backfill: { skip: true }", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Equal(["collect logs/b@blue:backfill"], Changes(story).Where(change => change is not StepChange.Keep).Select(change => $"{change.Word} {change.Address}"));
    }

    [Fact]
    public void Collect_AnIndexThatAnotherSliceHasNow_IsRefused()
    {
        var story = new Story().Start(WithB).Finish();
        story.Start(Story.Config(Otherwise, "b:\n        indices: { include: [b] }\n        " + NoGates)).Finish();
        story.Start(Story.Config(Otherwise).Replace("include: [a]", "include: [a, b]", StringComparison.Ordinal)).Finish();
        var refused = Assert.Single(Ask(story, "logs/b").Diagnostics);
        Assert.Equal("PG2030", refused.Code);
        Assert.Contains("logs/b@blue:metadata made b, in which logs/a@blue:", refused.Detail, StringComparison.Ordinal);
    }

    /// <summary>A run goes on with its own revision; whoever approves after another was committed means that one.</summary>
    [Fact]
    public void Approve_WhatTheCommittedRevisionWantsAgain_IsRefused()
    {
        var story = Left();
        Ask(story, "logs/b");
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        story.Do(new Operation.Configure(WithB, "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        var step = Had(story, "logs/b@blue:backfill");
        var refused = story.Do(new Operation.Approve([new(step.Address, step.OpenReview!.Evidence)], null) { By = "ann" });
        Assert.Equal("PG2025", Assert.Single(refused.Diagnostics).Code);
        Assert.DoesNotContain("revert", story.Settle(), StringComparison.Ordinal);
    }

    /// <summary>What is taken back is not written over what others have.</summary>
    [Fact]
    public void Desired_OfABackfillThatOverwrote_OverwritesNothing()
    {
        var story = new Story { There = [] }.Start(WithB.Replace("indices: { include: [b] }\n        " + NoGates, "indices: { include: [b] }\n        " + NoGates.Replace("backfill: {", "backfill: { conflict: overwrite,", StringComparison.Ordinal), StringComparison.Ordinal)).Finish();
        story.Start(Story.Config(NoGates));
        Assert.False(Ask(story, "logs/b").HasFailed);
        var absent = Desired.Of(story.Planner, Configuration.Reading.ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!, story.Session, run: 0).Where(step => step.IsAbsent).ToArray();
        Assert.NotEmpty(absent);
        Assert.All(absent, step => Assert.False(step.Overwrites));
    }

    [Fact]
    public void Collect_OneOfItsIndicesIsOfAnotherSliceNow_TakesBackTheOthers()
    {
        var story = TwoIndicesOneMoved();
        var asked = Ask(story, "logs/b");
        Assert.False(asked.HasFailed);
        Assert.Contains("The next start takes back what logs/b@blue:backfill made, but for a, which other work has by now.", asked.Messages);
        var changes = Changes(story);
        Assert.All(changes, change => Assert.Empty(change.Spares));
        Assert.All(changes.Where(change => change is StepChange.Revert && change.Address.Kind != Model.Steps.StepKind.Validate), change => Assert.Equal(["b"], change.Redone));
        Assert.False(story.StartSeeing().HasFailed);

        Assert.Equal("evaluate logs/b@blue:metadata #1 of b\nevaluate logs/b@blue:backfill #1 of b\nrevert logs/b@blue:validate #1\n", story.Settle());
        story.Reverted("logs/b@blue:validate").Evaluate("logs/b@blue:metadata", destroys: Index).Evaluate("logs/b@blue:backfill", destroys: Documents).Settle();
        Approve(story, "logs/b@blue:metadata");
        Approve(story, "logs/b@blue:backfill");
        Assert.Equal("revert logs/b@blue:backfill #1 of b\n", story.Settle());
        story.Reverted("logs/b@blue:backfill");
        Assert.Equal("revert logs/b@blue:metadata #1 of b\n", story.Settle());
        story.Reverted("logs/b@blue:metadata");
        Assert.Equal("end Done\n", story.Settle());
        Assert.Equal(["a"], Had(story, "logs/b@blue:backfill").Items!.Keys);

        // What is left of it is told, and nothing more is done.
        Assert.Equal(["logs/b@blue:backfill", "logs/b@blue:metadata"], Dormant(story).Select(wish => wish.Step.ToString()));
        Assert.DoesNotContain(Changes(story), change => change is StepChange.Revert or StepChange.Block);
    }

    [Fact]
    public void Decide_TheOtherSliceMakesTheMovedIndexAnew_DoesNotWaitForWhatLeaves()
    {
        var story = TwoIndicesOneMoved();
        Assert.False(Ask(story, "logs/b").HasFailed);
        Assert.False(story.Do(new Operation.Redo(["logs/a@blue:validate"], IsWanted: true) { By = "ann" }).HasFailed);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Contains("logs/a@blue:validate", story.Settle(), StringComparison.Ordinal);
    }

    /// <summary>A slice of two indices is taken out, and one of them goes to another slice.</summary>
    private static Story TwoIndicesOneMoved()
    {
        var whole = Story.Config(NoGates).Replace("include: [a]", "include: [a, b]", StringComparison.Ordinal).Replace("      a:\n", "      b:\n", StringComparison.Ordinal);
        return new Story().Start(whole).Finish().Start(Story.Config(Otherwise)).Finish();
    }

    [Fact]
    public void Plan_OnlyTheComparisonIsWantedAgain_KeepsAllBelowIt()
    {
        var story = Left();
        Ask(story, "logs/b");
        story.Start(WithB.Replace("indices: { include: [b] }\n        " + NoGates, "indices: { include: [b] }\n        metadata: { skip: true }\n        backfill: { skip: true }\n        validate: { approve: none }", StringComparison.Ordinal));
        Assert.Equal(["collect logs/b@blue:metadata", "collect logs/b@blue:backfill"], Changes(story).Where(change => change is not StepChange.Keep).Select(change => $"{change.Word} {change.Address}"));
    }

    [Fact]
    public void Collect_OfMetadataAlone_AsksForAllThatRestsOnIt()
    {
        var story = Left();
        story.Settle();
        Assert.False(Ask(story, "logs/b@blue:metadata").HasFailed);
        Assert.All((string[])["logs/b@blue:metadata", "logs/b@blue:backfill", "logs/b@blue:validate"], step => Assert.Equal("ann", Had(story, step).LeavesBy));
    }

    [Fact]
    public void Collect_AnIndexThatAnotherSessionHasUnderAnotherAddressOfTheCluster_IsRefused()
    {
        var story = Left();
        story.Settle();
        Assert.False(Ask(story, "logs/b@blue:backfill").HasFailed);
        story.Do(new Operation.Collect(["logs/b"], IsWanted: false) { By = "ann" });
        story.Do(new Operation.CreateSession("trial", null) { By = "ann" });
        story.Do(new Operation.Configure(WithB.Replace("blue:9200", "other-name:9200", StringComparison.Ordinal), "test", null) { By = "ann", Session = "trial" });
        story.Do(new Operation.Commit { By = "ann", Session = "trial" });
        var clusters = ImmutableSortedDictionary<string, string>.Empty.Add("http://blue:9200", "one").Add("http://other-name:9200", "one");
        story.Tell(
            new RunStarted("trial", 1, 1, Model.Steps.Fingerprint.Of("plan"), "ann") { Clusters = clusters },
            new StepStarted("trial", 1, StepAddress.Parse("logs/b@blue:metadata"), 1, StepPhase.Run, Had(story, "logs/b@blue:metadata").Inputs!),
            new RunEnded("trial", 1, RunOutcome.Stopped, "ann"));
        var refused = Assert.Single(story.Do(new Operation.Collect(["logs/b@blue:backfill"], IsWanted: true) { By = "ann", Session = "default" }).Diagnostics);
        Assert.Equal("PG2030", refused.Code);
        Assert.Contains("in which logs/b@blue:metadata of session trial has work", refused.Detail, StringComparison.Ordinal);
    }

    // Another treatment: then nothing changes hands.
    private static string Otherwise => NoGates.Replace("metadata: {", "metadata: { replicas: 2,", StringComparison.Ordinal);

    private static string WithB => Story.Config(NoGates, "b:\n        indices: { include: [b] }\n        " + NoGates);

    /// <summary>Two slices done, then one of them taken out of the configuration.</summary>
    private static Story Left() => new Story().Start(WithB).Finish().Start(Story.Config(NoGates));

    private static Story Asked()
    {
        var story = Left();
        story.Settle();
        Ask(story, "logs/b");
        Assert.False(story.StartSeeing().HasFailed);
        return story;
    }

    private static OperationResult Ask(Story story, string pattern) => story.Do(new Operation.Collect([pattern], IsWanted: true) { By = "ann" });

    private static StepRecord Had(Story story, string step) => story.Session.Steps[StepAddress.Parse(step)];

    private static void Approve(Story story, string step) => story.Do(new Operation.Approve([new(StepAddress.Parse(step), Had(story, step).OpenReview!.Evidence)], null) { By = "ann" });

    private static ImmutableArray<StepChange> Changes(Story story)
    {
        var config = Configuration.Reading.ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!;
        return story.Planner.Plan(Engine.Core.Desired.Of(story.Planner, config, story.Session, run: 0), story.Session.Recorded(), null).Plan.Changes;
    }
}
