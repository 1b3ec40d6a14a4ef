using System.Text.Json;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>Sending again what was rejected: it is asked for, the next start does it, and nothing that is there is touched.</summary>
public sealed class ResendTests
{
    private const string Backfill = "logs/a@blue:backfill";

    private static StepAddress Validate { get; } = StepAddress.Parse("logs/a@blue:validate");

    private static StepAddress Step { get; } = StepAddress.Parse(Backfill);

    [Fact]
    public void Resend_OfWhatWaitsForAPerson_IsDoneByTheNextStartAndAskedAboutAnew()
    {
        var story = Held(rejected: 310);
        Assert.Equal([$"The next start sends again what {Backfill} could not write: 310 documents."], story.Do(Resend()).Messages);
        Assert.Equal("", story.Settle());
        Assert.NotNull(story.Session.Steps[Step].OpenReview);

        var change = PlanOf(story).Changes.Single(change => change.Address == Step);
        Assert.Equal(("update", false), (change.Word, change.MayDestroy));
        Assert.Equal(["310 documents that were rejected are sent again: ann asked for it"], change.Because.Select(reason => reason.Text));
        Assert.False(story.Do(new Operation.Start(null) { By = "ann" }).HasFailed);
        Assert.Equal($"run {Backfill} #1\n", story.Settle());
        Assert.Equal((1, null), (story.Session.Steps[Step].Resends, story.Session.Steps[Step].ResendBy));

        Assert.Equal($"review {Backfill}: rejected == 0 (is 12)\n", story.Report(Backfill, rejected: 12).Settle());
        Assert.Equal(0, story.Session.Steps[Step].Resends);
    }

    [Fact]
    public void Resend_OfWhatWasLetPass_TouchesNothingElse()
    {
        var story = Held(rejected: 1);
        Approve(story);
        story.Finish();
        Assert.Equal(RunOutcome.Done, story.Session.Runs[^1].Outcome);

        story.Do(Resend());
        Assert.Equal(["1 document that was rejected is sent again: ann asked for it"], PlanOf(story).Changes.Single(change => change.Address == Step).Because.Select(reason => reason.Text));
        Assert.False(story.Do(new Operation.Start(null) { By = "ann" }).HasFailed);
        Assert.Equal($"run {Backfill} #1\n", story.Settle());
        story.Report(Backfill).Settle();
        Assert.True(story.Do(new Operation.Start(null) { By = "ann" }).NothingToDo);
    }

    /// <summary>Its worker, or the controller, may be killed at any time: whoever goes on must know what for.</summary>
    [Fact]
    public void Resend_ThatIsInterrupted_GoesOnAsTheSame()
    {
        var story = Held(rejected: 3);
        story.Do(Resend());
        story.Do(new Operation.Start(null) { By = "ann" });
        story.Settle();
        story.Fail(Backfill, TimeSpan.FromMinutes(1));
        story.Now += TimeSpan.FromMinutes(2);
        Assert.Equal($"run {Backfill} #2\n", story.Settle());
        Assert.Equal(1, story.Session.Steps[Step].Resends);

        // A stop, and another run.
        story.Do(new Operation.Stop { By = "ann" });
        story.Settle();
        story.Stopped(Backfill).Settle();
        story.PutBack(Backfill).Settle();
        story.Do(new Operation.Start(null) { By = "ann" });
        Assert.Equal($"run {Backfill} #1\n", story.Settle());
        Assert.Equal((3, 1), (story.Session.Runs.Count, story.Session.Steps[Step].Resends));
    }

    [Fact]
    public void Resend_WhileOneIsUnderWay_IsLeftToTheNextStart()
    {
        var story = Held(rejected: 3);
        story.Do(Resend());
        story.Do(new Operation.Start(null) { By = "ann" });
        story.Settle();

        Assert.Equal([$"The next start sends again what {Backfill} could not write."], story.Do(Resend()).Messages);
        Assert.Equal("", story.Settle());
        Assert.Equal((1, "ann", 2), (story.Session.Steps[Step].Resends, story.Session.Steps[Step].ResendBy, story.Session.Steps[Step].ResendIn));
        Assert.NotNull(story.Do(new Operation.Start(null) { By = "ann" }).Run);
        Assert.Contains($"stop {Backfill}", story.Settle(), StringComparison.Ordinal);
        Assert.Equal($"put back {Backfill}\n", story.Stopped(Backfill).Settle());
        Assert.Equal($"run {Backfill} #1\n", story.PutBack(Backfill).Settle());
        Assert.Equal(2, story.Session.Steps[Step].Resends);
    }

    /// <summary>What an interrupted resend wrote nobody reports once another one is asked for in its place.</summary>
    [Fact]
    public void Resend_InThePlaceOfOneThatNeverReported_IsComparedAgainWhateverItWrites()
    {
        var story = Held(rejected: 3);
        Approve(story);
        story.Finish();
        story.Do(Resend());
        story.Do(new Operation.Start(null) { By = "ann" });
        story.Settle();
        story.Do(new Operation.Stop { By = "ann" });
        story.Settle();
        story.Stopped(Backfill).Settle();
        story.PutBack(Backfill).Settle();
        story.Do(Resend());
        story.Do(new Operation.Start(null) { By = "ann" });
        Assert.Equal($"run {Backfill} #1\n", story.Settle());
        Assert.Contains($"revert {Validate} #1 of a", story.Report(Backfill).Settle(), StringComparison.Ordinal);
    }

    [Fact]
    public void Resend_TakenBackOrAskedTwice_ChangesNothing()
    {
        var story = Held(rejected: 3);
        story.Do(Resend());
        Assert.True(story.Do(Resend()) is { NothingToDo: true, HasFailed: false, Events: [] });
        Assert.Equal([$"The next start does not send again what {Backfill} could not write."], story.Do(Resend(isWanted: false)).Messages);
        Assert.True(story.Do(Resend(isWanted: false)) is { NothingToDo: true, HasFailed: false, Events: [] });
        Assert.Equal("adopt", PlanOf(story).Changes.Single(change => change.Address == Step).Word);
    }

    [Fact]
    public void Resend_WhereNothingWasRejected_HasNothingToDo()
    {
        var done = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        var answer = done.Do(Resend());
        Assert.True(answer is { NothingToDo: true, HasFailed: false, Events: [] });
        Assert.Equal(["No document is rejected: there is nothing to send again."], answer.Messages);
    }

    /// <summary>A comparison that said of documents that they were rejected says so no longer once they are there.</summary>
    [Theory]
    [InlineData("a", "redo")]
    [InlineData("", "keep")]
    public void Resend_OfWhatWasComparedAlready_IsComparedAgainWhereSomethingWasWritten(string resent, string word)
    {
        var story = Held(rejected: 3);
        Approve(story);
        story.Finish();
        story.Do(Resend());
        var validate = PlanOf(story).Changes.Single(change => change.Address == Validate);
        Assert.Equal(("redo", true), (validate.Word, ((StepChange.Redo)validate).Conditional));
        Assert.Equal([$"only if {Backfill} writes something of what it sends again"], validate.Because.Select(reason => reason.Text));

        story.Do(new Operation.Start(null) { By = "ann" });
        story.Settle();
        story.End(Backfill, had => new StepReported(story.Session.Name, had.Run, had.Address, had.Attempt, had.Report! with { Numbers = had.Report.Numbers.SetItem("rejected", 0) }, had.Outputs! with { Resent = resent.Length > 0 ? [resent] : null }));
        Assert.Equal(word, PlanOf(story).Changes.Single(change => change.Address == Validate).Word);
        var settled = story.Settle();
        Assert.Equal(word == "redo", settled.Contains($"revert {Validate} #1 of a", StringComparison.Ordinal));
        story.Finish();
        Assert.Equal(RunOutcome.Done, story.Session.Runs[^1].Outcome);
        Assert.All(PlanOf(story).Changes, change => Assert.Equal("keep", change.Word));
    }

    /// <summary>What is done anew has nothing left to send again.</summary>
    [Fact]
    public void Resend_OfWhatIsTakenBackMeanwhile_IsForgotten()
    {
        var story = Held(rejected: 3);
        Approve(story);
        story.Finish();
        story.Do(Resend());
        story.Do(new Operation.Redo([Backfill], IsWanted: true) { By = "ann" });
        Assert.Equal(["ann asked for it"], PlanOf(story).Changes.Single(change => change.Address == Step).Because.Select(reason => reason.Text));
        story.StartSeeing();
        story.Finish();
        Assert.Equal((0, null), (story.Session.Steps[Step].Resends, story.Session.Steps[Step].ResendBy));
    }

    [Theory]
    [InlineData("logs/b@blue", "'logs/b@blue' selects none of the 4 steps.")]
    [InlineData("*:validate", "*:validate selects steps, but no backfill.")]
    public void Resend_OfNoBackfill_IsRefused(string pattern, string why)
    {
        var refused = Held(rejected: 3).Do(new Operation.Resend([pattern], IsWanted: true) { By = "ann" });
        Assert.True(refused is { HasFailed: true, Events: [] });
        Assert.Equal((DiagnosticCatalog.NoSuchStep.Code, why), (refused.Diagnostics[0].Code, refused.Diagnostics[0].Detail));
    }

    [Fact]
    public void Resend_SentToTheController_IsTheSame()
    {
        var read = Assert.IsType<Operation.Resend>(JsonSerializer.Deserialize(JsonSerializer.Serialize<Operation>(Resend(), OperationJson.Default.Operation), OperationJson.Default.Operation));
        Assert.True(read.IsWanted);
        Assert.Equal(["*"], read.Patterns);
    }

    /// <summary>A first run whose backfill could not write some, and waits for a person.</summary>
    private static Story Held(long rejected)
    {
        var story = Story.AtBackfill();
        Assert.Equal($"review {Backfill}: rejected == 0 (is {rejected})\n", story.Report(Backfill, rejected: rejected).Settle());
        return story;
    }

    private static void Approve(Story story) =>
        Assert.False(story.Do(new Operation.Approve([new(Step, story.Session.Steps[Step].OpenReview!.Evidence)], "known") { By = "ann" }).HasFailed);

    private static Operation.Resend Resend(bool isWanted = true) => new(["*"], isWanted) { By = "ann" };

    private static Plan PlanOf(Story story) =>
        Kinds.Planner.Plan(ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!, story.Session.Recorded()).Plan;
}
