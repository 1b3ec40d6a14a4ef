using System.CommandLine;
using System.Text.Json;
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
        var address = new Argument<string?>("address") { Description = "Only these steps, by address or pattern.", Arity = ArgumentArity.ZeroOrOne };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as lines come; Ctrl-C leaves." };
        var command = new Command("log", "Show what controllers and workers wrote, oldest first.") { address, follow };
        Verb.Does(command, terminal, (verb, cancellationToken) => RunAsync(verb, verb.Parsed.GetValue(address), verb.Parsed.GetValue(follow), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Verb verb, string? pattern, bool follow, CancellationToken cancellationToken)
    {
        var positions = new Dictionary<string, long>(StringComparer.Ordinal);
        var selected = pattern is null ? null : new AddressPattern(pattern);
        var isSilent = true;
        while (true)
        {
            var lines = new List<(string Time, string Line)>();
            foreach (var file in Directory.Exists(verb.Home.Logs) ? Directory.EnumerateFiles(verb.Home.Logs, "*.jsonl") : [])
            {
                lines.AddRange(ReadNew(file, positions).Where(line => IsWanted(line.Json, verb.SessionName, selected)).Select(line => (line.Json.GetProperty("time").GetString()!, verb.Output == OutputFormat.Text ? Text(line.Json) : line.Text)));
            }

            foreach (var (_, line) in lines.OrderBy(line => line.Time, StringComparer.Ordinal))
            {
                isSilent = false;
                await verb.Terminal.Out.WriteLineAsync(line);
            }

            if (!follow)
            {
                return isSilent && pattern is not null ? SayNothingFound(verb, pattern) : ExitCode.Done;
            }

            try
            {
                await Task.Delay(FollowInterval, verb.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Done;
            }
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

    private static List<(string Text, JsonElement Json)> ReadNew(string file, Dictionary<string, long> positions)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = positions.GetValueOrDefault(file);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        var whole = text.LastIndexOf('\n') + 1;
        positions[file] = positions.GetValueOrDefault(file) + System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, whole));
        var lines = new List<(string, JsonElement)>();
        foreach (var line in text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                lines.Add((line, JsonDocument.Parse(line).RootElement));
            }
            catch (JsonException)
            {
                // A line that a crash cut off says nothing any more.
            }
        }

        return lines;
    }

    private static bool IsWanted(JsonElement line, string? session, AddressPattern? steps) =>
        (session is null || Field(line, "session") == session)
        && (steps is null || (Field(line, "step") is { } step && StepAddress.TryParse(step, out var address) && steps.Matches(address)));

    private static string Text(JsonElement line)
    {
        var time = line.GetProperty("time").GetDateTimeOffset().ToLocalTime();
        var exception = Field(line, "exception") is { } text ? $"\n    {text.Replace("\n", "\n    ", StringComparison.Ordinal)}" : "";
        return $"{time:yyyy-MM-dd HH:mm:ss.fff}  {Field(line, "level"),-11}  {Field(line, "service"),-10}  {Field(line, "message")}{exception}";
    }

    private static string? Field(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
