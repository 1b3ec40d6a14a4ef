using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Questions;
using Portage.Planning.Destroying;

namespace Portage.Cli.Views;

/// <summary>Steps under review with their evidence.</summary>
internal static class ReviewView
{
    public static void Write(Terminal terminal, OutputFormat format, ReviewsAnswer answer)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Reviews, json => ReviewsJson.Write(json, answer));
            return;
        }

        if (answer.Reviews.IsEmpty)
        {
            terminal.Out.WriteLine("Nothing waits for approval.");
        }

        foreach (var (i, step) in answer.Reviews.Index())
        {
            terminal.Out.WriteLine($"{i + 1}. {terminal.Paint(step.Address.ToString(), Ink.Bold)}{(step.Unmet is { } unmet ? $"  {unmet}" : "")}");
            foreach (var destroyed in step.Evidence?.Destroys ?? [])
            {
                terminal.Out.WriteLine(terminal.Paint($"     DESTROYS: {DestructionText.Line(destroyed)}", Ink.Red));
            }

            foreach (var line in step.Evidence?.Lines ?? [])
            {
                terminal.Out.WriteLine($"     {line}");
            }
        }
    }

    /// <summary>The numbers and names alone, where the evidence fills the screen and has taken the numbers away.</summary>
    public static void WriteShortListIfLong(Terminal terminal, ReviewsAnswer answer)
    {
        const int IndentColumns = 5;
        var steps = answer.Reviews;
        var lines = steps.Sum(step => 1 + (step.Evidence?.Lines ?? []).Sum(line => 1 + ((line.Length + IndentColumns - 1) / terminal.Width)));
        if (steps.Length > 1 && lines + 1 >= terminal.Height)
        {
            terminal.Out.WriteLine();
            foreach (var (i, step) in steps.Index())
            {
                terminal.Out.WriteLine($"{i + 1}. {step.Address}");
            }
        }
    }
}
