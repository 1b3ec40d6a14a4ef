using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Engine.Tests.Core;

/// <summary>Renaming and deleting sessions: what goes along, and what stands in the way.</summary>
public sealed class SessionsTests
{
    private const string NoReview = "metadata: { approve: none }";
    private const string Snapshot = "logs/main:snapshot";

    private static readonly Operation.RenameSession ToProd = new("default", "prod") { By = "ann" };

    [Fact]
    public void Rename_OfTheActiveSession_TakesEverythingAlong()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        var (session, claims) = (story.Session, ClaimsOf(story.Home));
        Assert.NotEmpty(claims);
        var renamed = story.Do(ToProd);
        Assert.Equal(["Session default is prod from now on."], renamed.Messages);
        Assert.Equal(["prod"], story.Home.Sessions.Keys);
        Assert.Same(session, story.Home.Sessions["prod"]);
        Assert.Equal(("prod", "prod"), (session.Name, story.Home.ActiveSession));
        Assert.Equal([("default", "prod")], story.Home.Renames);
        Assert.Equal(claims.Select(claim => claim with { Session = "prod" }), ClaimsOf(story.Home));
        Assert.True(story.Do(new Operation.Start(null) { By = "ann" }).NothingToDo);
    }

    [Fact]
    public void Rename_OfAnotherSession_LeavesTheActiveOne()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Do(new Operation.CreateSession("trial", null) { By = "ann" });
        story.Do(ToProd);
        Assert.Equal("trial", story.Home.ActiveSession);
    }

    [Theory]
    [InlineData("nosuch", "prod", "PG2005", "workflow session list")]
    [InlineData("default", "trial", "PG2006", "workflow session switch trial")]
    [InlineData("default", "a b", "PG2006", null)]
    public void Rename_ToOrFromAWrongName_IsRefused(string from, string to, string code, string? command)
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        story.Do(new Operation.CreateSession("trial", null) { By = "ann" });
        Refused(story, new Operation.RenameSession(from, to) { By = "ann" }, code, command);
    }

    [Fact]
    public void Rename_ToItsOwnName_HasNothingToDo() =>
        Assert.True(new Story().Start(Story.Config()).Finish().Do(new Operation.RenameSession("default", "default") { By = "ann" }) is { NothingToDo: true, HasFailed: false, Events: [] });

    [Fact]
    public void Rename_WhileItRuns_IsRefused() =>
        Refused(new Story().Start(Story.Config()), ToProd, "PG2006", "workflow --session default stop");

    [Fact]
    public void Rename_WhileItsWorkEnds_IsRefused()
    {
        var story = new Story().Start(Story.Config(NoReview));
        story.Settle();
        story.Do(new Operation.Stop { By = "ann" });
        Refused(story, ToProd, "PG2006", "workflow --session default status");
        story.Stopped(Snapshot).Settle();
        Assert.False(story.Do(ToProd).HasFailed);
    }

    [Fact]
    public void Rename_WithASnapshotCalledAfterTheSession_IsRefused()
    {
        var story = new Story().Start(Taking()).Finish();
        var refused = Refused(story, ToProd, "PG2006", "workflow session copy default NAME");
        Assert.StartsWith($"{Snapshot} took a snapshot", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Delete_AfterStepsThatOnlyLook_NeedsNoForce()
    {
        var story = new Story().Start(Story.Config());
        story.Settle();
        story.Fail(Snapshot).Settle();
        Assert.True(story.Session.Steps[StepAddress.Parse(Snapshot)].HasEffects);
        var deleted = story.Do(new Operation.DeleteSession("default", Force: false) { By = "ann" });
        Assert.IsType<SessionDeleted>(Assert.Single(deleted.Events));
    }

    [Fact]
    public void Delete_WithWorkOnClusters_CountsOnlyThat()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        var refused = Refused(story, new Operation.DeleteSession("default", Force: false) { By = "ann" }, "PG2006", "workflow session delete default --force");
        Assert.Contains("(2 steps, as logs/a@blue:backfill)", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Delete_WithASnapshotTaken_CountsIt()
    {
        var story = new Story().Start(Taking());
        story.Settle();
        story.Fail(Snapshot).Settle();
        var refused = Refused(story, new Operation.DeleteSession("default", Force: false) { By = "ann" }, "PG2006", "workflow session delete default --force");
        Assert.Contains($"(1 step, as {Snapshot})", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void EventsOf_ARenamedSession_AreAllOfItAndOfNoOther()
    {
        LedgerEvent[] all =
        [
            new SessionCreated("prod", "ann"),
            new SessionDeleted("prod", "ann"),
            new SessionCreated("trial", "ann"),
            Begins("trial", 1),
            new SessionRenamed("trial", "prod", "ann"),
            new SessionCreated("trial", "ann"),
            Begins("trial", 1),
            Begins("prod", 2),
        ];
        var recorded = all.Select((happened, i) => new RecordedEvent(i + 1, default, happened)).ToArray();
        Assert.Equal([3, 4, 5, 8], SessionEvents.Of(recorded, "prod").Select(one => one.Sequence));
        Assert.Equal([6, 7], SessionEvents.Of(recorded, "trial").Select(one => one.Sequence));
        Assert.Equal(["prod", "trial"], HomeState.Of(recorded).Sessions.Keys.Order(StringComparer.Ordinal));

        static LedgerEvent Begins(string session, int run) => new RunStarted(session, run, 1, Fingerprint.Of("plan"), "ann");
    }

    private static Claim[] ClaimsOf(HomeState home) =>
        [.. home.Sessions.Values.SelectMany(session => Claims.Of(home, session, Kinds.Planner.WritesToTarget, run => ConfigurationReader.ReadCanonical(session.ConfigurationOf(run)).Config!))];

    private static string Taking() => Story.Config(NoReview)
        .Replace("existing: nightly", "take: {}", StringComparison.Ordinal)
        .Replace("snapshots: { main", "source: { endpoint: \"http://old:9200\" }\n    snapshots: { main", StringComparison.Ordinal);

    private static Diagnostic Refused(Story story, Operation operation, string code, string? command)
    {
        var result = story.Do(operation);
        Assert.True(result is { HasFailed: true, Events: [], Messages: [] });
        var refused = Assert.Single(result.Diagnostics);
        Assert.Equal((code, command), (refused.Code, refused.Command));
        return refused;
    }
}
