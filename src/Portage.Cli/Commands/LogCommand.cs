using System.CommandLine;
using Portage.Backends.Embedded;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Model.Diagnostics;
using Portage.Steps;

namespace Portage.Cli.Commands;

/// <summary><c>workflow log</c>: reads back what controllers and workers wrote, by the same fields.</summary>
internal static class LogCommand
{
    private static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(300);

    public static Command Make(Terminal terminal)
    {
        var address = new Argument<string?>("address") { Description = "Only these steps, by address or pattern. Default: the context's, else all.", Arity = ArgumentArity.ZeroOrOne };
        address.CompletionSources.Add(Known.Steps(terminal));
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as lines come; Ctrl-C leaves." };
        var tail = new Option<int?>("--tail", "-n") { Description = "Only the newest lines.", HelpName = "COUNT" };
        var since = new Option<string?>("--since") { Description = "Only lines since then: 15m, 1h30m or 2d ago, a time of day, or a date and time.", HelpName = "TIME" };
        var command = new Command("log", "Show what controllers and workers wrote, oldest first.") { address, follow, tail, since };
        Verb.Does(command, terminal, (verb, cancellationToken) => RunAsync(
            verb, verb.Parsed.GetValue(address), verb.Parsed.GetValue(follow), verb.Parsed.GetValue(tail), verb.Parsed.GetValue(since), cancellationToken), Shape.LogLine);
        return command;
    }

    private static async Task<int> RunAsync(Verb verb, string? given, bool follow, int? tail, string? sinceText, CancellationToken cancellationToken)
    {
        if (tail < 0)
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"'{tail}' is no number of lines.") with { Command = "workflow log --tail 20" });
            return ExitCode.BadInput;
        }

        var since = default(DateTimeOffset?);
        if (sinceText is not null)
        {
            if (!Moments.TryParse(sinceText, verb.Time.GetUtcNow(), TimeZoneInfo.Local, out var moment))
            {
                verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"'{sinceText}' is no time: a duration as 15m, 1h30m or 2d, a time of day as 14:30, or a date and time as 2026-11-28T14:30Z.") with { Command = "workflow log --since 15m" });
                return ExitCode.BadInput;
            }

            since = moment;
        }

        var log = verb.Access.OpenLog();
        var question = new LogQuestion(verb.SessionName, given ?? await Contexts.SayAsync(verb, cancellationToken));
        if (log.IsEmpty && !follow)
        {
            await verb.Terminal.Error.WriteLineAsync($"Nothing has been logged in {verb.Access.Place} yet.");
        }

        var isSilent = true;
        foreach (var line in tail is { } count ? await log.ReadLastAsync(count, since, question.Wants, cancellationToken) : [])
        {
            isSilent = false;
            await verb.Terminal.Out.WriteLineAsync(LogView.Line(verb.Output, line));
        }

        if (tail is null)
        {
            isSilent &= await SayNewAsync(verb, log, since, question, cancellationToken);
        }

        while (follow && OutputPipe.HasReader)
        {
            try
            {
                await Task.Delay(FollowInterval, verb.Time, cancellationToken);
                _ = await SayNewAsync(verb, log, since, question, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Done;
            }
        }

        return isSilent && given is not null && !follow ? await SayNothingFoundAsync(verb, given, cancellationToken) : ExitCode.Done;
    }

    /// <returns>True when there were none.</returns>
    private static async Task<bool> SayNewAsync(Verb verb, ILogReader log, DateTimeOffset? since, LogQuestion question, CancellationToken cancellationToken)
    {
        var isSilent = true;
        await foreach (var line in log.ReadNewAsync(since, question.Wants, cancellationToken))
        {
            isSilent = false;
            await verb.Terminal.Out.WriteLineAsync(LogView.Line(verb.Output, line));
        }

        return isSilent;
    }

    /// <summary>Nothing was logged of a step: because it never ran, or because there is no such step.</summary>
    private static async Task<int> SayNothingFoundAsync(Verb verb, string pattern, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
        {
            return ExitCode.BadInput;
        }

        if (StepQuestion.WhyNone(StepQuestion.Known(StepCatalog.Planner, asked.Session), pattern) is not { } why)
        {
            return ExitCode.Done;
        }

        verb.Say(why);
        return ExitCode.BadInput;
    }
}
