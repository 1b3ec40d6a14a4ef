using System.Collections.Immutable;
using System.Text.Json;
using Portage.Configuration.Reading;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>Doing anew what is done: it is asked for, and the next start does it.</summary>
public sealed class RedoTests
{
    private const string Metadata = "logs/a@blue:metadata";
    private const string Backfill = "logs/a@blue:backfill";
    private const string Validate = "logs/a@blue:validate";

    [Fact]
    public void Redo_OfADoneStep_IsDoneByTheNextStartOnly()
    {
        var story = Done();
        var asked = story.Do(Redo(Backfill));
        Assert.Equal([$"The next start does {Backfill} anew."], asked.Messages);
        Assert.Equal("", story.Settle());

        Assert.False(story.StartSeeing().HasFailed);
        story.Finish();
        Assert.Equal(2, story.Session.Steps[StepAddress.Parse(Backfill)].Run);
        Assert.Null(story.Session.Steps[StepAddress.Parse(Backfill)].AskedBy);
        Assert.Equal(1, story.Session.Steps[StepAddress.Parse(Metadata)].Run);
        Assert.True(story.Do(new Operation.Start(null) { By = "ann" }).NothingToDo);
    }

    [Fact]
    public void Redo_ThatDestroys_NeedsThePlanNamed()
    {
        var story = Done();
        story.Do(Redo(Metadata));
        ImmutableArray<Seen> seen = [.. new[] { Metadata, Backfill }.Select(step => new Seen(StepAddress.Parse(step), story.There, null))];
        var refused = story.Do(new Operation.Start(null) { By = "ann", Seen = seen });
        Assert.Equal(DiagnosticCatalog.PlanDestroys.Code, Assert.Single(refused.Diagnostics).Code);
        Assert.Single(story.Session.Runs);
    }

    [Fact]
    public void Redo_WhileARunIsUnderWay_IsLeftToTheNextStart()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }"));
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        story.Evaluate(Metadata).Settle();
        story.Report(Metadata).Settle();
        story.Do(Redo(Metadata));
        Assert.Equal("", story.Settle());

        var started = story.StartSeeing();
        Assert.Equal(2, Assert.IsType<RunStarted>(Assert.Single(started.Events)).Run);
        Assert.Contains($"stop {Backfill}", story.Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Redo_OfAStepThatIsTriedAgainMeanwhile_IsNotForgotten()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }"));
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        story.Evaluate(Metadata).Settle();
        story.Report(Metadata).Settle();
        story.Do(Redo(Backfill));
        story.Fail(Backfill, TimeSpan.FromMinutes(1));
        story.Now += TimeSpan.FromMinutes(2);
        Assert.Contains($"run {Backfill} #2", story.Settle(), StringComparison.Ordinal);
        Assert.Equal("ann", story.Session.Steps[StepAddress.Parse(Backfill)].AskedBy);
        story.Finish();
        Assert.NotNull(story.StartSeeing().Run);
    }

    [Fact]
    public void Redo_TakenBack_LeavesNothingToDo()
    {
        var story = Done();
        story.Do(Redo(Backfill));
        Assert.Equal([$"The next start does not do {Backfill} anew."], story.Do(Redo(Backfill, isWanted: false)).Messages);
        Assert.True(story.Do(new Operation.Start(null) { By = "ann" }).NothingToDo);
    }

    [Fact]
    public void Redo_AskedForTwice_HasNothingToDo()
    {
        var story = Done();
        story.Do(Redo(Backfill));
        var again = story.Do(Redo(Backfill));
        Assert.True(again is { NothingToDo: true, HasFailed: false });
        Assert.Empty(again.Events);
    }

    [Fact]
    public void Redo_CancelOfWhatWasNotAskedFor_HasNothingToDo() =>
        Assert.True(Done().Do(Redo(Backfill, isWanted: false)) is { NothingToDo: true, HasFailed: false, Events: [] });

    [Fact]
    public void Redo_OfOneKind_AsksForNoOther()
    {
        var asked = Done().Do(Redo("logs") with { Kind = StepKind.Validate });
        Assert.Equal(Validate, Assert.IsType<RedoAsked>(Assert.Single(asked.Events)).Step.ToString());
    }

    [Theory]
    [InlineData("logs/b", "'logs/b' selects none of the 4 steps.")]
    [InlineData("logs/a@blue:validat", "'logs/a@blue:validat' selects none of the 4 steps.")]
    public void Redo_OfNoStep_IsRefused(string pattern, string why) => Refused(Done().Do(Redo(pattern)), DiagnosticCatalog.NoSuchStep, why);

    [Fact]
    public void Redo_OfAKindThatIsNotThere_IsRefused() =>
        Refused(Done().Do(Redo("*:snapshot") with { Kind = StepKind.Validate }), DiagnosticCatalog.NoSuchStep, "'*:snapshot' selects steps, but no validate.");

    [Theory]
    [InlineData(Backfill, $"{Backfill} is not done yet: there is nothing to do anew.")]
    [InlineData("logs/a", "None of the 3 steps that 'logs/a' selects is done yet: there is nothing to do anew.")]
    public void Redo_OfWhatIsNotDone_IsRefused(string pattern, string why)
    {
        var story = new Story().Start(Story.Config());
        story.Settle();
        Refused(story.Do(Redo(pattern)), DiagnosticCatalog.NoSuchStep, why);
    }

    [Fact]
    public void Redo_OfSomethingNotDoneAmongOthers_AsksForNothing()
    {
        var story = new Story().Start(Story.Config());
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        var refused = story.Do(Redo("logs/main:snapshot") with { Patterns = ["logs/main:snapshot", Backfill] });
        Refused(refused, DiagnosticCatalog.NoSuchStep, $"{Backfill} is not done yet: there is nothing to do anew.");
    }

    [Fact]
    public void Redo_WithoutACommittedRevision_IsRefused()
    {
        var story = new Story();
        story.Do(new Operation.CreateSession("default", null) { By = "ann" });
        Refused(story.Do(Redo("*")), DiagnosticCatalog.NothingConfigured, "Session 'default' has no configuration yet.");
        story.Do(new Operation.Configure(Story.Config(), "test", null) { By = "ann" });
        Refused(story.Do(Redo("*")), DiagnosticCatalog.NothingCommitted, "Revision 1 is pending; a start carries out what is committed.");
    }

    [Fact]
    public void Redo_SentToTheController_IsTheSame()
    {
        var sent = Redo(Backfill) with { Kind = StepKind.Validate };
        var read = Assert.IsType<Operation.Redo>(JsonSerializer.Deserialize(JsonSerializer.Serialize<Operation>(sent, OperationJson.Default.Operation), OperationJson.Default.Operation));
        Assert.Equal((StepKind.Validate, true), (read.Kind, read.IsWanted));
        Assert.Equal([Backfill], read.Patterns);
    }

    [Fact]
    public void Plan_OfWhatIsHalfTakenBack_SaysThatTheRevertGoesOn()
    {
        var story = HalfTakenBack();
        var change = PlanOf(story).Changes.Single(change => change.Address == StepAddress.Parse(Backfill));
        Assert.Equal("revert", change.Word);
        Assert.Equal(["taking back a was begun: that goes on, and then it is done anew"], change.Because.Select(reason => reason.Text));
        Assert.Equal(["a"], change.Redone);
        Assert.True(change.MayDestroy);
        Assert.Equal("update", PlanOf(story).Changes.Single(other => other.Address == StepAddress.Parse(Validate)).Word);
    }

    [Fact]
    public void Start_OfWhatIsHalfTakenBack_GoesOnAndDoesItAnew()
    {
        var story = HalfTakenBack();
        Assert.True(story.Do(new Operation.Start(null) { By = "ann" }).HasFailed);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal($"revert {Backfill} #1 of a\n", story.Settle());
        Assert.Equal($"run {Backfill} #1\n", story.Reverted(Backfill).Settle());
    }

    [Fact]
    public void Redo_OfASnapshotThatWasTaken_IsDoneBesideAndTakesNothingBackBeforeWhatStandsOnIt()
    {
        const string snapshot = "logs/main:snapshot";
        var story = new Story().Start(Story.Config("metadata: { approve: none }").Replace("existing: nightly } }", "take: {} } }\n    source: { endpoint: \"http://old:9200\" }", StringComparison.Ordinal)).Finish();
        story.Do(Redo(snapshot));
        Assert.False(PlanOf(story).Changes.Single(change => change.Address == StepAddress.Parse(snapshot)).MayDestroy);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal($"run {snapshot} #1\n", story.Settle());
        Assert.Equal($"complete {snapshot}\nevaluate {Backfill} #1 of a\n", Whole(story.Report(snapshot, documents: "others").Settle()));
        story.Evaluate(Backfill, destroys: story.There).Settle();
        Approve(story, Backfill);
        Assert.Equal($"revert {Validate} #1 of a\n", story.Settle());
        Assert.Equal($"revert {Backfill} #1 of a\n", story.Reverted(Validate).Settle());
        Assert.Equal($"run {Backfill} #1\n", story.Reverted(Backfill).Settle());

        static string Whole(string settled) => string.Concat(settled.Split('\n').Where(line => !line.StartsWith("pass ", StringComparison.Ordinal)).Select(line => line.Length == 0 ? "" : line + "\n"));
    }

    [Fact]
    public void Redo_OfASnapshotThatWasBrought_DestroysNothing()
    {
        var story = Done();
        story.Do(Redo("logs/main:snapshot"));
        Assert.False(PlanOf(story).Changes.Single(change => change.Address == StepAddress.Parse("logs/main:snapshot")).MayDestroy);
    }

    [Fact]
    public void Redo_OfWhatAnEarlierBuildDidWithoutItems_TakesAllOfItBack()
    {
        var story = Story.OfEarlierBuild("metadata: { approve: none }");
        Assert.All(story.Session.Steps.Values, step => Assert.Null(step.Items));
        story.Do(Redo(Backfill));
        var change = PlanOf(story).Changes.Single(change => change.Address == StepAddress.Parse(Backfill));
        Assert.Equal("redo", change.Word);
        Assert.False(story.StartSeeing().HasFailed);
        Assert.StartsWith($"evaluate {Backfill} #1", story.Settle(), StringComparison.Ordinal);
        story.Evaluate(Backfill, destroys: story.There).Settle();
        Approve(story, Backfill);
        Assert.Equal($"revert {Validate} #1\n", story.Settle());
        Assert.True(story.Session.Steps[StepAddress.Parse(Validate)].TakingBack.IsDefault);
        Assert.Equal($"revert {Backfill} #1\n", story.Reverted(Validate).Settle());
        Assert.True(story.Session.Steps[StepAddress.Parse(Backfill)].TakingBack.IsDefault);
        Assert.Equal($"run {Backfill} #1\n", story.Reverted(Backfill).Settle());
        story.Finish();
        Assert.Null(story.Session.ActiveRun);
        Assert.Equal(["a"], story.Session.Steps[StepAddress.Parse(Backfill)].Items!.Keys);
    }

    private static void Approve(Story story, string step) =>
        Assert.False(story.Do(new Operation.Approve([new(StepAddress.Parse(step), story.Session.Steps[StepAddress.Parse(step)].OpenReview!.Evidence)], null) { By = "ann" }).HasFailed);

    /// <summary>A redo that was stopped in the middle of its revert, and is not asked for any more.</summary>
    private static Story HalfTakenBack()
    {
        var story = Done();
        story.Do(Redo(Backfill));
        story.StartSeeing();
        story.Settle();
        story.Evaluate(Backfill, destroys: story.There).Settle();
        var evidence = story.Session.Steps[StepAddress.Parse(Backfill)].OpenReview!.Evidence;
        story.Do(new Operation.Approve([new(StepAddress.Parse(Backfill), evidence)], null) { By = "ann" });
        story.Settle();
        story.Reverted(Validate).Settle();
        story.Do(new Operation.Stop { By = "ann" });
        story.Settle();
        story.Stopped(Backfill);
        story.Do(Redo(Backfill, isWanted: false));
        return story;
    }

    private static Plan PlanOf(Story story) =>
        Kinds.Planner.Plan(ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!, story.Session.Recorded()).Plan;

    private static Story Done() => new Story().Start(Story.Config("metadata: { approve: none }")).Finish();

    private static Operation.Redo Redo(string pattern, bool isWanted = true) => new([pattern], isWanted) { By = "ann" };

    private static void Refused(OperationResult result, DiagnosticKind kind, string why)
    {
        Assert.True(result is { HasFailed: true, Events: [], Messages: [] });
        var refused = Assert.Single(result.Diagnostics);
        Assert.Equal((kind.Code, why), (refused.Code, refused.Detail));
    }
}
