using Portage.Clusters;
using Portage.Clusters.Auth;
using Portage.Clusters.Failures;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;

namespace Portage.Steps.Connecting;

/// <summary>Makes clients of configured clusters, and turns their failures into what a step may say.</summary>
public static class ClusterAccess
{
    /// <summary>A client of a target.</summary>
    /// <param name="name">Its name under <c>targets</c>.</param>
    /// <param name="transport">How requests travel; null for the network.</param>
    /// <param name="newest">The configuration as it is now, for what may change while the client is used; null: <paramref name="config"/> stays.</param>
    /// <exception cref="StepException">A secret is missing or malformed.</exception>
    public static Task<ClusterClient> TargetAsync(
        MigrationConfig config, string name, ISecretSource secrets, TimeProvider time, HttpMessageHandler? transport, CancellationToken cancellationToken, Func<MigrationConfig>? newest = null)
    {
        var target = config.Targets[name];
        return ClientAsync(target.Endpoint!, target.Auth, target.Tls, $"targets.{name}", secrets, time, transport, Timeouts, cancellationToken);

        ClusterTimeouts Timeouts()
        {
            var timeouts = (newest?.Invoke().Targets.GetValueOrDefault(name) ?? target).Timeouts;
            return new()
            {
                Connect = TimeSpan.FromSeconds(timeouts.ConnectSeconds),
                Request = TimeSpan.FromSeconds(timeouts.RequestSeconds),
                Bulk = TimeSpan.FromSeconds(timeouts.BulkSeconds),
            };
        }
    }

    /// <summary>A client of a source cluster.</summary>
    /// <param name="name">Its name under <c>migrations</c>.</param>
    /// <param name="transport">How requests travel; null for the network.</param>
    /// <exception cref="StepException">A secret is missing or malformed.</exception>
    public static Task<ClusterClient> SourceAsync(MigrationConfig config, string name, ISecretSource secrets, TimeProvider time, HttpMessageHandler? transport, CancellationToken cancellationToken)
    {
        var source = config.Migrations[name].Source!;
        var timeouts = new ClusterTimeouts { Connect = TimeSpan.FromSeconds(source.Timeouts.ConnectSeconds), Request = TimeSpan.FromSeconds(source.Timeouts.RequestSeconds) };
        return ClientAsync(source.Endpoint!, source.Auth, source.Tls, $"migrations.{name}.source", secrets, time, transport, () => timeouts, cancellationToken);
    }

    /// <summary>Does something with a cluster; its failures become <see cref="StepException"/>s.</summary>
    /// <param name="path">Where the cluster is configured.</param>
    public static async Task<T> TryAsync<T>(string path, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ClusterException failure)
        {
            throw Translate(failure, path);
        }
    }

    /// <summary>Does something with a cluster; its failures become <see cref="StepException"/>s.</summary>
    /// <param name="path">Where the cluster is configured.</param>
    public static async Task TryAsync(string path, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (ClusterException failure)
        {
            throw Translate(failure, path);
        }
    }

    /// <summary>What a step says of a cluster's failure. Decided by type: what may pass by itself is tried again.</summary>
    public static StepException Translate(ClusterException failure, string path) =>
        new(failure.ToDiagnostic(path) with { Command = ClusterAdvice.CommandFor(failure, path) }, isTransient: failure is ClusterUnreachableException { MayPass: true } || failure is ClusterRequestException { Status: 429 or 502 or 503 or 504 }, failure);

    private static async Task<ClusterClient> ClientAsync(
        string endpoint, AuthConfig? auth, TlsConfig? tls, string path, ISecretSource secrets, TimeProvider time, HttpMessageHandler? transport, Func<ClusterTimeouts> timeouts, CancellationToken cancellationToken)
    {
        var connection = new ClusterConnection(endpoint)
        {
            Credential = await CredentialAsync(auth, path, secrets, cancellationToken),
            CredentialName = auth?.Basic?.Secret ?? auth?.ApiKey?.Secret,
            CaFile = tls?.CaFile,
            AllowInsecure = tls?.AllowInsecure ?? false,
            Transport = transport,
            Timeouts = timeouts(),
        };
        try
        {
            return new(connection, time, timeouts);
        }
        catch (ClusterException failure)
        {
            throw Translate(failure, path);
        }
    }

    private static async Task<ClusterCredential> CredentialAsync(AuthConfig? auth, string path, ISecretSource secrets, CancellationToken cancellationToken)
    {
        switch (auth)
        {
            case { Basic.Secret: { } name }:
                var value = await secrets.ReadAsync(name, cancellationToken);
                var colon = value.IndexOf(':', StringComparison.Ordinal);
                return colon > 0
                    ? new ClusterCredential.Basic(value[..colon], value[(colon + 1)..])
                    : throw new StepException(
                        DiagnosticCatalog.SecretMalformed.Error($"{path}.auth.basic.secret", $"The secret '{name}' does not have the form USER:PASSWORD.") with { Command = $"workflow credentials create {name}" },
                        isTransient: false,
                        null);
            case { ApiKey.Secret: { } name }:
                return new ClusterCredential.ApiKey(await secrets.ReadAsync(name, cancellationToken));
            default:
                return ClusterCredential.Anonymous;
        }
    }
}
