using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.Azure;
using Portage.Snapshots.Repositories.Gcs;
using Portage.Snapshots.Repositories.Http;
using Portage.Snapshots.Repositories.S3;

namespace Portage.Steps.Reading;

/// <summary>Opens what the blobs of repositories lie in, with the secrets that are named for it.</summary>
public static class RepositoryStores
{
    /// <summary>Where the blobs of a configured repository lie. Need not exist: the first access says so.</summary>
    /// <param name="path">Where the repository is configured, as <c>migrations.logs.snapshots.main.repository</c>; null when it was named on the command line.</param>
    /// <exception cref="StepException">A secret is missing or malformed, or a file of authorities cannot be used.</exception>
    /// <exception cref="RepositoryException">There is nothing to log in with.</exception>
    public static async Task<IBlobStore> OpenAsync(RepositoryConfig config, string? path, ISecretSource secrets, CancellationToken cancellationToken) => config switch
    {
        { S3: { } s3 } => await S3Async(s3, Below(path, "s3"), secrets, cancellationToken),
        { Azure: { } azure } => await AzureAsync(azure, Below(path, "azure"), secrets, cancellationToken),
        { Gcs: { } gcs } => await GcsAsync(gcs, Below(path, "gcs"), secrets, cancellationToken),
        { Url: { } url } => await UrlAsync(url, Below(path, "url"), secrets, cancellationToken),
        _ => new FileBlobStore(config.File!.Path!),
    };

    // Each in a method of its own: the makers' clients are loaded when one of theirs is opened, and not before.
    private static async Task<IBlobStore> S3Async(S3RepositoryConfig s3, string? path, ISecretSource secrets, CancellationToken cancellationToken) => new S3BlobStore(new(s3.Bucket!)
    {
        Prefix = s3.Prefix ?? "",
        Region = s3.Region,
        Endpoint = s3.Endpoint is { } endpoint ? new(endpoint) : null,
        PathStyle = s3.PathStyle,
        Role = s3.Role,
        Names = path is null ? new("--keys", "--anonymous", "--path-style", "--region", "--endpoint") : S3Names.In(path),
        Login = s3.Auth switch
        {
            { Keys.Secret: { } name } => await KeysAsync(name, Below(path, "auth.keys.secret"), secrets, cancellationToken),
            { Anonymous: not null } => new S3Login.Anonymous(),
            _ => new S3Login.Found(),
        },
    });

    private static async Task<S3Login> KeysAsync(string name, string? path, ISecretSource secrets, CancellationToken cancellationToken) =>
        (await secrets.ReadAsync(name, cancellationToken)).Split(':', 3) switch
        {
            [{ Length: > 0 } key, { Length: > 0 } secret] => new S3Login.Keys(key, secret, null),
            [{ Length: > 0 } key, { Length: > 0 } secret, { Length: > 0 } token] => new S3Login.Keys(key, secret, token),
            _ => throw Malformed(name, path, "ACCESS_KEY:SECRET_KEY or ACCESS_KEY:SECRET_KEY:SESSION_TOKEN"),
        };

    private static async Task<IBlobStore> AzureAsync(AzureRepositoryConfig azure, string? path, ISecretSource secrets, CancellationToken cancellationToken)
    {
        AzureLogin login = azure.Auth switch
        {
            { Key.Secret: { } name } => new AzureLogin.Key(await secrets.ReadAsync(name, cancellationToken)),
            { Sas.Secret: { } name } => new AzureLogin.Sas(await secrets.ReadAsync(name, cancellationToken)),
            { ConnectionString.Secret: { } name } => new AzureLogin.ConnectionString(await secrets.ReadAsync(name, cancellationToken)),
            { Anonymous: not null } => new AzureLogin.Anonymous(),
            _ => new AzureLogin.Found(),
        };
        try
        {
            return new AzureBlobStore(new(azure.Account!, azure.Container!) { Prefix = azure.Prefix ?? "", Endpoint = azure.Endpoint is { } endpoint ? new(endpoint) : null, Login = login });
        }
        catch (FormatException unlike)
        {
            var (field, named) = azure.Auth is { Key.Secret: { } key } ? ("key", key) : ("connectionString", azure.Auth!.ConnectionString!.Secret!);
            throw Malformed(named, Below(path, $"auth.{field}.secret"), $"of {unlike.Message}");
        }
    }

    private static async Task<IBlobStore> GcsAsync(GcsRepositoryConfig gcs, string? path, ISecretSource secrets, CancellationToken cancellationToken)
    {
        GcsLogin login = gcs.Auth switch
        {
            { Key.Secret: { } name } => new GcsLogin.Key(await secrets.ReadAsync(name, cancellationToken)),
            { Anonymous: not null } => new GcsLogin.Anonymous(),
            _ => new GcsLogin.Found(),
        };
        try
        {
            return await GcsBlobStore.OpenAsync(new(gcs.Bucket!) { Prefix = gcs.Prefix ?? "", Endpoint = gcs.Endpoint is { } endpoint ? new(endpoint) : null, Login = login }, TimeProvider.System, cancellationToken);
        }
        catch (FormatException unlike)
        {
            throw Malformed(gcs.Auth!.Key!.Secret!, Below(path, "auth.key.secret"), $"of {unlike.Message}");
        }
    }

    private static async Task<IBlobStore> UrlAsync(UrlRepositoryConfig url, string? path, ISecretSource secrets, CancellationToken cancellationToken)
    {
        HttpLogin login = url.Auth switch
        {
            { Basic.Secret: { } name } => (await secrets.ReadAsync(name, cancellationToken)).Split(':', 2) is [{ Length: > 0 } user, var password] && !password.Any(char.IsControl)
                ? new HttpLogin.Basic(user, password)
                : throw Malformed(name, Below(path, "auth.basic.secret"), "USER:PASSWORD"),
            { Bearer.Secret: { } name } => await secrets.ReadAsync(name, cancellationToken) is { Length: > 0 } token && !token.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
                ? new HttpLogin.Bearer(token)
                : throw Malformed(name, Below(path, "auth.bearer.secret"), "of a token: one word"),
            _ => new HttpLogin.None(),
        };
        var connection = new ClusterConnection(url.Endpoint!) { CaFile = url.Tls?.CaFile, AllowInsecure = url.Tls?.AllowInsecure ?? false };
        try
        {
            return new HttpBlobStore(new(new(url.Endpoint!)) { Login = login, AllowRedirects = url.AllowRedirects }, ServerTransport.Of(connection), TimeProvider.System);
        }
        catch (CaFileException failure)
        {
            var command = path is null ? null : $"workflow configure update {path}.tls.caFile /path/to/authorities.pem";
            throw new StepException(failure.ToDiagnostic(path) with { Command = command }, isTransient: false, failure);
        }
    }

    private static StepException Malformed(string name, string? path, string form) => new(
        DiagnosticCatalog.SecretMalformed.Error(path, $"The secret '{name}' does not have the form {form}.") with { Command = $"workflow credentials create {name}" },
        isTransient: false,
        null);

    private static string? Below(string? path, string field) => path is null ? null : $"{path}.{field}";
}
