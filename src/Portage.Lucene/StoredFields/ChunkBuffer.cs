using System.Collections.Concurrent;
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

    // What is claimed to be more than so many times the rest of the file is believed only as it is decoded.
    private const long UsualRatio = 16;

    // A segment of one huge document each is not rare, and each has a reader of its own: the next one takes over the buffer of the last.
    private const int SparesMax = 2;
    private const int SpareBytesMin = 1 << 20;

    private static readonly ConcurrentQueue<byte[]> Spares = new();

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
    /// <param name="whole">Bytes that the chunk claims to have.</param>
    /// <param name="remaining">Bytes that are left of the file.</param>
    public void Reserve(int length, int used, int whole, long remaining)
    {
        if (Bytes.Length - SlackBytes >= length)
        {
            return;
        }

        var wanted = whole <= remaining * UsualRatio ? whole : Math.Min(2L * Bytes.Length, 2L * length);
        var larger = Take((int)Math.Min(Math.Max(length, wanted) + SlackBytes, Array.MaxLength));
        Bytes.AsSpan(0, used).CopyTo(larger);
        Bytes = larger;
    }

    /// <summary>The reader is done: another one may have the buffer.</summary>
    public void LetGo()
    {
        if (Bytes.Length >= SpareBytesMin && Spares.Count < SparesMax)
        {
            Spares.Enqueue(Bytes);
        }

        Bytes = [];
    }

    private static byte[] Take(int length)
    {
        if (length < SpareBytesMin)
        {
            return GC.AllocateUninitializedArray<byte>(length);
        }

        while (Spares.TryDequeue(out var spare))
        {
            // One that does not fit is given up: documents of about this size come now.
            if (spare.Length >= length && spare.Length <= 4L * length)
            {
                return spare;
            }
        }

        return GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, (length + (long)SpareBytesMin - 1) / SpareBytesMin * SpareBytesMin));
    }
}
