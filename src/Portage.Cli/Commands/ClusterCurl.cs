using System.CommandLine;
using System.Text;
using Portage.Cli.Shell;
using Portage.Clusters;
using Portage.Model.Diagnostics;
using Portage.Steps.Connecting;

namespace Portage.Cli.Commands;

/// <summary><c>workflow cluster curl</c>: one request to one cluster of the configuration, with its credential.</summary>
internal static class ClusterCurl
{
    private const string StandardInput = "-";

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

    // What may be asked with a body and changes nothing; everything else that is no GET may.
    private static readonly HashSet<string> Reading = new(StringComparer.Ordinal)
    {
        "_analyze", "_count", "_explain", "_field_caps", "_mget", "_msearch", "_mtermvectors", "_rank_eval", "_search", "_search_shards", "_simulate", "_termvectors", "_validate",
    };

    // The last words of paths whose earlier words say the same: _search/template, _validate/query, _render/template.
    private static readonly HashSet<string> ReadingBefore = new(StringComparer.Ordinal) { "template", "query" };

    public static Command Make(Terminal terminal)
    {
        var words = new Argument<string[]>("request") { Description = "[CLUSTER] [METHOD] PATH, as 'blue GET /_cat/health'. The cluster may be left out where the context or the configuration has one; the method is GET, or POST with a body.", Arity = new ArgumentArity(1, 3) };
        words.CompletionSources.Add(Known.Clusters(terminal));
        var method = new Option<string?>("--request", "-X") { Description = "The method, as curl takes it.", HelpName = "METHOD" };
        var data = new Option<string?>("--data", "-d") { Description = "The body: a text, @FILE, or - for standard input.", HelpName = "BODY" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask before a request that may change something." };
        var command = new Command("curl", "Send one request to a cluster and print the answer. Exit code 0 for 2xx, else 1. What it changes, no plan knows of.") { words, method, data, yes };
        Verb.Does(command, terminal, (verb, cancellationToken) => RunAsync(
            verb, verb.Parsed.GetValue(words) ?? [], verb.Parsed.GetValue(method), verb.Parsed.GetValue(data), verb.Parsed.GetValue(yes), cancellationToken));
        return command;
    }

    /// <summary>True when a request cannot change anything.</summary>
    internal static bool OnlyReads(string method, string path)
    {
        if (method is "GET" or "HEAD" or "OPTIONS")
        {
            return true;
        }

        var parts = path.Split('?', 2)[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return method == "POST" && parts.Length > 0
            && (Reading.Contains(parts[^1]) || (parts.Length > 1 && ReadingBefore.Contains(parts[^1]) && (Reading.Contains(parts[^2]) || parts[^2] == "_render")));
    }

    private static async Task<int> RunAsync(Verb verb, string[] words, string? methodGiven, string? data, bool yes, CancellationToken cancellationToken)
    {
        var path = words[^1].StartsWith('/') ? words[^1] : $"/{words[^1]}";
        var isMethod = words.Length > 1 && Methods.Contains(words[^2], StringComparer.OrdinalIgnoreCase);
        var name = words.Length - (isMethod ? 2 : 1) is var left && left == 1 ? words[0] : null;
        var method = (methodGiven ?? (isMethod ? words[^2] : data is null ? "GET" : "POST")).ToUpperInvariant();
        if (left > 1 || !Methods.Contains(method, StringComparer.Ordinal) || path.Any(char.IsWhiteSpace))
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"'{string.Join(' ', words)}' is not [CLUSTER] [METHOD] PATH, with a method of {string.Join(", ", Methods)}.") with { Command = "workflow cluster curl --help" });
            return ExitCode.BadInput;
        }

        if (await ConfiguredCluster.FindAsync(verb, name, cancellationToken) is not var (config, clusters))
        {
            return ExitCode.BadInput;
        }

        if (clusters is not [var cluster])
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"Which cluster? There is {string.Join(", ", clusters.Select(one => $"{one.Role} {one.Name}"))}.") with { Command = $"workflow cluster curl {clusters[^1].Name} {method} {path}" });
            return ExitCode.BadInput;
        }

        var body = default(byte[]);
        if (data is not null && (body = await BodyAsync(verb, data, cancellationToken)) is null)
        {
            return ExitCode.BadInput;
        }

        return OnlyReads(method, path) || await ConfirmAsync(verb, $"{method} {path}", cluster, yes, cancellationToken)
            ? await SendAsync(verb, cluster, await cluster.ConnectAsync(config, verb, cancellationToken), method, path, body, cancellationToken)
            : ExitCode.BadInput;
    }

    private static async Task<byte[]?> BodyAsync(Verb verb, string data, CancellationToken cancellationToken)
    {
        if (data is StandardInput or "@-")
        {
            if (verb.Terminal.InputIsTerminal)
            {
                verb.Say(DiagnosticCatalog.InputIsTerminal.Error(null, "The body is to be read from standard input, but nothing is piped into it."));
                return null;
            }

            return Encoding.UTF8.GetBytes(await verb.Terminal.ReadToEndAsync(cancellationToken));
        }

        if (!data.StartsWith('@'))
        {
            return Encoding.UTF8.GetBytes(data);
        }

        try
        {
            return await File.ReadAllBytesAsync(data[1..], cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            verb.Say(DiagnosticCatalog.FileUnreadable.Error(null, $"{data[1..]} cannot be read: {e.Message}"));
            return null;
        }
    }

    private static async Task<bool> ConfirmAsync(Verb verb, string request, ConfiguredCluster cluster, bool yes, CancellationToken cancellationToken)
    {
        await verb.Terminal.Error.WriteLineAsync($"{request} goes to {cluster}.");
        if (yes || !verb.Terminal.InputIsTerminal)
        {
            return true;
        }

        if (await ConfigureCommand.AskAsync(verb.Terminal, "It may change something there. Send it?", cancellationToken))
        {
            return true;
        }

        await verb.Terminal.Out.WriteLineAsync("Nothing was sent.");
        return false;
    }

    private static async Task<int> SendAsync(Verb verb, ConfiguredCluster cluster, ClusterClient connected, string method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var client = connected;
        var api = path.Split('?', 2)[0];
        var contentType = api.EndsWith("/_bulk", StringComparison.Ordinal) || api.EndsWith("/_msearch", StringComparison.Ordinal) ? ClusterClient.NewlineDelimitedJson : ClusterClient.Json;
        var reply = await ClusterAccess.TryAsync(cluster.Path, () => client.SendAsync(new HttpMethod(method), path, body is null ? default(ReadOnlyMemory<byte>?) : body, contentType, cancellationToken));
        var text = Encoding.UTF8.GetString(reply.Body.Span);
        await verb.Terminal.Out.WriteAsync(text.Length == 0 || text.EndsWith('\n') ? text : $"{text}\n");
        if (!reply.IsSuccess)
        {
            await verb.Terminal.Error.WriteLineAsync($"HTTP {reply.Status} from {cluster}.");
        }

        return reply.IsSuccess ? ExitCode.Done : ExitCode.Failed;
    }
}
