using System.Buffers.Binary;

namespace Portage.Lucene.Files;

/// <summary>The last 16 bytes of every file from Lucene 4.8 on.</summary>
/// <remarks><code>int32 BE 0xC02893E8 | int32 BE 0 | int64 BE CRC-32 of everything before these 8 bytes</code></remarks>
internal static class CodecFooter
{
    public const int Bytes = 16;
    public const int ChecksumBytes = 8;
    private const int Magic = unchecked((int)0xC02893E8);

    /// <summary>Compares a file in memory with its footer.</summary>
    public static void Verify(string file, ReadOnlySpan<byte> whole)
    {
        if (whole.Length < Bytes)
        {
            throw new CorruptIndexException(file, whole.Length, $"a footer of {Bytes} bytes", $"a file of {whole.Length}");
        }

        Verify(file, whole.Length - Bytes, whole[^Bytes..], Crc32.Compute(whole[..^ChecksumBytes]));
    }

    /// <param name="position">Where the footer begins.</param>
    /// <param name="computed">Checksum of everything before the last 8 bytes.</param>
    public static void Verify(string file, long position, ReadOnlySpan<byte> footer, uint computed)
    {
        var stored = Read(file, position, footer);
        if (stored != computed)
        {
            throw new CorruptIndexException(file, position + 8, $"the checksum {computed:X8} of its bytes", $"{stored:X8}");
        }
    }

    /// <summary>The checksum that the footer says the file has, compared with nothing.</summary>
    /// <param name="position">Where the footer begins.</param>
    public static long Read(string file, long position, ReadOnlySpan<byte> footer)
    {
        var magic = BinaryPrimitives.ReadInt32BigEndian(footer);
        var algorithm = BinaryPrimitives.ReadInt32BigEndian(footer[4..]);
        if (magic != Magic || algorithm != 0)
        {
            throw new CorruptIndexException(file, position, "a footer (C02893E8 00000000)", $"{magic:X8} {algorithm:X8}");
        }

        return BinaryPrimitives.ReadInt64BigEndian(footer[8..]);
    }
}
