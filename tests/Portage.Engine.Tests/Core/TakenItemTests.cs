using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>An index goes from one slice to another: what was done of it changes hands, and is not done again.</summary>
public sealed class TakenItemTests
{
    private static readonly string[] Kinds = ["metadata", "backfill", "validate"];

    [Theory]
    [InlineData("metadata")]
    [InlineData("backfill")]
    [InlineData("validate")]
    public void Plan_AnIndexGoesToASliceOfTheSameTreatment_IsTakenOver(string kind)
    {
        var story = Done();
        story.Do(new Operation.Configure(Two("a", "b, c"), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        var change = Change(story, $"logs/z@blue:{kind}");
        Assert.IsType<StepChange.Update>(change);
        Assert.Equal(["b"], change.Added);
        Assert.Equal($"b is selected, and done just so by logs/a@blue:{kind}: taken over from there as it is, not done again", Assert.Single(change.Because).Text);
        Assert.IsType<StepChange.Keep>(Change(story, $"logs/a@blue:{kind}"));
    }

    [Fact]
    public void Decide_AnIndexGoesToAnotherSlice_RecordsWhoHasItAndKeepsSinceWhen()
    {
        var story = Done();
        var since = Kinds.ToDictionary(kind => kind, kind => Had(story, "a", kind).Items!["b"], StringComparer.Ordinal);
        story.Start(Two("a", "b, c"));
        Assert.Contains("run logs/z@blue:metadata #1 takes b from logs/a@blue:metadata", Carried(story), StringComparison.Ordinal);
        Assert.All(Kinds, kind =>
        {
            Assert.Equal(["a"], Had(story, "a", kind).Items!.Keys);
            Assert.Equal(["b", "c"], Had(story, "z", kind).Items!.Keys);
            Assert.Equal(since[kind], Had(story, "z", kind).Items!["b"]);
            Assert.Equal($"logs/a@blue:{kind}", Assert.Single(Had(story, "z", kind).Took).From.ToString());
        });

        // And nothing is left to do, for anybody.
        Assert.True(PlanOf(story).IsEmpty, string.Join('\n', PlanOf(story).Changes));
    }

    [Fact]
    public void Decide_ASliceHasAnotherName_DoesNothingAgain()
    {
        var story = Done();
        story.Start(Two("a, b", "c").Replace("  z:", "  y:", StringComparison.Ordinal));
        var told = Carried(story);
        Assert.All(Kinds, kind => Assert.Contains($"run logs/y@blue:{kind} #1 takes c from logs/z@blue:{kind}", told, StringComparison.Ordinal));
        Assert.All(Kinds, kind => Assert.Empty(Had(story, "z", kind).Items!));
    }

    /// <summary>A report tells of what its step had then; what became of it since is said with it, as it is.</summary>
    [Fact]
    public void Said_ItemsThatWentOrWereTakenBack_TellsWhich()
    {
        var story = Done();
        story.Start(Two("a", "b, c"));
        Carried(story);
        Assert.Equal("; by now logs/z@blue:backfill has b", Said(story, "logs/a@blue:backfill"));
        story.Tell(new StepReverted(story.Session.Name, 2, StepAddress.Parse("logs/a@blue:backfill")) { Items = ["a"] });
        Assert.Equal("; since then a was taken back; by now logs/z@blue:backfill has b", Said(story, "logs/a@blue:backfill"));
    }

    private static string Said(Story story, string step) =>
        ExplainQuestion.Answer(story.Planner, new(story.Home, story.Session), StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now), [], StepAddress.Parse(step)).Said;

    [Fact]
    public void Decide_TheIndexGoesBack_IsTakenBackOver()
    {
        var story = Done();
        story.Start(Two("a", "b, c"));
        Carried(story);
        story.Start(Two("a, b", "c"));
        Assert.Contains("run logs/a@blue:backfill #1 takes b from logs/z@blue:backfill", Carried(story), StringComparison.Ordinal);
        Assert.Equal(["a", "b"], Had(story, "a", "backfill").Items!.Keys);
        Assert.Equal(["c"], Had(story, "z", "backfill").Items!.Keys);
    }

    /// <summary>Whoever had it is at work on what it keeps: that comes to its end first.</summary>
    [Fact]
    public void Decide_WhoHadItIsAtWork_WaitsForIt()
    {
        var story = Done();

        // Both change: each gives one away, and gets one.
        story.Start(Two("a, c", "b"));
        var told = story.Settle();
        story.Evaluate("logs/a@blue:metadata");
        told += story.Settle();
        Assert.Contains("run logs/a@blue:metadata #1 takes c from logs/z@blue:metadata", told + Carried(story), StringComparison.Ordinal);
        Assert.Equal(["a", "c"], Had(story, "a", "backfill").Items!.Keys);
        Assert.Equal(["b"], Had(story, "z", "backfill").Items!.Keys);
        Assert.True(PlanOf(story).IsEmpty, string.Join('\n', PlanOf(story).Changes));
    }

    [Theory]
    [InlineData("metadata: { approve: none, replicas: 2 }", "metadata", "another treatment")]
    [InlineData("metadata: { approve: none }\n        backfill: { conflict: overwrite }", "backfill", "another treatment")]
    public void Plan_AnotherTreatment_IsDoneAgain(string slice, string kind, string because)
    {
        var story = Done(slice);
        story.Do(new Operation.Configure(Two("a", "b, c", slice), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        var change = Change(story, $"logs/z@blue:{kind}");
        Assert.Contains("b is selected and not done yet", change.Because.Select(reason => reason.Text));
        Assert.True(change.TakesOver.IsEmpty, because);
    }

    [Fact]
    public void Plan_WhoHasItIsToBeDoneAnew_IsDoneAgain()
    {
        var story = Done();
        story.Do(new Operation.Redo(["logs/a@blue:backfill"], IsWanted: true) { By = "ann" });
        story.Do(new Operation.Configure(Two("a", "b, c"), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        Assert.Empty(Change(story, "logs/z@blue:backfill").TakesOver);

        // What it stands on changes hands all the same; a comparison of what is done again is not taken over.
        Assert.NotEmpty(Change(story, "logs/z@blue:metadata").TakesOver);
        Assert.Empty(Change(story, "logs/z@blue:validate").TakesOver);
    }

    [Fact]
    public void Plan_WhoHasItIsToGo_IsDoneAgain()
    {
        var story = Done();
        story.Start(Two("a, b", "").Replace("indices: { include: [] }", "indices: { include: [x] }", StringComparison.Ordinal).Replace("  z:", "  y:", StringComparison.Ordinal));
        Carried(story);
        Assert.False(story.Do(new Operation.Collect(["logs/z@blue"], IsWanted: true) { By = "ann" }).HasFailed);
        story.Do(new Operation.Configure(Two("a, b", "c").Replace("  z:", "  y:", StringComparison.Ordinal), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        Assert.Empty(Change(story, "logs/y@blue:metadata").TakesOver);
    }

    /// <summary>Both want it; a pattern may do that, which a configuration only warns of.</summary>
    [Fact]
    public void Plan_WhoHasItWantsItStill_IsNotTakenFromThere()
    {
        var story = Done();
        var config = Configuration.Reading.ConfigurationReader.Read(Two("a, \"b*\"", "c, \"*b\""), "test").Config!;
        var plan = story.Planner.Plan(config, story.Session.Recorded()).Plan;
        var change = plan.Changes.Single(change => change.Address == StepAddress.Parse("logs/z@blue:metadata"));
        Assert.Equal(["b"], change.Added);
        Assert.All(Kinds, kind => Assert.Empty(plan.Changes.Single(change => change.Address == StepAddress.Parse($"logs/z@blue:{kind}")).TakesOver));
    }

    [Fact]
    public void Plan_TheIndexIsAnotherByNow_IsDoneAgain()
    {
        var story = Done();
        var recorded = story.Session.Recorded().ToDictionary();
        var snapshot = StepAddress.Parse("logs/main:snapshot");
        recorded[snapshot] = recorded[snapshot] with { Outputs = [.. recorded[snapshot].Outputs.Select(part => part.Name == "b" ? part with { Digest = Model.Steps.Fingerprint.Of("other") } : part)] };
        var config = Configuration.Reading.ConfigurationReader.Read(Two("a", "b, c"), "test").Config!;
        var plan = story.Planner.Plan(config, recorded).Plan;
        Assert.All(Kinds, kind => Assert.Empty(plan.Changes.Single(change => change.Address == StepAddress.Parse($"logs/z@blue:{kind}")).TakesOver));
    }

    /// <summary>The one failed with what it took over; the other did it anew. The notes of that are not the first one's to fetch.</summary>
    [Fact]
    public void NotesFor_WhoHadItHasDoneItAnew_LeavesThemThere()
    {
        var story = Done();
        story.Start(Two("a", "b, c"));
        story.Settle();
        story.Evaluate("logs/z@blue:metadata").Settle();
        story.Report("logs/z@blue:metadata").Settle();
        Assert.Equal(["b"], Assert.Single(story.Session.NotesFor(Had(story, "z", "backfill"))).Items);
        story.Fail("logs/z@blue:backfill").Settle();
        story.Start(Two("a, b", "c"));
        Carried(story);
        Assert.Contains("b", Had(story, "a", "backfill").Items!.Keys);
        Assert.Empty(story.Session.NotesFor(Had(story, "z", "backfill")));
    }

    /// <summary>What it was compared with is what comes back: nothing of it is later than the comparison.</summary>
    [Fact]
    public void Plan_WhatWasComparedComesBackFromAnotherSlice_IsNotComparedAgain()
    {
        var story = Done();
        story.Do(new Operation.Pause(["logs/z@blue:validate"]) { By = "ann" });
        story.Start(Two("a", "b, c"));
        Carried(story);
        Assert.Equal(["b", "c"], Had(story, "z", "backfill").Items!.Keys);
        Assert.Equal(["a", "b"], Had(story, "a", "validate").Items!.Keys);
        story.Do(new Operation.Stop { By = "ann" });
        story.Do(new Operation.Configure(Two("a, b", "c"), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        Assert.IsType<StepChange.Keep>(Change(story, "logs/a@blue:validate"));
        Assert.Single(Change(story, "logs/a@blue:backfill").TakesOver);
    }

    /// <summary>Killed in the middle of a swap, with its worker: it comes to its end, and what it gives is taken over then.</summary>
    [Fact]
    public void Decide_WhoHadItWasKilledAtWork_IsWaitedFor()
    {
        var story = Done();
        story.Start(Two("a, c", "b"));
        story.Settle();
        story.Evaluate("logs/a@blue:metadata").Evaluate("logs/z@blue:metadata").Settle();
        story.Report("logs/a@blue:metadata").Settle();
        story.Begun("logs/a@blue:backfill").Lose("logs/a@blue:backfill");
        var told = story.Report("logs/z@blue:metadata").Settle();
        Assert.DoesNotContain("run logs/z@blue:backfill", told, StringComparison.Ordinal);
        Assert.Contains("run logs/z@blue:backfill #1 takes b from logs/a@blue:backfill", Carried(story), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_WhoIsAskedToDoItAnewIsWantedNoLonger_IsTakenOver()
    {
        var story = Done();
        story.Do(new Operation.Redo(["logs/z@blue:backfill"], IsWanted: true) { By = "ann" });
        story.Do(new Operation.Configure(Two("a, b", "c").Replace("  z:", "  y:", StringComparison.Ordinal), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        Assert.Single(Change(story, "logs/y@blue:backfill").TakesOver);
    }

    /// <summary>Killed in the middle, and the slice has another name: it goes on from where it was, and the plan says so.</summary>
    [Theory]
    [InlineData("killed")]
    [InlineData("at work")]
    [InlineData("stopped")]
    [InlineData("failed")]
    [InlineData("under review")]
    public void Decide_ARenamedSliceWasInTheMiddle_GoesOnFromThere(string how)
    {
        var story = Middle(how);
        story.Do(new Operation.Configure(Two("a, b", "c").Replace("  z:", "  y:", StringComparison.Ordinal), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        var word = how == "under review" ? "done" : "begun";
        var rest = how == "under review" ? "not done again" : "and goes on from its position";
        Assert.Equal($"c is selected, and {word} just so by logs/z@blue:backfill: taken over from there as it is, {rest}", Assert.Single(Change(story, "logs/y@blue:backfill").Because).Text);
        Assert.StartsWith("c is selected, and done just so by logs/z@blue:metadata", Assert.Single(Change(story, "logs/y@blue:metadata").Because).Text, StringComparison.Ordinal);
        story.Start(Two("a, b", "c").Replace("  z:", "  y:", StringComparison.Ordinal));
        var told = story.Settle();
        if (how is "at work" or "killed")
        {
            // Whoever works on it lets go of it first.
            Assert.DoesNotContain("run logs/y@blue:backfill", told, StringComparison.Ordinal);
            _ = how == "killed" ? story.Lose("logs/z@blue:backfill") : story.Stopped("logs/z@blue:backfill");
        }

        told += Carried(story);
        Assert.Contains("run logs/y@blue:backfill #1 takes c from logs/z@blue:backfill", told, StringComparison.Ordinal);
        Assert.Empty(Had(story, "z", "backfill").Items!);
        Assert.Equal("c", Assert.Single(Had(story, "y", "backfill").Items!).Key);
        Assert.True(PlanOf(story).Changes.All(change => change is StepChange.Keep or StepChange.Collect), string.Join('\n', PlanOf(story).Changes));
    }

    /// <summary>It was begun in one slice, which then came to its end without it: what comes next goes on, and is not told that it is done.</summary>
    [Fact]
    public void Plan_AnItemWasLeftInTheMiddle_IsNotSaidToBeDone()
    {
        var story = Middle("stopped", z: "c, b");
        story.Start(Two("a", "b"));
        Carried(story);
        Assert.Equal(StepState.Complete, Had(story, "z", "backfill").State);
        story.Do(new Operation.Configure(Two("a, c", "b"), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        Assert.Contains("c is selected, and begun just so by logs/z@blue:backfill: taken over from there as it is, and goes on from its position", Change(story, "logs/a@blue:backfill").Because.Select(reason => reason.Text));
        Assert.Contains("c is selected, and done just so by logs/z@blue:metadata: taken over from there as it is, not done again", Change(story, "logs/a@blue:metadata").Because.Select(reason => reason.Text));
    }

    /// <summary>It failed at something else for good: what it gives away is no worse for that, and the plan said that it goes.</summary>
    [Fact]
    public void Decide_WhoHadItFailsMeanwhile_IsTakenOverAllTheSame()
    {
        var story = Middle("stopped", z: "c, b");
        story.Start(Two("a, c", "b"));
        story.Settle();
        story.PutBack("logs/z@blue:backfill").Settle();
        story.Evaluate("logs/a@blue:metadata").Settle();
        story.Report("logs/a@blue:metadata");
        Assert.DoesNotContain("run logs/a@blue:backfill", story.Settle(), StringComparison.Ordinal);
        story.Fail("logs/z@blue:backfill").Settle();
        Assert.Contains("run logs/a@blue:backfill #1 takes c from logs/z@blue:backfill", story.PutBack("logs/z@blue:backfill").Settle(), StringComparison.Ordinal);
    }

    /// <summary>As far as the backfill of the slice z.</summary>
    private static Story Middle(string how, string z = "c")
    {
        var story = new Story { Names = ["a", "b", "c"] }.Start(Two("a", z, how == "under review" ? "metadata: { approve: none }\n        backfill: { approve: manual }" : "metadata: { approve: none }"));
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        story.Evaluate("logs/a@blue:metadata").Evaluate("logs/z@blue:metadata").Settle();
        story.Report("logs/a@blue:metadata").Report("logs/z@blue:metadata").Settle();
        story.Report("logs/a@blue:backfill");
        if (how != "under review")
        {
            story.Do(new Operation.Stop { By = "ann" });
        }

        _ = how switch
        {
            "killed" or "at work" => story.Begun("logs/z@blue:backfill"),
            "stopped" => story.Stopped("logs/z@blue:backfill"),
            "failed" => story.Fail("logs/z@blue:backfill"),
            _ => story.Report("logs/z@blue:backfill"),
        };
        story.Settle();
        story.Do(new Operation.Stop { By = "ann" });
        return story;
    }

    private static string Two(string a, string z, string slice = "metadata: { approve: none }") => $$"""
        targets: { blue: { endpoint: "http://blue:9200" } }
        migrations:
          logs:
            snapshots: { main: { repository: { file: { path: /s } }, existing: nightly } }
            slices:
              a:
                indices: { include: [{{a}}] }
                metadata: { approve: none }
              z:
                indices: { include: [{{z}}] }
                {{slice}}
        """;

    private static Story Done(string slice = "metadata: { approve: none }")
    {
        var story = new Story { Names = ["a", "b", "c"] }.Start(Two("a, b", "c", slice));
        Carried(story);
        return story;
    }

    private static string Carried(Story story) => story.FinishTelling();

    private static Portage.Engine.Ledger.StepRecord Had(Story story, string slice, string kind) => story.Session.Steps[StepAddress.Parse($"logs/{slice}@blue:{kind}")];

    private static Plan PlanOf(Story story) => story.Planner.Plan(
        Desired.Of(story.Planner, Configuration.Reading.ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!, story.Session, run: 0), story.Session.Recorded(), null).Plan;

    private static StepChange Change(Story story, string step) => PlanOf(story).Changes.Single(change => change.Address == StepAddress.Parse(step));
}
