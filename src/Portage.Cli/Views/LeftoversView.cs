using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Questions;

namespace Portage.Cli.Views;

/// <summary>What is left of steps that nobody wants any more.</summary>
internal static class LeftoversView
{
    private const int IndentColumns = 2;

    public static void Write(Terminal terminal, OutputFormat format, LeftoversAnswer answer)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Leftovers, json =>
            {
                json.WriteNumber("position", answer.Position);
                json.WriteString("session", answer.Session);
                json.WriteObjects("steps", answer.Steps, static (json, left) =>
                {
                    json.WriteString("step", left.Step.ToString());
                    json.WriteString("fate", JsonWriting.Word(left.Fate));
                    json.WriteString("by", left.By);
                    json.WriteTexts("items", left.Items);
                    json.WriteString("text", left.Text);
                });
            });
            return;
        }

        if (answer.Steps.IsEmpty)
        {
            terminal.Out.WriteLine("Nothing is left of steps that are no longer wanted.");
        }

        foreach (var left in answer.Steps)
        {
            foreach (var line in Wrapped.On(terminal, $"{left.Step}  {left.Text}", IndentColumns))
            {
                terminal.Out.WriteLine(line);
            }
        }
    }
}
