using System.CommandLine;
using Portage.Backends.Embedded;
using Portage.Cli.Shell;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

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
            verb, verb.Parsed.GetValue(address), verb.Parsed.GetValue(follow), verb.Parsed.GetValue(tail), verb.Parsed.GetValue(since), cancellationToken));
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

        verb.Home.CheckReadable();
        var pattern = given ?? await Contexts.SayAsync(verb);
        var selected = pattern is null ? null : new AddressPattern(pattern);
        bool IsWanted(LogLine line) => (verb.SessionName is not { } session || line.Session == session)
            && (selected is null || (line.Step is { } step && StepAddress.TryParse(step, out var address) && selected.Matches(address)));

        var files = new LogFiles(verb.Home);
        if (files.AreNone && !follow)
        {
            await verb.Terminal.Error.WriteLineAsync($"Nothing has been logged in {verb.Home.Path} yet.");
        }

        var isSilent = true;
        var lines = tail is { } count ? files.ReadLast(count, since, IsWanted) : files.ReadNew(since, IsWanted);
        while (true)
        {
            foreach (var line in lines)
            {
                isSilent = false;
                await verb.Terminal.Out.WriteLineAsync(verb.Output == OutputFormat.Text ? Text(line) : line.Json);
            }

            if (!follow)
            {
                return isSilent && given is not null ? SayNothingFound(verb, given) : ExitCode.Done;
            }

            try
            {
                await Task.Delay(FollowInterval, verb.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Done;
            }

            if (!OutputPipe.HasReader)
            {
                return ExitCode.Done;
            }

            lines = files.ReadNew(since, IsWanted);
        }
    }

    /// <summary>Nothing was logged of a step: because it never ran, or because there is no such step.</summary>
    private static int SayNothingFound(Verb verb, string pattern)
    {
        if (verb.FindSession() is not { Home: var home, Session: var session })
        {
            return ExitCode.BadInput;
        }

        var known = Statuses.Of(verb, home, session).Steps.Select(step => step.Address).Concat(session.Steps.Keys).ToHashSet();
        if (known.Any(new AddressPattern(pattern).Matches))
        {
            return ExitCode.Done;
        }

        verb.Say(DiagnosticCatalog.NoSuchStep.Error(null, $"'{pattern}' selects none of the {known.Count} steps.") with { DidYouMean = DidYouMean.Among(new AddressPattern(pattern).Text, known.Select(step => step.ToString())), Command = "workflow status" });
        return ExitCode.BadInput;
    }

    private static string Text(LogLine line)
    {
        var exception = line.Exception is { } text ? $"\n    {text.Replace("\n", "\n    ", StringComparison.Ordinal)}" : "";
        return $"{line.At.ToLocalTime():yyyy-MM-dd HH:mm:ss.fff}  {line.Level,-11}  {line.Service,-10}  {line.Message}{exception}";
    }
}
