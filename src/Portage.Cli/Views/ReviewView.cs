using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Engine.Status;
using Portage.Planning.Destroying;

namespace Portage.Cli.Views;

/// <summary>Steps under review with their evidence.</summary>
internal static class ReviewView
{
    private const int IndentColumns = 5;

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

        foreach (var line in answer.Reviews.Index().SelectMany(review => Lines(terminal, review.Index + 1, review.Item, answer.LookAt(review.Item))))
        {
            terminal.Out.WriteLine(line);
        }
    }

    private static IEnumerable<string> Lines(Terminal terminal, int number, StepStatus step, Relook? look)
    {
        var address = step.Address.ToString();
        var head = Wrapped.On(terminal, $"{number}. {address}{(step.Unmet is { } unmet ? $"  {unmet}" : "")}", IndentColumns)
            .Select((line, i) => i == 0 ? line.Replace(address, terminal.Paint(address, Ink.Bold), StringComparison.Ordinal) : line);
        var destroyed = (step.Evidence?.Destroys ?? []).SelectMany(one => Wrapped.On(terminal, $"     DESTROYS: {DestructionText.Line(one)}", IndentColumns + 2)).Select(line => terminal.Paint(line, Ink.Red));
        var told = look switch
        {
            { Unseen: { } why } => [$"     So it was when the review opened; what is there now cannot be seen: {why}"],
            { HasChanged: true } => [.. look.Changes.Select(change => $"     CHANGED since the review opened: {change}")],
            _ => (string[])[],
        };
        var since = step.Superseded is { } passed
            ? passed.Lines.Except(step.Evidence?.Lines ?? []).Select(line => $"     no longer, since it was approved: {line}").Concat((step.Evidence?.Lines ?? []).Except(passed.Lines).Select(line => $"     new since it was approved: {line}"))
                .SelectMany(line => Wrapped.On(terminal, line, IndentColumns + 2))
            : [];
        return [.. head, .. since, .. destroyed, .. told.SelectMany(line => Wrapped.On(terminal, line, IndentColumns + 2)).Select(line => terminal.Paint(line, Ink.Red)), .. (step.Evidence?.Lines ?? []).SelectMany(line => Wrapped.On(terminal, $"     {line}", IndentColumns + 2))];
    }

    /// <summary>The numbers and names alone, where the evidence fills the screen and has taken the numbers away.</summary>
    public static void WriteShortListIfLong(Terminal terminal, ReviewsAnswer answer)
    {
        var steps = answer.Reviews;
        var lines = steps.Sum(step => Lines(terminal, 1, step, answer.LookAt(step)).Sum(terminal.RowsOf));
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
