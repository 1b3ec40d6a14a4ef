using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Searching;

/// <summary>Reads a query, and says of one that the real server knows and the sandbox does not that it is so.</summary>
internal static class QueryReader
{
    private static readonly SearchValues<char> QuerySyntax = SearchValues.Create(" ()[]{}\"*?~^\\");

    private const int TermsMax = 65_536;

    // So that no body can exhaust the stack (indices.query.bool.max_nested_depth is 20 on the real server, for bool alone).
    private const int DepthMax = 100;

    /// <summary>The <c>query</c> of a body; all documents where there is none.</summary>
    /// <exception cref="ApiException">The query is malformed, or not known here.</exception>
    public static Query ReadBody(JsonObject? body) => body?["query"] is { } query ? Read(query) : Query.All;

    public static Query Read(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString(), new() { MaxDepth = 1_000 });
        return Read(document.RootElement.Clone(), 0);
    }

    /// <summary>The <c>q</c> of a URL: everything, or one field and value.</summary>
    public static Query ReadText(string text)
    {
        if (text is "*" or "*:*")
        {
            return Query.All;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || text.AsSpan().ContainsAny(QuerySyntax))
        {
            throw ApiException.IllegalArgument($"the sandbox does not know the query string [{text}]; it knows [*] and [field:value]");
        }

        return new Query.Match(text[..colon], JsonSerializer.SerializeToElement(text[(colon + 1)..], SandboxJson.Default.String), NeedsAll: false);
    }

    private static Query Read(JsonElement json, int depth)
    {
        if (depth > DepthMax)
        {
            throw ApiException.IllegalArgument($"the query is nested more than {DepthMax} levels deep");
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Malformed("[_na] query malformed, must start with start_object");
        }

        var members = json.EnumerateObject().ToArray();
        if (members.Length == 0)
        {
            throw ApiException.IllegalArgument("query malformed, empty clause found");
        }

        if (members.Length > 1)
        {
            throw Malformed($"[{members[0].Name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]");
        }

        var (name, body) = (members[0].Name, members[0].Value);
        return name switch
        {
            "match_all" => Only(name, body, Query.All, "boost", "_name"),
            "match_none" => Only(name, body, new Query.MatchNone(), "boost", "_name"),
            "ids" => new Query.Ids(body.TryGetProperty("values", out var ids) ? Items(ids).Select(Text).ToHashSet(StringComparer.Ordinal) : throw Malformed("[ids] requires providing the values")),
            "term" => ReadTerm(body),
            "terms" => ReadTerms(body),
            "match" => ReadMatch(body),
            "prefix" => FieldOf("prefix", body) is var (field, value) ? new Query.Prefix(field, Text(ValueOf(value, "value"))) : throw Malformed("[prefix] needs a field"),
            "exists" => new Query.Exists(body.TryGetProperty("field", out var exists) ? Text(exists) : throw Malformed("[exists] must be provided with a [field]")),
            "range" => ReadRange(body),
            "bool" => ReadBool(body, depth),
            "constant_score" => body.TryGetProperty("filter", out var filter) ? Read(filter, depth + 1) : throw Malformed("[constant_score] requires a 'filter' element"),
            _ => throw Unknown(name),
        };
    }

    private static ApiException Unknown(string name) => name is "wildcard" or "regexp" or "fuzzy" or "nested" or "query_string" or "simple_query_string"
        or "match_phrase" or "match_phrase_prefix" or "match_bool_prefix" or "multi_match" or "function_score" or "script" or "script_score" or "dis_max" or "boosting"
        or "geo_distance" or "geo_bounding_box" or "geo_shape" or "geo_polygon" or "has_child" or "has_parent" or "parent_id" or "more_like_this" or "percolate"
        or "rank_feature" or "distance_feature" or "terms_set" or "wrapper" or "intervals" or "pinned" or "span_term" or "knn"
        ? ApiException.IllegalArgument($"the sandbox does not know the query [{name}]")
        : new(400, "parsing_exception", $"unknown query [{name}]", new ApiException(400, "named_object_not_found_exception", $"unknown field [{name}]"));

    private static Query.Terms ReadTerm(JsonElement body)
    {
        var (field, value) = FieldOf("term", body);
        return new Query.Terms(field, [ValueOf(value, "value")]);
    }

    private static Query.Terms ReadTerms(JsonElement body)
    {
        var (field, value) = FieldOf("terms", body);
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw value.ValueKind == JsonValueKind.Object
                ? ApiException.IllegalArgument("the sandbox has no terms lookup")
                : Malformed($"[terms] query does not support [{field}]");
        }

        var values = value.EnumerateArray().ToArray();
        return values.Length <= TermsMax ? new Query.Terms(field, values)
            : throw ApiException.IllegalArgument($"The number of terms [{values.Length}] used in the Terms Query request has exceeded the allowed maximum of [{TermsMax}]. This maximum can be set by changing the [index.max_terms_count] index level setting.");
    }

    private static Query.Match ReadMatch(JsonElement body)
    {
        var (field, value) = FieldOf("match", body);
        var needsAll = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("operator", out var op) && string.Equals(op.GetString(), "and", StringComparison.OrdinalIgnoreCase);
        return new Query.Match(field, ValueOf(value, "query"), needsAll);
    }

    private static Query.Range ReadRange(JsonElement body)
    {
        var (field, bounds) = FieldOf("range", body);
        var range = new Query.Range(field, null, true, null, true, null);
        if (bounds.ValueKind != JsonValueKind.Object)
        {
            throw Malformed($"[range] query does not support [{field}]");
        }

        foreach (var bound in bounds.EnumerateObject())
        {
            var value = bound.Value.ValueKind == JsonValueKind.Null ? (JsonElement?)null : bound.Value;
            range = bound.Name switch
            {
                "gte" or "from" => range with { From = value },
                "gt" => range with { From = value, FromIsIn = false },
                "lte" or "to" => range with { To = value },
                "lt" => range with { To = value, ToIsIn = false },
                "format" => range with { Format = Text(bound.Value) },
                "boost" or "_name" => range,
                _ => throw Malformed($"[range] query does not support [{bound.Name}]"),
            };
        }

        return range;
    }

    private static Query.Bool ReadBool(JsonElement body, int depth)
    {
        var clauses = new Dictionary<string, Query[]>(StringComparer.Ordinal);
        int? shouldMin = null;
        foreach (var member in body.EnumerateObject())
        {
            switch (member.Name)
            {
                case "must" or "filter" or "should" or "must_not":
                    clauses[member.Name] = [.. Items(member.Value).Select(clause => Read(clause, depth + 1))];
                    break;
                case "minimum_should_match":
                    shouldMin = int.TryParse(Text(member.Value), out var number) && number >= 0 ? number
                        : throw ApiException.IllegalArgument($"the sandbox does not know the minimum_should_match [{Text(member.Value)}]; it knows whole numbers");
                    break;
                case "boost" or "_name" or "adjust_pure_negative":
                    break;
                default:
                    throw new ApiException(400, "x_content_parse_exception", $"[bool] unknown field [{member.Name}]");
            }
        }

        Query[] Of(string name) => clauses.GetValueOrDefault(name) ?? [];
        return new Query.Bool(Of("must"), Of("filter"), Of("should"), Of("must_not"), shouldMin ?? (Of("must").Length + Of("filter").Length == 0 ? 1 : 0));
    }

    private static (string Field, JsonElement Value) FieldOf(string query, JsonElement body)
    {
        var fields = body.ValueKind == JsonValueKind.Object ? body.EnumerateObject().Where(member => member.Name is not ("boost" or "_name")).ToArray() : [];
        return fields.Length switch
        {
            1 => (fields[0].Name, fields[0].Value),
            0 => throw ApiException.IllegalArgument("fieldName must not be null or empty"),
            _ => throw Malformed($"[{query}] query doesn't support multiple fields, found [{fields[0].Name}] and [{fields[1].Name}]"),
        };
    }

    private static Query Only(string name, JsonElement body, Query query, params string[] known)
    {
        foreach (var member in body.EnumerateObject().Where(member => !known.Contains(member.Name)))
        {
            throw new ApiException(400, "parsing_exception", $"[{name}] unknown field [{member.Name}]", new ApiException(400, "x_content_parse_exception", $"[{name}] unknown field [{member.Name}]"));
        }

        return query;
    }

    private static JsonElement ValueOf(JsonElement value, string member) => value.ValueKind != JsonValueKind.Object ? value
        : value.TryGetProperty(member, out var inner) ? inner
        : throw Malformed($"the query has no [{member}]");

    private static JsonElement[] Items(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static ApiException Malformed(string reason) => new(400, "parsing_exception", reason);
}
