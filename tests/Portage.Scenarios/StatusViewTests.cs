using System.Collections.Immutable;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Scenarios;

/// <summary>What status shows on a terminal of what failed, and of a run as a whole.</summary>
public sealed class StatusViewTests
{
    private const string Cause = "Unauthorized: user ann may not create indices on blue, and everything below waits until somebody gives her that right";

    [Theory]
    [InlineData(StepGroup.Failed, "31")]
    [InlineData(StepGroup.InProgress, "33")]
    [InlineData(StepGroup.Pending, "33")]
    public void Lines_AFailure_IsColouredAndNotCut(StepGroup group, string ink)
    {
        var step = Step("shop/a@blue:backfill", group, $"{Cause}. Next: workflow credentials create blue-admin") with { Failure = DiagnosticCatalog.StepBroke.Error(null, Cause) };
        var lines = Lines(Report(step)).Skip(3).ToArray();
        Assert.True(lines.Length > 1);
        Assert.All(lines, line => Assert.True(line.StartsWith($"\u001b[{ink}m", StringComparison.Ordinal) && line.EndsWith("\u001b[0m", StringComparison.Ordinal), line));
        var text = string.Join(' ', lines.Select(line => line[5..^4].Trim()));
        Assert.EndsWith("Next: workflow credentials create blue-admin", text, StringComparison.Ordinal);
        Assert.DoesNotContain('…', text);
    }

    [Fact]
    public void Lines_WithoutFailure_AreOneLineAStep()
    {
        var lines = Lines(Report(Step("shop/a@blue:backfill", StepGroup.Pending, Cause + Cause + Cause))).Skip(3).ToArray();
        Assert.EndsWith("…", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void RunTotal_OfSeveralSteps_AddsThemUp()
    {
        var report = Report(
            Step("shop/main:snapshot", StepGroup.Complete, "done"),
            Step("shop/a@blue:backfill", StepGroup.InProgress, "runs") with { Progress = Documents(100, 1_000, 50), Remaining = TimeSpan.FromSeconds(18) },
            Step("shop/b@blue:backfill", StepGroup.InProgress, "runs") with { Progress = Documents(400, 1_000, 25), Remaining = TimeSpan.FromSeconds(24) },
            Step("shop/c@blue:backfill", StepGroup.Pending, "waits"));
        Assert.Equal("1 of 4 steps complete; under way: 25 %, 500 of 2,000 documents, 75/s, 24 s left", RunTotalsView.Line(RunTotals.Of(report)));
    }

    [Fact]
    public void RunTotal_WhereOneCannotSayHowLong_SaysNoTime()
    {
        var report = Report(
            Step("shop/a@blue:backfill", StepGroup.InProgress, "runs") with { Progress = Documents(100, 1_000, 50), Remaining = TimeSpan.FromSeconds(18) },
            Step("shop/b@blue:backfill", StepGroup.InProgress, "stands still") with { Progress = Documents(400, 1_000, null) });
        Assert.Equal("0 of 2 steps complete; under way: 25 %, 500 of 2,000 documents, 50/s", RunTotalsView.Line(RunTotals.Of(report)));
    }

    [Fact]
    public void RunTotal_WhereAllThatIsLeftMoves_SaysWhenTheRunIsOver()
    {
        var moves = Step("shop/a@blue:validate", StepGroup.InProgress, "runs") with { Progress = Documents(100, 1_000, 50), Remaining = TimeSpan.FromSeconds(18) };
        var done = Step("shop/a@blue:backfill", StepGroup.Complete, "done");
        Assert.Equal("1 of 2 steps complete; under way: 10 %, 100 of 1,000 documents, 50/s, 18 s left; the run is over in 18 s", RunTotalsView.Line(RunTotals.Of(Report(done, moves))));

        // What has not begun, waits for a person or failed has no time, and so neither has the run.
        Assert.All((StepGroup[])[StepGroup.Pending, StepGroup.UnderReview, StepGroup.Failed], group =>
            Assert.Null(RunTotals.Of(Report(moves, Step("shop/b@blue:backfill", group, "is not under way")))!.Remaining));
        Assert.Null(RunTotals.Of(Report(moves) with { Outcome = RunOutcome.Done }));
    }

    [Theory]
    [InlineData(100, "  shop/a@blue:backfill  [#########-----------] 45 %, 450 of 1,000 documents")]
    [InlineData(99, "  shop/a@blue:backfill  45 %, 450 of 1,000 documents")]
    public void Lines_Progress_HaveABarWhereThereIsRoom(int columns, string expected)
    {
        var lines = Lines(Report(Step("shop/a@blue:backfill", StepGroup.InProgress, "runs") with { Progress = Documents(450, 1_000, null) }), columns);
        Assert.Contains(expected.Replace("shop/a@blue:backfill", "                    ", StringComparison.Ordinal), lines);
    }

    [Fact]
    public void Lines_AStepWithItems_TellsHowFarThoseBegunAre()
    {
        var items = new ItemsProgress(1, 7, [new("a", 1, 2), new("b", 999, 1_000), new("c", 1, 3), new("d", 1, 9)]);
        var lines = Lines(Report(Step("shop/a@blue:backfill", StepGroup.InProgress, "runs") with { Progress = Documents(450, 1_000, null), Items = items }), columns: 120);
        Assert.EndsWith("1 of 7 indices done; a 50 %, b 99 %, c 33 %, 1 more under way", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 10, "[--------------------]", "0 %")]
    [InlineData(999, 1_000, "[###################-]", "99 %")]
    [InlineData(1_000, 1_000, "[####################]", "100 %")]
    public void Bar_AndPercent_AreFullAtTheEndOnly(long done, long total, string bar, string percent)
    {
        Assert.Equal(bar, ProgressText.Bar(done, total));
        Assert.StartsWith($"{percent}, ", ProgressText.Of(Documents(done, total, null), null), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_OfSeveralWays_AreHeadedBySourceAndTarget()
    {
        var lines = Lines(Report(
            Step("shop/main:snapshot", StepGroup.Complete, "done"),
            Step("shop/a@blue:backfill", StepGroup.Complete, "done"),
            Step("shop/a@green:backfill", StepGroup.Pending, "waits"),
            Step("logs/x@blue:backfill", StepGroup.Pending, "waits")));
        Assert.Equal(
            ["shop [session=default]", "shop -> blue [session=default]", "logs -> blue [session=default]", "shop -> green [session=default]"],
            lines.Select(line => line.Replace("\u001b[1m", "", StringComparison.Ordinal).Replace("\u001b[0m", "", StringComparison.Ordinal)).Where(line => line.Contains("[session=", StringComparison.Ordinal)));
    }

    [Fact]
    public void RunTotal_WithNothingCounted_IsNotSaid()
    {
        Assert.Null(RunTotalsView.Line(RunTotals.Of(Report(Step("shop/a@blue:metadata", StepGroup.UnderReview, "waits")))));
        Assert.Null(RunTotalsView.Line(RunTotals.Of(Report(Step("shop/a@blue:backfill", StepGroup.InProgress, "runs") with { Progress = Documents(1, 2, null) }) with { Outcome = RunOutcome.Stopped })));
    }

    private static string[] Lines(StatusReport report, int columns = 80)
    {
        var terminal = new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null, inputIsTerminal: false, outputIsTerminal: true, hasColor: true) { Columns = columns };
        return [.. StatusView.Lines(terminal, report)];
    }

    private static StatusReport Report(params ImmutableArray<StepStatus> steps) => new("default", 1, null, 7, 1, null, steps, []);

    private static StepStatus Step(string address, StepGroup group, string situation) => new(StepAddress.Parse(address), "", group, situation, null, null, null, null, null, 1, null);

    private static StepProgress Documents(long done, long total, double? rate) => new(done, total, "documents", rate, null, ImmutableSortedDictionary<string, long>.Empty);
}
