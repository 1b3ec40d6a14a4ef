using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace Portage.Clusters.Bulk;

/// <summary>The body of one bulk request: some operations of a batch, written straight from its buffer.</summary>
internal sealed class BulkContent : HttpContent
{
    private readonly BulkBatch _batch;
    private readonly IReadOnlyList<int> _indexes;
    private readonly MemoryStream? _compressed;

    /// <param name="indexes">The operations, ascending.</param>
    public BulkContent(BulkBatch batch, IReadOnlyList<int> indexes, bool gzip)
    {
        (_batch, _indexes) = (batch, indexes);
        foreach (var run in Runs())
        {
            BodyBytes += run.Length;
        }

        Headers.ContentType = new MediaTypeHeaderValue(ClusterClient.NewlineDelimitedJson);
        if (gzip)
        {
            // Whole, before it is sent: the length must be known, because some proxies refuse chunked bodies.
            _compressed = new();
            using (var zip = new GZipStream(_compressed, CompressionLevel.Fastest, leaveOpen: true))
            {
                foreach (var run in Runs())
                {
                    zip.Write(run.Span);
                }
            }

            Headers.ContentEncoding.Add("gzip");
        }
    }

    /// <summary>Body bytes before compression.</summary>
    public long BodyBytes { get; }

    /// <summary>Body bytes as sent.</summary>
    public long SentBytes => _compressed?.Length ?? BodyBytes;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_compressed is not null)
        {
            await stream.WriteAsync(_compressed.GetBuffer().AsMemory(0, (int)_compressed.Length), cancellationToken);
            return;
        }

        foreach (var run in Runs())
        {
            await stream.WriteAsync(run, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = SentBytes;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _compressed?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Operations that are neighbours are one piece of the buffer.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> Runs()
    {
        for (var i = 0; i < _indexes.Count;)
        {
            var first = i;
            while (++i < _indexes.Count && _indexes[i] == _indexes[i - 1] + 1)
            {
            }

            yield return _batch.BytesOf(_indexes[first], _indexes[i - 1]);
        }
    }
}
