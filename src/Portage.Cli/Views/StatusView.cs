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
        var total = RunTotalsView.Line(RunTotals.Of(report)) is { } all ? Wrapped.On(terminal, $"  {all}", 4) : [];
        foreach (var line in Painted(terminal, Head(report), Ink.Bold).Concat(total))
        {
            yield return line;
        }

        var tree = StatusTree.Of(report);
        var width = report.Steps.IsEmpty ? 0 : Math.Min(60, report.Steps.Max(step => step.Address.ToString().Length));
        IEnumerable<(string Way, StatusTree.Source From)> ways = [.. tree.Sources.Select(from => (from.Name, from)), .. tree.Targets.SelectMany(to => to.From.Select(from => ($"{from.Name} -> {to.Name}", from)))];
        foreach (var (way, from) in ways)
        {
            foreach (var line in Painted(terminal, $"{way} [session={report.Session}]", Ink.Bold).Concat(GroupLines(terminal, [.. from.Steps], width, countsComplete)))
            {
                yield return line;
            }
        }

        var none = report.Steps.IsEmpty ? Wrapped.On(terminal, "  No steps yet: workflow configure --file FILE", 4) : [];
        foreach (var line in none.Concat(report.Notes.SelectMany(note => Painted(terminal, note, Ink.Yellow))))
        {
            yield return line;
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
            (StepGroup.Failed, _) => Painted(terminal, line, Ink.Red, width + 4),
            (not StepGroup.Complete, not null) => Painted(terminal, line, Ink.Yellow, width + 4),
            _ => [Cut(terminal, line)],
        };
    }

    private static IEnumerable<string> ProgressLines(Terminal terminal, StepStatus step, int width)
    {
        if (step.Progress is not { } progress)
        {
            yield break;
        }

        var bar = terminal.OutputIsTerminal && terminal.Width >= BarWidthMin && progress.Total is > 0 and var total ? $"{ProgressText.Bar(progress.Done, total)} " : "";
        var indent = terminal.OutputIsTerminal ? Math.Min(width + 4, terminal.Width / 2) : width + 4;
        foreach (var text in (string?[])[$"{bar}{ProgressText.Of(progress, step.Remaining)}", ProgressText.Items(step.Items)])
        {
            foreach (var line in text is null ? [] : Wrapped.On(terminal, new string(' ', indent) + text, indent))
            {
                yield return line;
            }
        }
    }

    /// <summary>Whole: no line is wider than the terminal, or it could not be drawn over.</summary>
    private static IEnumerable<string> Painted(Terminal terminal, string text, Ink ink, int indent = 2) => Wrapped.On(terminal, text, indent).Select(line => terminal.Paint(line, ink));

    private static string Cut(Terminal terminal, string line) =>
        !terminal.OutputIsTerminal || line.Length <= terminal.Width ? line : line[..(terminal.Width - 1)] + "…";
}
