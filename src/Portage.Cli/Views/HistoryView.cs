using Portage.Cli.Shell;
using Portage.Configuration.Editing;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Views;

/// <summary>Revisions and their differences.</summary>
internal static class HistoryView
{
    public static int Write(Verb verb)
    {
        if (verb.FindSession() is not { Session: var session })
        {
            return ExitCode.BadInput;
        }

        if (verb.Output != OutputFormat.Text)
        {
            Structured.Write(verb.Terminal, verb.Output, json =>
            {
                json.WriteString("session", session.Name);
                json.WriteStartArray("revisions");
                foreach (var revision in session.Revisions)
                {
                    json.WriteStartObject();
                    json.WriteNumber("revision", revision.Number);
                    json.WriteNumber("parent", revision.Parent);
                    json.WriteString("state", StateOf(session, revision));
                    json.WriteString("at", revision.At);
                    json.WriteString("by", revision.By);
                    json.WriteString("message", revision.Message);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return ExitCode.Done;
        }

        foreach (var revision in session.Revisions.Reverse())
        {
            verb.Terminal.Out.WriteLine($"{revision.Number,4}  {revision.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {StateOf(session, revision),-7}  {revision.By}  {revision.Message}");
        }

        return ExitCode.Done;
    }

    public static int WriteDifference(Verb verb, int? from, int? to)
    {
        if (verb.FindSession() is not { Session: var session })
        {
            return ExitCode.BadInput;
        }

        foreach (var number in (int?[])[from, to])
        {
            if (number is { } given && session.Revisions.All(revision => revision.Number != given))
            {
                verb.Say(DiagnosticCatalog.UnknownRevision.Error(null, $"There is no revision {given}; there are 1 to {session.Revisions.Count}.") with { Command = "workflow configure history" });
                return ExitCode.BadInput;
            }
        }

        var old = from is { } first ? session.Revisions[first - 1] : session.Current;
        var next = to is { } second ? session.Revisions[second - 1] : session.Pending ?? session.Current;
        var changes = ConfigurationDifference.Between(old?.Configuration ?? "{}", next?.Configuration ?? "{}");
        if (verb.Output != OutputFormat.Text)
        {
            Structured.Write(verb.Terminal, verb.Output, json =>
            {
                json.WriteStartArray("changes");
                foreach (var change in changes)
                {
                    json.WriteStartObject();
                    json.WriteString("path", change.Path);
                    json.WriteString("old", change.Old);
                    json.WriteString("new", change.New);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return ExitCode.Done;
        }

        foreach (var change in changes)
        {
            verb.Terminal.Out.WriteLine($"{change.Path}: {change.Old ?? "(absent)"} → {change.New ?? "(absent)"}");
        }

        if (changes.IsEmpty)
        {
            verb.Terminal.Out.WriteLine("No difference.");
        }

        return ExitCode.Done;
    }

    private static string StateOf(SessionState session, Revision revision) => revision.Number switch
    {
        var number when number == session.Pending?.Number => "pending",
        var number when number == session.Current?.Number => "current",
        _ => revision.CommittedAt is null ? "" : "past",
    };
}
