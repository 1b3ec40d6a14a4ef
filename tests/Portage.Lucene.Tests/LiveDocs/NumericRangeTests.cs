using Portage.Lucene.LiveDocs;

namespace Portage.Lucene.Tests.LiveDocs;

/// <summary>What the number of bits tells of the largest value.</summary>
public sealed class NumericRangeTests
{
    [Theory]
    [InlineData(5, 1, 0, 5)]
    [InlineData(5, 1, 1, 6)]
    [InlineData(0, 1, 4, 4)]
    [InlineData(1, 3, 8, 49)]
    [InlineData(0, 1, 48, 1L << 40)]
    [InlineData(1, long.MaxValue, 64, long.MaxValue)]
    [InlineData(7, 1, 255, 7)]
    public void LargestAtLeast_Bits_AreNoMoreThanTheLargestNeeds(long smallest, long divisor, int bits, long atLeast) =>
        Assert.Equal(atLeast, NumericRange.LargestAtLeast(smallest, divisor, bits));
}
