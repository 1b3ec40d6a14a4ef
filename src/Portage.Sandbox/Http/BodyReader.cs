using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Portage.Sandbox.Http;

/// <summary>Reads a body whole, decompressed, and within the limit.</summary>
internal static class BodyReader
{
    private const int ChunkBytes = 64 * 1024;

    /// <exception cref="BadHttpRequestException">The body is larger than the limit; its status is 413.</exception>
    /// <exception cref="InvalidDataException">The body is not what its Content-Encoding says.</exception>
    public static async Task<(ReadOnlyMemory<byte> Body, long BytesAsSent)> ReadAsync(HttpRequest request, int bytesMax, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        var sent = new CountingStream(request.Body);
        var stream = encoding switch
        {
            "" or "identity" => (Stream)sent,
            "gzip" => new GZipStream(sent, CompressionMode.Decompress),
            "deflate" => new ZLibStream(sent, CompressionMode.Decompress),
            _ => throw new BadHttpRequestException($"Content-Encoding [{encoding}] is not supported", StatusCodes.Status415UnsupportedMediaType),
        };

        await using (stream)
        {
            var whole = new MemoryStream((int)Math.Min(request.ContentLength ?? ChunkBytes, bytesMax));
            var chunk = new byte[ChunkBytes];
            while (await stream.ReadAsync(chunk, cancellationToken) is > 0 and var read)
            {
                if (whole.Length + read > bytesMax)
                {
                    throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
                }

                whole.Write(chunk.AsSpan(0, read));
            }

            return (whole.GetBuffer().AsMemory(0, (int)whole.Length), sent.Count);
        }
    }

    /// <summary>Counts what passes, since a chunked body does not say its length beforehand.</summary>
    private sealed class CountingStream(Stream inner) : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => Count;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Count += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
