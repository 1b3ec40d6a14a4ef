using System.Text;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Tests.Doubles;
using Portage.Planning;

namespace Portage.Engine.Tests.Simulation;

/// <summary>A controller that is killed, workers that vanish, steps that fail and a user who cannot decide; one seed each.</summary>
public sealed class SimulationTests
{
    private const int SeedCount = 200;

    // What serves speaks all the time, so that each seed takes long.
    private const int ServiceSeedCount = 40;
    private const int MoveSeedCount = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromHours(2);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Controller_WhateverHappens_KeepsItsPromises(bool hasServices, bool hasMoves)
    {
        var first = Environment.GetEnvironmentVariable("PORTAGE_SEED") is { Length: > 0 } named ? int.Parse(named, provider: null) : 1;
        var count = Environment.GetEnvironmentVariable("PORTAGE_SEEDS") is { Length: > 0 } some ? int.Parse(some, provider: null) : first > 1 ? 1 : hasServices ? ServiceSeedCount : hasMoves ? MoveSeedCount : SeedCount;
        var handedOver = 0;
        for (var seed = first; seed < first + count; seed++)
        {
            var world = new World(seed) { HasServices = hasServices, HasMoves = hasMoves };
            try
            {
                Run(world);
                handedOver += world.Events.Count(recorded => recorded.Event is StepStarted { Takes: not null });
            }
            catch (Exception failure)
            {
                var last = world.Events.TakeLast(40).Select(recorded => $"{recorded.Sequence} {recorded.At:HH:mm:ss.fff} {Short(recorded.Event)}");
                Assert.Fail($"Seed {seed} (repeat it with PORTAGE_SEED={seed}): {failure}\n{string.Join('\n', last)}");
            }
        }

        Assert.True(!hasMoves || count < MoveSeedCount || handedOver > MoveSeedCount, $"Only {handedOver} times something changed hands.");
    }

    private static void Run(World world)
    {
        var user = new User(world);
        user.Begin();
        for (var whim = 0; whim < 40; whim++)
        {
            world.GoOn(TimeSpan.FromMilliseconds(world.Chance.Next(1, 4000)));
            user.Act();
        }

        world.HasFaults = false;
        world.Conflicts = 0;
        var until = world.Time.Elapsed + Patience;
        while (!IsOver(world))
        {
            Assert.True(world.Time.Elapsed < until, $"The run does not end:\n{Dump.Of(world.State)}{PlanText(world, world.State.Sessions[HomeState.DefaultSession])}");
            user.LetGo();
            world.GoOn(TimeSpan.FromSeconds(20), () => IsOver(world));
        }

        // Whoever was left behind has this long to say so.
        world.GoOn(TimeSpan.FromMinutes(1));
        Checkers.Check(world.Events, planner: world.Planner);
        var served = world.State.Sessions[HomeState.DefaultSession].Served;
        Assert.Equal(served.Order(), world.Work.Values.Where(work => work.IsAlive).Select(work => work.Step).Order());
        Assert.Equal(world.HasServices, served.Count == 1);
        Assert.All(served, step => Assert.Equal(StepState.Serving, world.State.Sessions[HomeState.DefaultSession].Steps[step].State));
        Assert.True(IsOver(world));
        Assert.Empty(world.Troubles);

        // Nobody is at work: nothing is set aside any more, but where it was tried in vain since the last run began.
        Assert.All(world.Aside, one => Assert.Equal(world.State.Sessions[one.Session].Runs.Count, world.State.Sessions[one.Session].Steps[one.Step].PutBackTriedIn));
    }

    private static string Short(LedgerEvent happened)
    {
        var text = Encoding.UTF8.GetString(LedgerJson.Write(happened));
        return text.Length > 170 ? text[..170] : text;
    }

    private static bool IsOver(World world)
    {
        var session = world.State.Sessions[HomeState.DefaultSession];
        return session.ActiveRun is null && PlanOf(world, session).IsEmpty;
    }

    private static string PlanText(World world, SessionState session) =>
        string.Concat(PlanOf(world, session).Changes.Select(change => $"{change.Word} {change.Address} {string.Join("; ", change.Because.Select(reason => reason.Text))}\n"));

    private static Plan PlanOf(World world, SessionState session) =>
        world.Planner.Plan(Desired.Of(world.Planner, ConfigurationReader.ReadCanonical(session.Current!.Configuration).Config!, session, run: 0), session.Recorded(), null).Plan;
}
