using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Documents;

/// <summary><c>_mget</c>.</summary>
internal sealed class MgetApi(ClusterState cluster)
{
    private const string Parameters = "_source _source_includes _source_excludes routing preference realtime refresh stored_fields";

    public IEnumerable<Route> Routes =>
    [
        new("GET", "/_mget", Parameters, Answer),
        new("POST", "/_mget", Parameters, Answer),
        new("GET", "/{index}/_mget", Parameters, Answer),
        new("POST", "/{index}/_mget", Parameters, Answer),
    ];

    private ApiReply Answer(ApiRequest request)
    {
        var body = request.RequiredJsonBody();
        var defaultSelection = SourceSelection.FromParameters(request) ?? SourceSelection.All;
        var wanted = new List<(string? Index, string? Id, string? Routing, SourceSelection Selection)>();
        foreach (var (name, value) in body)
        {
            switch (name)
            {
                case "ids" when value is JsonArray ids:
                    wanted.AddRange(ids.Select(id => (request.Path("index"), (string?)id?.ToString(), request.Parameter("routing"), defaultSelection)));
                    break;
                case "docs" when value is JsonArray docs:
                    wanted.AddRange(docs.Select(doc => ReadItem(doc, request, defaultSelection)));
                    break;
                default:
                    throw new ApiException(400, "parsing_exception", $"unknown key [{name}] for a {(value is JsonArray ? "START_ARRAY" : "VALUE_STRING")}, expected [docs] or [ids]");
            }
        }

        Check(wanted);
        return ApiReply.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("docs");
            foreach (var (index, id, routing, selection) in wanted)
            {
                json.WriteStartObject();
                WriteItem(json, index!, id!, routing, selection);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private void WriteItem(Utf8JsonWriter json, string name, string id, string? routing, SourceSelection selection)
    {
        try
        {
            var (index, document) = DocumentApi.Find(cluster, name, id, routing);
            DocumentApi.WriteDocument(json, index.Name, id, document, selection);
        }
        catch (ApiException e)
        {
            json.WriteString("_index", name);
            json.WriteString("_id", id);
            json.WritePropertyName("error");
            e.WriteWithRoot(json);
        }
    }

    private static (string?, string?, string?, SourceSelection) ReadItem(JsonNode? node, ApiRequest request, SourceSelection defaultSelection)
    {
        var item = node as JsonObject ?? throw ApiException.IllegalArgument("docs array element should include an object");
        foreach (var (name, _) in item)
        {
            if (name is not ("_index" or "_id" or "routing" or "_source" or "stored_fields" or "version" or "version_type"))
            {
                throw ApiException.IllegalArgument($"unknown key [{name}] in document of a multi get");
            }
        }

        return (item["_index"]?.ToString() ?? request.Path("index"), item["_id"]?.ToString(), item["routing"]?.ToString() ?? request.Parameter("routing"),
            item["_source"] is { } source ? SourceSelection.FromBody(source) : defaultSelection);
    }

    private static void Check(List<(string? Index, string? Id, string? Routing, SourceSelection Selection)> wanted)
    {
        if (wanted.Count == 0)
        {
            throw ApiException.Validation("no documents to get");
        }

        var faults = new List<string>();
        for (var i = 0; i < wanted.Count; i++)
        {
            if (wanted[i].Index is null)
            {
                faults.Add($"index is missing for doc {i}");
            }

            if (wanted[i].Id is null)
            {
                faults.Add($"id is missing for doc {i}");
            }
        }

        if (faults.Count > 0)
        {
            throw new ApiException(400, "action_request_validation_exception", $"Validation Failed: {string.Concat(faults.Select((fault, i) => $"{i + 1}: {fault};"))}");
        }
    }
}
