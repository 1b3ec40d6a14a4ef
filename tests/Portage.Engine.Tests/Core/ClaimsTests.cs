using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Tests.Core;

/// <summary>What one session has written on a cluster, no other one writes.</summary>
public sealed class ClaimsTests
{
    private const string NoReview = "metadata: { approve: none }";

    [Fact]
    public void Start_InAnotherSessionOfTheSameIndex_IsRefused()
    {
        var story = Elsewhere(NoReview);
        var refused = Assert.Single(story.Do(Start()).Diagnostics);
        Assert.Equal((DiagnosticCatalog.IndexIsClaimed.Code, "workflow session list"), (refused.Code, refused.Command));
        Assert.StartsWith("logs/a@blue:metadata would write to what belongs to other work on http://blue:9200: a (session default, logs/a@blue:", refused.Detail, StringComparison.Ordinal);
        Assert.Single(story.Home.Sessions["trial"].Runs);
    }

    [Fact]
    public void Start_InAnotherSessionOfAnotherIndex_IsNotRefused() =>
        Assert.False(Elsewhere(NoReview, "include: [a]", "include: [b]").Do(Start()).HasFailed);

    [Fact]
    public void Start_InAnotherSessionToAnotherCluster_IsNotRefused() =>
        Assert.False(Elsewhere(NoReview, "blue:9200", "green:9200").Do(Start()).HasFailed);

    [Theory]
    [InlineData("one", true)]
    [InlineData("another", false)]
    public void Start_AtAnotherAddress_IsRefusedWhereItIsTheSameCluster(string id, bool isRefused)
    {
        var story = Elsewhere(NoReview, "blue:9200", "other-name:9200", ImmutableSortedDictionary<string, string>.Empty.Add("http://blue:9200", "one"), ImmutableSortedDictionary<string, string>.Empty.Add("http://other-name:9200", id));
        Assert.Equal(isRefused, story.Do(Start()).HasFailed);
    }

    [Fact]
    public void Start_AfterTheOtherSessionIsGone_IsNotRefused()
    {
        var story = Elsewhere(NoReview);
        story.Do(new Operation.DeleteSession("default", Force: true) { By = "ann" });
        Assert.False(story.Do(Start()).HasFailed);
    }

    [Fact]
    public void Start_OfTheSessionThatHasIt_IsNotRefused()
    {
        var story = Elsewhere(NoReview);
        story.Do(new Operation.Redo(["logs/a@blue:validate"], IsWanted: true) { By = "ann", Session = "default" });
        Assert.False(story.Do(Start() with { Session = "default" }).HasFailed);
    }

    [Theory]
    [InlineData("default", "logs/b@blue:metadata", false)]
    [InlineData("default", "shop/a@blue:metadata", true)]
    [InlineData("trial", "logs/a@blue:metadata", true)]
    public void Conflicts_WorkOfTheSameSourceOrAnother_AreThoseOfAnother(string session, string step, bool isOthers)
    {
        var claim = new Claim("default", StepAddress.Parse("logs/a@blue:backfill"), "http://blue:9200", "a");
        var found = Claims.Conflicts(new Story().Home, session, StepAddress.Parse(step), "http://blue:9200", ["a"], [claim]);
        Assert.Equal(isOthers ? [claim] : [], found);
    }

    /// <summary>Nobody has written it yet, but the plan knows of both: better than after somebody approved each.</summary>
    [Theory]
    [InlineData("blue", true)]
    [InlineData("green", false)]
    public void Start_TwoMigrationsOfOneIndex_IsRefusedWhereItIsOneCluster(string target, bool isRefused)
    {
        var story = Twice(target);
        foreach (var snapshot in (string[])["logs/main:snapshot", "shop/main:snapshot"])
        {
            story.Report(snapshot).Tell(new StepCompleted("default", 1, StepAddress.Parse(snapshot)));
        }

        story.Tell(new RunEnded("default", 1, RunOutcome.Stopped, "ann"));
        var started = story.Do(new Operation.Start(null) { By = "ann" });
        Assert.Equal(isRefused, started.HasFailed);
        if (isRefused)
        {
            var refused = Assert.Single(started.Diagnostics);
            Assert.Equal((DiagnosticCatalog.IndexIsClaimed.Code, "workflow configure show migrations.shop.slices.b"), (refused.Code, refused.Command));
            Assert.Equal("shop/b@blue:metadata would write to what belongs to other work on http://blue:9200: a (session default, logs/a@blue:metadata). Nothing was started.", refused.Detail);
            Assert.Single(story.Session.Runs);
        }
    }

    /// <summary>The other session has written nothing yet, but is under review: the run would fail at once.</summary>
    [Theory]
    [InlineData("include: [a]", true)]
    [InlineData("include: [b]", false)]
    public void Start_OfWhatAnotherSessionIsAboutToWrite_IsRefused(string include, bool isRefused)
    {
        var story = Elsewhere("metadata: { approve: manual }", "include: [a]", include, isAtReview: true);
        Assert.NotNull(story.Session.Steps[StepAddress.Parse("logs/a@blue:metadata")].OpenReview);
        Assert.Equal(isRefused ? [DiagnosticCatalog.IndexIsClaimed.Code] : [], story.Do(Start()).Diagnostics.Where(one => one.Severity == Severity.Error).Select(one => one.Code));
    }

    /// <summary>Two migrations whose patterns both find the index a; the run waits for their snapshots.</summary>
    private static Story Twice(string target)
    {
        var story = new Story { Names = ["a"] }.Start($$"""
            targets: { blue: { endpoint: "http://blue:9200" }, green: { endpoint: "http://green:9200" } }
            migrations:
              logs:
                snapshots: { main: { repository: { file: { path: /s } }, existing: nightly } }
                slices: { a: { indices: { include: ['a*'] }, targets: [blue] } }
              shop:
                snapshots: { main: { repository: { file: { path: /t } }, existing: nightly } }
                slices: { b: { indices: { include: ['*a'] }, targets: [{{target}}] } }
            """);
        story.Settle();
        return story;
    }

    /// <summary>The default session has written index a to blue; session trial knows what its snapshot holds, and is about to go on.</summary>
    private static Story Elsewhere(string slice, string from = "", string to = "", ImmutableSortedDictionary<string, string>? ofDefault = null, ImmutableSortedDictionary<string, string>? ofTrial = null, bool isAtReview = false)
    {
        var story = new Story().Start(Story.Config(slice)).Finish();
        if (!isAtReview)
        {
            Tell(story, "default", ofDefault);
        }

        var snapshot = story.Session.Steps[StepAddress.Parse("logs/main:snapshot")];
        story.Do(new Operation.CreateSession("trial", null) { By = "ann" });
        var text = Story.Config(slice);
        story.Do(new Operation.Configure(from.Length == 0 ? text : text.Replace(from, to, StringComparison.Ordinal), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        Tell(story, "trial", ofTrial);
        story.Tell(
            new StepStarted("trial", 1, snapshot.Address, 1, StepPhase.Run, snapshot.Inputs!),
            new StepReported("trial", 1, snapshot.Address, 1, snapshot.Report!, snapshot.Outputs!),
            new StepCompleted("trial", 1, snapshot.Address),
            new RunEnded("trial", 1, RunOutcome.Stopped, "ann"));
        return story;
    }

    /// <summary>A run that saw the clusters.</summary>
    private static void Tell(Story story, string session, ImmutableSortedDictionary<string, string>? clusters) => story.Tell(
        new RunStarted(session, story.Home.Sessions[session].Runs.Count + 1, 1, Portage.Model.Steps.Fingerprint.Of("plan"), "ann") { Clusters = clusters },
        new RunEnded(session, story.Home.Sessions[session].Runs.Count + 1, RunOutcome.Stopped, "ann"));

    private static Operation.Start Start() => new(null) { By = "ann", Session = "trial" };
}
