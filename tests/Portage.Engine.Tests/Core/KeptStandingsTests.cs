using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Tests.Core;

/// <summary>What is kept from one decision to the next never holds anything up. Each decision is compared with one made from nothing (<see cref="Story.Decide"/>).</summary>
public sealed class KeptStandingsTests
{
    private const string Snapshot = "logs/main:snapshot";
    private const string Metadata = "logs/a@blue:metadata";
    private const string Backfill = "logs/a@blue:backfill";
    private const string Validate = "logs/a@blue:validate";

    private static readonly Destruction Taken = new(DestructionKind.DeleteSnapshot, "logs", "portage-main", null, null, 0);

    [Fact]
    public void Decide_WhenAFailureIsRecordedBeforeItsFlightIsOver_TriesAgainAfterIt()
    {
        var story = new Story().Start(Story.Config());
        Assert.Equal($"run {Snapshot} #1\n", story.Settle());
        story.Tell(new StepFailed(story.Session.Name, 1, StepAddress.Parse(Snapshot), 1, StepPhase.Run, DiagnosticCatalog.StepBroke.Error(null, "It broke."), story.Now));
        Assert.Equal("", story.Settle());
        Assert.Equal($"run {Snapshot} #2\n", story.Over(Snapshot).Settle());
    }

    [Fact]
    public void Decide_WhenTheLastStepIsDoneAndItsFlightIsNotOver_EndsTheRunAfterIt()
    {
        var story = new Story().Start(Story.Config("metadata: { skip: true }\n        backfill: { skip: true }\n        validate: { skip: true }"));
        story.Settle();
        story.Tell(new StepReported(story.Session.Name, 1, StepAddress.Parse(Snapshot), 1, new(System.Collections.Immutable.ImmutableSortedDictionary<string, long>.Empty, ["done"]), new([], "{}")));
        Assert.Equal($"pass {Snapshot} by policy: no gate\ncomplete {Snapshot}\n", story.Settle());
        Assert.NotNull(story.Session.ActiveRun);
        Assert.Equal("end Done\n", story.Over(Snapshot).Settle());
    }

    [Fact]
    public void Decide_WhenSomethingFarBelowGoes_TakesBackWhatStandsOnItFirst()
    {
        var story = ChainedAndAsked();
        Assert.Equal($"pass {Snapshot} by policy: no gate\nrevert {Validate} #1\n", story.Evaluate(Snapshot).Settle());
        Assert.Equal($"revert {Backfill} #1\n", story.Reverted(Validate).Settle());
        Assert.Equal($"revert {Metadata} #1\n", story.Reverted(Backfill).Settle());
        Assert.Equal($"revert {Snapshot} #1\n", story.Reverted(Metadata).Settle());
    }

    [Fact]
    public void Decide_WhenMoreIsApprovedFarBelowWhileARevertWaitsForItsPlace_GivesItWhatIsApprovedByThen()
    {
        var more = Taken with { Name = "portage-main-2" };
        var story = ChainedAndAsked();
        Approve(story.Evaluate(Snapshot, destroys: Taken));
        story.Settle();
        story.Limits = Limits.None with { LightSteps = 0 };
        Assert.Equal("", story.Reverted(Validate).Settle());

        // As from another process, and all before the next decision.
        var had = story.Session.Steps[StepAddress.Parse(Snapshot)];
        var evidence = new StepReport(had.Proposal!.Evidence!.Numbers, ["more"]) { Destroys = [Taken, more] };
        story.Tell(
            new StepStarted(story.Session.Name, had.Run, had.Address, 1, StepPhase.Evaluate, had.Proposal.Inputs),
            new StepEvaluated(story.Session.Name, had.Run, had.Address, 1, evidence),
            new GatePassed(story.Session.Name, had.Run, had.Address, "ann", "fine", evidence.Digest, Portage.Model.Steps.Fingerprint.Of("plan")));
        story.Limits = Limits.None;
        var revert = Assert.Single(story.Decide().OfType<Effect.Begin>());
        Assert.Equal((Backfill, StepPhase.Revert), (revert.Step.Address.ToString(), revert.Phase));
        Assert.Equal([Taken.Key, more.Key], revert.Approved.Select(one => one.Key));
    }

    /// <summary>Steps that know only the one before them; the first, a snapshot that was taken, is to be done anew and is looked at.</summary>
    private static Story ChainedAndAsked()
    {
        var story = new Story { Planner = Kinds.ChainedPlanner, There = [] };
        story.Start(Story.Config("metadata: { approve: none }").Replace("existing: nightly } }", "take: {} } }\n    source: { endpoint: \"http://old:9200\" }", StringComparison.Ordinal)).Finish();
        story.Do(new Operation.Redo([Snapshot], IsWanted: true) { By = "ann" });
        Assert.False(story.StartSeeing().HasFailed);
        Assert.Equal($"evaluate {Snapshot} #1\n", story.Settle());
        return story;
    }

    private static void Approve(Story story)
    {
        story.Settle();
        var step = StepAddress.Parse(Snapshot);
        Assert.False(story.Do(new Operation.Approve([new(step, story.Session.Steps[step].OpenReview!.Evidence)], null) { By = "ann" }).HasFailed);
    }
}
