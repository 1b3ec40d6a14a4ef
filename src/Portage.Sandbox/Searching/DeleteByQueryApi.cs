using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Searching;

/// <summary><c>_delete_by_query</c>.</summary>
internal sealed class DeleteByQueryApi(ClusterState cluster)
{
    private const int DocumentsPerBatch = 1_000;
    private const string Parameters = "refresh conflicts routing preference scroll scroll_size search_timeout max_docs requests_per_second slices wait_for_active_shards wait_for_completion q";
    private readonly DocumentWriter _writer = new(cluster);

    public IEnumerable<Route> Routes => [new("POST", "/{index}/_delete_by_query", Parameters + IndexReading.Parameters, Answer)];

    private ApiReply Answer(ApiRequest request)
    {
        if (!request.Flag("wait_for_completion", otherwise: true))
        {
            throw ApiException.IllegalArgument("the sandbox has no tasks to wait for");
        }

        var start = cluster.Options.TimeProvider.GetTimestamp();
        var body = request.JsonBody() ?? [];
        foreach (var (name, _) in body)
        {
            if (name is not ("query" or "max_docs" or "conflicts"))
            {
                throw ApiException.IllegalArgument($"request does not support [{name}]");
            }
        }

        var text = request.Parameter("q");
        if (text is null && !body.ContainsKey("query"))
        {
            throw ApiException.Validation("query is missing");
        }

        var query = text is null ? QueryReader.ReadBody(body) : QueryReader.ReadText(text);
        var most = request.Number("max_docs") ?? (long.TryParse(body["max_docs"]?.ToString(), out var given) ? given : long.MaxValue);
        var found = DocumentSelection.Of(cluster.Expressions.Resolve(request), query, request.Parameter("routing"), cluster.NodeId);
        var chosen = found.Take((int)Math.Min(most, int.MaxValue)).ToArray();
        foreach (var (index, document) in chosen)
        {
            _writer.Write(new(WriteKind.Delete, index.Name, document.Id) { Routing = document.Routing });
        }

        return ApiReply.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("took", (long)cluster.Options.TimeProvider.GetElapsedTime(start).TotalMilliseconds);
            json.WriteBoolean("timed_out", false);
            json.WriteNumber("total", chosen.Length);
            json.WriteNumber("deleted", chosen.Length);
            json.WriteNumber("batches", (chosen.Length + DocumentsPerBatch - 1) / DocumentsPerBatch);
            json.WriteNumber("version_conflicts", 0);
            json.WriteNumber("noops", 0);
            json.WriteStartObject("retries");
            json.WriteNumber("bulk", 0);
            json.WriteNumber("search", 0);
            json.WriteEndObject();
            json.WriteNumber("throttled_millis", 0);
            json.WritePropertyName("requests_per_second");
            json.WriteRawValue("-1.0");
            json.WriteNumber("throttled_until_millis", 0);
            json.WriteStartArray("failures");
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
