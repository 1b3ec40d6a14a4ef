using System.Buffers.Binary;

namespace Portage.Lucene.DocValues;

/// <summary>Numbers of the same width, packed little-endian from the lowest bit on (<c>DirectWriter</c> of Lucene 9).</summary>
internal static class PackedRange
{
    /// <summary>Reads some of them.</summary>
    /// <param name="offset">Of the first of all, in the file.</param>
    /// <param name="bits">Of each, 0 to 64.</param>
    public static async ValueTask<long[]> ReadAsync(DataRanges data, long offset, int bits, long first, int count, CancellationToken cancellationToken)
    {
        var numbers = new long[count];
        if (bits == 0 || count == 0)
        {
            return numbers;
        }

        var (from, to) = ((Int128)first * bits, ((Int128)first + count) * bits);
        if (bits > 64 || first < 0 || to > long.MaxValue)
        {
            throw data.Corrupt(offset, "numbers of at most 64 bits", $"{count} of {bits} from {first} on");
        }

        var (start, end) = ((long)(from >> 3), (long)((to + 7) >> 3));
        var bytes = await data.ReadAsync(offset + start, end - start, cancellationToken);
        Decode(bytes, (int)(long)(from & 7), bits, numbers);
        return numbers;
    }

    private static void Decode(ReadOnlySpan<byte> bytes, int shift, int bits, Span<long> numbers)
    {
        var mask = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
        // The last of them may be read beyond their end.
        Span<byte> window = stackalloc byte[16];
        for (var i = 0; i < numbers.Length; i++)
        {
            var bit = shift + ((long)i * bits);
            var at = (int)(bit >> 3);
            var rest = bytes[at..];
            if (rest.Length < window.Length)
            {
                window.Clear();
                rest.CopyTo(window);
            }
            else
            {
                rest[..window.Length].CopyTo(window);
            }

            var low = BinaryPrimitives.ReadUInt64LittleEndian(window) >> (int)(bit & 7);
            // Beyond 56 bits a number may reach into a ninth byte.
            var high = (bit & 7) == 0 ? 0 : (ulong)window[8] << (64 - (int)(bit & 7));
            numbers[i] = (long)((low | high) & mask);
        }
    }
}
