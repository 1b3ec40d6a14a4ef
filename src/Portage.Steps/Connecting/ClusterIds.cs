using System.Collections.Immutable;
using Portage.Clusters.Failures;
using Portage.Configuration;
using Portage.Engine.Ports;

namespace Portage.Steps.Connecting;

/// <summary>Asks clusters who they are: two addresses of one cluster are one place.</summary>
public static class ClusterIds
{
    // A start must not wait for a cluster that does not answer; what is not known is told apart by its address.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The ids of the targets that answered, by their addresses in the configuration; null where none did.</summary>
    public static async Task<ImmutableSortedDictionary<string, string>?> OfTargetsAsync(MigrationConfig config, ISecretSource secrets, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var asked = await Task.WhenAll(config.Targets.Keys.Select(name => AskAsync(config, name, secrets, time, cancellationToken, over.Token)));
        var ids = asked.OfType<(string Endpoint, string Id)>().Where(one => one.Id.Length > 0).DistinctBy(one => one.Endpoint).ToImmutableSortedDictionary(one => one.Endpoint, one => one.Id, StringComparer.Ordinal);
        return ids.IsEmpty ? null : ids;
    }

    private static async Task<(string Endpoint, string Id)?> AskAsync(MigrationConfig config, string name, ISecretSource secrets, TimeProvider time, CancellationToken stopped, CancellationToken over)
    {
        try
        {
            using var client = await ClusterAccess.TargetAsync(config, name, secrets, time, transport: null, over);
            return (config.Targets[name].Endpoint!, (await client.GetInfoAsync(over)).Uuid);
        }
        catch (Exception e) when (e is ClusterException or StepException || (e is OperationCanceledException && !stopped.IsCancellationRequested))
        {
            // The steps will say what is wrong with it.
            return null;
        }
    }
}
