using System.CommandLine;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Operations;

namespace Portage.Cli.Commands;

/// <summary><c>workflow session</c>: what a branch is to a tree.</summary>
internal static class SessionCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("session", "Sessions are named configurations with their runs, like branches.");
        var from = new Option<string?>("--from") { Description = "Begin with this session's configuration.", HelpName = "NAME" };
        var created = new Argument<string>("name");
        var create = new Command("create", "Make a session and switch to it.") { created, from };
        Verb.Does(create, terminal, (verb, cancellationToken) =>
            RunCommands.PerformAsync(verb, new Operation.CreateSession(verb.Parsed.GetValue(created)!, verb.Parsed.GetValue(from)) { By = Verb.Author }, cancellationToken));

        var switched = new Argument<string>("name");
        var change = new Command("switch", "Make a session the active one.") { switched };
        Verb.Does(change, terminal, (verb, cancellationToken) =>
            RunCommands.PerformAsync(verb, new Operation.SwitchSession(verb.Parsed.GetValue(switched)!) { By = Verb.Author }, cancellationToken));

        var deleted = new Argument<string>("name");
        var force = new Option<bool>("--force") { Description = "Also when it has left work on clusters, which then stays there." };
        var delete = new Command("delete", "Delete a session.") { deleted, force };
        Verb.Does(delete, terminal, (verb, cancellationToken) =>
            RunCommands.PerformAsync(verb, new Operation.DeleteSession(verb.Parsed.GetValue(deleted)!, verb.Parsed.GetValue(force)) { By = Verb.Author }, cancellationToken));

        var list = new Command("list", "List the sessions.");
        Verb.Does(list, terminal, (verb, _) => Task.FromResult(List(verb)));
        foreach (var subcommand in (Command[])[create, list, change, delete])
        {
            command.Subcommands.Add(subcommand);
        }

        return command;
    }

    private static int List(Verb verb)
    {
        var home = verb.Access.Read();
        if (verb.Output != OutputFormat.Text)
        {
            Structured.Write(verb.Terminal, verb.Output, json =>
            {
                json.WriteStartArray("sessions");
                foreach (var session in home.Sessions.Values.OrderBy(session => session.Name, StringComparer.Ordinal))
                {
                    json.WriteStartObject();
                    json.WriteString("session", session.Name);
                    json.WriteBoolean("active", session.Name == home.ActiveSession);
                    json.WriteBoolean("running", session.ActiveRun is not null);
                    json.WriteNumber("revisions", session.Revisions.Count);
                    json.WriteNumber("runs", session.Runs.Count);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return ExitCode.Done;
        }

        var width = home.Sessions.Keys.Select(name => name.Length).DefaultIfEmpty().Max();
        foreach (var session in home.Sessions.Values.OrderBy(session => session.Name, StringComparer.Ordinal))
        {
            var state = session switch
            {
                { ActiveRun: { } run } => $"run {run.Number} is under way",
                { Runs.Count: > 0 } => $"{session.Runs.Count} {(session.Runs.Count == 1 ? "run" : "runs")}",
                _ => "no run yet",
            };
            verb.Terminal.Out.WriteLine($"{(session.Name == home.ActiveSession ? "*" : " ")} {session.Name.PadRight(width)}  {state}, {session.Revisions.Count} {(session.Revisions.Count == 1 ? "revision" : "revisions")}");
        }

        if (home.Sessions.Count == 0)
        {
            verb.Terminal.Out.WriteLine("No sessions yet; one is made at the first workflow configure.");
        }

        return ExitCode.Done;
    }
}
