using System.Collections.Immutable;
using Portage.Engine.Ledger;

namespace Portage.Engine.Questions;

/// <summary>The runs of a session, oldest first.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
/// <param name="Session">The session.</param>
public sealed record RunsAnswer(long Position, string Session, ImmutableArray<RunRecord> Runs);

/// <summary>What was started, by whom, and how did it end?</summary>
public static class RunsQuestion
{
    /// <summary>All runs.</summary>
    public static RunsAnswer Answer(Asked asked) => new(asked.Position, asked.Session.Name, [.. asked.Session.Runs]);
}
