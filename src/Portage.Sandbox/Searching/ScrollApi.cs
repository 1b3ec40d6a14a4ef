using System.Globalization;
using System.Text.Json.Nodes;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Searching;

/// <summary><c>_search/scroll</c>.</summary>
internal sealed class ScrollApi
{
    private const string Parameters = "scroll scroll_id rest_total_hits_as_int";

    // search.max_open_scroll_context
    private const int OpenMax = 500;
    private readonly ClusterState _cluster;
    private readonly SearchContexts _contexts;

    public ScrollApi(ClusterState cluster) => (_cluster, _contexts) = (cluster, new(cluster, "scroll", OpenMax));

    public IEnumerable<Route> Routes =>
    [
        .. from method in (string[])["GET", "POST"]
           from template in (string[])["/_search/scroll", "/_search/scroll/{id}"]
           select new Route(method, template, Parameters, Continue),
        new("DELETE", "/_search/scroll", Parameters, Clear),
        new("DELETE", "/_search/scroll/{id}", Parameters, Clear),
    ];

    /// <summary>The first page, with the rest kept for later.</summary>
    public ApiReply Start(SearchRequest search, Sorter sorter, IReadOnlyList<ResolvedIndex> indices, IReadOnlyList<SortedDocument> hits, TimeSpan keepAlive)
    {
        if (KeepAlive.Refusal(keepAlive) is { } refusal && indices.Count > 0)
        {
            throw SearchFailure.Of(indices[0].Index.Name, _cluster.NodeId, refusal);
        }

        var context = _contexts.Add(keepAlive, (number, id, created) => new(number, id, indices, created) { Search = search, Sorter = sorter, Hits = hits });
        return Next(context, search);
    }

    private ApiReply Continue(ApiRequest request)
    {
        var body = request.JsonBody();
        var id = body?["scroll_id"]?.ToString() ?? request.Path("id") ?? request.Parameter("scroll_id") ?? throw ApiException.Validation("scrollId is missing");
        var context = Find(id);
        if ((body?["scroll"]?.ToString() ?? request.Parameter("scroll")) is { } keepAlive)
        {
            _contexts.Prolong(context, KeepAlive.Read("scroll", keepAlive));
        }

        return Next(context, context.Search!);
    }

    private ApiReply Clear(ApiRequest request)
    {
        var ids = request.JsonBody()?["scroll_id"] switch
        {
            JsonArray items => [.. items.Select(item => item!.ToString())],
            null => (request.Path("id") ?? request.Parameter("scroll_id"))?.Split(',') ?? throw ApiException.Validation("no scroll ids specified"),
            var one => (string[])[one.ToString()],
        };
        var freed = ids is ["_all"] ? _contexts.CloseAll() : ids.Select(NumberOf).ToArray().Count(_contexts.Close);
        return ApiReply.Json(freed == 0 ? 404 : 200, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("succeeded", true);
            json.WriteNumber("num_freed", freed);
            json.WriteEndObject();
        });
    }

    private static ApiReply Next(SearchContext context, SearchRequest search)
    {
        var page = context.Hits.Skip(context.Position).Take(search.Size).ToArray();
        context.Position += page.Length;
        return SearchReply.Of(search, context.Sorter!, context.Indices, context.Hits.Count, page, context.Id);
    }

    private long NumberOf(string id) => _contexts.TryFind(id, out var number, out _) ? number
        : throw ApiException.IllegalArgument("Cannot parse scroll id", new ApiException(400, "illegal_argument_exception", "not an id of a scroll of this sandbox"));

    private SearchContext Find(string id)
    {
        var number = NumberOf(id);
        _contexts.TryFind(id, out _, out var context);
        return context ?? throw SearchFailure.Of(index: null, _cluster.NodeId, new ApiException(404, "search_context_missing_exception", string.Create(CultureInfo.InvariantCulture, $"No search context found for id [{number}]")));
    }
}
