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
/// <param name="transport">How requests to clusters travel; null for the network.</param>
public sealed class Probe(ISecretSource secrets, TimeProvider time, ProbeWatch watch, HttpMessageHandler? transport = null)
{
    // As many as nobody notices on this machine.
    private const int AtOnce = 8;

    /// <summary>How many things there are to ask.</summary>
    public static int CountOf(MigrationConfig config) =>
        config.Targets.Count + config.Migrations.Values.Sum(migration => (migration.Source is null ? 0 : 1) + migration.Snapshots.Count);

    /// <summary>One result a cluster and snapshot, in the order of the configuration: what does not answer holds up none of the others.</summary>
    public async IAsyncEnumerable<ProbeResult> AllAsync(MigrationConfig config, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var asked = new Queue<Task<ProbeResult>>();
        foreach (var ask in Asks(config, cancellationToken))
        {
            asked.Enqueue(ask());
            if (asked.Count == AtOnce)
            {
                yield return await asked.Dequeue();
            }
        }

        while (asked.TryDequeue(out var next))
        {
            yield return await next;
        }
    }

    private IEnumerable<Func<Task<ProbeResult>>> Asks(MigrationConfig config, CancellationToken cancellationToken)
    {
        foreach (var name in config.Targets.Keys)
        {
            yield return () => TargetAsync(config, name, cancellationToken);
        }

        foreach (var (name, migration) in config.Migrations)
        {
            if (migration.Source is not null)
            {
                yield return () => SourceAsync(config, name, cancellationToken);
            }

            foreach (var (snapshotName, snapshot) in migration.Snapshots)
            {
                var path = $"migrations.{name}.snapshots.{snapshotName}";
                yield return () => watch.AskAsync(
                    path, PlaceOf(snapshot.Repository!), DiagnosticCatalog.RepositoryUnreadable, "Work tries longer, and again.", token => SnapshotAsync(snapshot, path, token), cancellationToken);
            }
        }
    }

    /// <summary>What a target says of itself.</summary>
    public Task<ProbeResult> TargetAsync(MigrationConfig config, string name, CancellationToken cancellationToken) => ClusterAsync(
        $"targets.{name}",
        config.Targets[name].Endpoint!,
        config.Targets[name].Timeouts.RequestSeconds,
        token => ClusterAccess.TargetAsync(config, name, secrets, time, transport, token),
        cancellationToken);

    /// <summary>What the source of a migration says of itself.</summary>
    public Task<ProbeResult> SourceAsync(MigrationConfig config, string name, CancellationToken cancellationToken) => ClusterAsync(
        $"migrations.{name}.source",
        config.Migrations[name].Source!.Endpoint!,
        config.Migrations[name].Source!.Timeouts.RequestSeconds,
        token => ClusterAccess.SourceAsync(config, name, secrets, time, transport, token),
        cancellationToken);

    private Task<ProbeResult> ClusterAsync(string path, string endpoint, long requestSeconds, Func<CancellationToken, Task<ClusterClient>> connect, CancellationToken cancellationToken) =>
        watch.AskAsync(path, endpoint, DiagnosticCatalog.Unreachable, $"Work waits up to {requestSeconds} s for each answer ({path}.timeouts.requestSeconds).", async token =>
        {
            using var client = await connect(token);
            var info = await ClusterAccess.TryAsync(path, () => client.GetInfoAsync(token));
            return $"{info.Version}, cluster {info.Name}";
        }, cancellationToken);

    private static string PlaceOf(RepositoryConfig repository) => repository switch
    {
        { File.Path: { } folder } => folder,
        { S3: { } s3 } => $"s3://{s3.Bucket}{At(s3.Endpoint)}",
        { Gcs: { } gcs } => $"gs://{gcs.Bucket}{At(gcs.Endpoint)}",
        { Azure: { } azure } => $"azure://{azure.Account}/{azure.Container}{At(azure.Endpoint)}",
        { Url.Endpoint: { } url } => url,
        _ => "the repository",
    };

    private static string At(string? endpoint) => endpoint is null ? "" : $" at {endpoint}";

    private async Task<string> SnapshotAsync(SnapshotConfig snapshot, string path, CancellationToken cancellationToken)
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
}
