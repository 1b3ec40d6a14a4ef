using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Portage.Lucene.Files;
using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Repositories.S3;

/// <summary>A snapshot repository in a bucket, as the repository type <c>s3</c> writes it. Reads exactly the ranges that are asked for; keeps nothing on this machine.</summary>
/// <remarks>The client tries again what the store refuses for a moment; an answer that breaks off is asked for from there on. An object that changes while it is read is noticed by its ETag.</remarks>
public sealed class S3BlobStore : IBlobStore, IDisposable
{
    private readonly S3Location _at;
    private readonly AmazonS3Client _client;

    /// <param name="location">The bucket and the way there. Need not exist: the first access says so.</param>
    /// <exception cref="BlobUnreadableException">There is nothing to log in with.</exception>
    public S3BlobStore(S3Location location)
    {
        _at = location;
        try
        {
            _client = S3Clients.Of(location);
        }
        catch (AmazonClientException failure)
        {
            throw new BlobUnreadableException("", location.ToString(), new IOException(S3Failures.Say(failure, location), failure));
        }

        Bucket = location.Prefix.Length == 0 ? null : new(new S3BlobStore(location with { Prefix = "" }, _client), location.Prefix);
    }

    private S3BlobStore(S3Location location, AmazonS3Client client) => (_at, _client) = (location, client);

    /// <inheritdoc/>
    public string Location => _at.ToString();

    /// <inheritdoc/>
    public BucketAround? Bucket { get; }

    /// <inheritdoc/>
    public int ReadsAtOnce => ParallelReads.Remote;

    /// <inheritdoc/>
    public ReadAheadLimits ReadAhead => RangeRead.Ahead;

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlobEntry>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        var prefix = (folder.Length == 0 ? _at.Prefix : KeyOf(folder)) is { Length: > 0 } key ? key + "/" : "";
        var request = new ListObjectsV2Request { BucketName = _at.Bucket, Prefix = prefix, Delimiter = "/" };
        var entries = new List<BlobEntry>();
        do
        {
            var page = await AskAsync(folder, () => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            entries.AddRange((page.S3Objects ?? []).Where(found => found.Key.Length > prefix.Length).Select(found => new BlobEntry(found.Key[prefix.Length..], found.Size ?? 0)));
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);

        return entries;
    }

    /// <inheritdoc/>
    public async ValueTask<long?> FindLengthAsync(string path, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        try
        {
            var found = await AskAsync(path, () => _client.GetObjectMetadataAsync(_at.Bucket, KeyOf(path), cancellationToken), cancellationToken);
            return found.ContentLength;
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
        return new(new S3Blob(this, path, KeyOf(path)));
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> ReadWholeAsync(string path, int bytesMax, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        using var answer = await AskAsync(path, () => _client.GetObjectAsync(_at.Bucket, KeyOf(path), cancellationToken), cancellationToken);
        return await RangeRead.WholeAsync(path, answer.ContentLength, bytesMax, bytes => FillAsync(answer, bytes, cancellationToken), () => new S3Blob(this, path, KeyOf(path), answer.ETag), cancellationToken);
    }

    private static ValueTask<int> FillAsync(GetObjectResponse answer, Memory<byte> destination, CancellationToken cancellationToken) =>
        RangeRead.FillAsync(answer.ResponseStream, destination, broken => broken is AmazonClientException, cancellationToken);

    /// <summary>Asks the store, and says in the words of the port why it does not answer.</summary>
    /// <param name="end">Where the range ends that is asked for.</param>
    private async Task<T> AskAsync<T>(string path, Func<Task<T>> ask, CancellationToken cancellationToken, long end = 0)
    {
        try
        {
            return await ask();
        }
        catch (AmazonS3Exception failure) when (failure.ErrorCode == "NoSuchBucket")
        {
            throw new RepositoryNotFoundException(Location, S3Failures.NoBucket(_at));
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.NotFound && path.Length == 0)
        {
            // A store that has the bucket lists it, be it empty.
            throw new RepositoryNotFoundException(Location, S3Failures.NoStore(_at, failure));
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.NotFound)
        {
            throw new BlobNotFoundException(path, Location);
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw RangeRead.Ends(path, end, null);
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            throw RangeRead.Changed(path, Location, null, null);
        }
        catch (AmazonServiceException failure)
        {
            throw new BlobUnreadableException(path, Location, new IOException(S3Failures.Say(failure), failure)) { IsTransient = IsTransient(failure.StatusCode) };
        }
        catch (Exception failure) when (failure is AmazonClientException or TimeoutException || RemoteFailures.IsOfTheWay(failure, cancellationToken))
        {
            throw new BlobUnreadableException(path, Location, failure switch
            {
                OperationCanceledException => new TimeoutException("no answer in time", failure),
                AmazonClientException client => new IOException(S3Failures.Say(client, _at), client),
                _ => failure,
            })
            { IsTransient = failure is not AmazonClientException };
        }
    }

    private static bool IsTransient(HttpStatusCode status) => status is 0 or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private string KeyOf(string path) => BlobPath.Below(_at.Prefix, path);

    private sealed class S3Blob(S3BlobStore store, string path, string key, string? mark = null) : IBlob
    {
        // The ETag of the first answer: the state that is read. Null where the store gives none.
        private string? _mark = mark;

        public string Path => path;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken) =>
            RangeRead.AskAsync(path, store.Location, position, destination, AskAsync, cancellationToken);

        public ValueTask DisposeAsync() => default;

        private async ValueTask<int> AskAsync(long from, Memory<byte> room, CancellationToken cancellationToken)
        {
            var (known, end) = (Volatile.Read(ref _mark), from + room.Length);
            var request = new GetObjectRequest { BucketName = store._at.Bucket, Key = key, ByteRange = new(from, end - 1), EtagToMatch = known };
            using var answer = await store.AskAsync(path, () => store._client.GetObjectAsync(request, cancellationToken), cancellationToken, end);

            // Not every store knows the condition.
            if (answer.ETag is { } found && (Interlocked.CompareExchange(ref _mark, found, null) ?? found) is var had && had != found)
            {
                throw RangeRead.Changed(path, store.Location, $"ETag {had}", $"ETag {found}");
            }

            return answer.ContentLength < room.Length
                ? throw RangeRead.Ends(path, end, from + answer.ContentLength)
                : await FillAsync(answer, room, cancellationToken);
        }
    }
}
