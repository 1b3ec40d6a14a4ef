namespace Portage.Lucene.Compression;

/// <summary>
/// Decodes one canonical Huffman code of DEFLATE (RFC 1951 §3.2.2) with one look-up, or with two for codes longer than the
/// primary table's bits.
/// </summary>
/// <remarks>
/// An entry: bits 0 to 5, how many bits to consume, extra bits included; 8 to 12, the length of the code alone; 16 to 30, the value (a literal,
/// a base to add the extra bits to, or where the secondary table begins); and the flags.
/// </remarks>
internal sealed class HuffmanTable
{
    public const uint Literal = 1u << 31;
    public const uint Exceptional = 1u << 15;
    public const uint Secondary = 1u << 14;
    public const uint EndOfBlock = 1u << 13;
    public const int ValueShift = 16;
    public const int CodeLengthShift = 8;
    public const int CodeLengthMask = 0x1F;
    public const int CodeLengthMax = 15;

    private const uint Invalid = Exceptional;

    private readonly uint[] _entries;
    private readonly uint[] _results;
    private readonly int _primaryBits;
    private readonly int[] _codes = new int[CodeLengthMax + 2];

    /// <param name="results">By symbol: value, flags, and in bits 0 to 5 the number of extra bits; <see cref="Exceptional"/> alone where there is no such symbol.</param>
    public HuffmanTable(int primaryBits, uint[] results)
    {
        (_primaryBits, _results) = (primaryBits, results);
        // Every secondary table serves at least two of the symbols.
        _entries = new uint[(1 << primaryBits) + ((results.Length / 2) << (CodeLengthMax - primaryBits))];
    }

    public uint[] Entries => _entries;

    /// <summary>What selects an entry of the secondary tables, after the primary bits.</summary>
    public ulong SecondaryMask { get; private set; }

    /// <summary>Builds the table.</summary>
    /// <param name="lengths">Of the codes, by symbol; 0: not used.</param>
    /// <returns>False when no code can have these lengths. A code that does not use all of its space is one only if it has one symbol, or none.</returns>
    public bool TryBuild(ReadOnlySpan<byte> lengths)
    {
        Span<int> counts = stackalloc int[CodeLengthMax + 1];
        counts.Clear();
        foreach (var length in lengths)
        {
            counts[length]++;
        }

        var used = lengths.Length - counts[0];
        counts[0] = 0;
        var (code, longest) = (0, 0);
        for (var length = 1; length <= CodeLengthMax; length++)
        {
            code = (code + counts[length - 1]) << 1;
            _codes[length] = code;
            if (counts[length] > 0)
            {
                longest = length;
            }

            if (code + counts[length] > 1 << length)
            {
                return false;
            }
        }

        var isComplete = code + counts[CodeLengthMax] == 1 << CodeLengthMax;
        if (!isComplete && (used > 1 || longest > 1))
        {
            return false;
        }

        var secondaryBits = Math.Max(longest - _primaryBits, 0);
        SecondaryMask = (1UL << secondaryBits) - 1;
        if (!isComplete || secondaryBits > 0)
        {
            _entries.AsSpan(0, 1 << _primaryBits).Fill(Invalid);
        }

        Fill(lengths, secondaryBits);
        return true;
    }

    private void Fill(ReadOnlySpan<byte> lengths, int secondaryBits)
    {
        var entries = _entries;
        var nextSecondary = 1 << _primaryBits;
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            var length = (int)lengths[symbol];
            if (length == 0)
            {
                continue;
            }

            var code = Reverse(_codes[length]++, length);
            if (length <= _primaryBits)
            {
                var entry = Entry(symbol, length);
                for (var i = code; i < 1 << _primaryBits; i += 1 << length)
                {
                    entries[i] = entry;
                }

                continue;
            }

            ref var primary = ref entries[code & ((1 << _primaryBits) - 1)];
            if ((primary & Secondary) == 0)
            {
                primary = Exceptional | Secondary | ((uint)nextSecondary << ValueShift);
                nextSecondary += 1 << secondaryBits;
            }

            var start = (int)(primary >> ValueShift);
            var secondary = Entry(symbol, length - _primaryBits);
            for (var i = code >> _primaryBits; i < 1 << secondaryBits; i += 1 << (length - _primaryBits))
            {
                entries[start + i] = secondary;
            }
        }
    }

    // The extra bits follow the code, and are consumed with it.
    private uint Entry(int symbol, int length) => _results[symbol] + (uint)length + ((uint)length << CodeLengthShift);

    // Codes come with their first bit lowest.
    private static int Reverse(int code, int length)
    {
        code = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
        code = ((code & 0x3333) << 2) | ((code >> 2) & 0x3333);
        code = ((code & 0x0F0F) << 4) | ((code >> 4) & 0x0F0F);
        code = ((code & 0x00FF) << 8) | (code >> 8);
        return code >> (16 - length);
    }
}
