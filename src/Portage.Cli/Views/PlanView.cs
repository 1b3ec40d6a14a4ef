using System.Text;
using System.Text.Json;
using Portage.Cli.Shell;
using Portage.Engine.Operations;
using Portage.Planning;

namespace Portage.Cli.Views;

/// <summary>A plan as text or JSON.</summary>
internal static class PlanView
{
    public static void Write(Terminal terminal, OutputFormat format, PlanReport report)
    {
        if (format == OutputFormat.Text)
        {
            WriteText(terminal, report);
        }
        else
        {
            Structured.Write(terminal, format, json => WriteJson(json, report));
        }
    }

    private static void WriteText(Terminal terminal, PlanReport report)
    {
        // At once: a terminal's writer sends each line by itself.
        var page = new StringBuilder();
        AppendText(page, terminal, report);
        terminal.Out.Write(page);
    }

    private static void AppendText(StringBuilder page, Terminal terminal, PlanReport report)
    {
        var changes = report.Plan.Changes;
        var width = changes.IsEmpty ? 0 : Math.Min(60, changes.Max(change => change.Address.ToString().Length));
        foreach (var change in changes)
        {
            var word = terminal.Paint(change.Word.PadRight(7), InkOf(change));
            var address = change.Address.ToString().PadRight(width);
            page.AppendLine($"  {word} {address}  {AboutOf(report, change)}".TrimEnd());
            foreach (var reason in change.Because)
            {
                page.AppendLine($"          because {reason.Text}");
            }
        }

        if (changes.IsEmpty)
        {
            page.AppendLine("  The configuration wants no steps yet: a snapshot with a repository makes the first.");
            return;
        }

        var counts = changes
            .GroupBy(change => change.Word)
            .Select(group => $"{group.Count()} to {group.Key}");
        page.AppendLine($"  {string.Join(", ", counts)}. Plan {report.Plan.Hash.Short}.{Next(report)}");
        if (report.IsPending)
        {
            page.AppendLine($"  Revision {report.Revision} is pending. Commit it: workflow configure commit");
        }
    }

    private static string Next(PlanReport report) => report switch
    {
        { IsPending: true } => "",
        { Plan.IsEmpty: true } => "  Nothing to do.",
        _ when report.Plan.Blocks.Any() => "  Blocked: it cannot be started like this.",
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
        var gate = change is StepChange.Keep ? "" : step.Gate.ToString();
        var conditional = change is StepChange.Redo { Conditional: true } ? "if needed" : "";
        return string.Join("; ", ((string[])[conditional, about, gate]).Where(text => text.Length > 0));
    }

    private static Ink InkOf(StepChange change) => change switch
    {
        StepChange.Create => Ink.Green,
        StepChange.Keep => Ink.Dim,
        StepChange.Adopt => Ink.Cyan,
        StepChange.Block => Ink.Red,
        _ => Ink.Yellow,
    };

    private static void WriteJson(Utf8JsonWriter json, PlanReport report)
    {
        json.WriteString("session", report.Session);
        json.WriteNumber("revision", report.Revision);
        json.WriteBoolean("pending", report.IsPending);
        json.WriteString("plan", report.Plan.Hash.Hex);
        json.WriteBoolean("nothingToDo", report.Plan.IsEmpty);
        json.WriteBoolean("blocked", report.Plan.Blocks.Any());
        json.WriteStartArray("changes");
        foreach (var change in report.Plan.Changes)
        {
            json.WriteStartObject();
            json.WriteString("change", change.Word);
            json.WriteString("step", change.Address.ToString());
            if (report.Plan.Steps.TryGetValue(change.Address, out var step))
            {
                json.WriteString("about", step.About);
                json.WriteString("gate", step.Gate.ToString());
                json.WriteStartArray("after");
                foreach (var upstream in step.Edges.Select(edge => edge.Upstream.ToString()).Distinct())
                {
                    json.WriteStringValue(upstream);
                }

                json.WriteEndArray();
            }

            if (change is StepChange.Redo redo)
            {
                json.WriteBoolean("conditional", redo.Conditional);
            }

            if (report.Estimates.GetValueOrDefault(change.Address) is { } estimate)
            {
                json.WriteStartObject("estimate");
                json.WriteString("text", estimate.Text);
                if (estimate.DocumentCount is { } documents)
                {
                    json.WriteNumber("documents", documents);
                }

                if (estimate.Bytes is { } bytes)
                {
                    json.WriteNumber("bytes", bytes);
                }

                json.WriteEndObject();
            }

            json.WriteStartArray("reasons");
            foreach (var reason in change.Because)
            {
                json.WriteStartObject();
                json.WriteString("text", reason.Text);
                json.WriteString("path", reason.Path);
                json.WriteString("was", reason.Was);
                json.WriteString("is", reason.Is);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
