using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
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
        var desired = Desired.Of(planner, config, session, run: 0);
        var present = desired.Where(step => !step.IsAbsent).Select(step => step.Address).ToHashSet();
        var absent = desired.Where(step => step.IsAbsent).Select(step => step.Address).ToHashSet();
        var waiting = Wishes.Dormant(desired, session).ToDictionary(wish => wish.Step);
        var parts = LeftInPart.Of(planner, desired, session);
        return new(asked.Position, session.Name,
        [
            .. session.Steps.Values
                .Where(step => step.HasEffects && (!present.Contains(step.Address) || waiting.ContainsKey(step.Address)))
                .Select(step => Of(step.Address, step.LeavesBy ?? step.LeavingItems?.By))
                .Concat(parts.Where(part => !part.Leaving.IsEmpty).Select(part => new Leftover(
                    part.Step, LeftoverFate.Leaves, part.By, $"{part.By} asked for {NamesText.Of(part.Leaving)} to be taken back, which {Is(part.Leaving)} selected no longer{HowFar(part.Step, It(part.Leaving))}")
                { Items = part.Leaving }))
                .Concat(parts.Where(part => !part.Left.IsEmpty).Select(part => new Leftover(
                    part.Step, LeftoverFate.Left, null, $"{NamesText.Of(part.Left)} {Is(part.Left)} selected no longer, and left as {(part.Left.Length == 1 ? "it is" : "they are")}. To have {It(part.Left)} taken back: workflow collect {part.Step}")
                { Items = part.Left }))
                .OrderBy(left => left.Step.ToString(), StringComparer.Ordinal)
                .ThenBy(left => left.Fate),
        ]);

        static string Is(ImmutableArray<string> items) => items.Length == 1 ? "is" : "are";

        static string It(ImmutableArray<string> items) => items.Length == 1 ? "it" : "them";

        Leftover Of(StepAddress step, string? by) => waiting.GetValueOrDefault(step) is { } wish ? new(step, LeftoverFate.Waits, by, wish.Text) { Items = wish.Items }
            : absent.Contains(step) ? new(step, LeftoverFate.Leaves, by, $"{by} asked for it to be taken back{HowFar(step, "it")}")
            : session.Steps[step].Items is { IsEmpty: true } ? new(step, LeftoverFate.Left, null, $"what it did has gone to other steps. To have taken back whatever else it made: workflow collect {step}")
            : new(step, LeftoverFate.Left, null, $"it is left as it is. To have it taken back: workflow collect {step}");

        // Half of it may be gone: nobody can have it left as it is any more.
        string HowFar(StepAddress step, string it) => session.Steps[step].State == StepState.Reverting
            ? $", and that was begun: {(session.ActiveRun is null ? "the next start goes on with it" : "it goes on")}"
            : $": the next start does so. To leave {it}: workflow collect {step} --cancel";
    }
}
