using System.Collections.Immutable;
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

/// <summary>Connects to clusters and opens repositories of a configuration, changing nothing.</summary>
/// <param name="transport">How requests to clusters travel; null for the network.</param>
public sealed class Probe(ISecretSource secrets, TimeProvider time, HttpMessageHandler? transport = null)
{
    /// <summary>Every cluster and snapshot there is to ask.</summary>
    public ImmutableArray<ProbeAsked> Of(MigrationConfig config) =>
    [
        .. config.Targets.Keys.Select(name => Target(config, name)),
        .. config.Migrations.SelectMany(migration => (ProbeAsked[])
        [
            .. migration.Value.Source is null ? (ProbeAsked[])[] : [Source(config, migration.Key)],
            .. migration.Value.Snapshots.Select(snapshot => Snapshot($"migrations.{migration.Key}.snapshots.{snapshot.Key}", snapshot.Value)),
        ]),
    ];

    /// <summary>What a target says of itself.</summary>
    public ProbeAsked Target(MigrationConfig config, string name) => Cluster(
        $"targets.{name}",
        config.Targets[name].Endpoint!,
        config.Targets[name].Timeouts.RequestSeconds,
        token => ClusterAccess.TargetAsync(config, name, secrets, time, transport, token));

    /// <summary>What the source of a migration says of itself.</summary>
    public ProbeAsked Source(MigrationConfig config, string name) => Cluster(
        $"migrations.{name}.source",
        config.Migrations[name].Source!.Endpoint!,
        config.Migrations[name].Source!.Timeouts.RequestSeconds,
        token => ClusterAccess.SourceAsync(config, name, secrets, time, transport, token));

    private ProbeAsked Snapshot(string path, SnapshotConfig snapshot) =>
        new(path, PlaceOf(snapshot.Repository!), DiagnosticCatalog.RepositoryUnreadable, "Work tries longer, and again.", token => SnapshotAsync(snapshot, path, token));

    private static ProbeAsked Cluster(string path, string endpoint, long requestSeconds, Func<CancellationToken, Task<ClusterClient>> connect) =>
        new(path, endpoint, DiagnosticCatalog.Unreachable, $"Work waits up to {requestSeconds} s for each answer ({path}.timeouts.requestSeconds).", async token =>
        {
            using var client = await connect(token);
            var info = await ClusterAccess.TryAsync(path, () => client.GetInfoAsync(token));
            return $"{info.Version}, cluster {info.Name}";
        });

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
