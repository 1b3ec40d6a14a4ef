using System.Collections.Immutable;
using System.Text;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Operations;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Cli.Views;

/// <summary>A plan as text; as JSON it is <see cref="PlanJson"/>.</summary>
internal static class PlanView
{
    private const int ReasonIndent = 10;

    /// <param name="all">Also the steps that are kept, a line each.</param>
    public static void Write(Terminal terminal, OutputFormat format, PlanReport report, bool all = false)
    {
        if (format == OutputFormat.Text)
        {
            // At once: a terminal's writer sends each line by itself.
            terminal.Out.Write(Text(terminal, report, all));
        }
        else
        {
            Structured.Write(terminal, format, Shape.Plan, json => PlanJson.Write(json, report));
        }
    }

    private static StringBuilder Text(Terminal terminal, PlanReport report, bool all)
    {
        var page = new StringBuilder();
        var changes = report.Plan.Changes;
        if (changes.IsEmpty)
        {
            return page.AppendLine("  The configuration wants no steps yet: a snapshot with a repository makes the first.");
        }

        Destroys(page, terminal, report.Plan);
        var shown = all ? changes : [.. changes.Where(change => change is not StepChange.Keep { Left.IsEmpty: true })];
        var width = shown.IsEmpty ? 0 : Math.Min(60, shown.Max(change => change.Address.ToString().Length));
        foreach (var change in shown)
        {
            Change(page, terminal, report, change, width);
        }

        foreach (var wish in report.Dormant)
        {
            Append(page, terminal, $"  waiting {wish.Text}", ReasonIndent, Ink.Yellow);
        }

        foreach (var step in report.PutsBack)
        {
            Append(page, terminal, $"  besides {step} ended in the middle: a setting of {step.Target} that it had set aside, as a final pipeline, is put back", ReasonIndent);
        }

        var counts = changes.GroupBy(change => change.Word).Select(group => $"{group.Count()} {(group.First() is StepChange.Collect ? "left " : "")}to {group.Key}").ToList();
        if (report.Plan.PerhapsDestroys is { Length: > 0 } perhaps)
        {
            counts.Insert(0, $"{perhaps.Length} perhaps to destroy");
        }

        if (report.Plan.CertainlyDestroys is { Length: > 0 } certain)
        {
            counts.Insert(0, $"{certain.Length} to destroy");
        }

        var folded = changes.Length - shown.Length > 0 && shown.Length > 0 ? " (workflow plan --all lists what is kept)" : "";
        Append(page, terminal, $"  {string.Join(", ", counts)}{folded}. Plan {report.Plan.Hash.Short}.{Next(report)}", 2);
        if (report.IsPending)
        {
            Append(page, terminal, $"  Revision {report.Revision} is pending. Commit it: workflow configure commit", 2);
        }

        return page;
    }

    /// <summary>First, because whoever reads only one line of a plan reads the first.</summary>
    private static void Destroys(StringBuilder page, Terminal terminal, Plan plan)
    {
        Destroys(page, terminal, "DESTROYS", plan.CertainlyDestroys);
        Destroys(page, terminal, "MAY DESTROY, if needed, up to", plan.PerhapsDestroys);

        foreach (var change in plan.Changes.Where(change => change.Unseen is not null))
        {
            Append(page, terminal, $"  DESTROYS what {change.Address} made, and that cannot be seen: {change.Unseen}", 11, Ink.Red);
        }
    }

    private static void Destroys(StringBuilder page, Terminal terminal, string word, ImmutableArray<Destruction> destroys)
    {
        foreach (var text in DestructionText.Of(destroys))
        {
            Append(page, terminal, $"  {word} {text}", 11, Ink.Red);
        }

        foreach (var one in destroys)
        {
            Append(page, terminal, $"           {DestructionText.Line(one)}", 13, Ink.Red);
        }
    }

    private static void Change(StringBuilder page, Terminal terminal, PlanReport report, StepChange change, int width)
    {
        var address = change.Address.ToString().PadRight(width);
        var line = $"  {change.Word.PadRight(7)} {address}  {AboutOf(report, change)}".TrimEnd();

        // The word is painted once the line is broken: what paints it takes no room.
        var lines = Wrapped.Lines(line, terminal.Width, ReasonIndent).ToArray();
        lines[0] = lines[0].Length >= 9 ? $"  {terminal.Paint(lines[0][2..9], InkOf(change))}{lines[0][9..]}" : lines[0];
        page.AppendJoin('\n', lines).Append('\n');
        foreach (var reason in change.Because)
        {
            Append(page, terminal, $"          because {reason.Text}", ReasonIndent + 2);
        }

        foreach (var note in report.Estimates.GetValueOrDefault(change.Address)?.Notes ?? [])
        {
            Append(page, terminal, $"          {note}", ReasonIndent + 2, Ink.Yellow);
        }

        foreach (var text in DestructionText.Of(change.Destroys))
        {
            Append(page, terminal, $"          {(change.IsConditional ? "may destroy up to" : "destroys")} {text}", ReasonIndent + 2, Ink.Red);
        }
    }

    private static void Append(StringBuilder page, Terminal terminal, string text, int indent, Ink? ink = null)
    {
        foreach (var line in Wrapped.Lines(text, terminal.Width, indent))
        {
            page.AppendLine(ink is { } color ? terminal.Paint(line, color) : line);
        }
    }

    private static string Next(PlanReport report) => report switch
    {
        { IsPending: true } => "",
        { Plan.IsEmpty: true, PutsBack.IsEmpty: true } => "  Nothing to do.",
        _ when report.Plan.Blocks.Any() => "  Blocked: it cannot be started like this.",
        _ when report.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error) => "  It cannot be started like this.",
        _ => $"  Start it: workflow start --plan {report.Plan.Hash.Short}",
    };

    private static string AboutOf(PlanReport report, StepChange change)
    {
        if (!report.Plan.Steps.TryGetValue(change.Address, out var step))
        {
            return "";
        }

        var estimate = report.Estimates.GetValueOrDefault(change.Address);
        var about = (step.About, estimate?.Text) switch
        {
            ({ Length: > 0 } words, { } size) => $"{words} ({size})",
            (_, { } size) => size,
            var (words, _) => words,
        };
        var gate = change is StepChange.Keep || step.Gate.IsUsual ? "" : step.Gate.ToString();
        var conditional = change.IsConditional ? "if needed" : "";
        return string.Join("; ", ((string[])[conditional, about, gate]).Where(text => text.Length > 0));
    }

    private static Ink InkOf(StepChange change) => change switch
    {
        { Destroys.IsEmpty: false } => Ink.Red,
        StepChange.Create => Ink.Green,
        StepChange.Keep => Ink.Dim,
        StepChange.Adopt => Ink.Cyan,
        StepChange.Block => Ink.Red,
        _ => Ink.Yellow,
    };
}
