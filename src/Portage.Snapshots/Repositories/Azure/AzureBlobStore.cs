using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Portage.Lucene.Files;
using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Repositories.Azure;

/// <summary>A snapshot repository in a container of Azure Blob Storage, as the repository type <c>azure</c> writes it. Reads exactly the ranges that are asked for; keeps nothing on this machine.</summary>
/// <remarks>The client tries again what Azure refuses for a moment; an answer that breaks off is asked for from there on. A blob that changes while it is read is noticed by its ETag.</remarks>
public sealed class AzureBlobStore : IBlobStore
{
    private readonly AzureLocation _at;
    private readonly BlobContainerClient _container;

    /// <param name="location">The container and the way there. Need not exist: the first access says so.</param>
    /// <exception cref="FormatException">What is given to log in with is not of its form, which the message names.</exception>
    public AzureBlobStore(AzureLocation location)
        : this(location, AzureClients.Of(location))
    {
    }

    private AzureBlobStore(AzureLocation location, BlobContainerClient container)
    {
        (_at, _container) = (location, container);
        Bucket = location.Prefix.Length == 0 ? null : new(new AzureBlobStore(location with { Prefix = "" }, container), location.Prefix);
    }

    /// <inheritdoc/>
    public string Location => _at.ToString();

    /// <inheritdoc/>
    public BucketAround? Bucket { get; }

    /// <inheritdoc/>
    public int ReadsAtOnce => ParallelReads.Remote;

    /// <inheritdoc/>
    public ReadAheadLimits ReadAhead => RangeRead.Ahead;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlobEntry>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        var prefix = (folder.Length == 0 ? _at.Prefix : BlobPath.Below(_at.Prefix, folder)) is { Length: > 0 } name ? name + "/" : "";
        var options = new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = prefix };
        return await AskAsync(folder, async () =>
        {
            var entries = new List<BlobEntry>();
            await foreach (var found in _container.GetBlobsByHierarchyAsync(options, cancellationToken))
            {
                if (found.IsBlob && found.Blob.Name.Length > prefix.Length)
                {
                    entries.Add(new(found.Blob.Name[prefix.Length..], found.Blob.Properties.ContentLength ?? 0));
                }
            }

            return entries;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long?> FindLengthAsync(string path, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        try
        {
            var found = await AskAsync(path, () => ClientOf(path).GetPropertiesAsync(cancellationToken: cancellationToken), cancellationToken);
            return found.Value.ContentLength;
        }
        catch (BlobNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IBlob> OpenAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FolderLooks.NoteElsewhere(Location);
        return new(new AzureBlob(this, path, ClientOf(path)));
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> ReadWholeAsync(string path, int bytesMax, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        var client = ClientOf(path);
        using var answer = (await AskAsync(path, () => client.DownloadStreamingAsync(new BlobDownloadOptions(), cancellationToken), cancellationToken)).Value;
        return await RangeRead.WholeAsync(path, answer.Details.ContentLength, bytesMax, bytes => FillAsync(answer, bytes, cancellationToken), () => new AzureBlob(this, path, client, answer.Details.ETag), cancellationToken);
    }

    private static ValueTask<int> FillAsync(BlobDownloadStreamingResult answer, Memory<byte> destination, CancellationToken cancellationToken) =>
        RangeRead.FillAsync(answer.Content, destination, broken => broken is RequestFailedException or AggregateException, cancellationToken);

    /// <summary>Asks Azure, and says in the words of the port why it does not answer.</summary>
    /// <param name="end">Where the range ends that is asked for.</param>
    private async Task<T> AskAsync<T>(string path, Func<Task<T>> ask, CancellationToken cancellationToken, long end = 0)
    {
        try
        {
            return await ask();
        }
        catch (Exception failure) when (failure is RequestFailedException or AuthenticationFailedException or AggregateException || RemoteFailures.IsOfTheWay(failure, cancellationToken))
        {
            // After several tries, all that went wrong comes together.
            throw Translate(path, end, failure is AggregateException { InnerExceptions: [.., var last] } ? last : failure);
        }
    }

    private RepositoryException Translate(string path, long end, Exception failure) => failure switch
    {
        RequestFailedException { Status: 404, ErrorCode: "ContainerNotFound" } => new RepositoryNotFoundException(Location),
        RequestFailedException { Status: 404 } => new BlobNotFoundException(path, Location),
        RequestFailedException { Status: 416 } => RangeRead.Ends(path, end, null),
        RequestFailedException { Status: 412 } => RangeRead.Changed(path, Location, null, null),
        RequestFailedException { Status: > 0 } refused => new BlobUnreadableException(path, Location, new IOException(Words(refused), refused)) { IsTransient = refused.Status is 408 or 429 or >= 500 },
        AuthenticationFailedException => new BlobUnreadableException(path, Location, new IOException($"nothing to log in with was found: {RemoteFailures.FirstLine(failure.Message)}", failure)),
        OperationCanceledException => new BlobUnreadableException(path, Location, new TimeoutException("no answer in time", failure)) { IsTransient = true },
        _ => new BlobUnreadableException(path, Location, new IOException(RemoteFailures.FirstLine(failure.GetBaseException().Message), failure)) { IsTransient = true },
    };

    /// <summary>As <c>403 AuthenticationFailed: Server failed to authenticate the request.</c>; what follows in the SDK's words is the whole answer, headers and all.</summary>
    private static string Words(RequestFailedException failure) => $"{failure.Status} {failure.ErrorCode}: {RemoteFailures.FirstLine(failure.Message)}";

    private BlobClient ClientOf(string path) => _container.GetBlobClient(BlobPath.Below(_at.Prefix, path));

    private sealed class AzureBlob(AzureBlobStore store, string path, BlobClient client, ETag? mark = null) : IBlob
    {
        private readonly Lock _lock = new();
        private ETag? _mark = mark;

        public string Path => path;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken) =>
            RangeRead.AskAsync(path, store.Location, position, destination, AskAsync, cancellationToken);

        public ValueTask DisposeAsync() => default;

        private async ValueTask<int> AskAsync(long from, Memory<byte> room, CancellationToken cancellationToken)
        {
            var known = Mark(null);
            var options = new BlobDownloadOptions { Range = new(from, room.Length), Conditions = known is { } mark ? new() { IfMatch = mark } : null };
            using var answer = (await store.AskAsync(path, () => client.DownloadStreamingAsync(options, cancellationToken), cancellationToken, from + room.Length)).Value;
            if (Mark(answer.Details.ETag) != answer.Details.ETag)
            {
                throw RangeRead.Changed(path, store.Location, $"ETag {known}", $"ETag {answer.Details.ETag}");
            }

            return answer.Details.ContentLength < room.Length
                ? throw RangeRead.Ends(path, from + room.Length, from + answer.Details.ContentLength)
                : await FillAsync(answer, room, cancellationToken);
        }

        /// <summary>The state that is read: that of the first answer.</summary>
        private ETag? Mark(ETag? found)
        {
            lock (_lock)
            {
                return _mark ??= found;
            }
        }
    }
}
