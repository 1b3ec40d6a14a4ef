using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Engine.Status;
using Portage.Engine.Tests.Core;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Questions;

/// <summary>What faces ask is answered by values, which say how much of the history they take into account.</summary>
public sealed class QuestionTests
{
    [Fact]
    public void Find_NoSuchSession_SaysWhichThereAre()
    {
        var home = HomeState.Of([Recorded(1, new SessionCreated("live", "ann"))]);
        var (asked, why) = Asked.Find(home, "lve", ".portage");
        Assert.Null(asked);
        Assert.Equal(("PG2005", "live"), (why!.Code, why.DidYouMean));
        Assert.Equal(1, Asked.Find(home, "live", ".portage").Asked!.Position);
    }

    [Fact]
    public void Answer_OfTheStatus_CountsPlacesOfOtherSessions()
    {
        var story = new Story().Start(Story.Config().Replace("targets:", "limits: { lightSteps: 1 }\ntargets:", StringComparison.Ordinal));
        var (elsewhere, inputs) = (story.Home, Begun("").Session.Steps[StepAddress.Parse("logs/main:snapshot")].Inputs!);
        elsewhere.Apply(new SessionCreated("other", "ann"), story.Now);
        elsewhere.Apply(new StepStarted("other", 1, StepAddress.Parse("logs/x@blue:metadata"), 1, StepPhase.Run, inputs), story.Now);
        var status = StatusQuestion.Answer(Kinds.Planner, new(elsewhere, story.Session), Story.Nothing with { Controller = new(1, story.Now) }, story.Now);
        Assert.Equal("waits for the one place in the controller (limits.lightSteps), taken by logs/x@blue:metadata", status.Steps[0].Situation);
    }

    [Fact]
    public void Of_TheTree_HoldsEveryStepOnce()
    {
        var story = Begun("");
        var status = StatusQuestion.Answer(Kinds.Planner, new(story.Home, story.Session), Story.Nothing, story.Now);
        var tree = StatusTree.Of(status);
        var (source, target) = (Assert.Single(tree.Sources), Assert.Single(tree.Targets));
        Assert.Equal(("logs", "main", "blue", "logs", "a"), (source.Name, source.Parts[0].Name, target.Name, target.From[0].Name, target.From[0].Parts[0].Name));
        Assert.Equal(status.Steps.AsEnumerable(), source.Steps.Concat(target.From.SelectMany(from => from.Steps)));
    }

    [Fact]
    public void Answer_OfAGateThatDidNotHold_SaysWhatIsUnmet()
    {
        var story = Begun("");
        story.Evaluate("logs/a@blue:metadata", conflicts: 2).Settle();
        var review = Assert.Single(Reviews(story).Reviews);
        Assert.Equal("conflicts == 0 (is 2)", review.Unmet);
        Assert.NotNull(review.EvidenceDigest);
    }

    [Fact]
    public void Answer_OfAnUnconditionalReview_HasNothingUnmet()
    {
        var story = Begun("", "metadata: { approve: manual }");
        story.Evaluate("logs/a@blue:metadata").Settle();
        var reviews = Reviews(story);
        Assert.Null(Assert.Single(reviews.Reviews).Unmet);
        Assert.Equal((1, story.Session.Runs[0].Plan), (reviews.Run, reviews.Plan));
        Assert.Equal(reviews, ReviewsQuestion.Select(reviews, []).Selected);
        Assert.Single(ReviewsQuestion.Select(reviews, ["*:metadata"]).Selected!.Reviews);
        Assert.Equal("logs/a@blue:metadata", ReviewsQuestion.Select(reviews, ["logs/a@blue:metadta"]).Why!.DidYouMean);
    }

    [Fact]
    public void Answer_OfACompleteStep_CountsItsItems()
    {
        var story = Begun("").Finish();
        var status = StatusQuestion.Answer(Kinds.Planner, new(story.Home, story.Session), Story.Nothing, story.Now);
        Assert.Equal(new ItemsProgress(1, 1, []), status.Steps.Single(step => step.Address == StepAddress.Parse("logs/a@blue:backfill")).Items);
        Assert.Null(status.Steps[0].Items);
    }

    [Theory]
    [InlineData("logs/a@blue:backfill", "logs/a@blue:backfill")]
    [InlineData("logs/a>blue:backfill", "logs/a@blue:backfill")]
    [InlineData("*:snapshot", "logs/main:snapshot")]
    public void Find_ANameOrAPatternOfOne_IsTheStep(string text, string step) =>
        Assert.Equal(StepAddress.Parse(step), StepQuestion.Find(Known(), text).Step);

    [Theory]
    [InlineData("logs/a@blue", "is 3 steps")]
    [InlineData("logs/a@blue:bakfill", "There is no step")]
    [InlineData("logs/a@green:backfill", "There is no step")]
    public void Find_SeveralOrNone_SaysWhy(string text, string why)
    {
        var (step, because) = StepQuestion.Find(Known(), text);
        Assert.Null(step);
        Assert.Contains(why, because!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_RevisionsThatExistOrNot_IsAnsweredOrRefused()
    {
        var story = Begun("");
        story.Do(new Operation.Edit(EditKind.Update, "migrations.logs.slices.a.backfill.workers", "3", null) { By = "ann" });
        var asked = new Asked(story.Home, story.Session);
        var difference = RevisionsQuestion.Compare(asked, null, null).Difference!;
        Assert.Equal((1, 2), (difference.From, difference.To));
        Assert.Equal("migrations.logs.slices.a.backfill.workers", Assert.Single(difference.Changes).Path);
        Assert.Empty(RevisionsQuestion.Compare(asked, 2, 2).Difference!.Changes);
        Assert.Contains("no revision 7", RevisionsQuestion.Compare(asked, 7, null).Why!.Detail, StringComparison.Ordinal);
        Assert.Contains("no revision 9", RevisionsQuestion.Compare(asked, null, 9).Why!.Detail, StringComparison.Ordinal);
        Assert.Equal([RevisionStanding.Current, RevisionStanding.Pending], RevisionsQuestion.Answer(asked).Revisions.Select(one => one.Standing));
    }

    [Fact]
    public void WhatIf_AnEdit_TellsTheStepAndOthers()
    {
        var story = Begun("").Finish();
        const string Edit = "migrations.logs.slices.a.backfill.conflict=overwrite";
        var (asked, step) = (new Asked(story.Home, story.Session), StepAddress.Parse("logs/a@blue:backfill"));
        var config = Configuration.Reading.ConfigurationReader.ReadCanonical(ExplainQuestion.Edited(asked, step, Edit).Edited!.Configuration).Config!;
        var explained = ExplainQuestion.WhatIf(asked, step, Edit, Kinds.Planner.Plan(config, story.Session.Recorded()).Plan);
        Assert.IsType<StepChange.Redo>(explained.Change);
        Assert.Equal(StepAddress.Parse("logs/a@blue:validate"), Assert.Single(explained.Others).Address);
        Assert.Null(ExplainQuestion.Edited(asked, step, "nonsense").Edited);
    }

    [Fact]
    public void Answer_OfAStepThatIsToBeTakenBack_SaysThatNothingComesInstead()
    {
        const string NoGates = "metadata: { approve: none }\n        backfill: { approve: none }\n        validate: { approve: none }";
        const string Metadata = "logs/b@blue:metadata";
        var story = new Story().Start(Story.Config(NoGates, $"b:\n        indices: {{ include: [b] }}\n        {NoGates}")).Finish().Start(Story.Config(NoGates));
        story.Settle();
        Assert.False(Explain().Leaves);
        Assert.False(story.Do(new Operation.Collect(["logs/b"], IsWanted: true) { By = "ann" }).HasFailed);
        Says();
        Assert.False(story.StartSeeing().HasFailed);
        story.Settle();
        Says();

        void Says()
        {
            var explained = Explain();
            Assert.True(explained.Leaves);
            Assert.Equal(["no longer in the configuration; ann wants it taken back"], Assert.IsType<StepChange.Revert>(explained.Change).Because.Select(reason => reason.Text));
        }

        Explanation Explain() => ExplainQuestion.Answer(Kinds.Planner, new(story.Home, story.Session), StatusQuestion.Answer(Kinds.Planner, new(story.Home, story.Session), Story.Nothing, story.Now), [], StepAddress.Parse(Metadata));
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("live", null, true)]
    [InlineData("other", null, false)]
    [InlineData("live", "logs/a", true)]
    [InlineData("live", "*:validate", false)]
    public void Wants_ALineOfAStep_ByItsSessionAndPattern(string? session, string? pattern, bool isWanted) =>
        Assert.Equal(isWanted, new LogQuestion(session, pattern).Wants(new(default, "{}", "live", "logs/a@blue:backfill", null, null, null, null)));

    [Fact]
    public void Wants_ALineOfNoStep_OnlyWithoutAPattern()
    {
        var line = new LogLine(default, "{}", "live", null, null, null, null, null);
        Assert.True(new LogQuestion(null, null).Wants(line));
        Assert.False(new LogQuestion(null, "*").Wants(line));
    }

    [Fact]
    public void Perform_AnEdit_LeavesPendingOnlyWhereItRecordedOne()
    {
        var story = Begun("");
        Assert.True(story.Do(Edit("3")).LeavesPending);
        Assert.False(story.Do(Edit("3")).LeavesPending);
        Assert.False(story.Do(new Operation.Configure(story.Session.Current!.Configuration, "x", null) { By = "ann" }).LeavesPending);

        static Operation Edit(string workers) => new Operation.Edit(EditKind.Update, "migrations.logs.slices.a.backfill.workers", workers, null) { By = "ann" };
    }

    private static ReviewsAnswer Reviews(Story story) =>
        ReviewsQuestion.Answer(StatusQuestion.Answer(Kinds.Planner, new(story.Home, story.Session), Story.Nothing, story.Now));

    private static IReadOnlyList<StepAddress> Known() => StepQuestion.Known(Kinds.Planner, Begun("").Session);

    /// <summary>The snapshot is done, and metadata is next.</summary>
    private static Story Begun(string limits, string slice = "metadata: { approve: \"conflicts == 0\" }")
    {
        var story = new Story().Start(Story.Config(slice).Replace("targets:", $"{limits}targets:", StringComparison.Ordinal));
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        return story;
    }

    private static RecordedEvent Recorded(long sequence, LedgerEvent happened) => new(sequence, default, happened);
}
