using Portage.Steps.Metadata.Evaluation;

namespace Portage.Steps.Tests.Metadata;

public sealed class PatternOverlapTests
{
    [Theory]
    [InlineData("logs-*", "logs-*", true)]
    [InlineData("logs-*", "*-2026", true)]
    [InlineData("logs-*", "metrics-*", false)]
    [InlineData("logs", "logs", true)]
    [InlineData("logs", "logs-1", false)]
    [InlineData("logs*", "logs", true)]
    [InlineData("*", "anything", true)]
    [InlineData("*a*b*", "*b*a*", true)]
    [InlineData("a*b", "a*c", false)]
    [InlineData("*x", "y*", true)]
    [InlineData("", "*", true)]
    [InlineData("", "a", false)]
    public void Meet_TwoPatterns_SaysWhetherANameMatchesBoth(string left, string right, bool expected)
    {
        Assert.Equal(expected, PatternOverlap.Meet(left, right));
        Assert.Equal(expected, PatternOverlap.Meet(right, left));
    }

    [Fact]
    public void Meet_ManyStars_IsQuick() =>
        Assert.False(PatternOverlap.Meet(string.Concat(Enumerable.Repeat("*a", 200)) + "b", string.Concat(Enumerable.Repeat("*a", 200)) + "c"));
}
