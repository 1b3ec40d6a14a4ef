using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Ledger;
using Portage.Engine.Questions;

namespace Portage.Cli.Views;

/// <summary>Runs, newest first.</summary>
internal static class RunsView
{
    public static void Write(Terminal terminal, OutputFormat format, RunsAnswer answer)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Runs, json => SessionJson.Write(json, answer));
            return;
        }

        foreach (var run in answer.Runs.Reverse())
        {
            terminal.Out.WriteLine($"{run.Number,4}  {run.StartedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}  plan {run.Plan.Short}  revision {run.Revision}  {run.By}  {Outcome(run)}");
        }

        if (answer.Runs.IsEmpty)
        {
            terminal.Out.WriteLine("No runs yet: workflow start");
        }
    }

    private static string Outcome(RunRecord run) => (run.Outcome, run.EndedAt) switch
    {
        (null, _) => "under way",
        ({ } outcome, null) => JsonWriting.Word(outcome),
        ({ } outcome, { } ended) when ended < run.StartedAt => $"{JsonWriting.Word(outcome)} (the clock was set back meanwhile)",
        ({ } outcome, { } ended) => $"{JsonWriting.Word(outcome)} after {ProgressText.Duration(ended - run.StartedAt)}",
    };
}
