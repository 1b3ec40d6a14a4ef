using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Ledger;
using Portage.Engine.Questions;
using Portage.Engine.Status;

namespace Portage.Cli.Views;

/// <summary>Sessions, and what one of them has.</summary>
internal static class SessionView
{
    public static void Write(Terminal terminal, OutputFormat format, SessionsAnswer answer)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Sessions, json => SessionJson.Write(json, answer));
            return;
        }

        var width = answer.Sessions.Select(session => session.Name.Length).DefaultIfEmpty().Max();
        foreach (var session in answer.Sessions)
        {
            var state = session switch
            {
                { ActiveRun: { } run } => $"run {run} is under way",
                { Runs: > 0 } => $"{session.Runs} {(session.Runs == 1 ? "run" : "runs")}",
                _ => "no run yet",
            };
            terminal.Out.WriteLine($"{(session.IsActive ? "*" : " ")} {session.Name.PadRight(width)}  {state}, {session.Revisions} {(session.Revisions == 1 ? "revision" : "revisions")}");
        }

        if (answer.Sessions.IsEmpty)
        {
            terminal.Out.WriteLine("No sessions yet; one is made at the first workflow configure.");
        }
    }

    /// <param name="context">What verbs act on in it when no address is typed; null for everything.</param>
    public static void Write(Terminal terminal, OutputFormat format, SessionAnswer answer, string? context)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Session, json => SessionJson.Write(json, answer, context));
            return;
        }

        terminal.Out.WriteLine($"{terminal.Paint($"Session {answer.Line.Name}", Ink.Bold)}{(answer.Line.IsActive ? ", the active one" : "")}");
        terminal.Out.WriteLine($"  current   {(answer.Current is { } current ? RevisionText(current) : "nothing is committed yet")}");
        if (answer.Pending is { } pending)
        {
            terminal.Out.WriteLine($"  pending   {RevisionText(pending)}");
        }

        terminal.Out.WriteLine($"  runs      {(answer.LastRun is { } last ? $"{answer.Line.Runs}; {RunText(last)}" : "none yet")}");
        if (answer.Steps.Length > 0)
        {
            terminal.Out.WriteLine($"  steps     {string.Join(", ", answer.Steps.Select(count => $"{count.Count} {WordOf(count.Group)}"))}");
        }

        if (context is not null)
        {
            terminal.Out.WriteLine($"  context   {context}");
        }
    }

    /// <summary>A group as people say it.</summary>
    public static string WordOf(StepGroup group) => group switch
    {
        StepGroup.Complete => "complete",
        StepGroup.InProgress => "in progress",
        StepGroup.UnderReview => "under review",
        StepGroup.Failed => "failed",
        _ => "pending",
    };

    private static string RevisionText(Revision revision) => $"revision {revision.Number} by {revision.By}, {revision.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}{(revision.Message.Length > 0 ? $": {revision.Message}" : "")}";

    private static string RunText(RunRecord run) => run.Outcome switch
    {
        null => $"run {run.Number} is under way",
        RunOutcome.Done => $"run {run.Number} is done",
        RunOutcome.Failed => $"run {run.Number} failed",
        _ => $"run {run.Number} was stopped",
    };
}
