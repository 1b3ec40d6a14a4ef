using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Ledger;

namespace Portage.Engine.Core;

/// <summary>The configurations of revisions, each read once and kept until some others were asked for. For one thread.</summary>
internal sealed class ReadRevisions
{
    // What runs, what is taken back, and what other sessions run. A large one takes megabytes.
    private const int KeptMax = 4;

    private readonly List<(string Canonical, MigrationConfig Config)> _kept = [];

    /// <summary>The configuration of a revision.</summary>
    public MigrationConfig Of(Revision revision) => Of(revision.Configuration);

    /// <summary>The configuration that a run of a session carries out.</summary>
    public MigrationConfig Of(SessionState session, int run) => Of(session.ConfigurationOf(run));

    private MigrationConfig Of(string canonical)
    {
        var place = _kept.FindIndex(known => ReferenceEquals(known.Canonical, canonical));
        var found = place < 0 ? (canonical, ConfigurationReader.ReadCanonical(canonical).Config!) : _kept[place];
        if (place >= 0)
        {
            _kept.RemoveAt(place);
        }

        // The one asked for last is last; the first goes.
        _kept.Add(found);
        if (_kept.Count > KeptMax)
        {
            _kept.RemoveAt(0);
        }

        return found.Item2;
    }
}
