using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary><c>_ingest/pipeline</c>, as a server answers that has none.</summary>
internal static class PipelineApi
{
    private const string Parameters = "timeout master_timeout cluster_manager_timeout summary";

    public static IEnumerable<Route> Routes =>
    [
        new("GET", "/_ingest/pipeline", Parameters, static _ => ApiReply.Json(200, static json => new JsonObject().WriteTo(json))),
        new("GET", "/_ingest/pipeline/{name}", Parameters, static _ => ApiReply.Json(404, static json => new JsonObject().WriteTo(json))),
    ];
}
