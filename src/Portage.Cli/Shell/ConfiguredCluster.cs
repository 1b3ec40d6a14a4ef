using Portage.Clusters;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Steps.Connecting;

namespace Portage.Cli.Shell;

/// <summary>A cluster that a configuration names.</summary>
/// <param name="Name">Under <c>targets</c> or <c>migrations</c>.</param>
/// <param name="Endpoint">As the user wrote it.</param>
internal sealed record ConfiguredCluster(string Name, bool IsTarget, string Endpoint)
{
    /// <summary>Where it is configured.</summary>
    public string Path => IsTarget ? $"targets.{Name}" : $"migrations.{Name}.source";

    /// <summary>What it is for.</summary>
    public string Role => IsTarget ? "target" : "source";

    /// <inheritdoc/>
    public override string ToString() => $"{Role} {Name} ({Endpoint})";

    /// <summary>Every cluster of a configuration that has an address, sources first.</summary>
    public static IReadOnlyList<ConfiguredCluster> All(MigrationConfig config) =>
    [
        .. config.Migrations.Where(migration => migration.Value.Source?.Endpoint is not null).Select(migration => new ConfiguredCluster(migration.Key, IsTarget: false, migration.Value.Source!.Endpoint!)),
        .. config.Targets.Where(target => target.Value.Endpoint is not null).Select(target => new ConfiguredCluster(target.Key, IsTarget: true, target.Value.Endpoint!)),
    ];

    /// <summary>A client, with the credential that the configuration names.</summary>
    /// <exception cref="StepException">A secret is missing or malformed.</exception>
    public Task<ClusterClient> ConnectAsync(MigrationConfig config, Verb verb, CancellationToken cancellationToken) => IsTarget
        ? ClusterAccess.TargetAsync(config, Name, verb.Secrets, verb.Time, transport: null, cancellationToken)
        : ClusterAccess.SourceAsync(config, Name, verb.Secrets, verb.Time, transport: null, cancellationToken);

    /// <summary>The clusters named, or those of the context, or else all; with the configuration that they are of.</summary>
    /// <param name="name">A target or the source of a migration, by its name or by where it is configured; null for none.</param>
    /// <returns>Null where that is none, or not one, which has then been said.</returns>
    public static async Task<(MigrationConfig Config, IReadOnlyList<ConfiguredCluster> Clusters)?> FindAsync(Verb verb, string? name, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { Home: var home, Session: var session })
        {
            return null;
        }

        if (Known.ConfigurationOf(home, session.Name) is not { } config || All(config) is not { Count: > 0 } all)
        {
            verb.Say(DiagnosticCatalog.NothingConfigured.Error(null, $"Session '{session.Name}' names no cluster that has an address.") with { Command = "workflow configure" });
            return null;
        }

        if (name is null)
        {
            var (target, source, _) = await Contexts.SayAsync(verb, cancellationToken) is { } context ? Contexts.PartsOf(context) : default;

            // Where the context names a target alone, the sources are not meant; a slice of a source goes to any target.
            var chosen = all.Where(cluster => (cluster.IsTarget ? target : source) is { } wanted ? cluster.Name == wanted : cluster.IsTarget || target is null).ToArray();
            return (config, chosen.Length > 0 ? chosen : all);
        }

        var found = all.Where(cluster => cluster.Path == name).DefaultIfEmpty(null).Single() is { } exact ? [exact] : all.Where(cluster => cluster.Name == name).ToArray();
        if (found.Length == 1)
        {
            return (config, found);
        }

        verb.Say(found.Length == 0
            ? DiagnosticCatalog.BadUsage.Error(null, $"There is no cluster '{name}'; there is {string.Join(", ", all.Select(cluster => $"{cluster.Role} {cluster.Name}"))}.") with
            {
                DidYouMean = DidYouMean.Among(name, all.Select(cluster => cluster.Name)),
                Command = "workflow configure show",
            }
            : DiagnosticCatalog.BadUsage.Error(null, $"'{name}' is a source and a target: say {string.Join(" or ", found.Select(cluster => cluster.Path))}."));
        return null;
    }
}
