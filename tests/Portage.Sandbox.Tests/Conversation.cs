using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portage.Sandbox.Tests;

/// <summary>
/// Sends the requests of a text, one after the other, and writes down the replies without what differs from server to server.
/// A request is a line with method and path, then the lines of its body; blank lines separate requests, <c>#</c> begins a
/// comment, and <c>{{_scroll_id}}</c> stands for the member of that name in the last reply that had it.
/// </summary>
public static partial class Conversation
{
    // What other conversations have left on a server that several share.
    private static readonly string[] CleanUp = ["DELETE /*", "DELETE /_index_template/*", "DELETE /_component_template/*", "DELETE /_template/*", "DELETE /_search/scroll/_all", "DELETE /_search/point_in_time/_all"];

    public static async Task<string> HoldAsync(string endpoint, string requests, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = new Uri(endpoint) };
        foreach (var request in CleanUp)
        {
            using var _ = await SendAsync(client, request, "", cancellationToken);
        }

        var replies = new StringBuilder();
        var remembered = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var block in BlankLine().Split(requests.Trim()))
        {
            var lines = block.Split('\n').Where(line => !line.StartsWith('#')).ToArray();
            if (lines.Length == 0)
            {
                continue;
            }

            var isBulk = lines[0].Contains("_bulk", StringComparison.Ordinal);
            var body = string.Join('\n', lines[1..]) + (isBulk ? "\n" : "");
            using var response = await SendAsync(client, Filled(lines[0], remembered), Filled(body, remembered), cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            Remember(remembered, text);
            replies.Append(lines[0]).Append('\n').Append((int)response.StatusCode).Append('\n').Append(Normaliser.Normalise(text, response.Content.Headers.ContentType?.MediaType)).Append("\n\n");
        }

        return replies.ToString();
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string line, string body, CancellationToken cancellationToken)
    {
        var (method, path) = line.Split(' ', 2) is [var first, var second] ? (first, second) : throw new FormatException($"Not a request: {line}");
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Version = HttpVersion.Version11 };
        if (body.Length > 0)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return client.SendAsync(request, cancellationToken);
    }

    private static string Filled(string text, Dictionary<string, string> remembered) =>
        Placeholder().Replace(text, match => remembered.GetValueOrDefault(match.Groups[1].Value, match.Value));

    private static void Remember(Dictionary<string, string> remembered, string text)
    {
        if (!text.StartsWith('{') || JsonNode.Parse(text) is not JsonObject reply)
        {
            return;
        }

        foreach (var member in (string[])["_scroll_id", "pit_id"])
        {
            if (reply[member] is { } value)
            {
                remembered[member] = value.ToString();
            }
        }
    }

    [GeneratedRegex(@"\n\s*\n")]
    private static partial Regex BlankLine();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Placeholder();
}
