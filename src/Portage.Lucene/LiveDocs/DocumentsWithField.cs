using Portage.Lucene.Files;

namespace Portage.Lucene.LiveDocs;

/// <summary>Which documents have a value: a range of a <c>.dvd</c>, as its <c>.dvm</c> describes it.</summary>
/// <remarks>
/// Blocks of 65,536 documents, those without any left out:
/// <code>
/// uint16 block, uint16 cardinality - 1
///   cardinality 65,536: all of them, no data
///   cardinality > 4,095: rank table (with a rank power, from Lucene80 on: 65,536 >> power entries of 2 bytes), 1,024 int64 words
///   else: cardinality x uint16
/// last: block 32,767 (it holds "no more documents", 2^31 - 1)
/// </code>
/// Big-endian up to Lucene 8, little-endian later, but for the rank table, which is skipped. Behind the last block is a jump table.
/// </remarks>
/// <param name="Offset">In the <c>.dvd</c>; -1: all documents, -2: none.</param>
/// <param name="Length">In bytes.</param>
/// <param name="DenseRankPower">-1: no rank tables.</param>
internal readonly record struct DocumentsWithField(long Offset, long Length, int DenseRankPower)
{
    private const int BlockDocuments = 65_536;
    private const int DenseMin = 4_096;
    private const int LastBlock = 0x7FFF;
    private const int DenseWords = 1_024;

    /// <summary>Clears the bits of these documents.</summary>
    /// <param name="live">A bit for each document.</param>
    public async ValueTask ClearAsync(SegmentFiles files, string dataName, bool littleEndian, ulong[] live, CancellationToken cancellationToken)
    {
        if (Offset == -2)
        {
            return;
        }

        if (Offset == -1)
        {
            live.AsSpan().Clear();
            return;
        }

        var length = files.LengthOf(dataName);
        if (Offset < 0 || Length < 0 || Offset > length - Length)
        {
            throw new CorruptIndexException(dataName, 0, $"a range within {length} bytes", $"{Length} bytes at {Offset}");
        }

        await using var input = new SequentialInput(
            await files.OpenAsync(dataName, cancellationToken), dataName, Offset, new() { WindowsAheadCount = 1 }, ownsFile: true, end: Offset + Length);
        for (var previous = -1; ;)
        {
            await input.EnsureAsync(4, cancellationToken);
            var (block, cardinality) = ReadBlockHeader(input, littleEndian);
            if (block == LastBlock)
            {
                return;
            }

            if (block <= previous || (block * (long)BlockDocuments / 64) >= live.Length)
            {
                throw input.Corrupt($"a block after {previous} within the segment", $"{block}");
            }

            previous = block;
            if (cardinality == BlockDocuments)
            {
                var first = block * (BlockDocuments / 64);
                live.AsSpan(first, Math.Min(BlockDocuments / 64, live.Length - first)).Clear();
                continue;
            }

            var rankBytes = cardinality >= DenseMin && DenseRankPower >= 0 ? (BlockDocuments >> DenseRankPower) * 2 : 0;
            var bytes = cardinality >= DenseMin ? rankBytes + (DenseWords * 8) : cardinality * 2;
            await input.EnsureAsync(bytes, cancellationToken);
            ClearBlock(input, rankBytes, block, cardinality, littleEndian, live);
            input.Advance(bytes);
        }
    }

    private static (int Block, int Cardinality) ReadBlockHeader(SequentialInput input, bool littleEndian)
    {
        var reader = input.Reader(littleEndian);
        var block = (ushort)reader.ReadInt16();
        var cardinality = (ushort)reader.ReadInt16() + 1;
        input.Advance(4);
        return (block, cardinality);
    }

    private static void ClearBlock(SequentialInput input, int rankBytes, int block, int cardinality, bool littleEndian, ulong[] live)
    {
        var reader = input.Reader(littleEndian);
        var firstWord = block * (BlockDocuments / 64);
        if (cardinality >= DenseMin)
        {
            reader.Skip(rankBytes);
            for (var i = 0; i < DenseWords; i++)
            {
                var word = (ulong)reader.ReadInt64();
                if (firstWord + i < live.Length)
                {
                    live[firstWord + i] &= ~word;
                }
                else if (word != 0)
                {
                    throw reader.Corrupt("documents of the segment", "one beyond");
                }
            }

            return;
        }

        for (var i = 0; i < cardinality; i++)
        {
            var document = (ushort)reader.ReadInt16();
            var word = firstWord + (document >> 6);
            if (word >= live.Length)
            {
                throw reader.Corrupt("documents of the segment", "one beyond");
            }

            live[word] &= ~(1UL << document);
        }
    }
}
