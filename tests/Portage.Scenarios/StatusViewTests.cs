using System.Collections.Immutable;
using Portage.Cli.Commands;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;

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

    /// <summary>A line that the terminal folds takes another row, and what is drawn over the one before leaves it above.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(50)]
    [InlineData(80)]
    public void Lines_OnATerminal_AreNeverWiderThanIt(int columns)
    {
        var name = new string('x', 63);
        var report = Report(
            Step($"{name}/{name}@{name}:backfill", StepGroup.InProgress, "running") with { Progress = Documents(450_000, 1_000_000, 350), Remaining = TimeSpan.FromSeconds(4321), Items = new(1, 7, [new(name, 1, 2)]) },
            Step("shop/a@blue:validate", StepGroup.Failed, $"{Cause} {name}{name}") with { Failure = DiagnosticCatalog.StepBroke.Error(null, Cause) }) with
        {
            Session = name,
            Controller = 1_234_567,
            Notes = [$"No longer in the configuration, and left as they are: {name}/{name}@{name}:backfill. To have them taken back: workflow collect ADDRESS."],
        };
        var terminal = Of(columns);
        Assert.All(StatusView.Lines(terminal, report), line => Assert.True(terminal.RowsOf(line) == 1, line));
        var words = string.Join(' ', Plain(report, columns).Select(line => line.Trim()));
        Assert.Contains("1 h 12 min left", words, StringComparison.Ordinal);
        Assert.Contains("taken back: workflow collect ADDRESS.", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(50, 24)]
    [InlineData(50, 8)]
    [InlineData(20, 10)]
    public void Fit_MoreThanTheTerminalHas_LeavesRoomForTheCursor(int columns, int rows)
    {
        var terminal = new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null, inputIsTerminal: false, outputIsTerminal: true, hasColor: true) { Columns = columns, Rows = rows };
        var steps = Enumerable.Range(0, 40).Select(i => Step($"shop/slice-{i}@blue:backfill", i % 2 == 0 ? StepGroup.Failed : StepGroup.Complete, Cause) with { Failure = DiagnosticCatalog.StepBroke.Error(null, Cause) });
        var lines = StatusCommand.Fit(terminal, Report([.. steps]));
        Assert.InRange(lines.Sum(terminal.RowsOf), 2, rows - 1);
        Assert.EndsWith("more lines: workflow status", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, 3)]
    [InlineData(20, 5)]
    public void Over_LinesThatTheTerminalFolds_GoesBackOverEachOfTheirRows(int columns, int rows)
    {
        var redraw = new Redraw(Of(columns));
        string[] lines = [new string('a', 30), "\u001b[1mbold\u001b[0m", new string('b', 40)];
        Assert.Equal(string.Join('\n', lines), redraw.Over(lines));
        Assert.Null(redraw.Over([.. lines]));
        Assert.Equal($"\u001b[{rows}A\u001b[0Jover", redraw.Over(["over"]));
    }

    [Fact]
    public void RunTotal_WithNothingCounted_IsNotSaid()
    {
        Assert.Null(RunTotalsView.Line(RunTotals.Of(Report(Step("shop/a@blue:metadata", StepGroup.UnderReview, "waits")))));
        Assert.Null(RunTotalsView.Line(RunTotals.Of(Report(Step("shop/a@blue:backfill", StepGroup.InProgress, "runs") with { Progress = Documents(1, 2, null) }) with { Outcome = RunOutcome.Stopped })));
    }

    [Fact]
    public void Reviews_WithLongEvidence_AreBrokenBetweenWords()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(TextReader.Null, output, output, inputIsTerminal: false, outputIsTerminal: true, hasColor: false) { Columns = 50, Rows = 24 };
        var evidence = new StepReport(ImmutableSortedDictionary<string, long>.Empty, [Cause]) { Destroys = [new(DestructionKind.DeleteIndex, "blue", "orders", 1_234, 5_678, 9)] };
        var step = Step("shop/a@blue:metadata", StepGroup.UnderReview, "waits") with { Unmet = Cause, Evidence = evidence, EvidenceDigest = evidence.Digest };
        var waiting = ReviewsQuestion.Answer(Report(step));
        ReviewView.Write(terminal, OutputFormat.Text, waiting);

        var lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 50));
        Assert.Equal($"1. shop/a@blue:metadata {Cause} DESTROYS: {DestructionText.Line(evidence.Destroys[0])} {Cause}", string.Join(' ', lines.Select(line => line.Trim())).Replace("  ", " ", StringComparison.Ordinal));
    }

    private static string[] Lines(StatusReport report, int columns = 80) => [.. StatusView.Lines(Of(columns), report)];

    private static IEnumerable<string> Plain(StatusReport report, int columns) =>
        StatusView.Lines(new(TextReader.Null, TextWriter.Null, TextWriter.Null, inputIsTerminal: false, outputIsTerminal: true, hasColor: false) { Columns = columns }, report);

    private static Terminal Of(int columns) => new(TextReader.Null, TextWriter.Null, TextWriter.Null, inputIsTerminal: false, outputIsTerminal: true, hasColor: true) { Columns = columns };

    private static StatusReport Report(params ImmutableArray<StepStatus> steps) => new("default", 1, null, 7, 1, null, steps, []);

    private static StepStatus Step(string address, StepGroup group, string situation) => new(StepAddress.Parse(address), "", group, situation, null, null, null, null, null, 1, null);

    private static StepProgress Documents(long done, long total, double? rate) => new(done, total, "documents", rate, null, ImmutableSortedDictionary<string, long>.Empty);
}
