using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>An index that a slice has begun, does not select for a while, and selects again: what is missing of it is done.</summary>
public sealed class UnfinishedItemTests
{
    private const string Backfill = "logs/a@blue:backfill";

    private static readonly string[] Ways = ["stopped", "killed", "failed"];

    [Theory]
    [InlineData("stopped")]
    [InlineData("killed")]
    [InlineData("failed")]
    public void Plan_ABackfillWasNarrowedInTheMiddleAndIsWidened_GoesOnWithWhatItHadBegun(string how)
    {
        var story = Narrowed("backfill", how);
        Assert.Equal(StepState.Complete, Had(story, Backfill).State);
        Assert.Equal([true, false, false], Had(story, Backfill).Items!.Values.Select(item => item.IsDone));
        Configure(story, Slice("a, b, c"));
        var change = Change(story, Backfill);
        Assert.IsType<StepChange.Update>(change);
        Assert.Equal(["b", "c"], change.Added);
        Assert.Empty(change.Redone);
        Assert.Equal("b, c are selected again, and begun but not finished: they go on from their positions", Assert.Single(change.Because).Text);
    }

    [Theory]
    [InlineData("metadata")]
    [InlineData("backfill")]
    [InlineData("validate")]
    public void Decide_AStepWasNarrowedInTheMiddleAndIsWidened_RunsAndIsDoneWithAll(string kind)
    {
        foreach (var how in Ways)
        {
            var story = Narrowed(kind, how);
            story.Start(Slice("a, b, c"));
            Assert.Contains($"run logs/a@blue:{kind} #1\n", story.FinishTelling(), StringComparison.Ordinal);
            Assert.All(Had(story, $"logs/a@blue:{kind}").Items!.Values, item => Assert.True(item.IsDone));
            Assert.True(PlanOf(story).IsEmpty, string.Join('\n', PlanOf(story).Changes));
        }
    }

    /// <summary>The narrowed run is in the middle as well: it is to go on with all that is wanted, not with what it began with.</summary>
    [Fact]
    public void Decide_TheNarrowedRunIsStoppedToo_GoesOnWithAll()
    {
        var story = Middle("backfill", "stopped");
        story.Start(Slice("a"));
        story.Settle();
        story.PutBack(Backfill).Settle();
        story.Do(new Operation.Stop { By = "ann" });
        story.Settle();
        story.Stopped(Backfill).Settle();
        Configure(story, Slice("a, b, c"));
        Assert.Equal(["b", "c"], Assert.IsType<StepChange.Update>(Change(story, Backfill)).Added);
        story.Start(Slice("a, b, c"));
        story.FinishTelling();
        Assert.All(Had(story, Backfill).Items!.Values, item => Assert.True(item.IsDone));
    }

    /// <summary>What was done before is kept: only what was in the middle is to do.</summary>
    [Fact]
    public void Plan_OneWasDoneAndOneInTheMiddle_GoesOnWithThatOneOnly()
    {
        var story = new Story { Names = ["a", "b", "c"] }.Start(Slice("a, b"));
        story.FinishTelling();
        story.Start(Slice("a, b, c"));
        BreakOffAt(story, "backfill", "stopped");
        story.Start(Slice("a"));
        story.FinishTelling();
        Configure(story, Slice("a, b, c"));
        Assert.Equal(["c"], Change(story, Backfill).Added);
        Assert.Equal("c is selected again, and begun but not finished: it goes on from its position", Assert.Single(Change(story, Backfill).Because).Text);
        Assert.IsType<StepChange.Keep>(Change(story, "logs/a@blue:metadata"));
    }

    /// <summary>Whoever leaves it is told what it is that is left.</summary>
    [Fact]
    public void Plan_ItIsLeftInTheMiddle_SaysThatItIsUnfinished()
    {
        var story = Narrowed("backfill", "stopped");
        Assert.StartsWith("b, c are selected no longer, and left as they are, unfinished: ", Assert.Single(Change(story, Backfill).Because).Text, StringComparison.Ordinal);
        Assert.StartsWith("b, c are selected no longer, and left as they are: ", Assert.Single(Change(story, "logs/a@blue:metadata").Because).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_CompleteWithoutWhatItHadBegun_DoesNotCountThat()
    {
        var story = Narrowed("backfill", "stopped");
        var status = StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now);
        var items = status.Steps.Single(step => step.Address == StepAddress.Parse(Backfill)).Items!;
        Assert.Equal((1, 1), (items.Done, items.Total));
    }

    /// <summary>Nothing of it is left to go on with: it is done like any other.</summary>
    [Fact]
    public void Plan_ItWasTakenBackMeanwhile_IsToDoFromTheBeginning()
    {
        var story = Narrowed("backfill", "stopped");
        story.Tell(
            new StepStarted(story.Session.Name, 2, StepAddress.Parse(Backfill), 1, StepPhase.Revert, Had(story, Backfill).Inputs!) { Items = ["b", "c"] },
            new StepReverted(story.Session.Name, 2, StepAddress.Parse(Backfill)) { Items = ["b", "c"] });
        Configure(story, Slice("a, b, c"));
        Assert.Equal("b, c are selected and not done yet", Assert.Single(Change(story, Backfill).Because).Text);
    }

    /// <summary>Stopped in the middle of one kind, and then done for one index only.</summary>
    private static Story Narrowed(string kind, string how)
    {
        var story = Middle(kind, how);
        story.Start(Slice("a"));
        story.FinishTelling();
        return story;
    }

    private static Story Middle(string kind, string how)
    {
        var story = new Story { Names = ["a", "b", "c"] }.Start(Slice("a, b, c"));
        BreakOffAt(story, kind, how);
        return story;
    }

    /// <summary>Comes as far as the middle of a step.</summary>
    private static void BreakOffAt(Story story, string kind, string how)
    {
        var step = $"logs/a@blue:{kind}";
        for (var told = story.Settle(); !told.Contains($"run {step} ", StringComparison.Ordinal);)
        {
            told = story.FinishTelling(most: 1);
        }

        if (how == "killed")
        {
            story.Begun(step);
        }

        story.Do(new Operation.Stop { By = "ann" });
        _ = how switch
        {
            "killed" => story.Lose(step),
            "failed" => story.Fail(step),
            _ => story.Stopped(step),
        };
        story.Settle();
        story.Do(new Operation.Stop { By = "ann" });
    }

    private static string Slice(string indices) => Story.Config("metadata: { approve: none }").Replace("include: [a]", $"include: [{indices}]", StringComparison.Ordinal);

    private static void Configure(Story story, string config)
    {
        story.Do(new Operation.Configure(config, "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
    }

    private static StepRecord Had(Story story, string step) => story.Session.Steps[StepAddress.Parse(step)];

    private static Plan PlanOf(Story story) => story.Planner.Plan(
        Desired.Of(story.Planner, ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!, story.Session, run: 0), story.Session.Recorded(), null).Plan;

    private static StepChange Change(Story story, string step) => PlanOf(story).Changes.Single(change => change.Address == StepAddress.Parse(step));
}
