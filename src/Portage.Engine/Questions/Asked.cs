using Portage.Engine.Core;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Questions;

/// <summary>A session that somebody asks about, in the home as it was read.</summary>
/// <param name="Home">What is recorded.</param>
/// <param name="Session">The session.</param>
public sealed record Asked(HomeState Home, SessionState Session)
{
    /// <summary>The last event of the ledger that answers take into account.</summary>
    public long Position => Home.Sequence;

    /// <summary>Finds the session that is meant.</summary>
    /// <param name="name">Its name; null for the active one.</param>
    /// <param name="place">Where the home is, for people.</param>
    /// <returns>Null with the reason where there is no such session.</returns>
    public static (Asked? Asked, Diagnostic? Why) Find(HomeState home, string? name, string place)
    {
        if (home.Sessions.TryGetValue(name ?? home.ActiveSession, out var session))
        {
            return (new(home, session), null);
        }

        if (name is null)
        {
            return (null, DiagnosticCatalog.NothingConfigured.Error(null, $"There is no configuration in {place} yet.") with { Command = "workflow configure --file FILE" });
        }

        var others = home.Sessions.Count == 0 ? ", nor any other" : $"; there is {string.Join(", ", home.Sessions.Keys.Order(StringComparer.Ordinal))}";
        return (null, DiagnosticCatalog.UnknownSession.Error(null, $"There is no session '{name}'{others}.") with
        {
            DidYouMean = DidYouMean.Among(name, home.Sessions.Keys),
            Command = "workflow session list",
        });
    }
}
