using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Status;

namespace Portage.Engine.Questions;

/// <summary>The sessions of a home, by name.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
public sealed record SessionsAnswer(long Position, ImmutableArray<SessionLine> Sessions);

/// <summary>A session in a list.</summary>
/// <param name="IsActive">True for the one that verbs act on.</param>
/// <param name="ActiveRun">The run under way; null when none is.</param>
/// <param name="Revisions">How many revisions it has.</param>
/// <param name="Runs">How many runs it had.</param>
public sealed record SessionLine(string Name, bool IsActive, int? ActiveRun, int Revisions, int Runs);

/// <summary>What one session has.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
/// <param name="Line">As in a list.</param>
/// <param name="Current">The revision committed last; null when none was.</param>
/// <param name="Pending">The revision that is not committed; null when none is.</param>
/// <param name="LastRun">The newest run; null before the first.</param>
/// <param name="Steps">How many steps there are in each group that has any, in the order of the groups.</param>
public sealed record SessionAnswer(long Position, SessionLine Line, Revision? Current, Revision? Pending, RunRecord? LastRun, ImmutableArray<(StepGroup Group, int Count)> Steps);

/// <summary>Which sessions are there, and what is in them?</summary>
public static class SessionsQuestion
{
    /// <summary>All of them.</summary>
    public static SessionsAnswer Answer(HomeState home) =>
        new(home.Sequence, [.. home.Sessions.Values.OrderBy(session => session.Name, StringComparer.Ordinal).Select(session => LineOf(home, session))]);

    /// <summary>One of them.</summary>
    /// <param name="status">Where its steps stand.</param>
    public static SessionAnswer Answer(Asked asked, StatusReport status) => new(
        asked.Position,
        LineOf(asked.Home, asked.Session),
        asked.Session.Current,
        asked.Session.Pending,
        asked.Session.Runs.Count > 0 ? asked.Session.Runs[^1] : null,
        [.. status.Steps.CountBy(step => step.Group).OrderBy(count => count.Key).Select(count => (count.Key, count.Value))]);

    private static SessionLine LineOf(HomeState home, SessionState session) =>
        new(session.Name, session.Name == home.ActiveSession, session.ActiveRun?.Number, session.Revisions.Count, session.Runs.Count);
}
