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
    public void RunTotal_WithNothingCounted_IsNotSaid()
    {
        Assert.Null(RunTotalsView.Line(RunTotals.Of(Report(Step("shop/a@blue:metadata", StepGroup.UnderReview, "waits")))));
        Assert.Null(RunTotalsView.Line(RunTotals.Of(Report(Step("shop/a@blue:backfill", StepGroup.InProgress, "runs") with { Progress = Documents(1, 2, null) }) with { Outcome = RunOutcome.Stopped })));
    }

    private static string[] Lines(StatusReport report)
    {
        var terminal = new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null, inputIsTerminal: false, outputIsTerminal: true, hasColor: true);
        return [.. StatusView.Lines(terminal, report)];
    }

    private static StatusReport Report(params ImmutableArray<StepStatus> steps) => new("default", 1, null, 7, 1, null, steps, []);

    private static StepStatus Step(string address, StepGroup group, string situation) => new(StepAddress.Parse(address), "", group, situation, null, null, null, null, null, 1, null);

    private static StepProgress Documents(long done, long total, double? rate) => new(done, total, "documents", rate, null, ImmutableSortedDictionary<string, long>.Empty);
}
