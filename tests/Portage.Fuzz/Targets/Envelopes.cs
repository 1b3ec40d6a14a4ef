using System.Buffers.Binary;
using Portage.Lucene.Files;

namespace Portage.Fuzz.Targets;

/// <summary>Lucene's footers, made to fit.</summary>
internal static class Envelopes
{
    private const uint FooterMagic = 0xC02893E8;
    private const uint HeaderMagic = 0x3FD76C17;
    private const int FooterBytes = 16;

    /// <summary>Computes the checksums anew, of the file and of the files inside a compound file.</summary>
    public static void Mend(byte[] bytes)
    {
        var start = 0;
        for (var i = 0; i + FooterBytes <= bytes.Length; i++)
        {
            switch (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i)))
            {
                case HeaderMagic:
                    start = i;
                    break;
                case FooterMagic:
                    // The outer file begins with the first byte, an inner one with its header.
                    var from = i + FooterBytes == bytes.Length ? 0 : start;
                    BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i + 8), Crc32.Compute(bytes.AsSpan(from, i + 8 - from)));
                    break;
            }
        }
    }

    /// <summary>A metadata blob as servers write it, not compressed.</summary>
    public static byte[] Seal(string codec, ReadOnlySpan<byte> body)
    {
        byte[] blob = [0x3F, 0xD7, 0x6C, 0x17, (byte)codec.Length, .. codec.Select(letter => (byte)letter), 0, 0, 0, 1, .. body, 0xC0, 0x28, 0x93, 0xE8, .. new byte[12]];
        Mend(blob);
        return blob;
    }
}
