using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Snapshots.Repositories;

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
    public static string PlaceOf(RepositoryConfig config, string path) => config switch
    {
        { S3: not null } => $"{path}.repository.s3",
        { Azure: not null } => $"{path}.repository.azure",
        { Gcs: not null } => $"{path}.repository.gcs",
        { Url: not null } => $"{path}.repository.url",
        _ => $"{path}.repository.file.path",
    };

    /// <summary>Where the blobs of a configured repository lie. Need not exist: the first access says so.</summary>
    /// <param name="path">As <c>migrations.logs.snapshots.main</c>.</param>
    /// <exception cref="StepException">A secret is missing or malformed.</exception>
    /// <exception cref="RepositoryException">There is nothing to log in with.</exception>
    public static Task<IBlobStore> StoreAsync(RepositoryConfig config, string path, ISecretSource secrets, CancellationToken cancellationToken) =>
        RepositoryStores.OpenAsync(config, $"{path}.repository", secrets, cancellationToken);

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
