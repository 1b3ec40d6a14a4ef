using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Portage.Steps.Tests.Killing;

/// <summary>The snapshot API of a source, as far as a snapshot step uses it, before the sandbox, which keeps no snapshots. Nothing is written: the repository is there.</summary>
internal sealed class SnapshotsOfTest(HttpMessageHandler sandbox) : DelegatingHandler(sandbox)
{
    // A snapshot is under way for that many looks.
    private const int LooksMax = 2;

    private readonly SortedDictionary<string, (string Location, SortedDictionary<string, int> Snapshots)> _repositories = new(StringComparer.Ordinal);

    /// <summary>Repositories with their snapshots.</summary>
    public IEnumerable<string> All => _repositories.Select(repository => $"{repository.Key} {repository.Value.Location} {string.Join(' ', repository.Value.Snapshots.Keys)}");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path is not ["_snapshot", ..])
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var body = request.Content is { Headers.ContentLength: not 0 } content ? JsonNode.Parse(await content.ReadAsStringAsync(cancellationToken)) : null;
        var (status, answer) = Answer(request.Method.Method, path[1..], body);
        return new(status) { Content = new StringContent(answer.ToJsonString(), Encoding.UTF8, "application/json") };
    }

    private (HttpStatusCode, JsonObject) Answer(string method, string[] path, JsonNode? body)
    {
        if (path is [var name])
        {
            switch (method)
            {
                case "PUT":
                    var location = body!["settings"]!["location"]!.ToString();
                    _repositories[name] = (location, _repositories.TryGetValue(name, out var had) ? had.Snapshots : new(StringComparer.Ordinal));
                    return (HttpStatusCode.OK, new() { ["acknowledged"] = true });
                case "GET" when _repositories.TryGetValue(name, out var found):
                    return (HttpStatusCode.OK, new() { [name] = new JsonObject { ["type"] = "fs", ["settings"] = new JsonObject { ["location"] = found.Location } } });
                case "DELETE" when _repositories.Remove(name):
                    return (HttpStatusCode.OK, new() { ["acknowledged"] = true });
                default:
                    return Missing("repository_missing_exception");
            }
        }

        if (!_repositories.TryGetValue(path[0], out var repository))
        {
            return Missing("repository_missing_exception");
        }

        var snapshots = repository.Snapshots;
        switch (method, path.Length)
        {
            case ("PUT", 2):
                return snapshots.TryAdd(path[1], 0)
                    ? (HttpStatusCode.OK, new() { ["accepted"] = true })
                    : (HttpStatusCode.BadRequest, new() { ["error"] = new JsonObject { ["type"] = "snapshot_name_already_in_use_exception", ["reason"] = "in use" }, ["status"] = 400 });
            case ("DELETE", 2) when snapshots.Remove(path[1]):
                return (HttpStatusCode.OK, new() { ["acknowledged"] = true });
            case ("GET", 2) when snapshots.TryGetValue(path[1], out var looks):
                return (HttpStatusCode.OK, Listed(new JsonObject { ["snapshot"] = path[1], ["uuid"] = "u", ["state"] = StateOf(looks), ["indices"] = new JsonArray("logs") }));
            case ("GET", 3) when snapshots.TryGetValue(path[1], out var looked):
                snapshots[path[1]] = looked + 1;
                return (HttpStatusCode.OK, Listed(new JsonObject
                {
                    ["state"] = StateOf(looked),
                    ["shards_stats"] = new JsonObject { ["done"] = looked, ["total"] = LooksMax, ["failed"] = 0 },
                    ["stats"] = new JsonObject { ["incremental"] = new JsonObject { ["size_in_bytes"] = 1_000 } },
                }));
            default:
                return Missing("snapshot_missing_exception");
        }
    }

    private static string StateOf(int looks) => looks < LooksMax ? "IN_PROGRESS" : "SUCCESS";

    private static JsonObject Listed(JsonObject snapshot) => new() { ["snapshots"] = new JsonArray(snapshot) };

    private static (HttpStatusCode, JsonObject) Missing(string type) =>
        (HttpStatusCode.NotFound, new() { ["error"] = new JsonObject { ["type"] = type, ["reason"] = "missing" }, ["status"] = 404 });
}
