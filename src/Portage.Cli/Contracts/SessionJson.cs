using System.Text.Json;
using Portage.Engine.Questions;

namespace Portage.Cli.Contracts;

/// <summary><see cref="Shape.Sessions"/>, <see cref="Shape.Session"/>, <see cref="Shape.Runs"/>, <see cref="Shape.Revisions"/> and <see cref="Shape.Difference"/>.</summary>
internal static class SessionJson
{
    public static void Write(Utf8JsonWriter json, SessionsAnswer answer)
    {
        json.WriteNumber("position", answer.Position);
        json.WriteObjects("sessions", answer.Sessions, WriteLine);
    }

    /// <param name="context">What verbs act on in it when no address is typed; null for everything.</param>
    public static void Write(Utf8JsonWriter json, SessionAnswer answer, string? context)
    {
        json.WriteNumber("position", answer.Position);
        WriteLine(json, answer.Line);
        json.WriteNumberOrNull("currentRevision", answer.Current?.Number);
        json.WriteNumberOrNull("pendingRevision", answer.Pending?.Number);
        json.WriteString("context", context);
        json.WriteStartObject("steps");
        foreach (var (group, count) in answer.Steps)
        {
            json.WriteNumber(JsonWriting.Word(group), count);
        }

        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, RunsAnswer answer)
    {
        json.WriteNumber("position", answer.Position);
        json.WriteString("session", answer.Session);
        json.WriteObjects("runs", answer.Runs, static (json, run) =>
        {
            json.WriteNumber("run", run.Number);
            json.WriteNumber("revision", run.Revision);
            json.WriteDigestOrNull("plan", run.Plan);
            json.WriteString("by", run.By);
            json.WriteString("startedAt", run.StartedAt);
            json.WriteTimeOrNull("endedAt", run.EndedAt);
            json.WriteString("outcome", run.Outcome is { } outcome ? JsonWriting.Word(outcome) : null);
        });
    }

    public static void Write(Utf8JsonWriter json, RevisionsAnswer answer)
    {
        json.WriteNumber("position", answer.Position);
        json.WriteString("session", answer.Session);
        json.WriteObjects("revisions", answer.Revisions, static (json, one) =>
        {
            json.WriteNumber("revision", one.Revision.Number);
            json.WriteNumber("parent", one.Revision.Parent);
            json.WriteString("state", JsonWriting.Word(one.Standing));
            json.WriteString("at", one.Revision.At);
            json.WriteTimeOrNull("committedAt", one.Revision.CommittedAt);
            json.WriteString("by", one.Revision.By);
            json.WriteString("message", one.Revision.Message);
        });
    }

    public static void Write(Utf8JsonWriter json, DifferenceAnswer answer)
    {
        json.WriteNumber("position", answer.Position);
        json.WriteString("session", answer.Session);
        json.WriteNumberOrNull("from", answer.From);
        json.WriteNumberOrNull("to", answer.To);
        json.WriteObjects("changes", answer.Changes, static (json, change) =>
        {
            json.WriteString("path", change.Path);
            json.WriteString("old", change.Old);
            json.WriteString("new", change.New);
        });
    }

    private static void WriteLine(Utf8JsonWriter json, SessionLine line)
    {
        json.WriteString("session", line.Name);
        json.WriteBoolean("active", line.IsActive);
        json.WriteBoolean("running", line.ActiveRun is not null);
        json.WriteNumberOrNull("activeRun", line.ActiveRun);
        json.WriteNumber("revisions", line.Revisions);
        json.WriteNumber("runs", line.Runs);
    }
}
