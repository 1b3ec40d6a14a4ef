using System.CommandLine;
using Portage.Backends.Embedded;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Questions;
using Portage.Engine.Core;
using Portage.Engine.Status;

namespace Portage.Cli.Commands;

/// <summary><c>workflow status</c>: what is complete, under way, under review, failed and pending, and why.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);

    public static Command Make(Terminal terminal)
    {
        var watch = new Option<bool>("--watch", "-w") { Description = "Show it again and again until the run is over; Ctrl-C leaves." };
        var command = new Command("status", "Show where every step stands, and what each wait waits for.") { watch };
        Verb.Does(command, terminal, (verb, cancellationToken) => verb.Parsed.GetValue(watch) ? WatchAsync(verb, cancellationToken) : KeptAnswer.TellAsync(verb, "status", at => AnswerAsync(verb, at, cancellationToken)), Shape.Status);
        return command;
    }

    private static async Task<KeptAnswer.Answer> AnswerAsync(Verb verb, Terminal terminal, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
        {
            return new(ExitCode.BadInput, false);
        }

        StatusView.Write(terminal, verb.Output, await verb.StatusOfAsync(asked, cancellationToken));

        // What somebody is at is looked at in its work folder, and the time of the next try passes; a program is told the time of the look.
        var session = asked.Session;
        return new(ExitCode.Done, verb.Output == OutputFormat.Text && session.ActiveRun is null && session.Served.Count == 0 && !session.Steps.Values.Any(step => AtWork.Is(step) || step.RetryAt is not null));
    }

    /// <summary>The lines, not more than the terminal is high: what scrolled away could not be drawn over.</summary>
    private static string[] Fit(Terminal terminal, StatusReport report)
    {
        var lines = StatusView.Lines(terminal, report).ToArray();
        if (!terminal.OutputIsTerminal || lines.Length < terminal.Height)
        {
            return lines;
        }

        lines = [.. StatusView.Lines(terminal, report, countsComplete: true)];
        var room = Math.Max(1, terminal.Height - 2);
        return lines.Length <= room + 1 ? lines : [.. lines.Take(room), $"… {lines.Length - room} more lines: workflow status"];
    }

    private static async Task<int> WatchAsync(Verb verb, CancellationToken cancellationToken)
    {
        if (verb.Output != OutputFormat.Text)
        {
            verb.SayOneForm("status --watch");
            return ExitCode.BadInput;
        }

        if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
        {
            return ExitCode.BadInput;
        }

        var name = asked.Session.Name;
        var last = "";
        var shown = 0;
        while (true)
        {
            await verb.Access.FollowAsync(asked.Home, cancellationToken);
            asked = asked with { Session = asked.Home.Sessions[name] };
            var lines = Fit(verb.Terminal, await verb.StatusOfAsync(asked, cancellationToken));
            var text = string.Join('\n', lines);
            if (text != last)
            {
                // Over what was shown before on a terminal; otherwise below it.
                var back = verb.Terminal.OutputIsTerminal && shown > 0 ? $"\u001b[{shown}A\u001b[0J" : "";
                await verb.Terminal.Out.WriteLineAsync(back + text);
                (last, shown) = (text, lines.Length);
            }

            if (asked.Session.ActiveRun is null || !OutputPipe.HasReader)
            {
                return ExitCode.Done;
            }

            try
            {
                await Task.Delay(WatchInterval, verb.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how one leaves; what runs goes on.
                return ExitCode.Done;
            }
        }
    }
}
