using System.Globalization;
using System.Text.Json.Nodes;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Searching;

/// <summary><c>_search/point_in_time</c>, as OpenSearch has it since 2.4.</summary>
internal sealed class PointInTimeApi
{
    // search.max_open_pit_context
    private const int OpenMax = 300;
    private readonly ClusterState _cluster;
    private readonly SearchContexts _contexts;

    public PointInTimeApi(ClusterState cluster) => (_cluster, _contexts) = (cluster, new(cluster, "pit", OpenMax));

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/{index}/_search/point_in_time", "keep_alive allow_partial_pit_creation preference routing" + IndexReading.Parameters, Create),
        new("GET", "/_search/point_in_time/_all", "", List),
        new("DELETE", "/_search/point_in_time/_all", "", DeleteAll),
        new("DELETE", "/_search/point_in_time", "", Delete),
    ];

    /// <summary>What a search in a point in time sees.</summary>
    /// <exception cref="ApiException">The point is unknown, has ended, or the search names indices besides.</exception>
    public (IReadOnlyList<ResolvedIndex> Indices, IReadOnlyList<FoundDocument> Documents) Find(string id, SearchRequest search, ApiRequest request)
    {
        if (request.Path("index") is not null)
        {
            throw ApiException.Validation("[indices] cannot be used with point in time");
        }

        if (search.Scroll is not null)
        {
            throw ApiException.Validation("using [point in time] is not allowed in a scroll context");
        }

        var number = NumberOf(id);
        _contexts.TryFind(id, out _, out var context);
        if (context is null)
        {
            throw SearchFailure.Of(index: null, _cluster.NodeId, new ApiException(404, "search_context_missing_exception", string.Create(CultureInfo.InvariantCulture, $"No search context found for id [{number}]")));
        }

        if (search.PointInTimeKeepAlive is { } keepAlive)
        {
            _contexts.Prolong(context, keepAlive);
        }

        return (context.Indices, context.Documents);
    }

    private ApiReply Create(ApiRequest request)
    {
        var keepAlive = KeepAlive.Read("keep_alive", request.Parameter("keep_alive") ?? throw ApiException.Validation("keep alive not specified"));
        var indices = _cluster.Expressions.Resolve(request);
        var documents = DocumentSelection.Of(indices, Query.All, request.Parameter("routing"), _cluster.NodeId);
        var context = _contexts.Add(keepAlive, (number, id, created) => new(number, id, indices, created) { Documents = documents });
        return ApiReply.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("pit_id", context.Id);
            var shards = indices.Sum(found => found.Index.Shards);
            WriteReply.WriteShards(json, shards, shards, withSkipped: true);
            json.WriteNumber("creation_time", context.Created.ToUnixTimeMilliseconds());
            json.WriteEndObject();
        });
    }

    private ApiReply List(ApiRequest request) => ApiReply.Json(200, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("pits");
        foreach (var context in _contexts.Open)
        {
            json.WriteStartObject();
            json.WriteString("pit_id", context.Id);
            json.WriteNumber("creation_time", context.Created.ToUnixTimeMilliseconds());
            json.WriteNumber("keep_alive", (long)context.KeepAlive.TotalMilliseconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private ApiReply DeleteAll(ApiRequest request)
    {
        var ids = _contexts.Open.Select(context => context.Id).ToArray();
        _contexts.CloseAll();
        return Deleted(ids);
    }

    private ApiReply Delete(ApiRequest request)
    {
        var ids = request.RequiredJsonBody()["pit_id"] switch
        {
            JsonArray items => [.. items.Select(item => item!.ToString())],
            null => throw ApiException.Validation("no pit ids specified"),
            var one => (string[])[one.ToString()],
        };
        foreach (var number in ids.Select(NumberOf).ToArray())
        {
            _contexts.Close(number);
        }

        return Deleted(ids);
    }

    private static ApiReply Deleted(string[] ids) => ApiReply.Json(200, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("pits");
        foreach (var id in ids)
        {
            json.WriteStartObject();
            json.WriteBoolean("successful", true);
            json.WriteString("pit_id", id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private long NumberOf(string id) => _contexts.TryFind(id, out var number, out _) ? number
        : throw ApiException.IllegalArgument($"invalid id: [{id}]", new ApiException(400, "illegal_argument_exception", "not an id of a point in time of this sandbox"));
}
