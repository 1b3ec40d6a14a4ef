using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Operations;

/// <summary>What a person can do about a plan that is blocked.</summary>
internal static class WayOut
{
    /// <summary>The diagnostics of a plan, those of a block with the command that leads back and the one that leads on.</summary>
    /// <param name="planned">The revision planned.</param>
    public static ImmutableArray<Diagnostic> Of(ImmutableArray<Diagnostic> diagnostics, SessionState session, Revision planned) =>
        [.. diagnostics.Select(diagnostic => diagnostic.Code == DiagnosticCatalog.PlanIsBlocked.Code ? Named(diagnostic, session, planned) : diagnostic)];

    private static Diagnostic Named(Diagnostic block, SessionState session, Revision planned)
    {
        // A blocked plan never starts, so whatever is complete agrees, in the fields that may not change, with the last run.
        var good = session.Runs[^1].Revision;
        var isDiscarded = planned.Number == session.Pending?.Number && session.Current?.Number == good;
        return block with
        {
            Detail = $"{block.Detail} Go back, or give the new value a name of its own; or take it to a session in which nothing is done yet: workflow session create NAME --from {session.Name}.",
            Command = isDiscarded ? "workflow configure discard" : $"workflow configure revert {good}",
        };
    }
}
