using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Operations;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>What is recorded of a step, and whether it is still good.</summary>
public sealed class VerdictTests
{
    private const string NoReview = "metadata: { approve: none }";
    private const string Overwriting = NoReview + "\n        backfill: { conflict: overwrite }";
    private const string NoValidate = "\n        validate: { skip: true }";

    private static readonly StepAddress Backfill = StepAddress.Parse("logs/a@blue:backfill");
    private static readonly StepAddress Validate = StepAddress.Parse("logs/a@blue:validate");

    [Fact]
    public void Plan_ThisReleaseDoesAStepDifferently_DoesItAnew()
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        var wanted = Wanted(story).Select(step => step.Address == Backfill ? step with { Version = 9 } : step);
        var redo = Assert.IsType<StepChange.Redo>(story.Planner.Plan([.. wanted], story.Session.Recorded(), null).Plan.Changes.Single(change => change.Address == Backfill));
        Assert.StartsWith("this release does the step differently (version 1", Assert.Single(redo.Because).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_AnItemWasTakenBackMeanwhileAndIsSelectedNoLonger_IsLeft()
    {
        var story = TakenBackMeanwhile();
        story.Start(Story.Config(Overwriting));
        var validate = Change(story, Validate);
        Assert.Equal(["a"], validate.Redone);
        Assert.Equal(["b"], validate.Left);
    }

    [Fact]
    public void Plan_AnItemWasTakenBackMeanwhile_IsDoneAnew()
    {
        var story = TakenBackMeanwhile();
        story.Start(Widened(Overwriting));
        var validate = Change(story, Validate);
        Assert.Equal(["a", "b"], validate.Redone);
        Assert.Contains($"rests on {Backfill}, which was taken back meanwhile", validate.Because.Select(reason => reason.Text));
    }

    [Theory]
    [InlineData(Kinds.Definitions, "logs/a@blue:metadata", "update", "")]
    [InlineData(Kinds.Documents, "logs/a@blue:backfill", "redo", "a")]
    public void Plan_TheSnapshotCameOutOtherwise_ChangesInPlaceWhatCanBe(string group, string step, string word, string redone)
    {
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        var recorded = story.Session.Recorded().ToDictionary();
        var snapshot = StepAddress.Parse("logs/main:snapshot");
        recorded[snapshot] = recorded[snapshot] with { Outputs = [.. recorded[snapshot].Outputs.Select(part => part.Group == group && part.Name == "a" ? part with { Digest = Fingerprint.Of("other") } : part)] };
        var change = story.Planner.Plan(Wanted(story), recorded, null).Plan.Changes.Single(change => change.Address == StepAddress.Parse(step));
        Assert.Equal((word, redone), (change.Word, string.Join(' ', change.Redone)));
    }

    [Fact]
    public void Plan_WorkUnderWayHoldsAnItemThatIsWantedNoMore_LetsGoOfIt()
    {
        var story = new Story().Start(Widened(NoReview));
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        story.Evaluate("logs/a@blue:metadata").Settle();
        story.Report("logs/a@blue:metadata").Settle();
        story.Begun($"{Backfill}").Start(Story.Config(NoReview));
        var change = Change(story, Backfill);
        Assert.IsType<StepChange.Update>(change);
        Assert.Equal(["b"], change.Left);
    }

    /// <summary>The comparison of two indices, whose documents were sent anew while it was not wanted.</summary>
    private static Story TakenBackMeanwhile()
    {
        var story = new Story().Start(Widened(NoReview)).Finish();
        story.There = [.. story.There, story.There[0] with { Item = "b", Name = "b" }];
        story.Start(Widened(Overwriting + NoValidate)).Settle();
        story.Evaluate($"{Backfill}", destroys: story.There).Settle();
        story.Do(new Operation.Approve([new(Backfill, story.Session.Steps[Backfill].OpenReview!.Evidence)], null) { By = "ann" });
        return story.Finish();
    }

    private static string Widened(string slice) => Story.Config(slice).Replace("include: [a]", "include: [a, b]", StringComparison.Ordinal);

    private static StepChange Change(Story story, StepAddress step) => story.Planner.Plan(Wanted(story), story.Session.Recorded(), null).Plan.Changes.Single(change => change.Address == step);

    private static ImmutableArray<WantedStep> Wanted(Story story) =>
        Desired.Of(story.Planner, ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!, story.Session, run: 0);
}
