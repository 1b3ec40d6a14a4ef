using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Tests.Core;
using Portage.Engine.Tests.Simulation;
using Portage.Model.Addresses;

namespace Portage.Engine.Tests.Histories;

/// <summary>What a person did in a history, told to the simulated world.</summary>
internal static class Tale
{
    private const string NoReview = "metadata: { approve: none }";
    private static readonly StepAddress Backfill = StepAddress.Parse("logs/a@blue:backfill");
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(20);

    /// <summary>Each history by its name.</summary>
    public static IReadOnlyDictionary<string, Action<World>> All { get; } = new Dictionary<string, Action<World>>(StringComparer.Ordinal)
    {
        ["a-review-is-approved"] = static world =>
        {
            Start(world, Story.Config());
            world.GoOn(Long);
            Review(world, isApproval: true);
            world.GoOn(Long);
        },
        ["a-refusal-is-thought-over"] = static world =>
        {
            Start(world, Story.Config());
            world.GoOn(Long);
            Review(world, isApproval: false);
            world.GoOn(Long);
            world.Perform(new Operation.Start(null) { By = "ann" });
            world.GoOn(Long);
            Review(world, isApproval: true);
            world.GoOn(Long);
        },
        ["an-edit-redoes-what-rests-on-it"] = static world =>
        {
            Start(world, Story.Config(NoReview, "b: { indices: { include: [b] }, metadata: { approve: none } }"));
            world.GoOn(Long);
            Start(world, Story.Config("metadata: { approve: none, replicas: 2 }", "b: { indices: { include: [b] }, metadata: { approve: none } }"));
            world.GoOn(Long);
        },
        ["a-pause-and-more-workers-in-the-middle"] = static world =>
        {
            Start(world, Story.Config(NoReview));
            world.GoOn(Long, () => IsAtWork(world));
            world.Perform(new Operation.Pause(["*:backfill"]) { By = "ann" });
            world.GoOn(TimeSpan.FromMinutes(1));
            world.Perform(new Operation.Resume(["*:backfill"]) { By = "ann" });
            world.GoOn(Long, () => IsAtWork(world));
            Start(world, Story.Config(NoReview + "\n        backfill: { workers: 8 }"));
            world.GoOn(Long);
        },
        ["everything-fails-now-and-then"] = static world =>
        {
            world.HasFaults = true;
            Start(world, Story.Config(NoReview, "b: { indices: { include: [b] }, metadata: { approve: none } }"));
            for (var tries = 0; world.State.Sessions[HomeState.DefaultSession].Runs[^1].Outcome != RunOutcome.Done; tries++)
            {
                Assert.True(tries < 50, "Nothing ever succeeds.");
                world.GoOn(Long);
                world.Perform(new Operation.Start(null) { By = "ann" });
            }
        },
    };

    /// <summary>What the person did that left an event; null for what the engine did.</summary>
    public static Action<World>? ActOf(LedgerEvent happened) => happened switch
    {
        RevisionRecorded e => world => world.Perform(new Operation.Configure(e.Configuration, "history", null) { By = e.By }),
        RevisionCommitted e => world => world.Perform(new Operation.Commit { By = e.By }),
        RunStarted e => world => world.Perform(new Operation.Start(null) { By = e.By }),
        RunEnded { Outcome: RunOutcome.Stopped } e => world => world.Perform(new Operation.Stop { By = e.By }),
        Paused e => world => world.Perform(new Operation.Pause([e.Pattern]) { By = e.By }),
        Resumed e => world => world.Perform(new Operation.Resume([e.Pattern]) { By = e.By }),
        GatePassed { By: not "policy" } => static world => Review(world, isApproval: true),
        GateRejected => static world => Review(world, isApproval: false),
        _ => null,
    };

    private static void Start(World world, string configuration)
    {
        world.Perform(new Operation.Configure(configuration, "history", null) { By = "ann" });
        world.Perform(new Operation.Commit { By = "ann" });
        world.Perform(new Operation.Start(null) { By = "ann" });
        world.GoOn(TimeSpan.FromTicks(1));
    }

    private static bool IsAtWork(World world) => world.Work.Values.Any(work => work is { IsAlive: true, Done: > 3 } && work.Step == Backfill);

    private static void Review(World world, bool isApproval)
    {
        Reviewed[] reviewed = [.. world.State.Sessions[HomeState.DefaultSession].Steps.Values.Where(step => step.Review is not null).Select(step => new Reviewed(step.Address, step.Review!.Evidence))];
        if (reviewed.Length > 0)
        {
            world.Perform(isApproval ? new Operation.Approve([.. reviewed], "fine") { By = "ann" } : new Operation.Reject([.. reviewed], "no") { By = "ann" });
        }
    }
}
