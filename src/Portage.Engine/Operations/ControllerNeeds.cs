using Portage.Engine.Core;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Operations;

/// <summary>
/// Which operations begin a controller where none runs. It carries out all that is under way in the home, destruction too: so it begins
/// with verbs by which something goes on, or ends, and never as a side effect of others. Pure.
/// </summary>
public static class ControllerNeeds
{
    /// <summary>True where what was asked for comes about only by a controller.</summary>
    /// <param name="planner">Knows how each kind is carried out.</param>
    /// <param name="operation">What was performed.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="home">What is recorded after it.</param>
    public static bool IsNeededBy(Planner planner, Operation operation, OperationResult result, HomeState home) =>
        !result.HasFailed
        && home.Sessions.GetValueOrDefault(operation.Session ?? home.ActiveSession) is { } session
        && operation switch
        {
            Operation.Start => session.NeedsController,
            Operation.Approve or Operation.Reject or Operation.Resume or Operation.Stop => !result.NothingToDo && session.NeedsController,

            // What no worker is at is held by what is written down; what a controller does itself ended with it.
            Operation.Pause pause => session.Steps.Values.Any(step => AtWork.Is(step) && AtWork.As(step, planner) is RunsAs.Work or RunsAs.Service && pause.Patterns.Any(pattern => new AddressPattern(pattern).Matches(step.Address))),
            _ => false,
        };

    /// <summary>The runs that go on by a controller that was just begun, in words; null where there is none.</summary>
    /// <param name="home">What was recorded when it began.</param>
    /// <param name="started">The session whose run began only now; null for none.</param>
    public static string? WhatGoesOn(HomeState home, string? started)
    {
        string[] runs =
        [
            .. home.Sessions.Values
                .Where(session => session.Name != started && session.ActiveRun is not null && !session.Pauses.Any(pause => pause.Pattern == "*"))
                .OrderBy(session => session.Name, StringComparer.Ordinal)
                .Select(session => $"run {session.ActiveRun!.Number} of session {session.Name}"),
        ];
        return runs.Length == 0 ? null : $"A controller goes on with {string.Join(" and ", runs)}.";
    }
}
