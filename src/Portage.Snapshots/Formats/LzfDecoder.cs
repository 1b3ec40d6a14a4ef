using System.Buffers.Binary;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Formats;

/// <summary>Undoes LZF as <c>compress-lzf</c> frames it, which Elasticsearch 1.x compresses metadata and (where asked) sources by.</summary>
/// <remarks>
/// Chunks, one behind the other:
/// <code>
/// 'Z' 'V' 0  uint16 length, bytes as they are
/// 'Z' 'V' 1  uint16 compressed length, uint16 length, data:
///            control byte c: c &lt; 32: c + 1 bytes as they are follow
///                            else: length = c >> 5 (7: plus the next byte) + 2, distance = ((c &amp; 31) &lt;&lt; 8 | next byte) + 1,
///                                  copied from what has been written of the chunk, which may overlap
/// </code>
/// All integers are big-endian. No checksum.
/// </remarks>
internal static class LzfDecoder
{
    private const int HeaderBytes = 5;
    private const int CompressedHeaderBytes = 7;
    private const int LiteralControl = 32;

    /// <summary>The first bytes of every chunk.</summary>
    public static ReadOnlySpan<byte> Mark => "ZV"u8;

    /// <summary>What the chunks hold.</summary>
    /// <param name="path">The blob, for errors.</param>
    /// <exception cref="CorruptBlobException">They are not well-formed, or hold more than <paramref name="bytesMax"/>.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> chunks, int bytesMax, string path)
    {
        // The lengths are in the chunks' headers: nothing is allocated before they are known to fit what is there.
        var output = new byte[Measure(chunks, bytesMax, path)];
        var rest = output.AsSpan();
        while (!chunks.IsEmpty)
        {
            var (header, stored, length) = ReadHeader(chunks, path);
            var data = chunks.Slice(header, stored);
            if (header == HeaderBytes)
            {
                data.CopyTo(rest);
            }
            else
            {
                DecodeChunk(data, rest[..length], path);
            }

            rest = rest[length..];
            chunks = chunks[(header + stored)..];
        }

        return output;
    }

    private static int Measure(ReadOnlySpan<byte> chunks, int bytesMax, string path)
    {
        var total = 0L;
        while (!chunks.IsEmpty)
        {
            var (header, stored, length) = ReadHeader(chunks, path);
            total += length;
            chunks = chunks[(header + stored)..];
        }

        return total <= bytesMax ? (int)total : throw new CorruptBlobException(path, $"at most {bytesMax:N0} bytes of LZF data", $"{total:N0}");
    }

    private static (int Header, int Stored, int Length) ReadHeader(ReadOnlySpan<byte> chunks, string path)
    {
        if (chunks.Length < HeaderBytes || !chunks.StartsWith(Mark) || chunks[2] > 1)
        {
            throw Corrupt(path, "the header of an LZF chunk", $"{Convert.ToHexString(chunks[..Math.Min(HeaderBytes, chunks.Length)])}");
        }

        int stored = BinaryPrimitives.ReadUInt16BigEndian(chunks[3..]);
        var header = chunks[2] == 0 ? HeaderBytes : CompressedHeaderBytes;
        if (chunks.Length < header + stored)
        {
            throw Corrupt(path, $"an LZF chunk of {stored:N0} bytes", $"{chunks.Length - header:N0}");
        }

        return (header, stored, header == HeaderBytes ? stored : BinaryPrimitives.ReadUInt16BigEndian(chunks[HeaderBytes..]));
    }

    private static void DecodeChunk(ReadOnlySpan<byte> data, Span<byte> output, string path)
    {
        var (at, written) = (0, 0);
        while (at < data.Length)
        {
            int control = data[at++];
            if (control < LiteralControl)
            {
                var count = control + 1;
                if (count > data.Length - at || count > output.Length - written)
                {
                    throw Corrupt(path, $"{count} bytes as they are", $"{data.Length - at}, and room for {output.Length - written}");
                }

                data.Slice(at, count).CopyTo(output[written..]);
                (at, written) = (at + count, written + count);
                continue;
            }

            var length = control >> 5;
            if (length == 7)
            {
                length += Next(data, ref at, path);
            }

            length += 2;
            var from = written - ((((control & 31) << 8) | Next(data, ref at, path)) + 1);
            if (from < 0 || length > output.Length - written)
            {
                throw Corrupt(path, $"{length} bytes from what came before", $"{written}, and room for {output.Length - written}");
            }

            // Byte by byte: what is copied may be what was just written.
            for (var i = 0; i < length; i++)
            {
                output[written++] = output[from++];
            }
        }

        if (written != output.Length)
        {
            throw Corrupt(path, $"{output.Length:N0} bytes in an LZF chunk", $"{written:N0}");
        }
    }

    private static int Next(ReadOnlySpan<byte> data, ref int at, string path) => at < data.Length ? data[at++] : throw Corrupt(path, "one more byte of LZF data", "none");

    private static CorruptBlobException Corrupt(string path, string expected, string found) => new(path, expected, found);
}
