using System.Collections.Immutable;
using Portage.Configuration.Editing;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Engine.Questions;

/// <summary>Everything there is to say about one step.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
/// <param name="Step">The step.</param>
/// <param name="Status">Where it stands; null when the configuration wants it no longer.</param>
/// <param name="Change">What a start would do with it.</param>
/// <param name="Had">What is recorded of it; null when it never began.</param>
/// <param name="Happened">Its history, oldest first, with the place of each event in the ledger.</param>
public sealed record Explanation(long Position, StepAddress Step, StepStatus? Status, StepChange? Change, StepRecord? Had, ImmutableArray<(long Position, DateTimeOffset At, string Text)> Happened)
{
    /// <summary>What must be said with its report, beginning with <c>; </c>, where that is not about just what it has; empty otherwise.</summary>
    public required string Said { get; init; }

    /// <summary>True where something of it is there; false where it never began, was taken back, or has given all that it did to other steps.</summary>
    public bool IsLeft { get; init; }

    /// <summary>True where nobody wants it any more and somebody asked for it to be taken back: nothing comes instead.</summary>
    public bool Leaves { get; init; }
}

/// <summary>What an edit would do.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
/// <param name="Step">The step asked about.</param>
/// <param name="Edit">As typed: <c>path=value</c>.</param>
/// <param name="Change">What a start would do with the step then.</param>
/// <param name="Had">What is recorded of it; null when it never began.</param>
/// <param name="Others">What it would do with other steps, where that is anything.</param>
public sealed record EditExplanation(long Position, StepAddress Step, string Edit, StepChange? Change, StepRecord? Had, ImmutableArray<StepChange> Others)
{
    /// <summary>True where the edit would leave it to be taken back, with nothing instead.</summary>
    public bool Leaves { get; init; }
}

/// <summary>Why did a step run, why was it kept, why does it wait, why did it fail?</summary>
public static class ExplainQuestion
{
    /// <param name="planner">Knows every step kind.</param>
    /// <param name="status">Where the steps of the session stand.</param>
    /// <param name="events">All events of the ledger.</param>
    public static Explanation Answer(Planner planner, Asked asked, StatusReport status, IReadOnlyList<RecordedEvent> events, StepAddress step)
    {
        var session = asked.Session;
        var plan = (session.Current ?? session.Pending) is { } revision
            ? planner.Plan(Desired.Of(planner, ConfigurationReader.ReadCanonical(revision.Configuration).Config!, session, run: 0), session.Recorded(), null).Plan
            : null;
        var change = plan?.Changes.FirstOrDefault(change => change.Address == step);
        var happened = SessionEvents.Of(events, session.Name)
            .Select(recorded => (recorded.Sequence, recorded.At, Text: recorded.Event is StepEvent happened ? About(step, happened) : null))
            .Where(told => told.Text is not null)
            .Select(told => (told.Sequence, told.At, told.Text!));
        return new(asked.Position, step, status.Steps.FirstOrDefault(one => one.Address == step), change, session.Steps.GetValueOrDefault(step), [.. happened])
        {
            Said = session.Steps.GetValueOrDefault(step) is { } had ? ItemsSaid.Note(had, null, session) : "",
            Leaves = Leaves(plan, step),
            IsLeft = session.Steps.GetValueOrDefault(step) is { HasEffects: true, Items: not { IsEmpty: true } },
        };
    }

    /// <summary>What an event tells of the step: its own, or that another one took something over from it. Null where it tells nothing.</summary>
    private static string? About(StepAddress step, StepEvent happened) => happened switch
    {
        _ when happened.Step == step => happened.Describe(),
        StepStarted { Takes: { } takes } when takes.FirstOrDefault(work => work.From == step) is { } work => $"run {happened.Run}: {happened.Step} takes over {string.Join(", ", work.Items)}",
        _ => null,
    };

    /// <summary>The revision that an edit would make; it is recorded nowhere.</summary>
    /// <param name="edit">As typed: <c>path=value</c>.</param>
    /// <returns>Null with the reasons where that is no configuration.</returns>
    public static (Revision? Edited, ImmutableArray<Diagnostic> Diagnostics) Edited(Asked asked, StepAddress step, string edit)
    {
        var equals = edit.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
        {
            return (null, [DiagnosticCatalog.BadUsage.Error(null, $"'{edit}' is not PATH=VALUE.") with { Command = $"workflow explain {step} --if PATH=VALUE" }]);
        }

        var session = asked.Session;
        var edited = ConfigurationEditor.Update((session.Pending ?? session.Current)!.Configuration, edit[..equals], edit[(equals + 1)..]);
        return edited.Canonical is { } canonical && edited.Config is not null
            ? (new(session.Revisions.Count + 1, (session.Pending ?? session.Current)!.Number, "", default, edit, canonical), edited.Diagnostics)
            : (null, edited.Diagnostics);
    }

    /// <summary>What if a field had another value?</summary>
    /// <param name="edit">As typed.</param>
    /// <param name="plan">Of the configuration with that edit, with what was seen of what it destroys.</param>
    public static EditExplanation WhatIf(Asked asked, StepAddress step, string edit, Plan plan)
    {
        var session = asked.Session;
        return new(
            asked.Position,
            step,
            edit,
            plan.Changes.FirstOrDefault(change => change.Address == step),
            session.Steps.GetValueOrDefault(step),
            [.. plan.Changes.Where(change => change.Address != step && change is not (StepChange.Keep or StepChange.Collect))]) { Leaves = Leaves(plan, step) };
    }

    private static bool Leaves(Plan? plan, StepAddress step) => plan?.Steps.GetValueOrDefault(step) is { IsAbsent: true };
}
