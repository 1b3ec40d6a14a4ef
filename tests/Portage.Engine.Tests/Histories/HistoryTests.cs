using System.Text;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Tests.Core;
using Portage.Engine.Tests.Doubles;
using Portage.Engine.Tests.Simulation;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Histories;

/// <summary>What was recorded stays understood, and a crash between any two events loses and repeats nothing.</summary>
public sealed class HistoryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    public static TheoryData<string> Names() => [.. HistoryFile.Names];

    public static TheoryData<string> Tales() => [.. Tale.All.Keys];

    /// <summary>A history that is missing is recorded with <c>UPDATE_GOLDEN=1</c>; one that is there never changes.</summary>
    [Theory]
    [MemberData(nameof(Tales))]
    public void Tale_ToldToday_EndsAsItDid(string name)
    {
        var world = Told(name);
        Checkers.Check(world.Events);
        var file = $"{name}.{HistoryFile.Era}";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1" && !HistoryFile.Names.Contains(file))
        {
            HistoryFile.Write(file, world.Events);
        }

        Assert.Equal(EndOf(HistoryFile.Read(file)), EndOf(world.Events));
    }

    /// <summary>Texts of a line for each step, which ends with how often.</summary>
    private static void AssertBetween(string least, string most, string actual)
    {
        static (string What, int Count)[] Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (line[..line.LastIndexOf(' ')], int.Parse(line[(line.LastIndexOf(' ') + 1)..], provider: null)))];

        var (low, high) = (Lines(least).ToDictionary(), Lines(most).ToDictionary());
        Assert.Equal(high.Keys.Order(StringComparer.Ordinal), Lines(actual).Select(line => line.What).Order(StringComparer.Ordinal));
        Assert.All(Lines(actual), line => Assert.InRange(line.Count, Math.Min(low[line.What], high[line.What]), Math.Max(low[line.What], high[line.What])));
    }

    private static World Told(string name)
    {
        var world = new World(1) { HasFaults = false };
        Tale.All[name](world);
        return world;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void State_OfAHistory_IsTheGolden(string name) => Golden.Verify(Dump.Of(HomeState.Of(HistoryFile.Read(name))), $"{name}.txt");

    [Theory]
    [MemberData(nameof(Names))]
    public void Decide_AfterAnyPrefix_IsTheSameTwice(string name)
    {
        var events = HistoryFile.Read(name);
        var used = new InputsMemo();
        for (var length = 1; length <= events.Length; length++)
        {
            var (one, other) = (HomeState.Of(events.Take(length)), HomeState.Of(events.Take(length)));
            Assert.Equal(Dump.Of(one), Dump.Of(other));
            foreach (var session in one.Sessions.Values)
            {
                var now = events[length - 1].At;
                var first = Decide(session, now, new InputsMemo());
                Assert.Equal(first, Decide(session, now, new InputsMemo()));
                Assert.Equal(first, Decide(other.Sessions[session.Name], now, used));
                Assert.Equal(first, Decide(session, now, used));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Controller_AfterACrashAtAnyEvent_EndsAlikeAndDoesEachThingOnce(string name)
    {
        var events = HistoryFile.Read(name);
        var end = EndOf(events);

        // Today's engine may do less than that of the time did: where it takes over in the middle, it does something between the two.
        var today = Told(name[..name.IndexOf('.', StringComparison.Ordinal)]).Events;
        foreach (var workersLive in (bool[])[true, false])
        {
            for (var length = 1; length <= events.Length; length++)
            {
                var world = new World(length) { HasFaults = false };
                world.Restore(events[..length], workersLive);
                world.GoOn(Patience);
                foreach (var act in events.Skip(length).Select(recorded => Tale.ActOf(recorded.Event)).OfType<Action<World>>())
                {
                    act(world);
                    world.GoOn(Patience);
                }

                try
                {
                    Checkers.Check(world.Events, length);
                    Assert.Equal(end, EndOf(world.Events));
                    AssertBetween(CompletionsOf(today), CompletionsOf(events), CompletionsOf(world.Events));
                    Assert.Empty(FoldersOf(world.Events).Split('\n').Except(FoldersOf(events).Split('\n')).Except(FoldersOf(today).Split('\n')));
                    Assert.DoesNotContain(world.Work.Values, work => work.IsAlive);
                }
                catch (Exception failure)
                {
                    var after = world.Events.Skip(length - 1).Select(recorded => Encoding.UTF8.GetString(LedgerJson.Write(recorded.Event)));
                    Assert.Fail($"After event {length}, workers {(workersLive ? "alive" : "gone")}: {failure.Message}\n{string.Join('\n', after.Select(line => line[..Math.Min(line.Length, 200)]))}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Plan_AfterAHistory_HasNothingToDo(string name)
    {
        var session = HomeState.Of(HistoryFile.Read(name)).Sessions[HomeState.DefaultSession];
        var (plan, diagnostics) = Kinds.Planner.Plan(ConfigurationReader.ReadCanonical(session.Current!.Configuration).Config!, session.Recorded());
        Assert.Empty(diagnostics);
        Assert.All(plan.Changes, change => Assert.IsType<StepChange.Keep>(change));
    }

    private static string Decide(SessionState session, DateTimeOffset now, InputsMemo memo)
    {
        var wanted = session.ActiveRun is { } run
            ? Kinds.Planner.Wanted(ConfigurationReader.ReadCanonical(session.ConfigurationOf(run.Number)).Config!)
            : [];
        var inFlight = session.Steps.Values.Where(step => step.Workload is not null).Select(step => step.Address).ToHashSet();
        var effects = Reconciler.Decide(wanted, session, new(now, inFlight, new HashSet<StepAddress>()), memo);
        return string.Join('\n', effects.Select(effect => $"{Story.Line(effect)} {(effect as Effect.Begin)?.Inputs.Fingerprints}"));
    }

    /// <summary>What counts in the end: not how often something was tried, but what stands and with which inputs.</summary>
    private static string EndOf(IEnumerable<RecordedEvent> events)
    {
        var session = HomeState.Of(events).Sessions[HomeState.DefaultSession];
        var steps = session.Steps.Values
            .OrderBy(step => step.Address.ToString(), StringComparer.Ordinal)
            .Select(step => $"{step.Address} {step.State} claimed {step.IsClaimed} effects {step.HasEffects} failure {step.Failure?.Code} workload {step.Workload?.Id} {string.Join(' ', step.Outputs?.Parts.Select(part => part.Digest.Short) ?? [])}\n");
        return $"current {session.Current?.Number} pending {session.Pending?.Number} pauses {session.Pauses.Count} run {session.Runs[^1].Outcome}\n{string.Concat(steps)}";
    }

    /// <summary>In how many places each heavy step was worked on, from one revert to the next: in another one it would begin anew.</summary>
    private static string FoldersOf(IEnumerable<RecordedEvent> events)
    {
        var reverts = new Dictionary<StepAddress, int>();
        var places = new HashSet<(string Step, int Reverts, string Id)>();
        foreach (var recorded in events)
        {
            switch (recorded.Event)
            {
                case StepReverted e:
                    reverts[e.Step] = reverts.GetValueOrDefault(e.Step) + 1;
                    break;
                case WorkloadStarted e:
                    places.Add((e.Step.ToString(), reverts.GetValueOrDefault(e.Step), e.Workload.Id));
                    break;
                case WorkloadAdopted e:
                    places.Add((e.Step.ToString(), reverts.GetValueOrDefault(e.Step), e.Workload.Id));
                    break;
                default:
                    break;
            }
        }

        return string.Join('\n', places.GroupBy(place => (place.Step, place.Reverts)).Select(group => $"{group.Key.Step} {group.Key.Reverts} {group.Count()}").Order(StringComparer.Ordinal));
    }

    private static string CompletionsOf(IEnumerable<RecordedEvent> events) => string.Join('\n', events
        .Select(recorded => recorded.Event)
        .OfType<StepCompleted>()
        .GroupBy(done => done.Step.ToString())
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => $"{group.Key} {group.Count()}"));
}
