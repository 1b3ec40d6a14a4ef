using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>A slice that was narrowed leaves an index behind: it is listed, and just that is taken back when somebody asks.</summary>
public sealed class CollectInPartTests
{
    private const string Open = "metadata: { approve: none }\n        backfill: { approve: none }\n        validate: { approve: none }";
    private const string Metadata = "logs/a@blue:metadata";
    private const string Backfill = "logs/a@blue:backfill";
    private const string Validate = "logs/a@blue:validate";

    private static readonly Destruction Index = new(DestructionKind.DeleteIndex, "blue", "b", 3, 100, 0) { Item = "b" };
    private static readonly Destruction Documents = new(DestructionKind.DeleteDocuments, "blue", "b", 3, 100, 0) { Item = "b" };

    [Fact]
    public void Collect_NobodyAsked_ListsWhatIsLeftAndLeavesIt()
    {
        var story = Narrowed();
        Assert.Equal([(Backfill, LeftoverFate.Left), (Metadata, LeftoverFate.Left), (Validate, LeftoverFate.Left)], Leftovers(story).Select(left => (left.Step.ToString(), left.Fate)));
        Assert.All(Leftovers(story), left => Assert.Equal(["b"], left.Items.AsEnumerable()));
        Assert.Equal($"b is selected no longer, and left as it is: workflow collect {Metadata} takes it back", Assert.Single(Change(story, Metadata).Because).Text);
        var note = Assert.Single(StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now).Notes);
        Assert.Equal($"Selected no longer, and left as they are: b of {Metadata}, b of {Backfill}, b of {Validate}. How to have them taken back: workflow collect.", note);
        Assert.Equal("", story.Settle());
    }

    [Fact]
    public void Plan_AskedForAll_TakesBackThatIndexAndNothingElse()
    {
        var story = Narrowed();
        var answer = Ask(story, Metadata);
        Assert.Equal([$"The next start takes back what {Metadata} made of b.", $"The next start takes back what {Backfill} made of b.", $"The next start takes back what {Validate} made of b."], answer.Messages.AsEnumerable());
        foreach (var step in (string[])[Metadata, Backfill, Validate])
        {
            var change = Assert.IsType<StepChange.Revert>(Change(story, step));
            Assert.Equal(["b"], change.Redone.AsEnumerable());
            Assert.Equal(["b is selected no longer; ann wants it taken back"], change.Because.Select(reason => reason.Text));
        }

        Assert.All(Leftovers(story), left => Assert.Equal((LeftoverFate.Leaves, "ann"), (left.Fate, left.By)));
        Assert.Equal("PG2021", Assert.Single(story.Do(new Operation.Start(null) { By = "ann" }).Diagnostics).Code);
    }

    [Fact]
    public void Decide_Approved_TakesItBackAndRunsNothing()
    {
        var story = Narrowed();
        Ask(story, Metadata);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal($"evaluate {Metadata} #1 of b\n", story.Settle());
        Assert.StartsWith($"review {Metadata}: destroys 1 index", story.Evaluate(Metadata, destroys: [Index, Documents]).Settle(), StringComparison.Ordinal);
        Approve(story, Metadata);
        Assert.Equal($"revert {Validate} #1 of b\n", story.Settle());
        Assert.Equal($"revert {Backfill} #1 of b\n", story.Reverted(Validate).Settle());
        Assert.Equal($"revert {Metadata} #1 of b\n", story.Reverted(Backfill).Settle());
        var end = story.Reverted(Metadata).Settle();
        Assert.EndsWith("end Done\n", end, StringComparison.Ordinal);
        Assert.DoesNotContain("run ", end, StringComparison.Ordinal);
        Assert.All((string[])[Metadata, Backfill, Validate], step => Assert.Equal(["a"], Had(story, step).Items!.Keys));
        Assert.Empty(story.Session.LeavingInPart);
        Assert.Empty(Leftovers(story));
        Assert.All(Changes(story), change => Assert.IsType<StepChange.Keep>(change));
        var status = StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now);
        Assert.Empty(status.Notes);
        Assert.EndsWith("since then b was taken back", status.Steps.Single(step => step.Address.ToString() == Backfill).Situation, StringComparison.Ordinal);
    }

    [Fact]
    public void Collect_OfWhatANewerSnapshotHasNoMore_IsListedAndAskedForToo()
    {
        var story = new Story().Start(Wide()).Finish();
        story.Do(new Operation.Redo(["logs/main:snapshot"], IsWanted: true) { By = "ann" });
        story.Names = ["a"];
        Assert.False(story.StartSeeing().HasFailed);
        story.Finish();
        Assert.Equal(3, Leftovers(story).Length);
        Assert.False(Ask(story, Metadata).HasFailed);
        Assert.IsType<StepChange.Revert>(Change(story, Metadata));
        Assert.Empty(Wishes.Dormant(story.Planner, Wanted(story), story.Session));
    }

    [Fact]
    public void Decide_Rejected_LeavesItAndAsksInTheNextRun()
    {
        var story = Narrowed();
        Ask(story, Metadata);
        story.StartSeeing();
        story.Settle();
        story.Evaluate(Metadata, destroys: Index).Settle();
        story.Do(new Operation.Reject([new(StepAddress.Parse(Metadata), Had(story, Metadata).OpenReview!.Evidence)], "not yet") { By = "ann" });
        Assert.Equal("end Failed\n", story.Settle());
        Assert.Equal(["a", "b"], Had(story, Backfill).Items!.Keys);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal($"evaluate {Metadata} #1 of b\n", story.Settle());
    }

    /// <summary>Killed in the middle: it is not said to be left, nor that it can be, nor that it comes back.</summary>
    [Fact]
    public void Plan_HalfOfItIsGone_SaysThatItGoesOn()
    {
        var story = Narrowed();
        Ask(story, Backfill);
        story.StartSeeing();
        story.Settle();
        story.Evaluate(Backfill, destroys: Documents).Settle();
        Approve(story, Backfill);
        story.Settle();
        Assert.EndsWith($"revert {Backfill} #1 of b\n", story.Reverted(Validate).Settle(), StringComparison.Ordinal);
        story.Fail(Backfill);
        story.Do(new Operation.Stop { By = "ann" });
        Assert.Equal(["taking back b was begun: that goes on"], Assert.IsType<StepChange.Revert>(Change(story, Backfill)).Because.Select(reason => reason.Text));
        var left = Leftovers(story).Single(left => left.Step.ToString() == Backfill);
        Assert.Equal((LeftoverFate.Leaves, "ann asked for b to be taken back, which is selected no longer, and that was begun: the next start goes on with it"), (left.Fate, left.Text));
        Assert.DoesNotContain(StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now).Notes, note => note.Contains($"left as they are: b of {Backfill}", StringComparison.Ordinal));
        Assert.False(story.StartSeeing().HasFailed);
        Through(story);
        Assert.Equal(["a"], Had(story, Backfill).Items!.Keys);
    }

    [Fact]
    public void Collect_OfTheDocumentsAlone_KeepsTheIndex()
    {
        var story = Narrowed();
        Assert.Equal(2, Ask(story, Backfill).Messages.Length);
        Assert.IsType<StepChange.Keep>(Change(story, Metadata));
        Assert.IsType<StepChange.Revert>(Change(story, Backfill));
        Assert.IsType<StepChange.Revert>(Change(story, Validate));
    }

    [Fact]
    public void Collect_CancelledForOneStep_KeepsWhatThatStandsOn()
    {
        var story = Narrowed();
        Ask(story, Metadata);
        Assert.Equal([$"What {Metadata} made of b is left as it is.", $"What {Backfill} made of b is left as it is."], Ask(story, Backfill, isWanted: false).Messages.AsEnumerable());
        Assert.Equal([Validate], story.Session.LeavingInPart.Select(step => step.ToString()));
    }

    [Fact]
    public void Plan_SelectedAgain_KeepsItAndTellsOfWhatWasAsked()
    {
        var story = Narrowed();
        Ask(story, Metadata);
        story.Start(Wide()).Settle();
        Assert.All(Changes(story), change => Assert.IsType<StepChange.Keep>(change));
        Assert.Equal($"ann asked for b of {Metadata} to be taken back, and the configuration selects it again: it stays as long as it does. To forget that: workflow collect {Metadata} --cancel", Wishes.Dormant(story.Planner, Wanted(story), story.Session)[0].Text);
        Assert.False(Ask(story, "logs/a", isWanted: false).HasFailed);
        Assert.Empty(Wishes.Dormant(story.Planner, Wanted(story), story.Session));
    }

    [Fact]
    public void Decide_AskedForInTheRun_WaitsForTheNext()
    {
        var story = Narrowed();
        story.Do(new Operation.Redo([Validate], IsWanted: true) { By = "ann" });
        story.StartSeeing();
        Assert.StartsWith($"revert {Validate} #1 of a\n", story.Settle(), StringComparison.Ordinal);
        Ask(story, Metadata);
        Assert.DoesNotContain("evaluate", story.Reverted(Validate).Settle(), StringComparison.Ordinal);
        Assert.EndsWith("end Done\n", story.Report(Validate).Settle(), StringComparison.Ordinal);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal($"evaluate {Metadata} #1 of b\n", story.Settle());
    }

    [Fact]
    public void Collect_OfWhatAnotherSliceHasByNow_IsRefused()
    {
        var story = Narrowed();
        story.Start(Story.Config(Open, "c: { indices: { include: [b] }, metadata: { approve: none, replicas: 2 }, backfill: { bodyBytesMax: 1048576, conflict: overwrite } }")).Finish();
        foreach (var step in story.Session.Steps.Values.Where(step => step.OpenReview is not null).ToArray())
        {
            Approve(story, step.Address.ToString());
        }

        story.Finish();
        var refused = Assert.Single(Ask(story, Backfill).Diagnostics);
        Assert.Equal("PG2030", refused.Code);
        Assert.Equal($"{Backfill} made b, in which logs/c@blue:backfill, which the configuration wants, has work. Nothing was asked for. Take logs/c@blue:backfill out of the configuration first: then workflow collect tells what goes together, and it can be brought back afterwards.", refused.Detail);
        Assert.Equal("workflow configure", refused.Command);
    }

    /// <summary>The one slice was narrowed, the other removed or narrowed as well, and both wrote in one index: whichever is named, what is advised is taken.</summary>
    [Theory]
    [InlineData(true, "logs/a")]
    [InlineData(true, "logs/c")]
    [InlineData(true, "logs/c@blue:backfill")]
    [InlineData(false, "logs/a")]
    [InlineData(false, "logs/c")]
    [InlineData(false, "logs/a@blue:backfill")]
    public void Collect_OfAnIndexThatTwoSlicesLeft_AdvisesWhatIsTakenThen(bool isRemoved, string pattern)
    {
        var story = LeftByTwo(isRemoved);
        var refused = Assert.Single(Ask(story, pattern).Diagnostics);
        Assert.Equal(("PG2030", "workflow collect logs/a@blue logs/c@blue"), (refused.Code, refused.Command));
        var taken = story.Do(new Operation.Collect(["logs/a@blue", "logs/c@blue"], IsWanted: true) { By = "ann" });
        Assert.False(taken.HasFailed, string.Join('\n', taken.Diagnostics));
        Assert.Empty(Wishes.Dormant(story.Planner, Wanted(story), story.Session));

        // And the next start takes both back, and is at its end.
        Assert.Equal(["b"], Change(story, Backfill).Redone);
        Assert.False(story.StartSeeing().HasFailed);
        Through(story);
        Assert.DoesNotContain(story.Session.Steps.Values, step => step.Address.Target is not null && step.Items?.ContainsKey("b") == true && step.HasEffects);
        Assert.Empty(Leftovers(story));
    }

    /// <summary>Whatever is listed as left: a command that is listed is taken, as it is printed; and where there is none, it is said what keeps it.</summary>
    [Theory]
    [InlineData("narrowed")]
    [InlineData("a later step is not wanted")]
    [InlineData("two left it, one is removed")]
    [InlineData("two left it, both are narrowed")]
    [InlineData("three left it")]
    [InlineData("another has it by now")]
    public void Collect_WhatIsListedAsLeft_IsTakenAsItIsPrinted(string situation)
    {
        var story = situation switch
        {
            "narrowed" => Narrowed(),
            "a later step is not wanted" => Narrowed().Start(Story.Config(Open.Replace("backfill: { approve: none }", "backfill: { skip: true }", StringComparison.Ordinal))).Finish(),
            "three left it" => LeftByTwo(isRemoved: true, andThen: "d: { indices: { include: [b] }, metadata: { approve: none, replicas: 3 }, backfill: { bodyBytesMax: 2097152, conflict: overwrite } }"),
            "another has it by now" => LeftByTwo(isRemoved: true, andThen: "d: { indices: { include: [b] }, metadata: { approve: none, replicas: 3 }, backfill: { bodyBytesMax: 2097152, conflict: overwrite } }", isKept: true),
            var two => LeftByTwo(two.Contains("removed", StringComparison.Ordinal)),
        };
        var listed = Leftovers(story).Where(left => left.Fate == LeftoverFate.Left).Select(left => left.Text).ToArray();
        var kept = listed.Where(text => !text.Contains("workflow collect logs", StringComparison.Ordinal)).ToArray();
        Assert.Equal(situation is "another has it by now" or "a later step is not wanted", kept.Length > 0);
        Assert.All(kept, text => Assert.Contains("which the configuration wants,", text, StringComparison.Ordinal));
        Assert.All(kept, text => Assert.Contains(": it stays as long as that is so. Take logs/", text, StringComparison.Ordinal));
        Assert.Equal(situation != "narrowed", listed.Except(kept).Any(text => text.Contains(", along with what ", StringComparison.Ordinal)) || kept.Length > 0);
        foreach (var text in listed.Except(kept))
        {
            Assert.Empty(Try(text[(text.LastIndexOf("workflow collect ", StringComparison.Ordinal) + 17)..]).Diagnostics);
        }

        OperationResult Try(string patterns) => new OperationRules(story.Planner).Perform(new Operation.Collect([.. patterns.Split(' ')], IsWanted: true) { By = "ann" }, story.Home);
    }

    /// <summary>Half of what goes together stays with the other half, is told and listed, and blocks nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Collect_CancelledForOneOfTwoThatGoTogether_KeepsAndListsTheOther(bool isInTheRun)
    {
        var story = LeftByTwo(isRemoved: true);
        story.Do(new Operation.Collect(["logs/a@blue", "logs/c@blue"], IsWanted: true) { By = "ann" });
        if (isInTheRun)
        {
            Assert.False(story.StartSeeing().HasFailed);
            story.Settle();
        }

        var answer = Ask(story, "logs/c", isWanted: false);
        var waits = $"ann asked for b of {Backfill} to be taken back: it stays as long as what logs/c@blue:backfill wrote in the same index does. To forget that: workflow collect {Backfill} --cancel";
        Assert.Contains(waits, answer.Messages);
        Assert.Contains(waits, Leftovers(story).Where(left => left.Fate == LeftoverFate.Waits).Select(left => left.Text));
        Assert.Contains(waits, StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now).Notes);
        Assert.DoesNotContain(Changes(story), change => change is StepChange.Block);
        Assert.EndsWith("end Done\n", isInTheRun ? story.FinishTelling() : story.StartSeeing().HasFailed ? "" : story.FinishTelling(), StringComparison.Ordinal);
        Assert.Contains("b", Had(story, Backfill).Items!.Keys);

        // And both go when the other is asked for again.
        Assert.False(Ask(story, "logs/c").HasFailed);
        Assert.False(story.StartSeeing().HasFailed);
        Through(story);
        Assert.Empty(Leftovers(story));
    }

    [Fact]
    public void Plan_OfWhatTwoLeft_PrintsNoCommandThatIsRefused()
    {
        var told = Changes(LeftByTwo(isRemoved: true)).SelectMany(change => change.Because).Select(reason => reason.Text).Where(text => text.Contains("workflow collect", StringComparison.Ordinal)).ToArray();
        Assert.Contains("b is selected no longer, and left as it is: workflow collect tells how to have it taken back", told);
        Assert.DoesNotContain(told, text => text.Contains("logs/a@blue:backfill takes it back", StringComparison.Ordinal));
    }

    [Fact]
    public void Notes_WhileARunTakesItBack_NameTheRun()
    {
        var story = Narrowed();
        Ask(story, Backfill);
        Assert.Contains(Notes(), note => note.StartsWith($"Selected no longer, and taken back by the next start, as somebody asked: b of {Backfill}", StringComparison.Ordinal));
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        story.Evaluate(Backfill, destroys: Documents).Settle();
        Assert.Contains($"Selected no longer, and taken back by the run that is under way when it is approved (workflow approve), as somebody asked: b of {Backfill}.", Notes());
        Assert.Equal($"ann asked for b to be taken back, which is selected no longer: the run that is under way does so when somebody approves it: workflow approve. To leave it: workflow collect {Backfill} --cancel", Leftovers(story).Single(left => left.Step.ToString() == Backfill).Text);

        ImmutableArray<string> Notes() => StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now).Notes;
    }

    /// <summary>What would be made anew has work of two slices in it, and neither is taken back alone: what is advised, word for word, comes to an end.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plan_OfARedoAboveWhatTwoSlicesWrote_AdvisesWhatLeadsOut(bool isRemoved)
    {
        const string other = "c: { indices: { include: [b] }, metadata: { approve: none }, backfill: { bodyBytesMax: 1048576, conflict: overwrite } }";
        var story = Narrowed();
        var with = isRemoved ? Story.Config(Open, other).Replace("  a:", "  d:", StringComparison.Ordinal) : Story.Config(Open, other);
        Through(story.Start(with));
        Assert.False(story.Do(new Operation.Redo(["logs/c@blue:metadata"], IsWanted: true) { By = "ann" }).HasFailed);
        var blocked = Assert.Single(story.StartSeeing().Diagnostics);
        Assert.Equal("PG2024", blocked.Code);
        Assert.Contains(isRemoved ? "which is no longer in the configuration" : "which is selected no longer", blocked.Detail, StringComparison.Ordinal);
        Assert.EndsWith("logs/c@blue:backfill has work there too, so that neither goes alone: take slice c out of the configuration, have both taken back (workflow collect logs/a@blue logs/c@blue), start, and bring it back.", blocked.Detail, StringComparison.Ordinal);

        var without = with.Replace(other, "", StringComparison.Ordinal);
        story.Do(new Operation.Configure(without, "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        var taken = story.Do(new Operation.Collect(["logs/a@blue", "logs/c@blue"], IsWanted: true) { By = "ann" });
        Assert.False(taken.HasFailed, string.Join('\n', taken.Diagnostics));
        Through(story.Start(without));
        Through(story.Start(with));
        Assert.Empty(Leftovers(story));
        Assert.All(Changes(story), change => Assert.IsType<StepChange.Keep>(change));
    }

    /// <summary>Approves whatever is asked, to the end of the run.</summary>
    private static void Through(Story story)
    {
        story.Finish();
        while (story.Session.Steps.Values.Where(step => step.OpenReview is not null).Select(step => step.Address.ToString()).ToArray() is { Length: > 0 } open)
        {
            foreach (var step in open)
            {
                Approve(story, step);
            }

            story.Finish();
        }

        Assert.Null(story.Session.ActiveRun);
    }

    /// <summary>Slice a was narrowed; c, of another treatment, wrote into the same index, and let go of it as well.</summary>
    /// <param name="andThen">A slice that wrote there after both.</param>
    /// <param name="isKept">True where that is wanted still.</param>
    private static Story LeftByTwo(bool isRemoved, string? andThen = null, bool isKept = false)
    {
        var story = Narrowed();
        const string c = "c: { indices: { include: [b] }, metadata: { approve: none, replicas: 2 }, backfill: { bodyBytesMax: 1048576, conflict: overwrite } }";
        Through(story.Start(Story.Config(Open, c)));
        story.Start(isRemoved ? Story.Config(Open) : Story.Config(Open, c.Replace("[b]", "[z]", StringComparison.Ordinal))).Finish();
        if (andThen is not null)
        {
            Through(story.Start(Story.Config(Open, andThen)));
            Through(story.Start(Story.Config(Open, isKept ? andThen : "")));
        }

        return story;
    }

    [Fact]
    public void Collect_WhatAnUnwantedStepOfTheSliceHasWorkIn_NamesBoth()
    {
        var story = Narrowed();
        story.Start(Story.Config(Open.Replace("backfill: { approve: none }", "backfill: { skip: true }", StringComparison.Ordinal))).Finish();

        // What stands on the other is in the way of both, and that is what is told.
        var refused = Assert.Single(Ask(story, Metadata).Diagnostics);
        Assert.Equal(("PG2030", "workflow configure"), (refused.Code, refused.Command));
        Assert.StartsWith($"{Validate}, which the configuration wants, stands on what {Backfill} made.", refused.Detail, StringComparison.Ordinal);
        story.Start(Story.Config(Open.Replace("{ approve: none }\n        backfill: { approve: none }\n        validate: { approve: none }", "{ approve: none }\n        backfill: { skip: true }\n        validate: { skip: true }", StringComparison.Ordinal))).Finish();
        refused = Assert.Single(Ask(story, Metadata).Diagnostics);
        Assert.Equal(("PG2030", "workflow collect logs/a@blue"), (refused.Code, refused.Command));
        Assert.False(story.Do(new Operation.Collect([Metadata, Backfill], IsWanted: true) { By = "ann" }).HasFailed);
    }

    /// <summary>One of them was begun: that goes on, the other comes after it, and none of it is told to be left.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plan_OneOfTwoWasBegun_SaysOfTheOtherThatItComesAfterIt(bool isDoneAnew)
    {
        var story = new Story { Names = ["a", "b", "c"] }.Start(Of("a, b, c")).Finish();
        story.Start(Of("a, b")).Settle();
        Ask(story, Metadata);
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        story.Evaluate(Metadata, destroys: new Destruction(DestructionKind.DeleteIndex, "blue", "c", 3, 100, 0) { Item = "c" }).Settle();
        Approve(story, Metadata);
        Assert.StartsWith($"revert {Validate} #1 of c", story.Settle(), StringComparison.Ordinal);
        story.BreakOff();

        story.Do(new Operation.Configure(Of("a"), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        Ask(story, Metadata);
        if (isDoneAnew)
        {
            story.Do(new Operation.Redo([Validate], IsWanted: true) { By = "ann" });
        }

        var change = Change(story, Validate);
        Assert.Empty(change.LeftBehind);
        Assert.DoesNotContain(change.Because, reason => reason.Text.Contains("left as", StringComparison.Ordinal));
        Assert.Contains(change.Because, reason => reason.Text == "b is selected no longer; ann wants it taken back: that comes after what was begun");
        Assert.DoesNotContain(Leftovers(story), left => left.Fate == LeftoverFate.Left);
        Assert.All(Leftovers(story), left => Assert.DoesNotContain("left as it is", left.Text, StringComparison.Ordinal));

        static string Of(string names) => Story.Config(Open).Replace("include: [a]", $"include: [{names}]", StringComparison.Ordinal);
    }

    private static string Wide() => Story.Config(Open).Replace("include: [a]", "include: [a, b]", StringComparison.Ordinal);

    private static Story Narrowed()
    {
        var story = new Story().Start(Wide()).Finish();
        story.Start(Story.Config(Open)).Settle();
        return story;
    }

    private static OperationResult Ask(Story story, string pattern, bool isWanted = true) => story.Do(new Operation.Collect([pattern], isWanted) { By = "ann" });

    private static ImmutableArray<WantedStep> Wanted(Story story) =>
        Desired.Of(story.Planner, Configuration.Reading.ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!, story.Session, run: 0);

    private static ImmutableArray<StepChange> Changes(Story story) => story.Planner.Plan(Wanted(story), story.Session.Recorded(), null).Plan.Changes;

    private static StepChange Change(Story story, string step) => Changes(story).Single(change => change.Address.ToString() == step);

    private static ImmutableArray<Leftover> Leftovers(Story story) => LeftoversQuestion.Answer(story.Planner, new(story.Home, story.Session)).Steps;

    private static StepRecord Had(Story story, string step) => story.Session.Steps[StepAddress.Parse(step)];

    private static void Approve(Story story, string step) =>
        Assert.False(story.Do(new Operation.Approve([new(StepAddress.Parse(step), Had(story, step).OpenReview!.Evidence)], null) { By = "ann" }).HasFailed);
}
