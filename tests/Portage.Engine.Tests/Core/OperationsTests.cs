using System.Text.Json;
using Portage.Configuration.Reading;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Status;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Engine.Tests.Core;

/// <summary>Every verb in a state in which it cannot be done: its code, what to do instead, and nothing written.</summary>
public sealed class OperationsTests
{
    private const string Metadata = "logs/a@blue:metadata";
    private const string Backfill = "logs/a@blue:backfill";

    public static TheoryData<string> InASession() => ["commit", "discard", "revertTo", "start", "stop", "pause", "resume", "approve", "reject", "redo"];

    [Theory]
    [MemberData(nameof(InASession))]
    public void Perform_NothingEverConfigured_IsRefused(string verb) =>
        Refused(new Story(), Verb(verb, session: null), DiagnosticCatalog.NothingConfigured, "workflow configure --file FILE");

    [Theory]
    [MemberData(nameof(InASession))]
    public void Perform_InAnUnknownSession_IsRefused(string verb)
    {
        var refused = Refused(Configured(), Verb(verb, "defalt"), DiagnosticCatalog.UnknownSession, "workflow session list");
        Assert.Equal("default", refused.DidYouMean);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("-x")]
    [InlineData("a/b")]
    public void CreateSession_OfSuchAName_IsRefused(string name) =>
        Refused(new Story(), new Operation.CreateSession(name, null) { By = "ann" }, DiagnosticCatalog.SessionRefused, null);

    [Fact]
    public void CreateSession_ThatThereIs_IsRefused() =>
        Refused(Configured(), new Operation.CreateSession("default", null) { By = "ann" }, DiagnosticCatalog.SessionRefused, "workflow session switch default");

    [Fact]
    public void CreateSession_FromAnUnknownOne_IsRefused() =>
        Refused(Configured(), new Operation.CreateSession("prod", "nosuch") { By = "ann" }, DiagnosticCatalog.UnknownSession, "workflow session list");

    [Fact]
    public void SwitchSession_ToAnUnknownOne_IsRefused() =>
        Refused(Configured(), new Operation.SwitchSession("prod") { By = "ann" }, DiagnosticCatalog.UnknownSession, "workflow session list");

    [Fact]
    public void SwitchSession_ToTheActiveOne_ChangesNothing()
    {
        var result = Configured().Do(new Operation.SwitchSession("default") { By = "ann" });
        Assert.False(result.HasFailed);
        Assert.Empty(result.Events);
    }

    [Fact]
    public void DeleteSession_ThatIsUnknown_IsRefused() =>
        Refused(Configured(), new Operation.DeleteSession("prod", Force: true) { By = "ann" }, DiagnosticCatalog.UnknownSession, "workflow session list");

    [Fact]
    public void DeleteSession_SomethingIsSetAside_SaysThatNobodyWouldPutItBack()
    {
        var story = Story.AtBackfill().Fail("logs/a@blue:backfill");
        story.Settle();
        story.PutBack("logs/a@blue:backfill", fails: true).Settle();
        var refused = Assert.Single(story.Do(new Operation.DeleteSession("default", Force: false) { By = "ann" }).Diagnostics);
        Assert.Contains("What logs/a@blue:backfill had set aside on a target, as a final pipeline, is not put back either", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("workflow --session default start", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void DeleteSession_WhileItRuns_IsRefused() =>
        Refused(AtReview(), new Operation.DeleteSession("default", Force: true) { By = "ann" }, DiagnosticCatalog.SessionRefused, "workflow --session default stop");

    [Fact]
    public void DeleteSession_WhileAWorkerEnds_IsRefused()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        story.Do(new Operation.Stop { By = "ann" });
        Refused(story, new Operation.DeleteSession("default", Force: true) { By = "ann" }, DiagnosticCatalog.SessionRefused, "workflow --session default status");
    }

    [Fact]
    public void DeleteSession_WhileAStartIsNotWrittenDown_IsRefused()
    {
        // A controller that died between the claim and the word that a worker exists.
        var story = Story.AtBackfill();
        story.Do(new Operation.Stop { By = "ann" });
        Refused(story, new Operation.DeleteSession("default", Force: true) { By = "ann" }, DiagnosticCatalog.SessionRefused, "workflow --session default status");
        Assert.True(story.Home.NeedsController);
    }

    [Fact]
    public void Stop_WhileWorkIsStillEnding_SaysWhich()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        story.Do(new Operation.Stop { By = "ann" });
        var again = story.Do(new Operation.Stop { By = "ann" });
        Assert.False(again.NothingToDo);
        Assert.Equal([$"No run is under way; {Backfill} is still ending: workflow status"], again.Messages);
    }

    [Fact]
    public void DeleteSession_ThatLeftWorkBehind_IsRefusedUnlessForced()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        Refused(story, new Operation.DeleteSession("default", Force: false) { By = "ann" }, DiagnosticCatalog.SessionRefused, "workflow session delete default --force");
        Assert.IsType<SessionDeleted>(Assert.Single(story.Do(new Operation.DeleteSession("default", Force: true) { By = "ann" }).Events));
    }

    [Theory]
    [InlineData("targets: [")]
    [InlineData("nosuch: 1")]
    public void Configure_WithMistakes_IsRefusedWhole(string text)
    {
        var story = Configured();
        var result = story.Do(new Operation.Configure(text, "test", null) { By = "ann" });
        Assert.True(result.HasFailed);
        Assert.Empty(result.Events);
        Assert.Single(story.Session.Revisions);
    }

    [Fact]
    public void Configure_InAnUnknownSession_IsRefused() =>
        Refused(Configured(), new Operation.Configure("{}", "test", null) { By = "ann", Session = "prod" }, DiagnosticCatalog.UnknownSession, "workflow session list");

    [Fact]
    public void Edit_OfNothing_IsRefused()
    {
        var result = Configured().Do(new Operation.Edit(EditKind.Remove, "targets.green", null, null) { By = "ann" });
        Assert.True(result.HasFailed);
        Assert.Empty(result.Events);
    }

    [Fact]
    public void Commit_WithNothingPending_HasNothingToDo()
    {
        var story = Configured();
        story.Do(new Operation.Commit { By = "ann" });
        HasNothingToDo(story, new Operation.Commit { By = "ann" }, "Nothing is pending; revision 1 is current.");
    }

    [Fact]
    public void Commit_OfAnotherRevisionThanTheOneLookedAt_IsRefused()
    {
        var story = Configured();
        story.Do(new Operation.Configure(Story.Config("metadata: { replicas: 2 }"), "test", null) { By = "bob" });
        var refused = Refused(story, new Operation.Commit { By = "ann", Revision = 1 }, DiagnosticCatalog.PlanIsAnother, "workflow plan --pending");
        Assert.Equal("Revision 2 is pending now, not 1: somebody edited meanwhile. Nothing was committed.", refused.Detail);
        Assert.Null(story.Session.Current);
        Assert.False(story.Do(new Operation.Commit { By = "ann", Revision = 2 }).HasFailed);
        Assert.Equal(2, story.Session.Current!.Number);
    }

    [Fact]
    public void Commit_OfARevisionThatSomebodyElseCommitted_IsRefused()
    {
        var story = Configured();
        story.Do(new Operation.Commit { By = "bob" });
        Refused(story, new Operation.Commit { By = "ann", Revision = 1 }, DiagnosticCatalog.PlanIsAnother, "workflow configure history");
    }

    [Fact]
    public void Commit_WhenThePlanIsAnotherOneByNow_IsRefused()
    {
        // The run that is under way went on since somebody looked.
        var story = AtReview();
        story.Do(new Operation.Configure(Story.Config("metadata: { approve: auto }"), "test", null) { By = "ann" });
        var config = ConfigurationReader.ReadCanonical(story.Session.Pending!.Configuration).Config!;
        var looked = Kinds.Planner.Plan(config, story.Session.Recorded()).Plan.Hash.Hex;
        Assert.False(story.Do(new Operation.Approve([new(StepAddress.Parse(Metadata), EvidenceOf(story))], null) { By = "ann" }).HasFailed);
        story.Finish();
        Refused(story, new Operation.Commit { By = "ann", Revision = 2, Plan = looked }, DiagnosticCatalog.PlanIsAnother, "workflow plan --pending");
        var now = Kinds.Planner.Plan(config, story.Session.Recorded()).Plan.Hash.Hex;
        Assert.False(story.Do(new Operation.Commit { By = "ann", Revision = 2, Plan = now }).HasFailed);
    }

    [Fact]
    public void Commit_SentToTheController_IsTheSame()
    {
        var sent = new Operation.Commit { By = "ann", Revision = 3, Plan = "abc", Seen = [new(StepAddress.Parse(Backfill), new Story().There, null)] };
        var read = Assert.IsType<Operation.Commit>(JsonSerializer.Deserialize(JsonSerializer.Serialize<Operation>(sent, OperationJson.Default.Operation), OperationJson.Default.Operation));
        Assert.Equal((3, "abc"), (read.Revision, read.Plan));
        Assert.Equal(new Story().There, Assert.Single(read.Seen).Destroys);
    }

    [Fact]
    public void Discard_WithNothingPending_HasNothingToDo()
    {
        var story = Configured();
        story.Do(new Operation.Discard { By = "ann" });
        HasNothingToDo(story, new Operation.Discard { By = "ann" }, "Nothing is pending.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void RevertTo_ARevisionThatIsNot_IsRefused(int revision) =>
        Refused(Configured(), new Operation.RevertTo(revision) { By = "ann" }, DiagnosticCatalog.UnknownRevision, "workflow configure history");

    [Fact]
    public void Start_InAnEmptySession_IsRefused()
    {
        var story = new Story();
        story.Do(new Operation.CreateSession("default", null) { By = "ann" });
        Refused(story, new Operation.Start(null) { By = "ann" }, DiagnosticCatalog.NothingConfigured, "workflow configure --file FILE");
    }

    [Fact]
    public void Start_OfWhatIsNotCommitted_IsRefused() =>
        Refused(Configured(), new Operation.Start(null) { By = "ann" }, DiagnosticCatalog.NothingCommitted, "workflow configure commit");

    [Theory]
    [InlineData("12345")]
    [InlineData("000000")]
    public void Start_OfAnotherPlan_IsRefused(string plan)
    {
        var story = Configured();
        story.Do(new Operation.Commit { By = "ann" });
        Refused(story, new Operation.Start(plan) { By = "ann" }, DiagnosticCatalog.PlanIsAnother, "workflow plan");
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void Start_OfTheBeginningOfThePlan_IsRefusedWhereThatCouldBeChance(int digits, bool isRefused)
    {
        var story = Configured();
        story.Do(new Operation.Commit { By = "ann" });
        var hash = Assert.IsType<RunStarted>(Assert.Single(new OperationRules(story.Planner).Perform(new Operation.Start(null) { By = "ann" }, story.Home).Events)).Plan;
        var named = story.Do(new Operation.Start(hash.Hex[..digits]) { By = "ann" });
        Assert.Equal(isRefused, named.HasFailed);
        Assert.Equal(isRefused ? 0 : 1, story.Session.Runs.Count);
    }

    [Fact]
    public void Start_OfThePlanOfAnEarlierMoment_IsRefused()
    {
        var story = Configured();
        story.Do(new Operation.Commit { By = "ann" });
        var shown = Assert.IsType<RunStarted>(Assert.Single(story.Do(new Operation.Start(null) { By = "ann" }).Events)).Plan;
        story.Finish();
        story.Do(new Operation.Stop { By = "ann" });
        Refused(story, new Operation.Start(shown.Hex) { By = "ann" }, DiagnosticCatalog.PlanIsAnother, "workflow plan");
    }

    [Fact]
    public void Start_OfABlockedPlan_IsRefusedAndNamesTheWayBack()
    {
        var story = Blocked();
        var refused = Refused(story, new Operation.Start(null) { By = "ann" }, DiagnosticCatalog.PlanIsBlocked, "workflow configure revert 1");
        Assert.Contains("workflow session create NAME --from default", refused.Detail, StringComparison.Ordinal);

        var status = new StatusBuilder(Kinds.Planner).Of(story.Session, Story.Nothing, story.Now);
        Assert.Equal("was done with another targets.blue.endpoint, and cannot go on like this: workflow plan", status.Steps.Single(step => step.Address == StepAddress.Parse(Backfill)).Situation);

        story.Do(new Operation.RevertTo(1) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        var back = story.Do(new Operation.Start(null) { By = "ann" });
        Assert.True(back is { HasFailed: false, NothingToDo: true });
    }

    [Fact]
    public void Start_OfABlockedPlanInANewSession_StartsAnew()
    {
        var story = Blocked();
        story.Do(new Operation.CreateSession("moved", "default") { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        var started = story.Do(new Operation.Start(null) { By = "ann" });
        Assert.False(started.HasFailed, string.Join('\n', started.Diagnostics));
        Assert.Equal("moved", Assert.IsType<RunStarted>(Assert.Single(started.Events)).Session);
    }

    [Fact]
    public void Start_WhileItRuns_SaysSo()
    {
        var result = AtReview().Do(new Operation.Start(null) { By = "ann" });
        Assert.True(result is { HasFailed: false, Run: 1 });
        Assert.Empty(result.Events);
        Assert.Equal(["Run 1 is under way already."], result.Messages);
    }

    [Fact]
    public void Start_WhenAllIsDone_HasNothingToDo() => HasNothingToDo(
        new Story().Start(Story.Config("metadata: { approve: none }")).Finish(),
        new Operation.Start(null) { By = "ann" },
        "Nothing to do: all 4 steps are complete.");

    [Fact]
    public void Stop_WhenNothingRuns_HasNothingToDo() => HasNothingToDo(Configured(), new Operation.Stop { By = "ann" }, "Nothing is running.");

    [Fact]
    public void Pause_OfNoStep_IsRefused()
    {
        var refused = Refused(AtReview(), new Operation.Pause(["*:backfil"]) { By = "ann" }, DiagnosticCatalog.NoSuchStep, "workflow status");
        Assert.Contains("'*:backfil' selects none of the 4 steps", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Pause_OfNoStepAmongOthers_PausesNothing() =>
        Refused(AtReview(), new Operation.Pause(["*", "nosuch"]) { By = "ann" }, DiagnosticCatalog.NoSuchStep, "workflow status");

    [Fact]
    public void Resume_WhenNothingIsPaused_HasNothingToDo() => HasNothingToDo(AtReview(), new Operation.Resume(["*"]) { By = "ann" }, "Nothing is paused.");

    [Fact]
    public void Resume_OfAnotherPattern_IsRefused()
    {
        var story = AtReview();
        story.Do(new Operation.Pause(["*:backfill"]) { By = "ann" });
        Refused(story, new Operation.Resume(["*:validate"]) { By = "ann" }, DiagnosticCatalog.NoSuchStep, "workflow status");
    }

    [Theory]
    [InlineData("*>blue:*", "*@blue:*")]
    [InlineData("*@blue:*", "*>blue:*")]
    [InlineData("*>blue:*", "*>blue:*")]
    public void Resume_InTheOtherFormOfThePattern_EndsThePause(string paused, string resumed)
    {
        var story = AtReview();
        var pause = story.Do(new Operation.Pause([paused]) { By = "ann" });
        Assert.Equal("*@blue:*", Assert.IsType<Paused>(Assert.Single(pause.Events)).Pattern);
        Assert.StartsWith("Paused *@blue:*.", Assert.Single(pause.Messages), StringComparison.Ordinal);
        Assert.Single(story.Session.Pauses);
        var resume = story.Do(new Operation.Resume([resumed]) { By = "ann" });
        Assert.Equal("*@blue:*", Assert.IsType<Resumed>(Assert.Single(resume.Events)).Pattern);
        Assert.Empty(story.Session.Pauses);
    }

    [Fact]
    public void Pause_OfAnAddressOfEarlierBuildsMistyped_NamesTheOneMeant()
    {
        var refused = Refused(AtReview(), new Operation.Pause(["logs/a>blue:backfil"]) { By = "ann" }, DiagnosticCatalog.NoSuchStep, "workflow status");
        Assert.Equal(Backfill, refused.DidYouMean);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decide_WithoutARun_IsRefused(bool isApproval)
    {
        var story = AtReview();
        var evidence = EvidenceOf(story);
        story.Do(new Operation.Stop { By = "ann" });
        Refused(story, Decision(isApproval, Metadata, evidence), DiagnosticCatalog.NothingRuns, "workflow start");
    }

    [Theory]
    [InlineData(true, Backfill)]
    [InlineData(false, Backfill)]
    [InlineData(true, "logs/nosuch@blue:metadata")]
    public void Decide_AboutWhatIsNotUnderReview_IsRefused(bool isApproval, string step)
    {
        var story = AtReview();
        Refused(story, Decision(isApproval, step, EvidenceOf(story)), DiagnosticCatalog.NothingToApprove, "workflow approve --list");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decide_AboutOtherEvidence_IsRefused(bool isApproval) =>
        Refused(AtReview(), Decision(isApproval, Metadata, Fingerprint.Of("something else")), DiagnosticCatalog.EvidenceChanged, "workflow approve");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decide_Twice_IsRefusedTheSecondTime(bool isApproval)
    {
        var story = AtReview();
        var decision = Decision(isApproval, Metadata, EvidenceOf(story));
        Assert.False(story.Do(decision).HasFailed);
        Refused(story, decision, DiagnosticCatalog.NothingToApprove, "workflow approve --list");
    }

    [Fact]
    public void Decide_AboutSeveralOneOfThemWrong_DecidesNone()
    {
        var story = AtReview();
        var evidence = EvidenceOf(story);
        Refused(story, new Operation.Approve([new(StepAddress.Parse(Metadata), evidence), new(StepAddress.Parse(Backfill), evidence)], null) { By = "ann" }, DiagnosticCatalog.NothingToApprove, "workflow approve --list");
        Assert.NotNull(story.Session.Steps[StepAddress.Parse(Metadata)].Review);
    }

    private static Operation Verb(string verb, string? session) => verb switch
    {
        "commit" => new Operation.Commit { By = "ann", Session = session },
        "discard" => new Operation.Discard { By = "ann", Session = session },
        "revertTo" => new Operation.RevertTo(1) { By = "ann", Session = session },
        "start" => new Operation.Start(null) { By = "ann", Session = session },
        "stop" => new Operation.Stop { By = "ann", Session = session },
        "pause" => new Operation.Pause(["*"]) { By = "ann", Session = session },
        "resume" => new Operation.Resume(["*"]) { By = "ann", Session = session },
        "approve" => new Operation.Approve([], null) { By = "ann", Session = session },
        "redo" => new Operation.Redo(["*"], IsWanted: true) { By = "ann", Session = session },
        _ => new Operation.Reject([], null) { By = "ann", Session = session },
    };

    private static Operation Decision(bool isApproval, string step, Fingerprint evidence) => isApproval
        ? new Operation.Approve([new(StepAddress.Parse(step), evidence)], null) { By = "ann" }
        : new Operation.Reject([new(StepAddress.Parse(step), evidence)], "no") { By = "ann" };

    private static Fingerprint EvidenceOf(Story story) => story.Session.Steps[StepAddress.Parse(Metadata)].Review!.Evidence;

    private static Diagnostic Refused(Story story, Operation operation, DiagnosticKind kind, string? command)
    {
        var result = story.Do(operation);
        Assert.True(result.HasFailed);
        Assert.Empty(result.Events);
        Assert.Empty(result.Messages);
        var refused = Assert.Single(result.Diagnostics);
        Assert.Equal((kind.Code, command), (refused.Code, refused.Command));
        return refused;
    }

    private static void HasNothingToDo(Story story, Operation operation, string message)
    {
        var result = story.Do(operation);
        Assert.True(result is { HasFailed: false, NothingToDo: true });
        Assert.Empty(result.Events);
        Assert.Equal([message], result.Messages);
    }

    private static Story Configured()
    {
        var story = new Story();
        Assert.False(story.Do(new Operation.Configure(Story.Config(), "test", null) { By = "ann" }).HasFailed);
        return story;
    }

    private static Story Blocked()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        story.Do(new Operation.Configure(Story.Config("metadata: { approve: none }").Replace("blue:9200", "green:9200", StringComparison.Ordinal), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        return story;
    }

    private static Story AtReview()
    {
        var story = new Story().Start(Story.Config());
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        story.Evaluate(Metadata).Settle();
        return story;
    }
}
