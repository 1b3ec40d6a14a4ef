using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Questions;

/// <summary>Work that no configuration wants any more, or that somebody wants taken back.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
/// <param name="Session">The session.</param>
/// <param name="Steps">In order of their addresses.</param>
public sealed record LeftoversAnswer(long Position, string Session, ImmutableArray<Leftover> Steps);

/// <summary>What becomes of work that is left.</summary>
public enum LeftoverFate
{
    /// <summary>Nobody asked for it to go: it stays.</summary>
    Left,

    /// <summary>The next start takes it back, or a run is doing so.</summary>
    Leaves,

    /// <summary>Somebody asked for it to go, and something keeps it.</summary>
    Waits,
}

/// <summary>One step that left something.</summary>
/// <param name="By">Who wants it taken back; null where nobody does.</param>
/// <param name="Text">In words, with what can be done.</param>
public sealed record Leftover(StepAddress Step, LeftoverFate Fate, string? By, string Text)
{
    /// <summary>Of a step that is wanted, the items that its slice does not select any more; empty where it is all of the step.</summary>
    public ImmutableArray<string> Items { get; init; } = [];
}

/// <summary>What is left of steps that nobody wants any more, and who asked for it to go?</summary>
public static class LeftoversQuestion
{
    /// <summary>As of the configuration that is committed.</summary>
    public static LeftoversAnswer Answer(Planner planner, Asked asked)
    {
        var session = asked.Session;
        var config = session.Current is { } current ? ConfigurationReader.ReadCanonical(current.Configuration).Config! : new();
        var wanted = planner.Wanted(config);
        var desired = Desired.Of(planner, wanted, session, run: 0);
        var absent = desired.Where(step => step.IsAbsent).Select(step => step.Address).ToHashSet();
        var waiting = Wishes.Dormant(planner, desired, session);
        var waits = waiting.Select(wish => (wish.Step, Item: (string?)null)).Concat(waiting.SelectMany(wish => wish.Items, (wish, item) => (wish.Step, (string?)item))).ToHashSet();
        var collecting = new Collecting(planner, asked.Home, session, wanted);
        var parts = collecting.Parts.Values;
        var run = session.ActiveRun is { } active ? Going.Asked(planner, session, planner.Wanted(ConfigurationReader.ReadCanonical(session.ConfigurationOf(active.Number)).Config!), active.Number) : null;
        return new(asked.Position, session.Name,
        [
            .. collecting.Left
                .Where(step => !waiting.Any(wish => wish.Step == step && wish.Items.IsEmpty))
                .Select(step => Of(step, session.Steps[step].LeavesBy))
                .Concat(waiting.Select(wish => new Leftover(wish.Step, LeftoverFate.Waits, wish.By, wish.Text) { Items = wish.Items }))
                .Concat(parts.Where(part => !part.Leaving.IsEmpty).Select(part => new Leftover(
                    part.Step, LeftoverFate.Leaves, part.By, $"{part.By} asked for {NamesText.Of(part.Leaving)} to be taken back, which {Is(part.Leaving)} selected no longer{HowFar(part.Step, It(part.Leaving), run is not null && part.Leaving.All(item => run.Goes(part.Step, item)))}")
                { Items = part.Leaving }))
                .Concat(parts.SelectMany(part => LeftIn(part.Step, [.. part.Left.Where(item => !waits.Contains((part.Step, item)))])))
                .OrderBy(left => left.Step.ToString(), StringComparer.Ordinal)
                .ThenBy(left => left.Fate),
        ]);

        static string Is(ImmutableArray<string> items) => items.Length == 1 ? "is" : "are";

        static string It(ImmutableArray<string> items) => items.Length == 1 ? "it" : "them";

        Leftover Of(StepAddress step, string? by) => absent.Contains(step) ? new(step, LeftoverFate.Leaves, by, $"{by} asked for it to be taken back{HowFar(step, "it", run?.Whole.Contains(step) == true)}")
            : session.Steps[step].Items is { IsEmpty: true } ? new(step, LeftoverFate.Left, null, $"what it did has gone to other steps. {HowTo(step, "whatever else it made", collecting.WhyNot([step]))}")
            : new(step, LeftoverFate.Left, null, $"it is left as it is. {HowTo(step, "it", collecting.WhyNot([step]))}");

        // Some of it may go, and some be other work's as well.
        IEnumerable<Leftover> LeftIn(StepAddress step, ImmutableArray<string> left)
        {
            var going = left.IsEmpty ? [] : collecting.Going(collecting.With([step])).InPartOf(step);
            foreach (var items in left.ToLookup(going.Contains).OrderByDescending(items => items.Key).Select(items => items.ToImmutableArray()))
            {
                yield return new(step, LeftoverFate.Left, null, $"{NamesText.Of(items)} {Is(items)} selected no longer, and left as {(items.Length == 1 ? "it is" : "they are")}. {HowTo(step, It(items), collecting.WhyNotAll(step, items))}") { Items = items };
            }
        }

        // What is told to be typed is taken, as it is told.
        static string HowTo(StepAddress step, string it, CollectRefusal? refused) => refused switch
        {
            null => $"To have {it} taken back: workflow collect {step}",
            { Together: { IsEmpty: false } with } why => $"To have {it} taken back, along with what {string.Join(" and ", with)} made in the same place: {why.Command}",
            var why => $"{why.Because}: it stays as long as that is so.{(why.Then is null ? "" : $" {why.Then}")}",
        };

        // Half of it may be gone: nobody can have it left as it is any more.
        string HowFar(StepAddress step, string it, bool isUnderWay) => session.Steps[step] switch
        {
            { State: StepState.Reverting } => $", and that was begun: {(session.ActiveRun is null ? "the next start goes on with it" : "it goes on")}",
            { OpenReview: not null } when isUnderWay => $": the run that is under way does so when somebody approves it: workflow approve. To leave {it}: workflow collect {step} --cancel",
            _ => $": {(isUnderWay ? "the run that is under way" : "the next start")} does so. To leave {it}: workflow collect {step} --cancel",
        };
    }
}
