using System.IO.Compression;
using Portage.Snapshots.Repositories;
using ZstdSharp;

namespace Portage.Snapshots.Formats;

/// <summary>
/// The body of a metadata blob as JSON text: it is SMILE or JSON, and either may be compressed (repository setting
/// <c>compress</c>). Which it is stands in its first bytes, and only there: the same bytes may occur anywhere inside.
/// </summary>
internal static class MetadataBody
{
    // The metadata of a shard of 100,000 files is about 30 MB; of a root of 100,000 snapshots about the same.
    /// <summary>Longer metadata is taken for damage.</summary>
    public const int BytesMax = 512 * 1024 * 1024;

    /// <summary>What stands before raw DEFLATE: Elasticsearch's <c>DeflateCompressor</c>, since 2.0.</summary>
    public static ReadOnlySpan<byte> DeflateMark => "DFL\0"u8;

    // OpenSearch 2.9 and later, where metadata may be compressed by Zstandard.
    private static ReadOnlySpan<byte> ZstandardMark => "ZSTD\0"u8;

    /// <summary>The body as UTF-8 JSON text.</summary>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlyMemory<byte> body, string path)
    {
        var bytes = body.Span;
        if (bytes.StartsWith(DeflateMark))
        {
            body = Inflate(body[DeflateMark.Length..], path);
            bytes = body.Span;
        }
        else if (bytes.StartsWith(ZstandardMark))
        {
            body = Expand(body[ZstandardMark.Length..], path);
            bytes = body.Span;
        }
        else if (bytes.StartsWith(LzfDecoder.Mark))
        {
            body = LzfDecoder.Decode(bytes, BytesMax, path);
            bytes = body.Span;
        }

        if (bytes.StartsWith(SmileDecoder.Mark))
        {
            return SmileDecoder.ToJson(bytes, path);
        }

        if (!bytes.IsEmpty && bytes[0] is (byte)'{' or (byte)'[' or (byte)' ' or (byte)'\n')
        {
            return body;
        }

        throw new CorruptBlobException(path, "SMILE, JSON or compressed metadata", bytes.IsEmpty ? "nothing" : $"something that starts with {Convert.ToHexString(bytes[..Math.Min(4, bytes.Length)])}");
    }

    /// <summary>Raw DEFLATE, bounded by <see cref="BytesMax"/>.</summary>
    public static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> deflated, string path) =>
        ReadToEnd(deflated, path, "DEFLATE data", static input => new DeflateStream(input, CompressionMode.Decompress));

    private static ReadOnlyMemory<byte> Expand(ReadOnlyMemory<byte> compressed, string path) =>
        ReadToEnd(compressed, path, "Zstandard data", static input => new DecompressionStream(input));

    private static ReadOnlyMemory<byte> ReadToEnd(ReadOnlyMemory<byte> compressed, string path, string what, Func<Stream, Stream> open)
    {
        try
        {
            using var input = new MemoryStream(compressed.ToArray(), writable: false);
            using var expanded = open(input);
            using var output = new MemoryStream();
            Span<byte> buffer = stackalloc byte[8192];
            int read;
            while ((read = expanded.Read(buffer)) > 0)
            {
                if (output.Length + read > BytesMax)
                {
                    throw new CorruptBlobException(path, $"metadata of at most {BytesMax:N0} bytes", "more");
                }

                output.Write(buffer[..read]);
            }

            return output.GetBuffer().AsMemory(0, (int)output.Length);
        }
        catch (Exception failure) when (failure is InvalidDataException or ZstdException or EndOfStreamException)
        {
            throw new CorruptBlobException(path, what, failure.Message, failure);
        }
    }
}
