using System.Collections.Immutable;
using Portage.Configuration.Editing;
using Portage.Engine.Ledger;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Questions;

/// <summary>What a revision is now.</summary>
public enum RevisionStanding
{
    /// <summary>Edited further, or discarded, before anybody committed it.</summary>
    Dropped,

    /// <summary>It was current once.</summary>
    Past,

    /// <summary>Committed last.</summary>
    Current,

    /// <summary>Not committed yet.</summary>
    Pending,
}

/// <summary>The revisions of a session, oldest first.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
/// <param name="Session">The session.</param>
public sealed record RevisionsAnswer(long Position, string Session, ImmutableArray<(Revision Revision, RevisionStanding Standing)> Revisions);

/// <summary>The fields in which two revisions differ.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
/// <param name="Session">The session.</param>
/// <param name="From">The older revision; null for no configuration at all.</param>
/// <param name="To">The newer one; null for no configuration at all.</param>
public sealed record DifferenceAnswer(long Position, string Session, int? From, int? To, ImmutableArray<FieldChange> Changes);

/// <summary>Who changed what in the configuration, and when?</summary>
public static class RevisionsQuestion
{
    /// <summary>All revisions.</summary>
    public static RevisionsAnswer Answer(Asked asked) => new(
        asked.Position,
        asked.Session.Name,
        [
            .. asked.Session.Revisions.Select(revision => (revision, revision.Number switch
            {
                var number when number == asked.Session.Pending?.Number => RevisionStanding.Pending,
                var number when number == asked.Session.Current?.Number => RevisionStanding.Current,
                _ => revision.CommittedAt is null ? RevisionStanding.Dropped : RevisionStanding.Past,
            })),
        ]);

    /// <summary>One revision.</summary>
    /// <param name="number">Null for the pending one, else the current one.</param>
    /// <returns>Null with the reason where there is none.</returns>
    public static (Revision? Revision, Diagnostic? Why) Find(Asked asked, int? number)
    {
        var session = asked.Session;
        if (number is null)
        {
            return (session.Pending ?? session.Current) is { } newest
                ? (newest, null)
                : (null, DiagnosticCatalog.NothingConfigured.Error(null, $"Session '{session.Name}' has no configuration yet.") with { Command = "workflow configure --file FILE" });
        }

        return session.Revisions.FirstOrDefault(revision => revision.Number == number) is { } found
            ? (found, null)
            : (null, DiagnosticCatalog.UnknownRevision.Error(null, $"There is no revision {number}; there are 1 to {session.Revisions.Count}.") with { Command = "workflow configure history" });
    }

    /// <summary>How two revisions differ.</summary>
    /// <param name="from">Null for the current one.</param>
    /// <param name="to">Null for the pending one, else the current one.</param>
    /// <returns>Null with the reason where one of them does not exist.</returns>
    public static (DifferenceAnswer? Difference, Diagnostic? Why) Compare(Asked asked, int? from, int? to)
    {
        var (old, next) = (asked.Session.Current, asked.Session.Pending ?? asked.Session.Current);
        if (from is not null)
        {
            (old, var why) = Find(asked, from);
            if (why is not null)
            {
                return (null, why);
            }
        }

        if (to is not null)
        {
            (next, var why) = Find(asked, to);
            if (why is not null)
            {
                return (null, why);
            }
        }

        var changes = ConfigurationDifference.Between(old?.Configuration ?? "{}", next?.Configuration ?? "{}");
        return (new(asked.Position, asked.Session.Name, old?.Number, next?.Number, changes), null);
    }
}
