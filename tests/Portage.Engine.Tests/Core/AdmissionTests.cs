using System.Collections.Immutable;
using CsCheck;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

public sealed class AdmissionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Choose_WithoutLimits_BeginsAll() =>
        Assert.All(Admission.Choose([Worker("a"), Light("b")], [], Limits.None), Assert.Null);

    [Fact]
    public void Choose_WhereNotAllMay_TakesWhoCouldBeginFirst()
    {
        var waits = Admission.Choose([Worker("a", 3), Worker("b", 1), Worker("c", 2)], [], Limits.None with { Workers = 2 });
        Assert.Equal([false, true, true], waits.Select(place => place is null));
    }

    [Fact]
    public void Choose_AmongEquals_TakesTheFirstInReadingOrder() =>
        Assert.Equal([true, false, false], Admission.Choose([Worker("a"), Worker("b"), Worker("c")], [], Limits.None with { Workers = 1 }).Select(place => place is null));

    [Fact]
    public void Choose_WithAFullTarget_HoldsNobodyOnAnotherOne()
    {
        var limits = Limits.None with { Workers = 2, Targets = ImmutableDictionary<string, int>.Empty.Add("blue", 1) };
        var waits = Admission.Choose([Worker("a"), Worker("b"), Worker("c", target: "green")], [], limits);
        Assert.Equal([true, false, true], waits.Select(place => place is null));
    }

    [Fact]
    public void Choose_WorkOfAnotherSession_TakesPlacesToo()
    {
        var other = new Placed("other", Address("x"), RunsAs.Work);
        Assert.NotNull(Assert.Single(Admission.Choose([Worker("a")], [other], Limits.None with { Workers = 1 })));
        Assert.Null(Assert.Single(Admission.Choose([Light("a")], [other], Limits.None with { Workers = 1 })));
    }

    [Fact]
    public void Choose_WhoWaits_IsToldForWhatAndByWhomItIsTaken()
    {
        var placed = new[] { "x", "y", "z" }.Select(name => new Placed("default", Address(name), RunsAs.Work)).ToArray();
        Assert.Equal("one of 3 places for workers (limits.workers), taken by logs/x@blue:backfill and 2 others", Text(Limits.None with { Workers = 3 }));
        Assert.Equal("one of 3 places of blue (targets.blue.stepsMax), taken by logs/x@blue:backfill and 2 others", Text(Limits.None with { Targets = ImmutableDictionary<string, int>.Empty.Add("blue", 3) }));
        Assert.Equal("one of 2 places for backfill (limits.kinds.backfill), taken by logs/x@blue:backfill and 2 others", Text(Limits.None with { Kinds = ImmutableDictionary<StepKind, int>.Empty.Add(StepKind.Backfill, 2) }));

        string Text(Limits limits) => Admission.Choose([Worker("a")], placed, limits)[0]!.ToString();
    }

    [Fact]
    public void Choose_Anything_FillsEveryRoomAndOverfillsNone() => Gen.Select(
        Gen.Select(Gen.Int[0, 5], Gen.Bool, Gen.Int[0, 2], Gen.Int[0, 3]).Array[0, 20],
        Gen.Int[1, 4],
        Gen.Int[1, 4],
        Gen.Int[1, 4],
        Gen.Int[1, 4]).Sample((steps, workers, light, ofBlue, backfills) =>
    {
        string[] targets = ["blue", "green", "red"];
        Candidate[] candidates = [.. steps.Select((step, i) => new Candidate(new StepAddress("logs", $"s{i}", targets[step.Item3], step.Item2 ? StepKind.Backfill : StepKind.Metadata), step.Item2 ? RunsAs.Work : RunsAs.Light, Noon.AddMinutes(step.Item4)))];
        Placed[] placed = [.. candidates.Take(3).Select(one => new Placed("other", one.Step, one.As))];
        var limits = new Limits(workers, light, ImmutableDictionary<StepKind, int>.Empty.Add(StepKind.Backfill, backfills), ImmutableDictionary<string, int>.Empty.Add("blue", ofBlue));
        var waits = Admission.Choose(candidates, placed, limits);
        (StepAddress Step, RunsAs As)[] before = [.. placed.Select(one => (one.Step, one.As))];
        (StepAddress Step, RunsAs As)[] begun = [.. candidates.Where((_, i) => waits[i] is null).Select(one => (one.Step, one.As))];
        foreach (var (max, takes) in ((int, Func<(StepAddress Step, RunsAs As), bool>)[])
            [(workers, one => one.As == RunsAs.Work), (light, one => one.As == RunsAs.Light), (backfills, one => one.Step.Kind == StepKind.Backfill), (ofBlue, one => one.Step.Target == "blue")])
        {
            // Nobody begins over a limit; what was over it before stays.
            Assert.True(!begun.Any(takes) || before.Concat(begun).Count(takes) <= max);
        }

        for (var i = 0; i < candidates.Length; i++)
        {
            // Who waits, waits for something that is full.
            if (waits[i] is { } place)
            {
                Assert.True(place.Taken.Length >= place.Count);
            }
        }
    });

    [Fact]
    public void Limits_NotConfigured_GiveWorkersTwiceTheProcessorsAndAtLeastFour()
    {
        var config = new MigrationConfig();
        Assert.Equal([4, 4, 32], new[] { 1, 2, 16 }.Select(processors => Limits.Of(config, processors).Workers));
        Assert.Empty(Limits.Of(config, 1).Kinds);
    }

    [Fact]
    public void Limits_OfEachKind_CanBeConfigured()
    {
        foreach (var kind in StepKinds.All)
        {
            var config = ConfigurationReader.Read($"limits: {{ workers: 7, lightSteps: 9, kinds: {{ {kind.Word()}: 3 }} }}\ntargets: {{ blue: {{ endpoint: 'http://blue:9200', stepsMax: 5 }} }}", "test").Config!;
            var limits = Limits.Of(config, 1);
            Assert.Equal((7, 9, 3, 5), (limits.Workers, limits.LightSteps, limits.Kinds[kind], limits.Targets["blue"]));
            Assert.Single(limits.Kinds);
        }
    }

    [Fact]
    public void Plan_AfterALimitChanged_HasNothingToDo()
    {
        const string NoReview = "metadata: { approve: none }";
        var story = new Story().Start(Story.Config(NoReview)).Finish();
        var limited = Story.Config(NoReview).Replace("targets: { blue: { ", "limits: { workers: 1, lightSteps: 1, kinds: { backfill: 1 } }\ntargets: { blue: { stepsMax: 1, ", StringComparison.Ordinal);
        story.Do(new Operation.Configure(limited, "test", null) { By = "ann" });
        Assert.False(story.Do(new Operation.Commit { By = "ann" }).NothingToDo);
        Assert.True(story.Do(new Operation.Start(null) { By = "ann" }).NothingToDo);
    }

    [Fact]
    public void Decide_WithOnePlace_BeginsTheNextWhenItIsFree()
    {
        var story = new Story { Limits = Limits.None with { LightSteps = 1 } }.Start(Story.Config("metadata: { approve: none }", "b: { indices: { include: [b] }, metadata: { approve: none } }"));
        story.Settle();
        Assert.Equal("pass logs/main:snapshot by policy: no gate\ncomplete logs/main:snapshot\nevaluate logs/a@blue:metadata #1\n", story.Report("logs/main:snapshot").Settle());
        Assert.Equal("pass logs/a@blue:metadata by policy: no gate\nevaluate logs/b@blue:metadata #1\n", story.Evaluate("logs/a@blue:metadata").Settle());
        Assert.Equal("run logs/a@blue:metadata #1\npass logs/b@blue:metadata by policy: no gate\n", story.Evaluate("logs/b@blue:metadata").Settle());
    }

    [Fact]
    public void Decide_WhileOthersHaveThePlaces_DoesNotTakeTheRunForOver()
    {
        var story = new Story { Limits = Limits.None with { LightSteps = 1 }, Elsewhere = [new("other", Address("x"), RunsAs.Light)] }.Start(Story.Config());
        Assert.Equal("", story.Settle());
        Assert.NotNull(story.Session.ActiveRun);
    }

    private static Candidate Worker(string slice, int minute = 0, string target = "blue") => new(Address(slice, target), RunsAs.Work, Noon.AddMinutes(minute));

    private static Candidate Light(string slice) => new(Address(slice), RunsAs.Light, Noon);

    private static StepAddress Address(string slice, string target = "blue") => new("logs", slice, target, StepKind.Backfill);
}
