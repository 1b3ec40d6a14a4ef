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
    internal static string[] Fit(Terminal terminal, StatusReport report)
    {
        string[] lines = [.. StatusView.Lines(terminal, report)];
        if (!terminal.OutputIsTerminal || RowsOf(lines) < terminal.Height)
        {
            return lines;
        }

        lines = [.. StatusView.Lines(terminal, report, countsComplete: true)];
        if (RowsOf(lines) < terminal.Height)
        {
            return lines;
        }

        var room = terminal.Height - 1 - terminal.RowsOf(More(lines.Length));
        var rows = 0;
        string[] shown = [.. lines.TakeWhile(line => (rows += terminal.RowsOf(line)) <= room)];
        return [.. shown, More(lines.Length - shown.Length)];

        int RowsOf(string[] lines) => lines.Sum(terminal.RowsOf);
        static string More(int count) => $"… {count} more lines: workflow status";
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
        var redraw = new Redraw(verb.Terminal);
        while (true)
        {
            await verb.Access.FollowAsync(asked.Home, cancellationToken);
            asked = asked with { Session = asked.Home.Sessions[name] };
            if (redraw.Over(Fit(verb.Terminal, await verb.StatusOfAsync(asked, cancellationToken))) is { } text)
            {
                await verb.Terminal.Out.WriteLineAsync(text);
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
