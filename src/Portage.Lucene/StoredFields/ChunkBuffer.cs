using Portage.Lucene.Files;

namespace Portage.Lucene.StoredFields;

/// <summary>Where a chunk is decompressed to; grows with what has really been decoded, never with what a damaged header claims.</summary>
internal sealed class ChunkBuffer
{
    // Behind what is asked for, decoders may write a whole vector where one byte was due.
    private const int SlackBytes = 64;

    // DEFLATE cannot do better than 1,032 to one, LZ4 not than 255 to one.
    private const long RatioMax = 1_032;

    // What a huge document took is given back when the chunks are small again.
    private const int KeptBytes = 16 << 20;

    public byte[] Bytes { get; private set; } = new byte[64 * 1024];

    /// <summary>Refuses lengths to which the rest of the file cannot decompress.</summary>
    public static void RequirePlausible(SequentialInput input, long length)
    {
        if (length > Array.MaxLength - SlackBytes || length > (input.Remaining + 1) * RatioMax)
        {
            throw input.Corrupt($"a length to which {input.Remaining} bytes can decompress", $"{length} bytes");
        }
    }

    public void Clear(int length)
    {
        if (Bytes.Length > KeptBytes && length < KeptBytes / 2)
        {
            Bytes = new byte[KeptBytes / 2];
        }
    }

    /// <param name="length">Bytes that must fit, of which the first <paramref name="used"/> are kept.</param>
    public void Reserve(int length, int used)
    {
        if (Bytes.Length - SlackBytes >= length)
        {
            return;
        }

        var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(Math.Max(length, Math.Min(2L * Bytes.Length, 2L * length)) + SlackBytes, Array.MaxLength));
        Bytes.AsSpan(0, used).CopyTo(larger);
        Bytes = larger;
    }
}
