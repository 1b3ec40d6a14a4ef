using System.Buffers.Binary;

namespace Portage.Lucene.DocValues;

/// <summary>The numbers of a field in the order of its documents, whatever document they belong to.</summary>
internal abstract record NumberValues(long Count)
{
    /// <summary>Numbers read at once for some hundred documents; more is damage.</summary>
    private const int CountMax = 1 << 24;

    /// <summary>Some of them.</summary>
    public ValueTask<long[]> ReadAsync(DataRanges data, long first, long count, CancellationToken cancellationToken) =>
        count is < 0 or > CountMax || first < 0 || first > Count - count
            ? throw data.Corrupt(0, $"some of {Count} numbers", $"{count} from {first} on")
            : ReadSomeAsync(data, first, (int)count, cancellationToken);

    protected abstract ValueTask<long[]> ReadSomeAsync(DataRanges data, long first, int count, CancellationToken cancellationToken);
}

/// <summary>Numbers of Lucene 9: <c>table[n]</c>, or <c>min + n × divisor</c>, n being packed; or in blocks with a width each.</summary>
/// <remarks><code>
/// blocks  byte bits, int64 min, bits > 0: int32 bytes, packed; where each begins: int64 of each block at the jump table
/// </code></remarks>
/// <param name="BlockShift">-1: all of them have the same width.</param>
internal sealed record LuceneNumbers(long Count, long[]? Table, int Bits, long Min, long Divisor, long Offset, long Length, int BlockShift, long JumpOffset) : NumberValues(Count)
{
    protected override async ValueTask<long[]> ReadSomeAsync(DataRanges data, long first, int count, CancellationToken cancellationToken)
    {
        if (BlockShift >= 0)
        {
            return await ReadBlocksAsync(data, first, count, cancellationToken);
        }

        var numbers = await PackedRange.ReadAsync(data, Offset, Bits, first, count, cancellationToken);
        for (var i = 0; i < count; i++)
        {
            numbers[i] = Table is null ? unchecked(Min + (numbers[i] * Divisor))
                : (ulong)numbers[i] < (ulong)Table.Length ? Table[numbers[i]]
                : throw data.Corrupt(Offset, $"one of {Table.Length} numbers", $"the {numbers[i]}th");
        }

        return numbers;
    }

    private async ValueTask<long[]> ReadBlocksAsync(DataRanges data, long first, int count, CancellationToken cancellationToken)
    {
        const int HeaderBytes = 1 + 8;
        var numbers = new long[count];
        for (var done = 0; done < count;)
        {
            var at = first + done;
            var inBlock = at & ((1L << BlockShift) - 1);
            var here = (int)Math.Min(count - done, (1L << BlockShift) - inBlock);
            var start = BinaryPrimitives.ReadInt64LittleEndian(await data.ReadAsync(JumpOffset + ((at >> BlockShift) * 8), 8, cancellationToken));
            var header = await data.ReadAsync(start, HeaderBytes, cancellationToken);
            var (bits, min) = (header[0], BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(1)));
            var packed = await PackedRange.ReadAsync(data, start + HeaderBytes + sizeof(int), bits, inBlock, here, cancellationToken);
            for (var i = 0; i < here; i++)
            {
                numbers[done + i] = unchecked(min + (packed[i] * Divisor));
            }

            done += here;
        }

        return numbers;
    }
}
