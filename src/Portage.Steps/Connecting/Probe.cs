using System.Runtime.CompilerServices;
using Portage.Clusters;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Snapshots.Repositories;
using Portage.Steps.Reading;

namespace Portage.Steps.Connecting;

/// <summary>What connecting to one configured thing found.</summary>
/// <param name="Path">Where it is configured.</param>
/// <param name="Text">What it is; empty when it cannot be used.</param>
/// <param name="Problem">Why it cannot be used.</param>
public sealed record ProbeResult(string Path, string Text, Diagnostic? Problem);

/// <summary>Connects to every cluster and opens every repository of a configuration, changing nothing.</summary>
public static class Probe
{
    /// <summary>One result a cluster and snapshot.</summary>
    public static async IAsyncEnumerable<ProbeResult> AllAsync(MigrationConfig config, ISecretSource secrets, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in config.Targets.Keys)
        {
            yield return await TryAsync($"targets.{name}", () => ClusterAsync(() => ClusterAccess.TargetAsync(config, name, secrets, time, transport: null, cancellationToken), $"targets.{name}", cancellationToken));
        }

        foreach (var (name, migration) in config.Migrations)
        {
            if (migration.Source is not null)
            {
                var path = $"migrations.{name}.source";
                yield return await TryAsync(path, () => ClusterAsync(() => ClusterAccess.SourceAsync(config, name, secrets, time, transport: null, cancellationToken), path, cancellationToken));
            }

            foreach (var (snapshotName, snapshot) in migration.Snapshots)
            {
                var path = $"migrations.{name}.snapshots.{snapshotName}";
                yield return await TryAsync(path, () => SnapshotAsync(snapshot, path, secrets, cancellationToken));
            }
        }
    }

    private static async Task<string> ClusterAsync(Func<Task<ClusterClient>> connect, string path, CancellationToken cancellationToken)
    {
        using var client = await connect();
        var info = await ClusterAccess.TryAsync(path, () => client.GetInfoAsync(cancellationToken));
        return $"{info.Version}, cluster {info.Name}";
    }

    private static async Task<string> SnapshotAsync(SnapshotConfig snapshot, string path, ISecretSource secrets, CancellationToken cancellationToken)
    {
        if (snapshot.Existing is not { } name)
        {
            // The source makes the repository when the snapshot is taken; the folder must be there for both.
            var place = SnapshotAccess.PlaceOf(snapshot.Repository!, path);
            return await SnapshotAccess.TryAsync(place, async () =>
            {
                var store = await SnapshotAccess.StoreAsync(snapshot.Repository!, path, secrets, cancellationToken);
                try
                {
                    await store.ListAsync("", cancellationToken);
                    return $"{store.Location} is there";
                }
                catch (RepositoryNotFoundException missing) when (store is FileBlobStore)
                {
                    throw new StepException(DiagnosticCatalog.RepositoryNotFound.Error(place, $"{store.Location} does not exist on this machine."), isTransient: false, missing);
                }
            });
        }

        var repository = await SnapshotAccess.OpenRepositoryAsync(snapshot, path, secrets, cancellationToken);
        var opened = await SnapshotAccess.TryAsync($"{path}.existing", async () => await repository.OpenSnapshotAsync(name, cancellationToken));
        return $"snapshot {name}: {opened.State.ToWord()}, {opened.IndexNames.Count} indices, {opened.Version}";
    }

    private static async Task<ProbeResult> TryAsync(string path, Func<Task<string>> probe)
    {
        try
        {
            return new(path, await probe(), null);
        }
        catch (StepException failure)
        {
            return new(path, "", failure.Because);
        }
    }
}
