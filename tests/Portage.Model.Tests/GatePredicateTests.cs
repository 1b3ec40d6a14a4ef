using System.Collections.Immutable;
using Portage.Model.Steps;

namespace Portage.Model.Tests;

public sealed class GatePredicateTests
{
    [Theory]
    [InlineData("==", false, true, false)]
    [InlineData("!=", true, false, true)]
    [InlineData("<", true, false, false)]
    [InlineData("<=", true, true, false)]
    [InlineData(">", false, false, true)]
    [InlineData(">=", false, true, true)]
    public void Failing_NumberBelowAtAndAbove_HoldsAsTheOperatorSays(string comparison, bool below, bool at, bool above)
    {
        foreach (var limit in (long[])[-3, 0, 5, 999_999_999_999_999_999])
        {
            var predicate = Parse($"rejected {comparison} {limit}");
            Assert.Equal(
                [below, at, above],
                ((long[])[limit - 1, limit, limit + 1]).Select(number => predicate.Failing(Numbers(("rejected", number))).IsEmpty));
        }
    }

    [Fact]
    public void Failing_SeveralComparisons_NamesThoseThatDoNotHold()
    {
        var predicate = Parse("rejected == 0 && missing==0&&lagSeconds < 5");
        Assert.Equal(["rejected", "missing", "lagSeconds"], predicate.Names);
        Assert.Equal(["rejected == 0 (is 3)", "lagSeconds < 5 (is 5)"], predicate.Failing(Numbers(("rejected", 3), ("missing", 0), ("lagSeconds", 5))));
    }

    [Theory]
    [InlineData("rejected == 0")]
    [InlineData("rejected != 0")]
    [InlineData("rejected >= 0")]
    public void Failing_NumberThatIsNotKnown_DoesNotHold(string text) =>
        Assert.Equal([$"{text} (is not known)"], Parse(text).Failing(Numbers(("Rejected", 0), ("accepted", 0))));

    [Theory]
    [InlineData("lagSeconds < 5", 0)]
    [InlineData("lagSeconds < 5 for 10m", 600)]
    [InlineData("rejected == 0 && lagSeconds < 5 for 30 s", 30)]
    [InlineData("lagSeconds < 5 for 2h ", 7200)]
    public void For_WithOrWithoutATime_IsHowLongItMustHold(string text, int seconds)
    {
        var predicate = Parse(text);
        Assert.Equal(TimeSpan.FromSeconds(seconds), predicate.For);
        Assert.True(predicate.Failing(Numbers(("rejected", 0), ("lagSeconds", 4))).IsEmpty);
        Assert.Single(predicate.Failing(Numbers(("rejected", 0), ("lagSeconds", 5))));
    }

    [Theory]
    [InlineData("lagSeconds < 5 for")]
    [InlineData("lagSeconds < 5 for 10")]
    [InlineData("lagSeconds < 5 for 10d")]
    [InlineData("lagSeconds < 5 for 10m && rejected == 0")]
    [InlineData("for 10m")]
    [InlineData("")]
    [InlineData("rejected")]
    [InlineData("rejected = 0")]
    [InlineData("rejected =< 0")]
    [InlineData("rejected == none")]
    [InlineData("rejected == 0.5")]
    [InlineData("0 == rejected")]
    [InlineData("rejected == 0 || missing == 0")]
    [InlineData("rejected == 0 &&")]
    [InlineData("rejected == 1000000000000000000000")]
    public void TryParse_NotAPredicate_SaysWhere(string text)
    {
        Assert.False(GatePredicate.TryParse(text, out var predicate, out var problem));
        Assert.Null(predicate);
        Assert.Contains("is not a comparison such as rejected == 0", problem, StringComparison.Ordinal);
    }

    private static GatePredicate Parse(string text)
    {
        Assert.True(GatePredicate.TryParse(text, out var predicate, out var problem), problem);
        return predicate;
    }

    private static ImmutableDictionary<string, long> Numbers(params (string Name, long Number)[] numbers) =>
        numbers.ToImmutableDictionary(number => number.Name, number => number.Number);
}
