using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>
/// Many sequences of edits, collect, collect --cancel and starts, some of them stopped in the middle: at every place of each there is a listed way
/// out. PORTAGE_SEED and PORTAGE_SEEDS as in the simulation.
/// </summary>
public sealed partial class CollectWalkTests
{
    private const int SeedCount = 120;
    private const int StepCount = 14;
    private const string Open = "approve: none";

    private static readonly string[] Names = ["a", "b", "c"];

    [Fact]
    public void Collect_AnySequence_LeavesAListedWayOut()
    {
        var first = Number("PORTAGE_SEED", 1);
        for (var seed = first; seed < first + Number("PORTAGE_SEEDS", first > 1 ? 1 : SeedCount); seed++)
        {
            var told = new StringBuilder();
            try
            {
                Walk(new(seed), told);
            }
            catch (Exception failure) when (failure is Xunit.Sdk.XunitException or InvalidOperationException or KeyNotFoundException)
            {
                Assert.Fail($"Seed {seed} (repeat it with PORTAGE_SEED={seed}): {failure.Message}\n{told}\n{failure.StackTrace}");
            }
        }

        static int Number(string name, int otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    private static void Walk(Random random, StringBuilder told)
    {
        var story = new Story { Names = [.. Names] };
        Configure(story, random, told);
        Through(story, told);
        for (var i = 0; i < StepCount; i++)
        {
            switch (random.Next(8))
            {
                case 0 or 1:
                    Configure(story, random, told);
                    break;
                case 2:
                    Through(story, told);
                    break;
                case 3:
                    BreakOff(story, random, told);
                    break;
                case 4 or 5:
                    Collect(story, random, told, isWanted: true);
                    break;
                default:
                    Collect(story, random, told, isWanted: false);
                    break;
            }

            AssertListed(story);
            AssertWayOut(story);
        }

        // And whatever was asked for and goes, goes.
        WayOut(story, depth: 3)!.Invoke(story);
        Through(story, told);
        AssertListed(story);
    }

    /// <summary>Any of three slices, each index in one of them or in none, with some of its steps, in one of two forms.</summary>
    private static void Configure(Story story, Random random, StringBuilder told)
    {
        var slices = new StringBuilder();
        string[] names = ["one", "two", "three"];
        var owners = Names.Select(_ => random.Next(names.Length + 1)).ToArray();
        foreach (var slice in names)
        {
            var indices = Names.Where((_, i) => owners[i] < names.Length && names[owners[i]] == slice).ToArray();
            if (indices.Length == 0)
            {
                continue;
            }

            var form = random.Next(3) == 0 ? 1 : 0;
            var replicas = slice switch { "one" => 1, "two" => 2, _ => 1 } + (form * 4);
            slices.Append(CultureInfo.InvariantCulture, $$"""

                      {{slice}}:
                        indices: { include: [{{string.Join(", ", indices)}}] }
                        metadata: { {{Open}}, replicas: {{replicas}} }
                        backfill: {{(random.Next(4) == 0 ? "{ skip: true }" : $"{{ {Open}, bodyBytesMax: {1048576 * replicas}, conflict: overwrite }}")}}
                        validate: {{(random.Next(3) == 0 ? "{ skip: true }" : $"{{ {Open} }}")}}
                """);
        }

        var config = $$"""
            targets: { blue: { endpoint: "http://blue:9200" } }
            migrations:
              logs:
                snapshots: { main: { repository: { file: { path: /s } }, existing: nightly } }
                slices: {{(slices.Length == 0 ? "{}" : slices)}}
            """;
        told.Append("\n== configure").Append(slices).Append('\n');
        var configured = story.Do(new Operation.Configure(config, "test", null) { By = "ann" });
        Assert.False(configured.HasFailed, string.Join('\n', configured.Diagnostics));
        story.Do(new Operation.Commit { By = "ann" });
    }

    private static void Collect(Story story, Random random, StringBuilder told, bool isWanted)
    {
        var steps = story.Session.Steps.Values.Where(step => step.HasEffects && step.Address.Target is not null).Select(step => step.Address).OrderBy(step => step.ToString(), StringComparer.Ordinal).ToArray();
        if (steps.Length == 0)
        {
            return;
        }

        var patterns = Enumerable.Range(0, random.Next(1, 3)).Select(_ => steps[random.Next(steps.Length)]).Select(step => random.Next(2) == 0 ? $"{step}" : $"{step.Source}/{step.Part}").Distinct().ToImmutableArray();
        var answer = story.Do(new Operation.Collect(patterns, isWanted) { By = "ann" });
        told.Append(CultureInfo.InvariantCulture, $"\n== collect {string.Join(' ', patterns)}{(isWanted ? "" : " --cancel")}\n{string.Join('\n', answer.Messages)}{string.Join('\n', answer.Diagnostics)}\n");

        // What a refusal tells to type is taken.
        if (answer.HasFailed && answer.Diagnostics[0].Command is { } command && CommandOf(command) is { } then)
        {
            Assert.True(Try(story, then) is { HasFailed: false }, $"refused, and so is what it tells: {command}");
        }

        foreach (var message in answer.Messages)
        {
            foreach (var advised in CommandsIn(message))
            {
                Assert.True(Try(story, advised) is { HasFailed: false, NothingToDo: false }, $"refused: {advised}");
            }
        }
    }

    /// <summary>Starts, and goes to the end, where that is not refused.</summary>
    private static void Through(Story story, StringBuilder told)
    {
        var started = story.StartSeeing();
        if (started.Diagnostics.Any(why => why.Code == "PG2026"))
        {
            AssertStandsStill(story);
        }

        told.Append(CultureInfo.InvariantCulture, $"\n== start {string.Join('\n', started.Diagnostics)}\n");
        if (started.HasFailed || started.NothingToDo)
        {
            return;
        }

        told.Append(story.FinishTelling());
        while (story.Session.Steps.Values.Where(step => step.OpenReview is not null).ToArray() is { Length: > 0 } open && story.Session.ActiveRun is not null)
        {
            foreach (var step in open)
            {
                var approved = story.Do(new Operation.Approve([new(step.Address, step.OpenReview!.Evidence)], null) { By = "ann" });
                Assert.False(approved.HasFailed, string.Join('\n', approved.Diagnostics));
            }

            told.Append(story.FinishTelling());
        }

        // A run that waits for nobody is over: none of them wait for each other.
        Assert.True(story.Session.ActiveRun is null, string.Join('\n', StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now).Steps.Select(step => $"{step.Address}: {step.Situation}")));
    }

    /// <summary>What is refused because nothing of it could begin does not end where it is started all the same.</summary>
    private static void AssertStandsStill(Story story)
    {
        var forced = story.Copy();
        var session = forced.Session;
        forced.Tell(new RunStarted(session.Name, session.Runs.Count + 1, session.Current!.Number, Model.Steps.Fingerprint.Of("plan"), "ann"));
        forced.Finish();
        while (session.Steps.Values.Where(step => step.OpenReview is not null).ToArray() is { Length: > 0 } open && session.ActiveRun is not null)
        {
            foreach (var step in open)
            {
                forced.Do(new Operation.Approve([new(step.Address, step.OpenReview!.Evidence)], null) { By = "ann" });
            }

            forced.Finish();
        }

        Assert.True(session.ActiveRun is not null, "Refused, and it would have ended.");
    }

    /// <summary>Starts, and is stopped after some of what it does.</summary>
    private static void BreakOff(Story story, Random random, StringBuilder told)
    {
        var started = story.StartSeeing();
        if (started.HasFailed || started.NothingToDo)
        {
            return;
        }

        told.Append("\n== start, broken off\n").Append(story.FinishTelling(most: random.Next(6)));
        foreach (var step in story.Session.Steps.Values.Where(step => step.OpenReview is not null).ToArray())
        {
            if (random.Next(2) == 0)
            {
                story.Do(new Operation.Approve([new(step.Address, step.OpenReview!.Evidence)], null) { By = "ann" });
            }
        }

        told.Append(story.FinishTelling(most: random.Next(3)));
        story.BreakOff();
    }

    /// <summary>Every wish is listed, once; and what is listed can be typed.</summary>
    private static void AssertListed(Story story)
    {
        var listed = LeftoversQuestion.Answer(story.Planner, new(story.Home, story.Session)).Steps;
        foreach (var step in story.Session.Steps.Values.Where(step => step.HasEffects))
        {
            var mine = listed.Where(left => left.Step == step.Address).ToArray();
            if (step.LeavesBy is not null)
            {
                Assert.True(mine.Count(left => left.Items.IsEmpty && left.Fate is not LeftoverFate.Left) == 1, $"{step.Address} was asked for, and is listed as {string.Join(" and ", mine.Select(left => left.Text))}");
            }

            // What was begun goes on; the plan says so.
            foreach (var item in step.State == StepState.Reverting ? [] : step.LeavingItems?.Items.Where(step.Items!.ContainsKey) ?? [])
            {
                Assert.True(mine.Any(left => left.Items.Contains(item) || (left.Items.IsEmpty && left.Fate is not LeftoverFate.Left)), $"{item} of {step.Address} was asked for, and is not listed");
            }
        }

        foreach (var left in listed)
        {
            foreach (var command in CommandsIn(left.Text))
            {
                var then = Try(story, command);
                Assert.True(then is { HasFailed: false, NothingToDo: false }, $"{left.Text}\nis refused: {string.Join('\n', then.Diagnostics)}{string.Join('\n', then.Messages)}");
            }
        }
    }

    /// <summary>A start is not blocked, or something that is printed leads out of it.</summary>
    private static void AssertWayOut(Story story) => Assert.True(WayOut(story, depth: 2) is not null, $"Blocked, and nothing that is printed leads out of it: {string.Join('\n', Blocked(story))}");

    private static Action<Story>? WayOut(Story story, int depth)
    {
        var blocked = Blocked(story);
        if (blocked.IsEmpty)
        {
            return _ => { };
        }

        foreach (var command in depth == 0 ? [] : blocked.SelectMany(why => CommandsIn($"{why.Detail} {why.Command}")).Distinct(StringComparer.Ordinal))
        {
            var then = story.Copy();
            if (!then.Do(OperationOf(command)).HasFailed && WayOut(then, depth - 1) is { } rest)
            {
                return on =>
                {
                    on.Do(OperationOf(command));
                    rest(on);
                };
            }
        }

        return null;
    }

    private static ImmutableArray<Model.Diagnostics.Diagnostic> Blocked(Story story)
    {
        var started = story.Copy().StartSeeing();
        return started.HasFailed ? started.Diagnostics : [];
    }

    private static OperationResult Try(Story story, string command) => new OperationRules(story.Planner).Perform(OperationOf(command), story.Home);

    private static Operation.Collect OperationOf(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new([.. words.Where(word => word != "--cancel")], !words.Contains("--cancel")) { By = "ann" };
    }

    private static string? CommandOf(string command) => CommandsIn(command).FirstOrDefault();

    private static IEnumerable<string> CommandsIn(string text) => Commands().Matches(text).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"workflow collect((?: logs/[^ ).,;]+)+(?: --cancel)?)")]
    private static partial Regex Commands();
}
