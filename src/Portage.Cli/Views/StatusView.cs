using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Questions;
using Portage.Engine.Status;

namespace Portage.Cli.Views;

/// <summary>A status report as text.</summary>
internal static class StatusView
{
    // Room for the bar beside the numbers that it goes with.
    private const int BarWidthMin = 100;

    private static readonly (StepGroup Group, string Title, Ink Ink)[] Groups =
    [
        (StepGroup.Complete, "Complete", Ink.Green),
        (StepGroup.InProgress, "In progress", Ink.Cyan),
        (StepGroup.UnderReview, "Under review", Ink.Yellow),
        (StepGroup.Failed, "Failed", Ink.Red),
        (StepGroup.Pending, "Pending", Ink.Dim),
    ];

    public static void Write(Terminal terminal, OutputFormat format, StatusReport report)
    {
        if (format == OutputFormat.Text)
        {
            // At once: a terminal's writer sends each line by itself.
            terminal.Out.WriteLine(string.Join('\n', Lines(terminal, report)));
        }
        else
        {
            Structured.Write(terminal, format, Shape.Status, json => StatusJson.Write(json, report));
        }
    }

    /// <param name="countsComplete">Only says how many steps are complete, without their lines.</param>
    public static IEnumerable<string> Lines(Terminal terminal, StatusReport report, bool countsComplete = false)
    {
        yield return terminal.Paint(Head(report), Ink.Bold);
        if (RunTotalsView.Line(RunTotals.Of(report)) is { } total)
        {
            yield return Cut(terminal, $"  {total}");
        }

        var tree = StatusTree.Of(report);
        var width = report.Steps.IsEmpty ? 0 : Math.Min(60, report.Steps.Max(step => step.Address.ToString().Length));
        IEnumerable<(string Way, StatusTree.Source From)> ways = [.. tree.Sources.Select(from => (from.Name, from)), .. tree.Targets.SelectMany(to => to.From.Select(from => ($"{from.Name} -> {to.Name}", from)))];
        foreach (var (way, from) in ways)
        {
            yield return terminal.Paint($"{way} [session={report.Session}]", Ink.Bold);
            foreach (var line in GroupLines(terminal, [.. from.Steps], width, countsComplete))
            {
                yield return line;
            }
        }

        if (report.Steps.IsEmpty)
        {
            yield return "  No steps yet: workflow configure --file FILE";
        }

        foreach (var note in report.Notes)
        {
            yield return terminal.Paint(note, Ink.Yellow);
        }
    }

    /// <summary>The first line: the session, its run and revision, and who carries it out.</summary>
    private static string Head(StatusReport report)
    {
        var run = report switch
        {
            { Run: null } => "no run yet",
            { Outcome: null } => $"run {report.Run} is under way",
            _ => $"run {report.Run} {report.Outcome switch { Engine.Ledger.RunOutcome.Done => "is done", Engine.Ledger.RunOutcome.Failed => "failed", _ => "was stopped" }}",
        };
        var revision = report switch
        {
            { CurrentRevision: { } current } => $", revision {current}",
            { PendingRevision: { } pending } => $", revision {pending} is pending",
            _ => "",
        };
        return $"Session {report.Session}: {run}{revision}{(report.Controller is { } process ? $", controller {process}" : "")}";
    }

    private static IEnumerable<string> GroupLines(Terminal terminal, IReadOnlyList<StepStatus> all, int width, bool countsComplete)
    {
        foreach (var (group, title, ink) in Groups)
        {
            var steps = all.Where(step => step.Group == group).ToArray();
            if (steps.Length == 0)
            {
                continue;
            }

            yield return terminal.Paint($"{title} ({steps.Length})", ink);
            foreach (var step in countsComplete && group == StepGroup.Complete ? [] : steps)
            {
                foreach (var line in StepLines(terminal, step, width).Concat(ProgressLines(terminal, step, width)))
                {
                    yield return line;
                }
            }
        }
    }

    /// <summary>What failed is told whole, because the cause and the next try stand at the end: red where a person must act, yellow where it is tried again.</summary>
    private static IEnumerable<string> StepLines(Terminal terminal, StepStatus step, int width)
    {
        var line = $"  {step.Address.ToString().PadRight(width)}  {step.Situation}";
        return (step.Group, step.Failure) switch
        {
            (StepGroup.Failed, _) => Whole(Ink.Red),
            (not StepGroup.Complete, not null) => Whole(Ink.Yellow),
            _ => [Cut(terminal, line)],
        };

        IEnumerable<string> Whole(Ink ink) => (terminal.OutputIsTerminal ? Wrapped.Lines(line, terminal.Width, width + 4) : [line]).Select(part => terminal.Paint(part, ink));
    }

    private static IEnumerable<string> ProgressLines(Terminal terminal, StepStatus step, int width)
    {
        if (step.Progress is not { } progress)
        {
            yield break;
        }

        var bar = terminal.OutputIsTerminal && terminal.Width >= BarWidthMin && progress.Total is > 0 and var total ? $"{ProgressText.Bar(progress.Done, total)} " : "";
        yield return Cut(terminal, $"  {"".PadRight(width)}  {bar}{ProgressText.Of(progress, step.Remaining)}");
        if (ProgressText.Items(step.Items) is { } items)
        {
            yield return Cut(terminal, $"  {"".PadRight(width)}  {items}");
        }
    }

    private static string Cut(Terminal terminal, string line) =>
        !terminal.OutputIsTerminal || line.Length <= terminal.Width ? line : line[..(terminal.Width - 1)] + "…";
}
