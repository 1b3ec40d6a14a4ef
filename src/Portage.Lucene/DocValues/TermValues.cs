using Portage.Lucene.Compression;
using Portage.Lucene.Files;

namespace Portage.Lucene.DocValues;

/// <summary>The different texts of a field, in order: blocks of 64, each but its first compressed with that as dictionary (Lucene 9).</summary>
/// <remarks><code>
/// block  vint length, bytes of the first text; more than one: vint length, LZ4 of: each byte token, low 4 bits: bytes as in the one before
///        (15: plus a vint), high 4 bits: bytes that follow - 1 (15: plus a vint); bytes
/// </code></remarks>
/// <param name="Addresses">Where the blocks begin.</param>
internal sealed record TermValues(long Count, MonotonicRange Addresses, int LengthMax, int BlockLengthMax, long Offset, long Length)
{
    private const int BlockShift = 6;
    private const int BlockTerms = 1 << BlockShift;

    // Texts of one block have some kilobytes; a scan of documents meets the same ones again and again.
    private const int BlocksKept = 256;

    private readonly Dictionary<long, byte[][]> _blocks = [];
    private readonly Queue<long> _order = new();

    /// <summary>A text by its number.</summary>
    public async ValueTask<byte[]> ReadAsync(DataRanges data, long number, CancellationToken cancellationToken)
    {
        if (number < 0 || number >= Count)
        {
            throw data.Corrupt(Offset, $"one of {Count} texts", $"the {number}th");
        }

        var block = number >> BlockShift;
        if (!_blocks.TryGetValue(block, out var terms))
        {
            terms = await ReadBlockAsync(data, block, cancellationToken);
            if (_order.Count == BlocksKept)
            {
                _blocks.Remove(_order.Dequeue());
            }

            _order.Enqueue(block);
            _blocks[block] = terms;
        }

        return terms[number & (BlockTerms - 1)];
    }

    private async ValueTask<byte[][]> ReadBlockAsync(DataRanges data, long block, CancellationToken cancellationToken)
    {
        var blocks = (Count + BlockTerms - 1) >> BlockShift;
        var addresses = await Addresses.ReadAsync(data, block, block + 1 < blocks ? 2 : 1, cancellationToken);
        var (start, end) = (addresses[0], addresses.Length > 1 ? addresses[1] : Length);
        if (start < 0 || end < start || end > Length)
        {
            throw data.Corrupt(Offset, $"a block of texts within {Length} bytes", $"{start} to {end}");
        }

        var bytes = await data.ReadAsync(Offset + start, end - start, cancellationToken);
        return Decode(data, bytes, Offset + start, (int)Math.Min(BlockTerms, Count - (block << BlockShift)));
    }

    private byte[][] Decode(DataRanges data, byte[] bytes, long position, int count)
    {
        var terms = new byte[count][];
        var input = new ByteInput(data.Name, bytes, position) { LittleEndian = true };
        var length = input.ReadVInt();
        terms[0] = input.ReadBytes(length > LengthMax ? throw input.Corrupt($"a text of at most {LengthMax} bytes", length) : length).ToArray();
        if (count == 1)
        {
            return terms;
        }

        var decoded = input.ReadVInt();
        if (decoded < 0 || decoded > BlockLengthMax || decoded > (bytes.Length - input.Offset) * 256L)
        {
            throw input.Corrupt($"at most {BlockLengthMax} bytes of texts", decoded);
        }

        var buffer = new byte[length + decoded];
        terms[0].CopyTo(buffer, 0);
        if (Lz4Block.Decode(bytes.AsSpan(input.Offset), buffer, length, decoded, 0, length) < 0)
        {
            throw input.Corrupt("an LZ4 block", "something else");
        }

        var inner = new ByteInput(data.Name, buffer.AsSpan(length), position) { LittleEndian = true };
        for (var i = 1; i < count; i++)
        {
            int token = inner.ReadByte();
            var (prefix, suffix) = (token & 15, (token >> 4) + 1);
            prefix += prefix == 15 ? inner.ReadVInt() : 0;
            suffix += suffix == 16 ? inner.ReadVInt() : 0;
            var before = terms[i - 1];
            if (prefix < 0 || prefix > before.Length || suffix < 0)
            {
                throw inner.Corrupt($"a beginning of the {before.Length} bytes before", $"{prefix} and {suffix} more");
            }

            terms[i] = [.. before.AsSpan(0, prefix), .. inner.ReadBytes(suffix)];
        }

        return terms;
    }
}
