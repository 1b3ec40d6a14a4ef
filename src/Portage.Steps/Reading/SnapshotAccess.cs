using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.S3;

namespace Portage.Steps.Reading;

/// <summary>Opens configured repositories and snapshots, and turns their failures into what a step may say.</summary>
public static class SnapshotAccess
{
    /// <summary>Opens a configured repository.</summary>
    /// <param name="path">Where it is configured, as <c>migrations.logs.snapshots.main</c>; null when it was named on the command line.</param>
    /// <exception cref="StepException">It is missing, empty, damaged or of an era that cannot be read; a secret is missing or malformed.</exception>
    public static Task<SnapshotRepository> OpenRepositoryAsync(SnapshotConfig config, string path, ISecretSource secrets, CancellationToken cancellationToken) =>
        TryAsync(PlaceOf(config.Repository!, path), async () => await SnapshotRepository.OpenAsync(await StoreAsync(config.Repository!, path, secrets, cancellationToken), cancellationToken));

    /// <summary>The field that says where a repository lies.</summary>
    /// <param name="path">As <c>migrations.logs.snapshots.main</c>.</param>
    public static string PlaceOf(RepositoryConfig config, string path) => config.S3 is null ? $"{path}.repository.file.path" : $"{path}.repository.s3";

    /// <summary>Where the blobs of a configured repository lie. Need not exist: the first access says so.</summary>
    /// <param name="path">As <c>migrations.logs.snapshots.main</c>.</param>
    /// <exception cref="StepException">A secret is missing or malformed.</exception>
    /// <exception cref="RepositoryException">There is nothing to log in with.</exception>
    public static async Task<IBlobStore> StoreAsync(RepositoryConfig config, string path, ISecretSource secrets, CancellationToken cancellationToken)
    {
        if (config.S3 is not { } s3)
        {
            return new FileBlobStore(config.File!.Path!);
        }

        return new S3BlobStore(new(s3.Bucket!)
        {
            Prefix = s3.Prefix ?? "",
            Region = s3.Region,
            Endpoint = s3.Endpoint is { } endpoint ? new(endpoint) : null,
            PathStyle = s3.PathStyle,
            Role = s3.Role,
            Names = S3Names.In($"{path}.repository.s3"),
            Login = s3.Auth switch
            {
                { Keys.Secret: { } name } => await KeysAsync(name, $"{path}.repository.s3.auth.keys.secret", secrets, cancellationToken),
                { Anonymous: not null } => new S3Login.Anonymous(),
                _ => new S3Login.Found(),
            },
        });
    }

    /// <summary>The keys that a secret holds.</summary>
    /// <param name="path">Where the secret is named; null on the command line.</param>
    /// <exception cref="StepException">It is missing or malformed.</exception>
    public static async Task<S3Login> KeysAsync(string name, string? path, ISecretSource secrets, CancellationToken cancellationToken) =>
        (await secrets.ReadAsync(name, cancellationToken)).Split(':', 3) switch
        {
            [{ Length: > 0 } key, { Length: > 0 } secret] => new S3Login.Keys(key, secret, null),
            [{ Length: > 0 } key, { Length: > 0 } secret, { Length: > 0 } token] => new S3Login.Keys(key, secret, token),
            _ => throw new StepException(
                DiagnosticCatalog.SecretMalformed.Error(path, $"The secret '{name}' does not have the form ACCESS_KEY:SECRET_KEY or ACCESS_KEY:SECRET_KEY:SESSION_TOKEN.") with { Command = $"workflow credentials create {name}" },
                isTransient: false,
                null),
        };

    /// <summary>Does something with a repository; its failures become <see cref="StepException"/>s.</summary>
    public static async Task<T> TryAsync<T>(string? path, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RepositoryException failure)
        {
            throw new StepException(Describe(failure, path), IsTransient(failure), failure);
        }
    }

    /// <summary>True for what passes with nobody doing anything about it.</summary>
    public static bool IsTransient(RepositoryException failure) => failure is SnapshotUnfinishedException or BlobUnreadableException { IsTransient: true };

    /// <summary>What the user should know of a repository's failure.</summary>
    /// <param name="path">Where the repository is configured; null when it was named on the command line.</param>
    public static Diagnostic Describe(RepositoryException failure, string? path)
    {
        var kind = failure switch
        {
            RepositoryNotFoundException => DiagnosticCatalog.RepositoryNotFound,
            RepositoryEmptyException => DiagnosticCatalog.RepositoryEmpty,
            BlobNotFoundException => DiagnosticCatalog.RepositoryIncomplete,
            BlobUnreadableException => DiagnosticCatalog.RepositoryUnreadable,
            UnsupportedRepositoryException => DiagnosticCatalog.FormatNotSupported,
            SnapshotNotFoundException => DiagnosticCatalog.SnapshotNotFound,
            SnapshotUnfinishedException => DiagnosticCatalog.SnapshotUnusable,
            IndexNotFoundException => DiagnosticCatalog.IndexNotFound,
            ShardMissingException => DiagnosticCatalog.SnapshotIsPartial,
            _ => DiagnosticCatalog.RepositoryCorrupt,
        };
        var diagnostic = kind.Error(path, failure.Message);
        return failure switch
        {
            SnapshotNotFoundException missing => diagnostic with { DidYouMean = DidYouMean.Among(missing.Snapshot, missing.Known) },
            IndexNotFoundException missing => diagnostic with { DidYouMean = DidYouMean.Among(missing.Index, missing.Known) },
            _ => diagnostic,
        };
    }
}
