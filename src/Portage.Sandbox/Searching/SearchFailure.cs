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
        var isShownAsCause = reason.Type is "illegal_argument_exception" or "search_context_missing_exception";
        return new ApiException(reason.Status, "search_phase_execution_exception", "all shards failed", isShownAsCause ? reason : null)
        {
            Root = reason,
            Facts = [new("phase", "query"), new("grouped", true), new("failed_shards", new JsonArray(shard))],
        };
    }
}
