using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Searching;

/// <summary><c>_search</c> and <c>_count</c>; scrolls and points in time are in <see cref="ScrollApi"/> and <see cref="PointInTimeApi"/>.</summary>
internal sealed class SearchApi
{
    private const string CountParameters = "q preference routing min_score terminate_after ignore_throttled analyzer analyze_wildcard default_operator df lenient";
    private readonly ClusterState _cluster;
    private readonly ScrollApi _scrolls;
    private readonly PointInTimeApi _points;

    public SearchApi(ClusterState cluster)
    {
        _cluster = cluster;
        _scrolls = new(cluster);
        _points = new(cluster);
    }

    public IEnumerable<Route> Routes =>
    [
        .. from method in (string[])["GET", "POST"]
           from template in (string[])["/_search", "/{index}/_search"]
           select new Route(method, template, SearchRequest.Parameters + IndexReading.Parameters, Search),
        .. from method in (string[])["GET", "POST"]
           from template in (string[])["/_count", "/{index}/_count"]
           select new Route(method, template, CountParameters + IndexReading.Parameters, Count),
        .. _scrolls.Routes,
        .. _points.Routes,
    ];

    private ApiReply Search(ApiRequest request)
    {
        var search = SearchRequest.Read(request);
        var (indices, documents) = search.PointInTime is { } point
            ? _points.Find(point, search, request)
            : (_cluster.Expressions.Resolve(request), null);
        CheckWindow(search, indices);
        var sorter = new Sorter(search.Sort, indices, _cluster.NodeId);
        CheckAfter(search, indices);

        var found = documents is null
            ? DocumentSelection.Of(indices, search.Query, search.Routing, _cluster.NodeId)
            : Matching(documents, indices, search.Query);
        var sorted = sorter.Sort(found, search.After);
        if (search.Scroll is { } keepAlive)
        {
            return _scrolls.Start(search, sorter, indices, [.. sorted], keepAlive);
        }

        var hits = search.From == 0 ? sorted.Take(search.Size) : sorted.Skip(search.From).Take(search.Size);
        return SearchReply.Of(search, sorter, indices, found.Count, hits, pointInTime: search.PointInTime);
    }

    private List<FoundDocument> Matching(IReadOnlyList<FoundDocument> documents, IReadOnlyList<ResolvedIndex> indices, Query query)
    {
        if (query is Query.MatchAll)
        {
            return [.. documents];
        }

        var matchers = indices.ToDictionary(found => found.Index, found => QueryMatcher.For(found.Index, query, _cluster.NodeId));
        return [.. documents.Where(found => matchers[found.Index].Matches(found.Document))];
    }

    private void CheckWindow(SearchRequest search, IReadOnlyList<ResolvedIndex> indices)
    {
        foreach (var (index, _) in indices)
        {
            var window = index.Settings.Number("index.max_result_window", 10_000);
            if (search.From + search.Size <= window)
            {
                continue;
            }

            throw SearchFailure.Of(index.Name, _cluster.NodeId, ApiException.IllegalArgument(search.Scroll is null
                ? $"Result window is too large, from + size must be less than or equal to: [{window}] but was [{search.From + search.Size}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting."
                : $"Batch size is too large, size must be less than or equal to: [{window}] but was [{search.Size}]. Scroll batch sizes cost as much memory as result windows so they are controlled by the [index.max_result_window] index level setting."));
        }
    }

    private void CheckAfter(SearchRequest search, IReadOnlyList<ResolvedIndex> indices)
    {
        if (search.After is not { } after || indices.Count == 0)
        {
            return;
        }

        var reason = search.From > 0 ? new ApiException(500, "search_exception", "`from` parameter must be set to 0 when `search_after` is used.")
            : search.Sort.Count == 0 ? ApiException.IllegalArgument("Sort must contain at least one field.")
            : after.Count != search.Sort.Count ? ApiException.IllegalArgument($"search_after has {after.Count} value(s) but sort has {search.Sort.Count}.")
            : null;
        if (reason is not null)
        {
            throw SearchFailure.Of(indices[0].Index.Name, _cluster.NodeId, reason);
        }
    }

    private ApiReply Count(ApiRequest request)
    {
        var body = request.JsonBody();
        foreach (var (name, _) in body ?? [])
        {
            if (name != "query")
            {
                throw new ApiException(400, "parsing_exception", $"request does not support [{name}]");
            }
        }

        var query = request.Parameter("q") is { } text ? QueryReader.ReadText(text) : QueryReader.ReadBody(body);
        var indices = _cluster.Expressions.Resolve(request);
        var count = indices.Sum(found => DocumentSelection.CountOf(found, query, request.Parameter("routing"), _cluster.NodeId));
        return ApiReply.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("count", count);
            var shards = DocumentSelection.ShardsOf(indices, request.Parameter("routing"));
            WriteReply.WriteShards(json, shards, shards, withSkipped: true);
            json.WriteEndObject();
        });
    }
}
