using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Searching;

/// <summary>How the real server wraps what goes wrong on the shards.</summary>
internal static class SearchFailure
{
    public static ApiException Of(string? index, string node, ApiException reason)
    {
        var shown = JsonNode.Parse(ApiReply.JsonBytes(json =>
        {
            json.WriteStartObject();
            reason.WriteMembers(json);
            json.WriteEndObject();
        }));
        var shard = new JsonObject { ["shard"] = index is null ? -1 : 0, ["index"] = index };
        if (index is not null)
        {
            shard["node"] = node;
        }

        shard["reason"] = shown;

        // An illegal argument is shown as its own cause, once more than anybody needs.
        var cause = reason.Type switch
        {
            "illegal_argument_exception" => ApiException.IllegalArgument(reason.Message, reason),
            "search_context_missing_exception" => reason,
            _ => null,
        };
        return new ApiException(reason.Status, "search_phase_execution_exception", "all shards failed", cause)
        {
            Root = reason,
            Facts = [new("phase", "query"), new("grouped", true), new("failed_shards", new JsonArray(shard))],
        };
    }
}
