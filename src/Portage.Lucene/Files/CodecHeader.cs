using System.Buffers.Binary;

namespace Portage.Lucene.Files;

/// <summary>What the first bytes of a Lucene file say about its format.</summary>
/// <remarks>
/// <code>
/// int32 BE 0x3FD76C17 | string codec | int32 BE version
/// from Lucene 5.0 also: byte[16] segment id | byte length | suffix     (the "index header")
/// </code>
/// Whether a segment's files have the second line is decided for each segment, by whether the commit gives it an id: a commit of
/// Lucene 5 may hold segments of Lucene 4.
/// </remarks>
/// <param name="Codec">Name of the format.</param>
/// <param name="Version">Version within the format.</param>
internal readonly record struct CodecHeader(string Codec, int Version)
{
    public const int Magic = 0x3FD76C17;

    // Magic, 127 bytes of name with their length, version, id, 255 bytes of suffix with their length.
    public const int BytesMax = 4 + 128 + 4 + 16 + 256;

    /// <summary>Reads a header, and moves to the first byte after it.</summary>
    /// <param name="id">The segment's id, which the header must repeat; null for segments of Lucene 4.</param>
    /// <param name="suffix">What the suffix must be; null: any.</param>
    public static CodecHeader Read(ref ByteInput input, ReadOnlyMemory<byte>? id, string? suffix = null)
    {
        var header = ReadName(ref input);
        if (id is { } expected)
        {
            ReadIndexPart(ref input, expected.Span, suffix);
        }

        return header;
    }

    /// <summary>Reads magic, codec and version.</summary>
    public static CodecHeader ReadName(ref ByteInput input)
    {
        var magic = BinaryPrimitives.ReadInt32BigEndian(input.ReadBytes(4));
        if (magic != Magic)
        {
            throw new CorruptIndexException(input.File, 0, "a Lucene header (3FD76C17)", magic.ToString("X8", null));
        }

        var codec = input.ReadString();
        return new(codec, BinaryPrimitives.ReadInt32BigEndian(input.ReadBytes(4)));
    }

    /// <summary>Reads the id, compares it if given, and the suffix.</summary>
    public static byte[] ReadIndexPart(ref ByteInput input, ReadOnlySpan<byte> id, string? suffix)
    {
        var found = input.ReadBytes(16).ToArray();
        if (id.Length > 0 && !id.SequenceEqual(found))
        {
            // Another segment's file under this name: a mix-up of blobs, not bit rot.
            throw input.Corrupt($"the segment id {Convert.ToHexString(id)}", Convert.ToHexString(found));
        }

        var foundSuffix = System.Text.Encoding.UTF8.GetString(input.ReadBytes(input.ReadByte()));
        return suffix is null || suffix == foundSuffix ? found : throw input.Corrupt($"the suffix '{suffix}'", $"'{foundSuffix}'");
    }

    /// <summary>Refuses versions that nobody has seen.</summary>
    public void RequireVersion(string file, int min, int max)
    {
        if (Version < min || Version > max)
        {
            throw new UnsupportedFormatException(file, ToString());
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Codec} version {Version}";
}
