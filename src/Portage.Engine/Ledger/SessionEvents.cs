namespace Portage.Engine.Ledger;

/// <summary>What happened in a session, under whichever name it had. Pure.</summary>
public static class SessionEvents
{
    /// <summary>The events of the session that has the name now, in order; none of another one that had it before.</summary>
    /// <param name="all">All events of the ledger, in order.</param>
    /// <param name="session">Its present name.</param>
    public static IReadOnlyList<RecordedEvent> Of(IReadOnlyList<RecordedEvent> all, string session)
    {
        var found = new List<RecordedEvent>();
        for (var place = all.Count - 1; place >= 0; place--)
        {
            var happened = all[place].Event;
            if (happened is SessionRenamed renamed && renamed.Name == session)
            {
                session = renamed.Session;
            }

            if (happened.Session == session)
            {
                found.Add(all[place]);
                if (happened is SessionCreated)
                {
                    break;
                }
            }
        }

        found.Reverse();
        return found;
    }
}
