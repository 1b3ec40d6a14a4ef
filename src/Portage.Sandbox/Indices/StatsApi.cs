using System.Globalization;
using System.Text.Json;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary><c>_stats</c>: documents and sizes, which is what a sandbox has to tell.</summary>
internal sealed class StatsApi(ClusterState cluster)
{
    private const string Parameters = IndexReading.Parameters + " level groups fields completion_fields fielddata_fields include_segment_file_sizes include_unloaded_segments forbid_closed_indices";

    public IEnumerable<Route> Routes =>
        from template in (string[])["/_stats", "/_stats/{metric}", "/{index}/_stats", "/{index}/_stats/{metric}"]
        select new Route("GET", template, Parameters, Show);

    private ApiReply Show(ApiRequest request)
    {
        var metrics = request.Path("metric")?.Split(',') ?? ["_all"];
        foreach (var metric in metrics)
        {
            if (metric is not ("_all" or "docs" or "store"))
            {
                throw ApiException.IllegalArgument($"the sandbox has no statistics [{metric}]; it has [docs] and [store]");
            }
        }

        var indices = cluster.Expressions.Resolve(request).Select(found => found.Index).ToArray();
        return ApiReply.Json(200, json =>
        {
            json.WriteStartObject();
            WriteReply.WriteShards(json, indices.Sum(index => index.TotalShards), indices.Sum(index => index.Shards));
            json.WriteStartObject("_all");
            WriteTotals(json, indices, metrics);
            json.WriteEndObject();
            json.WriteStartObject("indices");
            foreach (var index in indices)
            {
                json.WriteStartObject(index.Name);
                json.WriteString("uuid", index.Uuid);
                WriteTotals(json, [index], metrics);
                if (request.Parameter("level") == "shards")
                {
                    WriteShards(json, index);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static void WriteShards(Utf8JsonWriter json, SandboxIndex index)
    {
        json.WriteStartObject("shards");
        for (var shard = 0; shard < index.Shards; shard++)
        {
            json.WriteStartArray(shard.ToString(CultureInfo.InvariantCulture));
            json.WriteStartObject();
            json.WriteStartObject("routing");
            json.WriteString("state", "STARTED");
            json.WriteBoolean("primary", true);
            json.WriteNull("relocating_node");
            json.WriteEndObject();
            json.WriteStartObject("docs");
            json.WriteNumber("count", index.InOrder.Count(document => document.Shard == shard));
            json.WriteEndObject();
            json.WriteStartObject("seq_no");
            foreach (var name in (string[])["max_seq_no", "local_checkpoint", "global_checkpoint"])
            {
                json.WriteNumber(name, index.MaxSequenceNumber(shard));
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteTotals(Utf8JsonWriter json, SandboxIndex[] indices, string[] metrics)
    {
        foreach (var part in (string[])["primaries", "total"])
        {
            json.WriteStartObject(part);
            if (metrics.Intersect(["_all", "docs"]).Any())
            {
                json.WriteStartObject("docs");
                json.WriteNumber("count", indices.Sum(index => index.Count));
                json.WriteNumber("deleted", indices.Sum(index => index.DeletedCount));
                json.WriteEndObject();
            }

            if (metrics.Intersect(["_all", "store"]).Any())
            {
                json.WriteStartObject("store");
                json.WriteNumber("size_in_bytes", indices.Sum(CatApi.StoreBytes));
                json.WriteNumber("reserved_in_bytes", 0);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }
}
