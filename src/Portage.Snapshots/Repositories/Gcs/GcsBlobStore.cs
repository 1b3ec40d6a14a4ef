using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Storage.v1;
using Portage.Lucene.Files;
using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Repositories.Gcs;

/// <summary>A snapshot repository in a bucket of Google Cloud Storage, as the repository type <c>gcs</c> writes it. Reads exactly the ranges that are asked for; keeps nothing on this machine.</summary>
/// <remarks>
/// The client tries again what Google refuses for a moment; an answer that breaks off is asked for from there on. An object that changes while
/// it is read is noticed by its generation.
/// </remarks>
public sealed class GcsBlobStore : IBlobStore, IDisposable
{
    private readonly GcsLocation _at;
    private readonly StorageService _service;
    private readonly TimeProvider _time;

    private GcsBlobStore(GcsLocation location, StorageService service, TimeProvider time)
    {
        (_at, _service, _time) = (location, service, time);
        Bucket = location.Prefix.Length == 0 ? null : new(new GcsBlobStore(location with { Prefix = "" }, service, time), location.Prefix);
    }

    /// <inheritdoc/>
    public string Location => _at.ToString();

    /// <inheritdoc/>
    public BucketAround? Bucket { get; }

    /// <inheritdoc/>
    public int ReadsAtOnce => ParallelReads.Remote;

    /// <inheritdoc/>
    public ReadAheadLimits ReadAhead => RangeRead.Ahead;

    /// <summary>Finds something to log in with, and asks nothing of the bucket yet.</summary>
    /// <param name="location">The bucket and the way there. Need not exist: the first access says so.</param>
    /// <param name="time">Measures patience.</param>
    /// <exception cref="FormatException">What is given to log in with is not of its form, which the message names.</exception>
    /// <exception cref="BlobUnreadableException">There is nothing to log in with.</exception>
    public static async Task<GcsBlobStore> OpenAsync(GcsLocation location, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return new(location, await GcsClients.OfAsync(location, time, cancellationToken), time);
        }
        catch (Exception failure) when (failure is InvalidOperationException || IsOfTheWay(failure, cancellationToken))
        {
            throw GcsFailures.Of(failure, "", location, ofBucket: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _service.Dispose();

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlobEntry>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        var prefix = (folder.Length == 0 ? _at.Prefix : NameOf(folder)) is { Length: > 0 } name ? name + "/" : "";
        var request = _service.Objects.List(_at.Bucket);
        (request.Prefix, request.Delimiter, request.Fields) = (prefix, "/", "items(name,size),nextPageToken");
        var entries = new List<BlobEntry>();
        do
        {
            var page = await AskAsync(folder, () => request.ExecuteAsync(cancellationToken), cancellationToken, ofBucket: true);
            entries.AddRange((page.Items ?? []).Where(found => found.Name.Length > prefix.Length).Select(found => new BlobEntry(found.Name[prefix.Length..], (long)(found.Size ?? 0))));
            request.PageToken = page.NextPageToken;
        }
        while (!string.IsNullOrEmpty(request.PageToken));

        return entries;
    }

    /// <inheritdoc/>
    public async ValueTask<long?> FindLengthAsync(string path, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        var request = _service.Objects.Get(_at.Bucket, NameOf(path));
        request.Fields = "size";
        try
        {
            return (long?)(await AskAsync(path, () => request.ExecuteAsync(cancellationToken), cancellationToken)).Size;
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
        return new(new GcsBlob(this, path, NameOf(path)));
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> ReadWholeAsync(string path, int bytesMax, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        var name = NameOf(path);
        using var answer = await GetAsync(path, name, null, null, cancellationToken);
        if (answer.Content.Headers.ContentLength is not { } length)
        {
            throw Unlike(path, "its answer does not say how long the object is");
        }

        return await RangeRead.WholeAsync(path, length, bytesMax, bytes => FillAsync(answer, bytes, cancellationToken), () => new GcsBlob(this, path, name, GenerationOf(answer)), cancellationToken);
    }

    private string NameOf(string path) => BlobPath.Below(_at.Prefix, path);

    /// <summary>Asks for the bytes of an object. The client's own downloads go into streams and hide what the answer says of itself.</summary>
    /// <param name="generation">Which state of it; null for the one that is there.</param>
    /// <returns>An answer of 200 or 206.</returns>
    private async Task<HttpResponseMessage> GetAsync(string path, string name, long? generation, (long From, long End)? range, CancellationToken cancellationToken)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"{_service.BaseUri}b/{Uri.EscapeDataString(_at.Bucket)}/o/{Uri.EscapeDataString(name)}?alt=media{(generation is { } known ? $"&ifGenerationMatch={known}" : "")}");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.AcceptEncoding.ParseAdd("identity");
        request.Headers.Range = range is { } asked ? new(asked.From, asked.End - 1) : null;
        var answer = await AskAsync(path, () => _service.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken);
        if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
        {
            return answer;
        }

        using (answer)
        {
            throw answer.StatusCode switch
            {
                HttpStatusCode.RequestedRangeNotSatisfiable => RangeRead.Ends(path, range?.End ?? 0, answer.Content.Headers.ContentRange?.Length),
                HttpStatusCode.PreconditionFailed => RangeRead.Changed(path, Location, Named(generation), null),
                _ => GcsFailures.Of(answer.StatusCode, await GcsFailures.ReadAsync(answer, cancellationToken), path, _at, ofBucket: false),
            };
        }
    }

    private ValueTask<int> FillAsync(HttpResponseMessage answer, Memory<byte> destination, CancellationToken cancellationToken) =>
        RangeRead.FillAsync(answer.Content, destination, GcsClients.Patience, _time, cancellationToken);

    /// <summary>Asks Google, and says in the words of the port why it does not answer.</summary>
    private async Task<T> AskAsync<T>(string path, Func<Task<T>> ask, CancellationToken cancellationToken, bool ofBucket = false)
    {
        try
        {
            return await ask();
        }
        catch (Exception failure) when (failure is GoogleApiException or TokenResponseException || IsOfTheWay(failure, cancellationToken))
        {
            throw GcsFailures.Of(failure, path, _at, ofBucket);
        }
    }

    /// <summary>True for what the connection did, not the caller.</summary>
    private static bool IsOfTheWay(Exception failure, CancellationToken cancellationToken) =>
        failure is TimeoutException || RemoteFailures.IsOfTheWay(failure, cancellationToken);

    private BlobUnreadableException Unlike(string path, string what) => new(path, Location, new IOException($"the store does not answer as Google does: {what}"));

    private static long? GenerationOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("x-goog-generation", out var said) && long.TryParse(said.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : null;

    private static string? Named(long? generation) => generation is { } known ? string.Create(CultureInfo.InvariantCulture, $"generation {known}") : null;

    private sealed class GcsBlob(GcsBlobStore store, string path, string name, long? generation = null) : IBlob
    {
        private readonly Lock _lock = new();
        private long? _generation = generation;

        public string Path => path;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken) =>
            RangeRead.AskAsync(path, store.Location, position, destination, AskAsync, cancellationToken);

        public ValueTask DisposeAsync() => default;

        private async ValueTask<int> AskAsync(long from, Memory<byte> room, CancellationToken cancellationToken)
        {
            var (known, end) = (Generation(null), from + room.Length);
            using var answer = await store.GetAsync(path, name, known, (from, end), cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK && !(from == 0 && answer.Content.Headers.ContentLength == room.Length))
            {
                throw store.Unlike(path, "with the whole object where a range of it is asked for. So it does with objects that are stored compressed, which no cluster writes");
            }

            var found = GenerationOf(answer);
            if (Generation(found) != found)
            {
                throw RangeRead.Changed(path, store.Location, Named(known), Named(found));
            }

            return answer.Content.Headers.ContentRange is not { } range ? await store.FillAsync(answer, room, cancellationToken)
                : range.From != from ? throw store.Unlike(path, $"asked for bytes from {from:N0} on, it answers with '{range}'")
                : range.Length is { } length && length < end ? throw RangeRead.Ends(path, end, length)
                : await store.FillAsync(answer, room, cancellationToken);
        }

        /// <summary>The state that is read: that of the first answer.</summary>
        private long? Generation(long? found)
        {
            lock (_lock)
            {
                return _generation ??= found;
            }
        }
    }
}
