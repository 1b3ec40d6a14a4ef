using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary>Indices themselves: create, show, delete, and the operations that change nothing visible here.</summary>
internal sealed class IndexApi(ClusterState cluster)
{
    private const string ReadParameters = IndexReading.Parameters + " flat_settings include_defaults human";

    public IEnumerable<Route> Routes =>
    [
        new("PUT", "/{index}", "timeout master_timeout cluster_manager_timeout wait_for_active_shards", Create),
        new("GET", "/{index}", ReadParameters, Show),
        new("HEAD", "/{index}", ReadParameters, Show),
        new("DELETE", "/{index}", IndexReading.Parameters, Delete),
        .. from method in (string[])["GET", "POST"]
           from verb in (string[])["_refresh", "_flush"]
           from template in (string[])[$"/{verb}", $"/{{index}}/{verb}"]
           select new Route(method, template, IndexReading.Parameters + " force wait_if_ongoing", Touch),
        .. from template in (string[])["/_forcemerge", "/{index}/_forcemerge"]
           select new Route("POST", template, IndexReading.Parameters + " max_num_segments only_expunge_deletes flush wait_for_completion primary_only", ForceMerge),
    ];

    private ApiReply Create(ApiRequest request)
    {
        var name = request.RequiredPath("index");
        cluster.CreateIndex(name, request.MapBody());
        return ApiReply.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("acknowledged", true);
            json.WriteBoolean("shards_acknowledged", true);
            json.WriteString("index", name);
            json.WriteEndObject();
        });
    }

    private ApiReply Show(ApiRequest request)
    {
        var isFlat = request.Flag("flat_settings");
        var indices = cluster.Expressions.Resolve(request);
        return ApiReply.Json(200, json => new JsonObject(indices.Select(found => KeyValuePair.Create<string, JsonNode?>(found.Index.Name, new JsonObject
        {
            ["aliases"] = found.Index.AliasesToJson(),
            ["mappings"] = found.Index.Mapping.ToJson(),
            ["settings"] = found.Index.Settings.ToJson(isFlat),
        }))).WriteTo(json));
    }

    private ApiReply Delete(ApiRequest request)
    {
        var indices = cluster.Expressions.Resolve(request, seesAliases: false);
        foreach (var (index, _) in indices)
        {
            cluster.Blocks.CheckDelete(index);
        }

        foreach (var (index, _) in indices)
        {
            cluster.Indices.Remove(index.Name);
        }

        return ApiReply.Acknowledged;
    }

    private ApiReply Touch(ApiRequest request) => ShardsReply(cluster.Expressions.Resolve(request));

    private ApiReply ForceMerge(ApiRequest request)
    {
        var indices = cluster.Expressions.Resolve(request);
        foreach (var (index, _) in indices)
        {
            index.ForgetDeleted();
        }

        return ShardsReply(indices);
    }

    private static ApiReply ShardsReply(IReadOnlyList<ResolvedIndex> indices) => ApiReply.Json(200, json =>
    {
        json.WriteStartObject();
        WriteReply.WriteShards(json, indices.Sum(found => found.Index.TotalShards), indices.Sum(found => found.Index.Shards));
        json.WriteEndObject();
    });
}
