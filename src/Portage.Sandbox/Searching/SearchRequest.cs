using System.Text.Json.Nodes;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Searching;

/// <summary>What a search asks for, from its URL and its body; the URL wins.</summary>
internal sealed record SearchRequest
{
    /// <summary>The parameters of <c>_search</c> that the sandbox understands, or that mean nothing with one node.</summary>
    public const string Parameters = "q size from sort scroll search_type preference routing request_cache allow_partial_search_results track_total_hits version seq_no_primary_term _source _source_includes _source_excludes rest_total_hits_as_int typed_keys batched_reduce_size ccs_minimize_roundtrips max_concurrent_shard_requests pre_filter_shard_size ignore_throttled timeout track_scores cancel_after_time_interval";

    // What totals are counted up to when nobody says otherwise (OpenSearch since 1.0, Elasticsearch since 7.0).
    private const int TotalMaxByDefault = 10_000;

    public Query Query { get; private init; } = Query.All;

    public int Size { get; private init; } = 10;

    public int From { get; private init; }

    public IReadOnlyList<SortKey> Sort { get; private init; } = [];

    public JsonArray? After { get; private init; }

    public SourceSelection Source { get; private init; } = SourceSelection.All;

    /// <summary>Up to which number hits are counted; 0: not at all.</summary>
    public int TotalMax { get; private init; } = TotalMaxByDefault;

    public bool ShowsVersion { get; private init; }

    public bool ShowsSequenceNumber { get; private init; }

    public bool TotalIsNumber { get; private init; }

    public TimeSpan? Scroll { get; private init; }

    public string? PointInTime { get; private init; }

    public TimeSpan? PointInTimeKeepAlive { get; private init; }

    public string? Routing { get; private init; }

    /// <exception cref="ApiException">Something is malformed, or not known here.</exception>
    public static SearchRequest Read(ApiRequest request)
    {
        var search = ReadBody(request.JsonBody() ?? []);
        search = search with
        {
            Query = request.Parameter("q") is { } text ? QueryReader.ReadText(text) : search.Query,
            Size = (int?)request.Number("size") ?? search.Size,
            From = (int?)request.Number("from") ?? search.From,
            Sort = request.Parameter("sort") is { } sort ? SortKey.ReadText(sort) : search.Sort,
            Source = SourceSelection.FromParameters(request) ?? search.Source,
            ShowsVersion = request.Flag("version", search.ShowsVersion),
            ShowsSequenceNumber = request.Flag("seq_no_primary_term", search.ShowsSequenceNumber),
            TotalIsNumber = request.Flag("rest_total_hits_as_int"),
            TotalMax = request.Parameter("track_total_hits") is { } total ? Total(total) : search.TotalMax,
            Scroll = request.Parameter("scroll") is { } scroll ? KeepAlive.Read("scroll", scroll) : null,
            Routing = request.Parameter("routing"),
        };
        return search.Checked();
    }

    private static SearchRequest ReadBody(JsonObject body)
    {
        var search = new SearchRequest { Query = QueryReader.ReadBody(body) };
        foreach (var (name, value) in body)
        {
            search = name switch
            {
                "query" or "timeout" or "track_scores" => search,
                "size" => search with { Size = Number(value) },
                "from" => search with { From = Number(value) },
                "sort" => search with { Sort = SortKey.Read(value!) },
                "search_after" => search with { After = value as JsonArray },
                "_source" => search with { Source = SourceSelection.FromBody(value!) },
                "track_total_hits" => search with { TotalMax = Total(value!.ToString()) },
                "version" => search with { ShowsVersion = value?.ToString() == "true" },
                "seq_no_primary_term" => search with { ShowsSequenceNumber = value?.ToString() == "true" },
                "pit" => search with { PointInTime = value?["id"]?.ToString(), PointInTimeKeepAlive = value?["keep_alive"] is { } alive ? KeepAlive.Read("keep_alive", alive.ToString()) : null },
                "aggs" or "aggregations" or "highlight" or "suggest" or "rescore" or "collapse" or "fields" or "docvalue_fields" or "stored_fields" or "script_fields"
                    or "post_filter" or "min_score" or "explain" or "profile" or "terminate_after" or "slice" or "indices_boost" or "ext" or "stats" or "derived"
                    => throw ApiException.IllegalArgument($"the sandbox has no [{name}] in searches"),
                _ => throw new ApiException(400, "parsing_exception", $"Unknown key for a {Token(value)} in [{name}]."),
            };
        }

        return search;
    }

    private SearchRequest Checked()
    {
        if (From < 0)
        {
            throw ApiException.IllegalArgument($"[from] parameter cannot be negative, found [{From}]");
        }

        if (Size < 0)
        {
            throw ApiException.IllegalArgument($"[size] parameter cannot be negative, found [{Size}]");
        }

        if (Scroll is not null && From > 0)
        {
            throw ApiException.Validation("using [from] is not allowed in a scroll context");
        }

        if (Scroll is not null && Size == 0)
        {
            throw ApiException.Validation("[size] cannot be [0] in a scroll context");
        }

        return this;
    }

    private static int Number(JsonNode? value) => int.TryParse(value?.ToString(), out var number) ? number
        : throw new ApiException(400, "number_format_exception", $"For input string: \"{value}\"");

    private static int Total(string text) => text switch
    {
        "true" or "" => int.MaxValue,
        "false" => 0,
        _ => int.TryParse(text, out var number) ? number : throw ApiException.IllegalArgument($"Failed to parse track_total_hits [{text}]"),
    };

    private static string Token(JsonNode? value) => value switch
    {
        JsonObject => "START_OBJECT",
        JsonArray => "START_ARRAY",
        null => "VALUE_NULL",
        _ => value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.String => "VALUE_STRING",
            System.Text.Json.JsonValueKind.Number => "VALUE_NUMBER",
            _ => "VALUE_BOOLEAN",
        },
    };
}
