using System.Globalization;
using System.Text.Json;
using Portage.Cli.Shell;
using Portage.Engine.Ports;
using Portage.Engine.Status;

namespace Portage.Cli.Views;

/// <summary>A status report as text or JSON.</summary>
internal static class StatusView
{
    public static void Write(Terminal terminal, OutputFormat format, StatusReport report)
    {
        if (format == OutputFormat.Text)
        {
            // At once: a terminal's writer sends each line by itself.
            terminal.Out.WriteLine(string.Join('\n', Lines(terminal, report)));
        }
        else
        {
            Structured.Write(terminal, format, json => WriteJson(json, report));
        }
    }

    /// <param name="countsComplete">Only says how many steps are complete, without their lines.</param>
    public static IEnumerable<string> Lines(Terminal terminal, StatusReport report, bool countsComplete = false)
    {
        yield return terminal.Paint(Head(report), Ink.Bold);
        if (RunTotal.Of(report) is { } total)
        {
            yield return Cut(terminal, $"  {total}");
        }

        var width = report.Steps.IsEmpty ? 0 : Math.Min(60, report.Steps.Max(step => step.Address.ToString().Length));
        foreach (var (group, title, ink) in Groups)
        {
            var steps = report.Steps.Where(step => step.Group == group).ToArray();
            if (steps.Length == 0)
            {
                continue;
            }

            yield return terminal.Paint($"{title} ({steps.Length})", ink);
            foreach (var step in countsComplete && group == StepGroup.Complete ? [] : steps)
            {
                foreach (var line in StepLines(terminal, step, width))
                {
                    yield return line;
                }

                if (step.Progress is { } progress)
                {
                    yield return Cut(terminal, $"  {"".PadRight(width)}  {ProgressText(progress, step.Remaining)}");
                }
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

    /// <summary>As <c>45 %, 1,234 of 2,800 documents, 350/s, 4 s left</c>; with <c>of up to</c> where the total may turn out smaller.</summary>
    public static string ProgressText(StepProgress progress, TimeSpan? remaining)
    {
        var parts = new List<string>();
        if (progress.Total is > 0 and var total)
        {
            parts.Add($"{100.0 * progress.Done / total:0} %");
        }

        parts.Add($"{progress.Done:N0}{(progress.Total is { } all ? $" of {(progress.TotalIsAtMost ? "up to " : "")}{all:N0}" : "")} {progress.Unit}");
        if (progress.PerSecond is { } rate)
        {
            parts.Add($"{rate:N0}/s");
        }

        if (remaining is { } left)
        {
            parts.Add($"{(progress.TotalIsAtMost ? "up to " : "")}{Duration(left)} left");
        }

        parts.AddRange(progress.Numbers.Where(number => number.Value > 0 && number.Key is "rejected" or "existing" or "missing" or "differing" && number.Value > 0).Select(number => $"{number.Value:N0} {number.Key}"));
        return string.Join(", ", parts);
    }

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{(int)time.TotalDays} d {time.Hours} h",
        { TotalHours: >= 1 } => $"{(int)time.TotalHours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ => $"{Math.Ceiling(time.TotalSeconds).ToString("0", CultureInfo.InvariantCulture)} s",
    };

    private static readonly (StepGroup Group, string Title, Ink Ink)[] Groups =
    [
        (StepGroup.Complete, "Complete", Ink.Green),
        (StepGroup.InProgress, "In progress", Ink.Cyan),
        (StepGroup.UnderReview, "Under review", Ink.Yellow),
        (StepGroup.Failed, "Failed", Ink.Red),
        (StepGroup.Pending, "Pending", Ink.Dim),
    ];

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

    private static string Cut(Terminal terminal, string line) =>
        !terminal.OutputIsTerminal || line.Length <= terminal.Width ? line : line[..(terminal.Width - 1)] + "…";

    private static void WriteJson(Utf8JsonWriter json, StatusReport report)
    {
        json.WriteString("session", report.Session);
        WriteNumber(json, "run", report.Run);
        json.WriteString("outcome", report.Outcome?.ToString().ToLowerInvariant());
        json.WriteBoolean("waitsForPerson", report.WaitsForPerson);
        WriteNumber(json, "controller", report.Controller);
        WriteNumber(json, "currentRevision", report.CurrentRevision);
        WriteNumber(json, "pendingRevision", report.PendingRevision);
        json.WriteStartArray("steps");
        foreach (var step in report.Steps)
        {
            json.WriteStartObject();
            json.WriteString("step", step.Address.ToString());
            json.WriteString("about", step.About);
            json.WriteString("group", char.ToLowerInvariant(step.Group.ToString()[0]) + step.Group.ToString()[1..]);
            json.WriteString("situation", step.Situation);
            json.WriteNumber("attempt", step.Attempt);
            if (step.Since is { } since)
            {
                json.WriteString("since", since);
            }

            if (step.Progress is { } progress)
            {
                json.WriteStartObject("progress");
                json.WriteNumber("done", progress.Done);
                WriteNumber(json, "total", progress.Total);
                json.WriteBoolean("totalIsAtMost", progress.TotalIsAtMost);
                json.WriteString("unit", progress.Unit);
                if (progress.PerSecond is { } rate)
                {
                    json.WriteNumber("perSecond", Math.Round(rate, 1));
                }

                if (step.Remaining is { } left)
                {
                    json.WriteNumber("remainingSeconds", Math.Ceiling(left.TotalSeconds));
                }

                json.WriteString("waiting", progress.Waiting);
                WriteNumbers(json, progress.Numbers);
                json.WriteEndObject();
            }

            if (step.Evidence is { } evidence)
            {
                json.WriteStartObject("report");
                WriteNumbers(json, evidence.Numbers);
                json.WriteStartArray("lines");
                foreach (var line in evidence.Lines)
                {
                    json.WriteStringValue(line);
                }

                json.WriteEndArray();
                json.WriteString("evidence", step.EvidenceDigest?.Hex);
                json.WriteEndObject();
            }

            if (step.Failure is { } failure)
            {
                json.WritePropertyName("failure");
                DiagnosticView.Write(json, failure);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in report.Notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
    }

    internal static void WriteNumbers(Utf8JsonWriter json, IReadOnlyDictionary<string, long> numbers)
    {
        json.WriteStartObject("numbers");
        foreach (var (name, number) in numbers)
        {
            json.WriteNumber(name, number);
        }

        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
