namespace Portage.Lucene.LiveDocs;

/// <summary>What the metadata of numeric doc values tells of them without the values.</summary>
/// <param name="Smallest">The smallest of all; deleted documents count.</param>
/// <param name="AtLeast">The largest is this or more.</param>
public readonly record struct NumericRange(long Smallest, long AtLeast)
{
    // Values are packed into the fewest bits of these that the largest needs.
    private static readonly int[] Widths = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64];

    /// <summary>What the largest is at the least, because otherwise it would have been written with fewer bits.</summary>
    /// <param name="divisor">What every difference to the smallest was divided by.</param>
    /// <param name="bits">Of each; 0 where all are the same; another number where each block has its own.</param>
    internal static long LargestAtLeast(long smallest, long divisor, int bits)
    {
        var width = Array.IndexOf(Widths, bits);
        if (width < 0 || divisor <= 0)
        {
            return smallest;
        }

        var least = smallest + ((Int128)divisor << (width == 0 ? 0 : Widths[width - 1]));
        return least > long.MaxValue ? long.MaxValue : (long)least;
    }
}
