using Portage.Cli.Shell;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Status;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Views;

/// <summary>What one session has.</summary>
internal static class SessionView
{
    /// <returns>The exit code.</returns>
    public static int Write(Verb verb, string? name)
    {
        var home = verb.Access.Read();
        if (!home.Sessions.TryGetValue(name ?? verb.SessionName ?? home.ActiveSession, out var session))
        {
            verb.Say(home.Sessions.Count == 0
                ? DiagnosticCatalog.NothingConfigured.Error(null, $"There is no configuration in {verb.Home.Path} yet.") with { Command = "workflow configure --file FILE" }
                : DiagnosticCatalog.UnknownSession.Error(null, $"There is no session '{name}'; there is {string.Join(", ", home.Sessions.Keys.Order(StringComparer.Ordinal))}.") with
                {
                    DidYouMean = DidYouMean.Among(name ?? "", home.Sessions.Keys),
                    Command = "workflow session list",
                });
            return ExitCode.BadInput;
        }

        var steps = Statuses.Of(verb, home, session).Steps.CountBy(step => step.Group).OrderBy(count => count.Key).ToArray();
        var (isActive, context) = (session.Name == home.ActiveSession, Contexts.Of(verb.Home, session.Name));
        if (verb.Output == OutputFormat.Text)
        {
            WriteText(verb.Terminal, session, isActive, context, steps);
        }
        else
        {
            WriteStructured(verb, session, isActive, context, steps);
        }

        return ExitCode.Done;
    }

    private static void WriteText(Terminal terminal, SessionState session, bool isActive, string? context, KeyValuePair<StepGroup, int>[] steps)
    {
        terminal.Out.WriteLine($"{terminal.Paint($"Session {session.Name}", Ink.Bold)}{(isActive ? ", the active one" : "")}");
        terminal.Out.WriteLine($"  current   {(session.Current is { } current ? RevisionText(current) : "nothing is committed yet")}");
        if (session.Pending is { } pending)
        {
            terminal.Out.WriteLine($"  pending   {RevisionText(pending)}");
        }

        terminal.Out.WriteLine($"  runs      {(session.Runs.Count == 0 ? "none yet" : $"{session.Runs.Count}; {RunText(session.Runs[^1])}")}");
        if (steps.Length > 0)
        {
            terminal.Out.WriteLine($"  steps     {string.Join(", ", steps.Select(count => $"{count.Value} {WordOf(count.Key)}"))}");
        }

        if (context is not null)
        {
            terminal.Out.WriteLine($"  context   {context}");
        }
    }

    private static void WriteStructured(Verb verb, SessionState session, bool isActive, string? context, KeyValuePair<StepGroup, int>[] steps) => Structured.Write(verb.Terminal, verb.Output, json =>
    {
        json.WriteString("session", session.Name);
        json.WriteBoolean("active", isActive);
        json.WriteBoolean("running", session.ActiveRun is not null);
        json.WriteNumber("revisions", session.Revisions.Count);
        Write("currentRevision", session.Current?.Number);
        Write("pendingRevision", session.Pending?.Number);
        json.WriteNumber("runs", session.Runs.Count);
        json.WriteString("context", context);
        json.WriteStartObject("steps");
        foreach (var (group, count) in steps)
        {
            json.WriteNumber(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(group.ToString()), count);
        }

        json.WriteEndObject();

        void Write(string name, int? number)
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
    });

    private static string RevisionText(Revision revision) => $"revision {revision.Number} by {revision.By}, {revision.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}{(revision.Message.Length > 0 ? $": {revision.Message}" : "")}";

    private static string RunText(RunRecord run) => run.Outcome switch
    {
        null => $"run {run.Number} is under way",
        RunOutcome.Done => $"run {run.Number} is done",
        RunOutcome.Failed => $"run {run.Number} failed",
        _ => $"run {run.Number} was stopped",
    };

    private static string WordOf(StepGroup group) => group switch
    {
        StepGroup.Complete => "complete",
        StepGroup.InProgress => "in progress",
        StepGroup.UnderReview => "under review",
        StepGroup.Failed => "failed",
        _ => "pending",
    };
}
