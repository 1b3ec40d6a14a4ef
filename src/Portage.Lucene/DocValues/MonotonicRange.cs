using Portage.Lucene.Files;

namespace Portage.Lucene.DocValues;

/// <summary>Numbers that never become smaller: of each block a line through them, and the packed distances to it (<c>DirectMonotonicReader</c>).</summary>
/// <remarks><code>.dvm  each block of 2^shift: int64 min, float32 average, int64 offset, byte bits</code></remarks>
internal sealed class MonotonicRange
{
    private const int BlockBytes = 8 + 4 + 8 + 1;
    private readonly (long Min, float Average, long Offset, byte Bits)[] _blocks;
    private readonly int _shift;

    private MonotonicRange((long, float, long, byte)[] blocks, int shift, long count) => (_blocks, _shift, Count) = (blocks, shift, count);

    /// <summary>How many numbers there are.</summary>
    public long Count { get; }

    /// <summary>Where the packed distances begin in the <c>.dvd</c>.</summary>
    public long Offset { get; set; }

    public static MonotonicRange Read(ref ByteInput input, long count, int shift)
    {
        if (count < 0 || shift is < 0 or > 30)
        {
            throw input.Corrupt("a number of values and a shift from 0 to 30", $"{count} and {shift}");
        }

        var blocks = new (long, float, long, byte)[input.CheckCount((count >> shift) + ((count & ((1L << shift) - 1)) == 0 ? 0 : 1), BlockBytes, "blocks")];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (input.ReadInt64(), BitConverter.Int32BitsToSingle(input.ReadInt32()), input.ReadInt64(), input.ReadByte());
        }

        return new(blocks, shift, count);
    }

    /// <summary>Some of the numbers. That they do not become smaller is checked.</summary>
    public async ValueTask<long[]> ReadAsync(DataRanges data, long first, int count, CancellationToken cancellationToken)
    {
        if (first < 0 || first > Count - count)
        {
            throw data.Corrupt(Offset, $"one of {Count} numbers", $"{first} and {count} more");
        }

        var numbers = new long[count];
        for (var done = 0; done < count;)
        {
            var at = first + done;
            var (min, average, offset, bits) = _blocks[at >> _shift];
            var inBlock = (int)(at & ((1L << _shift) - 1));
            var here = (int)Math.Min(count - done, (1L << _shift) - inBlock);
            var packed = await PackedRange.ReadAsync(data, Offset + offset, bits, inBlock, here, cancellationToken);
            for (var i = 0; i < here; i++)
            {
                numbers[done + i] = min + (long)(average * (inBlock + i)) + packed[i];
                if (done + i > 0 && numbers[done + i] < numbers[done + i - 1])
                {
                    throw data.Corrupt(Offset + offset, $"a number of at least {numbers[done + i - 1]}", $"{numbers[done + i]}");
                }
            }

            done += here;
        }

        return numbers;
    }
}
