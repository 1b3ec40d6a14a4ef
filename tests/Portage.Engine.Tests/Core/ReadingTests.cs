using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Steps;

namespace Portage.Engine.Tests.Core;

/// <summary>Since when a condition holds, and whether that lets a service pass.</summary>
public sealed class ReadingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly GatePredicate Lag = Condition("lag < 5 for 20s");

    [Fact]
    public void After_TheSameConditionHeldBefore_GoesOn() => Assert.Equal(Noon, After(Heard(Noon), Noon.AddSeconds(20), Lag).HoldsSince);

    [Fact]
    public void After_AnotherConditionHeldBefore_CountsAnew() =>
        Assert.Equal(Noon.AddSeconds(20), After(Heard(Noon), Noon.AddSeconds(20), Condition("lag < 4 for 20s")).HoldsSince);

    [Fact]
    public void After_TheClockWasSetBack_CountsAnew() => Assert.Equal(Noon.AddSeconds(-5), After(Heard(Noon), Noon.AddSeconds(-5), Lag).HoldsSince);

    [Fact]
    public void WhyHeld_HeldForItsTime_LetsPass() => Assert.Null(Reading.WhyHeld(After(Heard(Noon), Noon.AddSeconds(20), Lag), Lag, Noon.AddSeconds(21)));

    [Fact]
    public void WhyHeld_TheNewestReadingIsTooYoung_HoldsThoughTheTimeIsOver() =>
        Assert.Equal("lag < 5 for 20s: holds, and not for that long yet", Reading.WhyHeld(After(Heard(Noon), Noon.AddSeconds(10), Lag), Lag, Noon.AddSeconds(25)));

    [Fact]
    public void WhyHeld_AnotherConditionWasLookedAt_Holds() =>
        Assert.Equal("lag < 4 for 1s: nothing was heard of it lately", Reading.WhyHeld(After(Heard(Noon), Noon.AddSeconds(20), Lag), Condition("lag < 4 for 1s"), Noon.AddSeconds(20)));

    private static Reading Heard(DateTimeOffset at) => After(null, at, Lag);

    private static Reading After(Reading? before, DateTimeOffset at, GatePredicate condition) =>
        Reading.After(before, new(ImmutableSortedDictionary<string, long>.Empty.Add("lag", 3), []), at, condition);

    private static GatePredicate Condition(string text)
    {
        Assert.True(GatePredicate.TryParse(text, out var condition, out _));
        return condition!;
    }
}
