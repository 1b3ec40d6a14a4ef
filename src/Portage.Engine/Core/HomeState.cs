using Portage.Engine.Ledger;

namespace Portage.Engine.Core;

/// <summary>What all events of a home directory imply.</summary>
public sealed class HomeState : ISessions
{
    /// <summary>The session that is made at the first edit when nobody made one.</summary>
    public const string DefaultSession = "default";

    private readonly Dictionary<string, SessionState> _sessions = new(StringComparer.Ordinal);
    private readonly List<(string From, string To)> _renames = [];

    /// <summary>How a cluster is known: by its own id, where some start has seen it, so that two addresses of it are one place; else by its address.</summary>
    public string ClusterOf(string endpoint) => _sessions.Values.Select(session => session.Clusters.GetValueOrDefault(endpoint)).FirstOrDefault(id => id is not null) ?? endpoint;

    /// <summary>Sessions by name.</summary>
    public IReadOnlyDictionary<string, SessionState> Sessions => _sessions;

    /// <summary>The session that verbs act on.</summary>
    public string ActiveSession { get; private set; } = DefaultSession;

    /// <summary>Every time a session got another name, in order: whoever keeps things by the name follows.</summary>
    public IReadOnlyList<(string From, string To)> Renames => _renames;

    /// <summary>The last event taken in.</summary>
    public long Sequence { get; private set; }

    /// <summary>True when there is something that only a controller can do.</summary>
    public bool NeedsController => _sessions.Values.Any(session => session.NeedsController);

    /// <summary>The state after all of the events.</summary>
    public static HomeState Of(IEnumerable<RecordedEvent> events)
    {
        var state = new HomeState();
        foreach (var recorded in events)
        {
            state.Apply(recorded);
        }

        return state;
    }

    /// <summary>Takes in the next event.</summary>
    public void Apply(RecordedEvent recorded)
    {
        Apply(recorded.Event, recorded.At);
        Sequence = recorded.Sequence;
    }

    /// <summary>Takes in an event whose place is not known yet.</summary>
    public void Apply(LedgerEvent happened, DateTimeOffset at)
    {
        if (happened is HomeEvent e)
        {
            e.ApplyTo(this);
        }
        else
        {
            // What a workload still reports about a deleted session concerns nobody any more.
            _sessions.GetValueOrDefault(happened.Session)?.Apply(happened, at);
        }
    }

    void ISessions.Open(string session) => _sessions[session] = new(session);

    void ISessions.SwitchTo(string session) => ActiveSession = session;

    void ISessions.Rename(string session, string name)
    {
        if (_sessions.Remove(session, out var renamed))
        {
            renamed.Rename(name);
            _sessions[name] = renamed;
            _renames.Add((session, name));
            ActiveSession = ActiveSession == session ? name : ActiveSession;
        }
    }

    void ISessions.Close(string session)
    {
        _sessions.Remove(session);
        ActiveSession = ActiveSession == session ? DefaultSession : ActiveSession;
    }
}
