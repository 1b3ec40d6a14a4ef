using System.Buffers.Binary;
using System.Text;
using Portage.Lucene.Files;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Formats;

/// <summary>
/// The envelope around the metadata blobs of a repository since Elasticsearch 2.0: Lucene's <c>CodecUtil</c> header (magic,
/// name, version), the body, and a footer with the CRC-32 of everything before it. Big-endian in every version.
/// </summary>
internal static class CodecEnvelope
{
    private const uint HeaderMagic = 0x3FD76C17;
    private const uint FooterMagic = ~HeaderMagic;
    private const int FooterBytes = 16;
    private const int NameBytesMax = 127;

    // ChecksumBlobStoreFormat.VERSION has been 1 since Elasticsearch 2.0.
    private const int Version = 1;

    /// <summary>The body of a blob, its header and checksum checked.</summary>
    /// <param name="codec">The name the header must have: <c>snapshot</c>, <c>metadata</c>, <c>index-metadata</c>.</param>
    public static ReadOnlyMemory<byte> Open(ReadOnlyMemory<byte> blob, string path, string codec)
    {
        var bytes = blob.Span;
        if (bytes.Length < 4 + 1 + codec.Length + 4 + FooterBytes)
        {
            throw new CorruptBlobException(path, $"a '{codec}' blob with header and footer", $"{bytes.Length} bytes");
        }

        var magic = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (magic != HeaderMagic)
        {
            throw new CorruptBlobException(path, $"the header magic {HeaderMagic:x8}", $"{magic:x8}");
        }

        // The checksum comes before the rest of the header: a flipped bit should be called that, not a wrong codec.
        CheckFooter(bytes, path);

        int nameLength = bytes[4];
        if (nameLength > NameBytesMax || 5 + nameLength + 4 + FooterBytes > bytes.Length)
        {
            throw new CorruptBlobException(path, "a codec name in the header", $"one of {nameLength} bytes");
        }

        var name = Encoding.UTF8.GetString(bytes.Slice(5, nameLength));
        if (name != codec)
        {
            throw new CorruptBlobException(path, $"the codec '{codec}'", $"'{name}'");
        }

        var version = BinaryPrimitives.ReadInt32BigEndian(bytes[(5 + nameLength)..]);
        if (version != Version)
        {
            throw new UnsupportedRepositoryException($"Version {version} of the blob format '{codec}'", path);
        }

        var start = 5 + nameLength + 4;
        return blob[start..(bytes.Length - FooterBytes)];
    }

    private static void CheckFooter(ReadOnlySpan<byte> bytes, string path)
    {
        var footer = bytes[^FooterBytes..];
        var magic = BinaryPrimitives.ReadUInt32BigEndian(footer);
        if (magic != FooterMagic)
        {
            throw new CorruptBlobException(path, $"the footer magic {FooterMagic:x8} at the end (the blob may be truncated)", $"{magic:x8}");
        }

        var algorithm = BinaryPrimitives.ReadInt32BigEndian(footer[4..]);
        if (algorithm != 0)
        {
            throw new CorruptBlobException(path, "the checksum algorithm 0 (CRC-32)", $"{algorithm}");
        }

        var expected = BinaryPrimitives.ReadInt64BigEndian(footer[8..]);
        var found = Crc32.Compute(bytes[..^8]);
        if (found != expected)
        {
            throw new CorruptBlobException(path, $"the checksum {expected:x8}", $"{found:x8}");
        }
    }
}
