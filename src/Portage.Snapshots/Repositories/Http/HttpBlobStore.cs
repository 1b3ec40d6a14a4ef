using System.Net;
using System.Net.Http.Headers;
using Portage.Lucene.Files;
using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Repositories.Http;

/// <summary>A snapshot repository that a web server shows, as the repository type <c>url</c> reads it. Reads exactly the ranges that are asked for; keeps nothing on this machine.</summary>
/// <remarks>
/// It cannot list: the newest root is what <c>index.latest</c> names. A server that knows no ranges is refused. A file that changes while it is
/// read is noticed by its ETag, its time or its length.
/// </remarks>
public sealed class HttpBlobStore : IBlobStore, IDisposable
{
    private readonly HttpLocation _at;
    private readonly HttpExchange _exchange;
    private readonly TimeProvider _time;

    /// <param name="location">Where it is, and how to log in. Need not exist: the first access says so.</param>
    /// <param name="transport">How requests travel; it must not follow redirects. Disposed with the store.</param>
    /// <param name="time">Measures patience and pauses.</param>
    public HttpBlobStore(HttpLocation location, HttpMessageHandler transport, TimeProvider time) =>
        (_at, _time, _exchange) = (location, time, new(location, transport, time));

    /// <inheritdoc/>
    public string Location => _at.ToString();

    /// <inheritdoc/>
    public bool CanList => false;

    /// <inheritdoc/>
    public int ReadsAtOnce => ParallelReads.Remote;

    /// <inheritdoc/>
    public ReadAheadLimits ReadAhead => RangeRead.Ahead;

    /// <inheritdoc/>
    public void Dispose() => _exchange.Dispose();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlobEntry>> ListAsync(string folder, CancellationToken cancellationToken) => throw new NotSupportedException("A web server lists nothing.");

    /// <inheritdoc/>
    public ValueTask<string?> FindNearbyAsync(CancellationToken cancellationToken) => new(
        "A web server lists nothing, so that 'index.latest' must be there: name the folder that holds it. Clusters write it since Elasticsearch 5.0, unless the repository has 'support_url_repo: false'.");

    /// <inheritdoc/>
    public async ValueTask<long?> FindLengthAsync(string path, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        try
        {
            using (var answer = await _exchange.AskAsync(HttpMethod.Head, path, null, cancellationToken))
            {
                if (answer is { StatusCode: HttpStatusCode.OK, Content.Headers.ContentLength: { } length })
                {
                    return length;
                }
            }

            // Some servers know no HEAD, or say no length with it.
            using var first = await _exchange.AskAsync(HttpMethod.Get, path, request => request.Headers.Range = new(0, 0), cancellationToken);
            return HttpMark.Of(first).Length ?? throw Unlike(path, "its answer does not say how long the file is");
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
        return new(new HttpBlob(this, BlobPath.Below("", path)));
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> ReadWholeAsync(string path, int bytesMax, CancellationToken cancellationToken)
    {
        FolderLooks.NoteElsewhere(Location);
        using var answer = await _exchange.AskAsync(HttpMethod.Get, path, null, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw Unlike(path, $"{(int)answer.StatusCode} {answer.StatusCode} for the whole of it");
        }

        if (answer.Content.Headers.ContentLength is not { } length)
        {
            return await ReadToEndAsync(path, answer, bytesMax, cancellationToken);
        }

        return await RangeRead.WholeAsync(path, length, bytesMax, bytes => FillAsync(answer, bytes, cancellationToken), () => new HttpBlob(this, path, HttpMark.Of(answer)), cancellationToken);
    }

    /// <summary>An answer in chunks, whose length shows at its end: where it breaks off, nobody knows how much is missing.</summary>
    private async ValueTask<byte[]> ReadToEndAsync(string path, HttpResponseMessage answer, int bytesMax, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(HttpExchange.Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(either.Token);
            using var bytes = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (await body.ReadAsync(buffer, either.Token) is var read and > 0)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > bytesMax)
                {
                    throw RangeRead.TooLong(path, bytesMax, bytes.Length);
                }
            }

            return bytes.ToArray();
        }
        catch (Exception lost) when (RemoteFailures.IsOfTheWay(lost, cancellationToken))
        {
            throw new BlobUnreadableException(path, Location, new IOException("the answer broke off", lost)) { IsTransient = true };
        }
    }

    private ValueTask<int> FillAsync(HttpResponseMessage answer, Memory<byte> destination, CancellationToken cancellationToken) =>
        RangeRead.FillAsync(answer.Content, destination, HttpExchange.Patience, _time, cancellationToken);

    private BlobUnreadableException Unlike(string path, string what) => new(path, Location, new IOException($"the server does not speak HTTP as it should: {what}"));

    private sealed class HttpBlob(HttpBlobStore store, string path, HttpMark? mark = null) : IBlob
    {
        private HttpMark? _mark = mark;

        public string Path => path;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken) =>
            RangeRead.AskAsync(path, store.Location, position, destination, AskAsync, cancellationToken);

        public ValueTask DisposeAsync() => default;

        private async ValueTask<int> AskAsync(long from, Memory<byte> room, CancellationToken cancellationToken)
        {
            var end = from + room.Length;
            var known = Volatile.Read(ref _mark);
            using var answer = await store._exchange.AskAsync(HttpMethod.Get, path, request =>
            {
                request.Headers.Range = new(from, end - 1);
                known?.Require(request);
            }, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                throw RangeRead.Changed(path, store.Location, known?.ToString(), null);
            }

            var found = HttpMark.Of(answer);
            if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                throw RangeRead.Ends(path, end, answer.Content.Headers.ContentRange?.Length);
            }

            if (answer.StatusCode == HttpStatusCode.OK && !(from == 0 && answer.Content.Headers.ContentLength == room.Length))
            {
                throw new BlobUnreadableException(path, store.Location, new IOException("the server answers with the whole file where a range of it is asked for: it must know ranges (Accept-Ranges: bytes), or each of them would cost the whole file"));
            }

            // The first answer says which state is read.
            known = Interlocked.CompareExchange(ref _mark, found, null) ?? found;
            if (!known.Fits(found))
            {
                throw RangeRead.Changed(path, store.Location, known.ToString(), found.ToString());
            }

            return answer.StatusCode switch
            {
                HttpStatusCode.OK => await store.FillAsync(answer, room, cancellationToken),
                HttpStatusCode.PartialContent when answer.Content.Headers.ContentRange is { } range => await FillAsync(answer, range, from, room, cancellationToken),
                _ => throw store.Unlike(path, $"{(int)answer.StatusCode} {answer.StatusCode} for a range of it"),
            };
        }

        private async ValueTask<int> FillAsync(HttpResponseMessage answer, ContentRangeHeaderValue range, long from, Memory<byte> room, CancellationToken cancellationToken)
        {
            if (range.From != from)
            {
                throw store.Unlike(path, $"asked for bytes from {from:N0} on, it answers with '{range}'");
            }

            return range.Length is { } length && length < from + room.Length
                ? throw RangeRead.Ends(path, from + room.Length, length)
                : await store.FillAsync(answer, room, cancellationToken);
        }
    }
}
