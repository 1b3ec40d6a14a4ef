using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>Two slices whose patterns meet in one index: the second found all there already, and only what is really somebody's holds another.</summary>
public sealed class UntouchedTests
{
    private const string Open = "metadata: { approve: none }, backfill: { approve: none }, validate: { approve: none }";

    [Theory]
    [InlineData("logs/b@blue:metadata")]
    [InlineData("logs/a@blue:metadata")]
    public void Plan_OfARedoWhereTheOtherSliceOrItselfMadeNothing_IsNotBlocked(string redone)
    {
        var story = Met();
        Assert.False(story.Do(new Operation.Redo([redone], IsWanted: true) { By = "ann" }).HasFailed);
        Assert.Empty(PlanOf(story).Blocks);
        Assert.False(story.StartSeeing().HasFailed);
    }

    [Fact]
    public void Plan_OfARedoWhereBothWrote_IsBlocked()
    {
        var story = Met(findsAllThere: false);
        story.Do(new Operation.Redo(["logs/a@blue:metadata"], IsWanted: true) { By = "ann" });
        var blocked = Assert.Single(PlanOf(story).Blocks);
        Assert.Equal("logs/b@blue:backfill", Assert.Single(blocked.Spares).Step.ToString());
    }

    [Fact]
    public void Decide_ARedoOfWhatMadeNothing_GoesThroughToItsEnd()
    {
        var story = Met();
        story.Do(new Operation.Redo(["logs/b@blue:metadata"], IsWanted: true) { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        story.There = [];
        Assert.Contains("revert logs/b@blue:metadata #1", story.FinishTelling(), StringComparison.Ordinal);
        Assert.Equal(RunOutcome.Done, story.Session.Runs[^1].Outcome);
    }

    [Fact]
    public void Decide_ARedoWhileTheOtherIsAtItAgain_IsRefused()
    {
        var story = Met();
        story.Do(new Operation.Redo(["logs/b@blue:backfill"], IsWanted: true) { By = "ann" });
        story.Do(new Operation.Redo(["logs/a@blue:metadata"], IsWanted: true) { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        story.Do(new Operation.Pause(["logs/a"]) { By = "ann" });
        story.Settle();
        story.Evaluate("logs/b@blue:backfill").Settle();
        story.Reverted("logs/b@blue:validate").Settle();
        Assert.Equal("run logs/b@blue:backfill #1\n", story.Reverted("logs/b@blue:backfill").Settle());

        // By now it may have written something: what it said of the last time counts no more.
        story.Do(new Operation.Resume(["*"]) { By = "ann" });
        story.Settle();
        var status = new StatusBuilder(story.Planner).Of(story.Session, Story.Nothing, story.Now);
        Assert.StartsWith("PG2024: logs/a@blue:metadata", status.Steps.Single(step => step.Address == StepAddress.Parse("logs/a@blue:metadata")).Situation, StringComparison.Ordinal);
    }

    [Fact]
    public void Collect_OfASliceThatMadeNothing_IsAskedForThoughTheOtherIsWanted()
    {
        var story = Met();
        story.Start(ConfigOf("a")).Settle();
        var asked = story.Do(new Operation.Collect(["logs/b"], IsWanted: true) { By = "ann" });
        Assert.False(asked.HasFailed);
        Assert.All(asked.Messages, message => Assert.DoesNotContain("but for", message, StringComparison.Ordinal));
        Assert.Equal(3, PlanOf(story).Changes.OfType<StepChange.Revert>().Count());
    }

    [Fact]
    public void Collect_OfWhatAWantedSliceFoundThere_IsRefused()
    {
        var story = Met();
        story.Start(ConfigOf("b")).Settle();
        Assert.Equal("PG2030", Assert.Single(story.Do(new Operation.Collect(["logs/a"], IsWanted: true) { By = "ann" }).Diagnostics).Code);
    }

    [Fact]
    public void Collect_OfWhatAnUnwantedSliceFoundThere_IsAskedFor()
    {
        var story = Met();
        story.Start(ConfigOf()).Settle();
        Assert.False(story.Do(new Operation.Collect(["logs/a"], IsWanted: true) { By = "ann" }).HasFailed);
        Assert.Equal(3, PlanOf(story).Changes.OfType<StepChange.Revert>().Count());
    }

    private static Story Met(bool findsAllThere = true)
    {
        var story = new Story().Start(ConfigOf("a")).Finish();
        if (findsAllThere)
        {
            story.FindsAllThere.Add("b");
        }

        return story.Start(ConfigOf("a", "b")).Finish();
    }

    private static string ConfigOf(params string[] slices) => $$"""
        targets: { blue: { endpoint: "http://blue:9200" } }
        migrations:
          logs:
            snapshots: { main: { repository: { file: { path: /s } }, existing: nightly } }
            slices: { {{string.Join(", ", slices.Select(slice => $"{slice}: {{ indices: {{ include: ['{(slice == "a" ? "a*" : "*a")}'] }}, {Open} }}"))}} }
        """;

    private static Plan PlanOf(Story story)
    {
        var config = ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!;
        return story.Planner.Plan(Desired.Of(story.Planner, config, story.Session, run: 0), story.Session.Recorded(), null).Plan;
    }
}
