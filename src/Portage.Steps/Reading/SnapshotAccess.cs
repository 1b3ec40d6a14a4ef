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
    /// <exception cref="StepException">It is missing, empty, damaged or of an era that cannot be read.</exception>
    public static Task<SnapshotRepository> OpenRepositoryAsync(SnapshotConfig config, string path, CancellationToken cancellationToken) =>
        TryAsync($"{path}.repository.file.path", async () => await SnapshotRepository.OpenAsync(new FileBlobStore(config.Repository!.File!.Path!), cancellationToken));

    /// <summary>Does something with a repository; its failures become <see cref="StepException"/>s.</summary>
    public static async Task<T> TryAsync<T>(string? path, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RepositoryException failure)
        {
            throw new StepException(Describe(failure, path), isTransient: failure is SnapshotUnfinishedException, failure);
        }
    }

    /// <summary>What the user should know of a repository's failure.</summary>
    /// <param name="path">Where the repository is configured; null when it was named on the command line.</param>
    public static Diagnostic Describe(RepositoryException failure, string? path)
    {
        var kind = failure switch
        {
            RepositoryNotFoundException => DiagnosticCatalog.RepositoryNotFound,
            RepositoryEmptyException => DiagnosticCatalog.RepositoryEmpty,
            BlobNotFoundException or BlobUnreadableException => DiagnosticCatalog.RepositoryIncomplete,
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
