using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Which steps of a session may be writing. Pure.</summary>
public static class AtWork
{
    /// <summary>True when something of the step may be under way: it has a workload, or was claimed and nothing came of it yet.</summary>
    public static bool Is(StepRecord step) => step.Workload is not null || step.IsClaimed;

    /// <summary>True when there may be something to see of the step's work: it is under way, or was stopped or failed in the middle.</summary>
    public static bool MayBeSeen(StepRecord step) => Is(step) || step.State == StepState.Running;

    /// <summary>Those steps, in the order of their names.</summary>
    public static StepAddress[] Of(SessionState session) =>
        [.. session.Steps.Values.Where(Is).Select(step => step.Address).OrderBy(step => step.ToString(), StringComparer.Ordinal)];

    /// <summary>The places that are taken in a home, as far as the ledger knows.</summary>
    /// <param name="planner">Knows how each kind is carried out.</param>
    public static ImmutableArray<Placed> Places(HomeState home, Planner planner) =>
        [.. from session in home.Sessions.Values from step in session.Steps.Values where Is(step) select new Placed(session.Name, step.Address, As(step, planner))];

    /// <summary>How what is under way for a step is carried out.</summary>
    public static RunsAs As(StepRecord step, Planner planner) => step.State is StepState.Running or StepState.Serving ? planner.RunsAs(step.Address.Kind) : RunsAs.Light;

    /// <summary>The first of them by name, and how many others there are.</summary>
    public static string Words(IReadOnlyList<StepAddress> steps) => steps.Count switch
    {
        1 => $"{steps[0]}",
        2 => $"{steps[0]} and {steps[1]}",
        _ => $"{steps[0]} and {steps.Count - 1} others",
    };
}
