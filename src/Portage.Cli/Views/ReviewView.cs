using System.Collections.Immutable;
using Portage.Cli.Shell;
using Portage.Engine.Status;
using Portage.Planning.Destroying;

namespace Portage.Cli.Views;

/// <summary>Steps under review with their evidence.</summary>
internal static class ReviewView
{
    // Said of every step in the list; only more than that is worth a line.
    private const string Plain = "waits for approval";

    public static void Write(Terminal terminal, OutputFormat format, IReadOnlyList<StepStatus> steps)
    {
        if (format != OutputFormat.Text)
        {
            WriteStructured(terminal, format, steps);
            return;
        }

        for (var i = 0; i < steps.Count; i++)
        {
            var why = steps[i].Situation.StartsWith(Plain, StringComparison.Ordinal) ? "" : $"  {steps[i].Situation.Split("; ")[0]}";
            terminal.Out.WriteLine($"{i + 1}. {terminal.Paint(steps[i].Address.ToString(), Ink.Bold)}{why}");
            foreach (var destroyed in steps[i].Evidence?.Destroys ?? [])
            {
                terminal.Out.WriteLine(terminal.Paint($"     DESTROYS: {DestructionText.Line(destroyed)}", Ink.Red));
            }

            foreach (var line in steps[i].Evidence?.Lines ?? [])
            {
                terminal.Out.WriteLine($"     {line}");
            }
        }
    }

    /// <summary>The numbers and names alone, where the evidence fills the screen and has taken the numbers away.</summary>
    public static void WriteShortListIfLong(Terminal terminal, IReadOnlyList<StepStatus> steps)
    {
        const int IndentColumns = 5;
        var lines = steps.Sum(step => 1 + (step.Evidence?.Lines ?? []).Sum(line => 1 + ((line.Length + IndentColumns - 1) / terminal.Width)));
        if (steps.Count > 1 && lines + 1 >= terminal.Height)
        {
            terminal.Out.WriteLine();
            foreach (var (i, step) in steps.Index())
            {
                terminal.Out.WriteLine($"{i + 1}. {step.Address}");
            }
        }
    }

    private static void WriteStructured(Terminal terminal, OutputFormat format, IReadOnlyList<StepStatus> steps) => Structured.Write(terminal, format, json =>
    {
        json.WriteStartArray("reviews");
        foreach (var step in steps)
        {
            json.WriteStartObject();
            json.WriteString("step", step.Address.ToString());
            json.WriteString("situation", step.Situation);
            json.WriteString("evidence", step.EvidenceDigest?.Hex);
            StatusView.WriteNumbers(json, step.Evidence?.Numbers ?? ImmutableSortedDictionary<string, long>.Empty);
            PlanJson.WriteDestroys(json, step.Evidence?.Destroys ?? []);
            json.WriteStartArray("lines");
            foreach (var line in step.Evidence?.Lines ?? [])
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
