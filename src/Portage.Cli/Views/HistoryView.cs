using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Questions;

namespace Portage.Cli.Views;

/// <summary>Revisions and their differences.</summary>
internal static class HistoryView
{
    public static void Write(Terminal terminal, OutputFormat format, RevisionsAnswer answer)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Revisions, json => SessionJson.Write(json, answer));
            return;
        }

        foreach (var (revision, standing) in answer.Revisions.Reverse())
        {
            var word = standing == RevisionStanding.Dropped ? "" : JsonWriting.Word(standing);
            terminal.Out.WriteLine($"{revision.Number,4}  {revision.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {word,-7}  {revision.By}  {revision.Message}");
        }
    }

    public static void Write(Terminal terminal, OutputFormat format, DifferenceAnswer answer)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Difference, json => SessionJson.Write(json, answer));
            return;
        }

        foreach (var change in answer.Changes)
        {
            terminal.Out.WriteLine($"{change.Path}: {change.Old ?? "(absent)"} → {change.New ?? "(absent)"}");
        }

        if (answer.Changes.IsEmpty)
        {
            terminal.Out.WriteLine("No difference.");
        }
    }
}
