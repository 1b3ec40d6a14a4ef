using System.CommandLine;
using Portage.Cli.Shell;
using Portage.Cli.Views;

namespace Portage.Cli.Commands;

/// <summary><c>workflow runs</c>: what was started, by whom, and how it ended.</summary>
internal static class RunsCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("runs", "List the runs: what was started, by whom, and how it ended.");
        Verb.Does(command, terminal, (verb, _) => Task.FromResult(Run(verb)));
        return command;
    }

    private static int Run(Verb verb)
    {
        if (verb.FindSession() is not { Session: var session })
        {
            return ExitCode.BadInput;
        }

        if (verb.Output != OutputFormat.Text)
        {
            Structured.Write(verb.Terminal, verb.Output, json =>
            {
                json.WriteStartArray("runs");
                foreach (var run in session.Runs)
                {
                    json.WriteStartObject();
                    json.WriteNumber("run", run.Number);
                    json.WriteNumber("revision", run.Revision);
                    json.WriteString("plan", run.Plan.Hex);
                    json.WriteString("by", run.By);
                    json.WriteString("startedAt", run.StartedAt);
                    if (run.EndedAt is { } ended)
                    {
                        json.WriteString("endedAt", ended);
                    }

                    json.WriteString("outcome", run.Outcome?.ToString().ToLowerInvariant());
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return ExitCode.Done;
        }

        foreach (var run in session.Runs.Reverse())
        {
            var outcome = run.Outcome?.ToString().ToLowerInvariant() ?? "under way";
            var took = run.EndedAt is not { } ended ? ""
                : ended < run.StartedAt ? " (the clock was set back meanwhile)"
                : $" after {StatusView.Duration(ended - run.StartedAt)}";
            verb.Terminal.Out.WriteLine($"{run.Number,4}  {run.StartedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}  plan {run.Plan.Short}  revision {run.Revision}  {run.By}  {outcome}{took}");
        }

        if (session.Runs.Count == 0)
        {
            verb.Terminal.Out.WriteLine("No runs yet: workflow start");
        }

        return ExitCode.Done;
    }
}
