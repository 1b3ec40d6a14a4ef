using System.Text.Json;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Documents;

/// <summary><c>_bulk</c>.</summary>
internal sealed class BulkApi(ClusterState cluster)
{
    private const string Parameters = "refresh routing timeout wait_for_active_shards pipeline require_alias _source _source_includes _source_excludes batch_size";
    private readonly DocumentWriter _writer = new(cluster);

    public IEnumerable<Route> Routes =>
    [
        new("POST", "/_bulk", Parameters, Answer),
        new("PUT", "/_bulk", Parameters, Answer),
        new("POST", "/{index}/_bulk", Parameters, Answer),
        new("PUT", "/{index}/_bulk", Parameters, Answer),
    ];

    private ApiReply Answer(ApiRequest request)
    {
        var start = cluster.Options.TimeProvider.GetTimestamp();
        var isRefreshed = WriteReply.RefreshIsForced(request);
        var operations = BulkReader.Read(request.Body, request.Path("index"), request.Parameter("routing"), request.Flag("require_alias"));
        var hasErrors = false;
        var items = ApiReply.JsonBytes(json =>
        {
            json.WriteStartArray();
            foreach (var operation in operations.Select(operation => operation with { Pipeline = operation.Pipeline ?? request.Parameter("pipeline") }))
            {
                json.WriteStartObject();
                json.WriteStartObject(operation.Word);
                hasErrors |= !TryWriteItem(json, operation, isRefreshed);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

        return ApiReply.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("took", (long)cluster.Options.TimeProvider.GetElapsedTime(start).TotalMilliseconds);
            json.WriteBoolean("errors", hasErrors);
            json.WritePropertyName("items");
            json.WriteRawValue(items, skipInputValidation: true);
            json.WriteEndObject();
        });
    }

    private bool TryWriteItem(Utf8JsonWriter json, WriteOperation operation, bool isRefreshed)
    {
        try
        {
            if (cluster.Faults.TakeRejectedItem())
            {
                throw new ApiException(429, "rejected_execution_exception", $"rejected execution of primary operation [{operation.Index}]");
            }

            var result = _writer.Write(operation);
            WriteReply.WriteMembers(json, result, isRefreshed && result.Result != "noop");
            json.WriteNumber("status", result.Status);
            return true;
        }
        catch (ApiException e)
        {
            json.WriteString("_index", operation.Index);
            json.WriteString("_id", operation.Id);
            json.WriteNumber("status", e.Status);
            json.WriteStartObject("error");
            e.WriteMembers(json);
            json.WriteEndObject();
            return false;
        }
    }
}
