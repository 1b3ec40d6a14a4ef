using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Ports;

/// <summary>What another session of the home wants, as far as it has committed it. Read only where somebody asks.</summary>
/// <param name="Name">The session.</param>
/// <param name="Outputs">What its steps left.</param>
public sealed record OtherSession(string Name, string Configuration, ImmutableDictionary<StepAddress, StepOutputs> Outputs)
{
    private readonly Lazy<MigrationConfig> _config = new(() => ConfigurationReader.ReadCanonical(Configuration).Config!);

    /// <summary>Its configuration.</summary>
    public MigrationConfig Config => _config.Value;

    /// <summary>All but one of a home that want something.</summary>
    internal static ImmutableArray<OtherSession> Of(HomeState home, string session) => home.Sessions.Count == 1 ? [] :
    [
        .. home.Sessions.Values
            .Where(other => other.Name != session && other.Current is not null)
            .OrderBy(other => other.Name, StringComparer.Ordinal)
            .Select(other => new OtherSession(other.Name, other.Current!.Configuration, other.Outputs)),
    ];
}
