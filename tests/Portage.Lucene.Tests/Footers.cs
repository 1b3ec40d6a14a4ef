using System.Buffers.Binary;
using Portage.Lucene.Files;

namespace Portage.Lucene.Tests;

/// <summary>Makes damaged files look sound to their checksums, so that what lies behind them is reached.</summary>
internal static class Footers
{
    private const uint Magic = 0xC02893E8;

    public static byte[] Add(byte[] content)
    {
        var bytes = new byte[content.Length + 16];
        content.CopyTo(bytes, 0);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(content.Length), Magic);
        Mend(bytes);
        return bytes;
    }

    /// <summary>Computes the checksums anew, of the file and of the files inside a compound file.</summary>
    public static void Mend(byte[] bytes)
    {
        var start = 0;
        for (var i = 0; i + 16 <= bytes.Length; i++)
        {
            var word = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i));
            if (word == CodecHeader.Magic)
            {
                start = i;
            }
            else if (word == Magic)
            {
                // The outer file begins with the first byte, an inner one with its header.
                var from = i + 16 == bytes.Length ? 0 : start;
                BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i + 8), Crc32.Compute(bytes.AsSpan(from, i + 8 - from)));
            }
        }
    }
}
