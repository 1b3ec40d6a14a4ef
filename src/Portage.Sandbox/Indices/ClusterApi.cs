using System.Text.Json;
using Portage.Model.Clusters;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary>The cluster as a whole: <c>/</c>, health, settings, and what it does not have.</summary>
internal sealed class ClusterApi(ClusterState cluster)
{
    private const string HealthParameters = "level timeout local master_timeout cluster_manager_timeout wait_for_status wait_for_nodes wait_for_active_shards wait_for_no_relocating_shards wait_for_no_initializing_shards wait_for_events expand_wildcards";

    public IEnumerable<Route> Routes =>
    [
        new("GET", "/", "", Info),
        new("HEAD", "/", "", Info),
        new("GET", "/_cluster/health", HealthParameters, Health),
        new("GET", "/_cluster/health/{index}", HealthParameters, Health),
        new("GET", "/_cluster/settings", "flat_settings include_defaults local timeout master_timeout cluster_manager_timeout", ClusterSettings),
        new("GET", "/_snapshot", "", NoSnapshots),
        .. from method in (string[])["GET", "PUT", "POST", "DELETE"]
           from template in (string[])["/_snapshot/{repository}", "/_snapshot/{repository}/{snapshot}", "/_snapshot/{repository}/{snapshot}/{verb}"]
           select new Route(method, template, "verify wait_for_completion timeout master_timeout cluster_manager_timeout ignore_unavailable verbose", NoSnapshots),
    ];

    private ApiReply Info(ApiRequest request)
    {
        var version = cluster.Options.Version;
        var isOpenSearch = version.Flavor == Flavor.OpenSearch;
        return ApiReply.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", "sandbox-0");
            json.WriteString("cluster_name", cluster.Options.ClusterName);
            json.WriteString("cluster_uuid", cluster.Uuid);
            json.WriteStartObject("version");
            if (isOpenSearch)
            {
                json.WriteString("distribution", "opensearch");
            }

            json.WriteString("number", $"{version.Major}.{version.Minor}.{version.Patch}");
            if (!isOpenSearch)
            {
                json.WriteString("build_flavor", "oss");
            }

            json.WriteString("build_type", "sandbox");
            json.WriteString("build_hash", "unknown");
            json.WriteString("build_date", "2025-02-27T00:00:00Z");
            json.WriteBoolean("build_snapshot", false);
            json.WriteString("lucene_version", isOpenSearch ? "9.12.1" : "8.7.0");
            json.WriteString("minimum_wire_compatibility_version", isOpenSearch ? "7.10.0" : "6.8.0");
            json.WriteString("minimum_index_compatibility_version", isOpenSearch ? "7.0.0" : "6.0.0-beta1");
            json.WriteEndObject();
            json.WriteString("tagline", isOpenSearch ? "The OpenSearch Project: https://opensearch.org/" : "You Know, for Search");
            json.WriteEndObject();
        });
    }

    private ApiReply Health(ApiRequest request)
    {
        var expression = request.Path("index");
        var isMissing = expression is not null && !expression.Contains('*', StringComparison.Ordinal)
            && expression.Split(',').Any(name => !cluster.Expressions.Exists(name));
        var indices = cluster.Expressions.Resolve(expression, ignoresUnavailable: true, allowsNone: true).Select(found => found.Index).ToArray();
        var status = isMissing ? "red" : indices.Any(index => index.Replicas > 0) ? "yellow" : "green";
        var wanted = request.Parameter("wait_for_status")?.ToLowerInvariant();

        // Nothing ever changes the health here but a request, so there is nothing to wait for.
        var isTimedOut = isMissing || Rank(status) > Rank(wanted ?? "red");
        var primaries = indices.Sum(index => index.Shards);
        var missing = indices.Sum(index => index.TotalShards) - primaries;
        return ApiReply.Json(isTimedOut ? 408 : 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("cluster_name", cluster.Options.ClusterName);
            json.WriteString("status", status);
            json.WriteBoolean("timed_out", isTimedOut);
            json.WriteNumber("number_of_nodes", 1);
            json.WriteNumber("number_of_data_nodes", 1);
            json.WriteBoolean("discovered_master", true);
            json.WriteBoolean("discovered_cluster_manager", true);
            WriteShards(json, primaries, missing);
            json.WriteNumber("delayed_unassigned_shards", 0);
            json.WriteNumber("number_of_pending_tasks", 0);
            json.WriteNumber("number_of_in_flight_fetch", 0);
            json.WriteNumber("task_max_waiting_in_queue_millis", 0);
            json.WritePropertyName("active_shards_percent_as_number");
            json.WriteRawValue(Percent(primaries, missing));
            if (request.Parameter("level") is "indices" or "shards")
            {
                WriteIndices(json, indices);
            }

            json.WriteEndObject();
        });
    }

    private static void WriteIndices(Utf8JsonWriter json, SandboxIndex[] indices)
    {
        json.WriteStartObject("indices");
        foreach (var index in indices)
        {
            json.WriteStartObject(index.Name);
            json.WriteString("status", index.Health);
            json.WriteNumber("number_of_shards", index.Shards);
            json.WriteNumber("number_of_replicas", index.Replicas);
            WriteShards(json, index.Shards, index.TotalShards - index.Shards);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteShards(Utf8JsonWriter json, int primaries, int missing)
    {
        json.WriteNumber("active_primary_shards", primaries);
        json.WriteNumber("active_shards", primaries);
        json.WriteNumber("relocating_shards", 0);
        json.WriteNumber("initializing_shards", 0);
        json.WriteNumber("unassigned_shards", missing);
    }

    private ApiReply ClusterSettings(ApiRequest request) => ApiReply.Json(200, json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("persistent");
        json.WriteEndObject();
        json.WriteStartObject("transient");
        json.WriteEndObject();
        if (request.Flag("include_defaults"))
        {
            // Of hundreds, those that somebody asks the sandbox for.
            var shards = cluster.Options.ShardsMax.ToString(System.Globalization.CultureInfo.InvariantCulture);
            json.WriteStartObject("defaults");
            if (request.Flag("flat_settings"))
            {
                json.WriteString("cluster.max_shards_per_node", shards);
            }
            else
            {
                json.WriteStartObject("cluster");
                json.WriteString("max_shards_per_node", shards);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    private static ApiReply NoSnapshots(ApiRequest request) => throw ApiException.IllegalArgument("the sandbox keeps no snapshots");

    /// <summary>A share with at least one decimal, as Java prints a double.</summary>
    internal static string Percent(int active, int missing)
    {
        var percent = active + missing == 0 ? 100d : 100d * active / (active + missing);
        return percent == Math.Floor(percent) ? $"{percent:0}.0" : $"{percent:R}";
    }

    private static int Rank(string status) => status switch
    {
        "green" => 0,
        "yellow" => 1,
        _ => 2,
    };
}
