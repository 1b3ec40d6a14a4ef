using System.Globalization;
using Portage.Sandbox.Http;
using Portage.Sandbox.Searching;

namespace Portage.Sandbox.Indices;

/// <summary><c>_cat</c>: indices, health, count, aliases, shards, templates.</summary>
internal sealed class CatApi(ClusterState cluster)
{
    // What an empty shard takes on a real server.
    private const int EmptyShardBytes = 208;

    public IEnumerable<Route> Routes =>
    [
        new("GET", "/_cat/indices", TextTable.Parameters + IndexReading.Parameters + " health pri include_unloaded_segments", Indices),
        new("GET", "/_cat/indices/{index}", TextTable.Parameters + IndexReading.Parameters + " health pri include_unloaded_segments", Indices),
        new("GET", "/_cat/health", TextTable.Parameters + " ts", Health),
        new("GET", "/_cat/count", TextTable.Parameters, Count),
        new("GET", "/_cat/count/{index}", TextTable.Parameters, Count),
        new("GET", "/_cat/allocation", TextTable.Parameters, Allocation),
        new("GET", "/_cat/aliases", TextTable.Parameters, Aliases),
        new("GET", "/_cat/aliases/{name}", TextTable.Parameters, Aliases),
        new("GET", "/_cat/shards", TextTable.Parameters, Shards),
        new("GET", "/_cat/shards/{index}", TextTable.Parameters, Shards),
        new("GET", "/_cat/templates", TextTable.Parameters, Templates),
        new("GET", "/_cat/templates/{name}", TextTable.Parameters, Templates),
    ];

    public static long StoreBytes(SandboxIndex index) => ((long)EmptyShardBytes * index.Shards) + index.SourceBytes;

    private ApiReply Indices(ApiRequest request)
    {
        var table = new TextTable(
            new("health", "h"), new("status", "s"), new("index", "i,idx"), new("uuid", "id"),
            new("pri", "p,shards.primary,shardsPrimary", AlignsRight: true), new("rep", "r,shards.replica,shardsReplica", AlignsRight: true),
            new("docs.count", "dc,docsCount", AlignsRight: true), new("docs.deleted", "dd,docsDeleted", AlignsRight: true),
            new("creation.date", "cd", IsShown: false), new("creation.date.string", "cds", IsShown: false),
            new("store.size", "ss,storeSize", AlignsRight: true), new("pri.store.size", "", AlignsRight: true));
        foreach (var (index, _) in cluster.Expressions.Resolve(request))
        {
            if (request.Parameter("health") is { } wanted && wanted != index.Health)
            {
                continue;
            }

            var created = index.Settings.Text("index.creation_date")!;
            var size = Size(StoreBytes(index), request.Parameter("bytes"));
            table.Add(
                index.Health, "open", index.Name, index.Uuid, Text(index.Shards), Text(index.Replicas), Text(index.Count), Text(index.DeletedCount),
                created, DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(created, CultureInfo.InvariantCulture)).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                size, size);
        }

        return table.ToReply(request);
    }

    private ApiReply Health(ApiRequest request)
    {
        var table = new TextTable(
            new("epoch", "t,time"), new("timestamp", "ts,hms,hhmmss"), new("cluster", "cl"), new("status", "st"),
            new("node.total", "nt,nodeTotal", AlignsRight: true), new("node.data", "nd,nodeData", AlignsRight: true),
            new("discovered_cluster_manager", "dcm", AlignsRight: true), new("shards", "t,sh,shards.total,shardsTotal", AlignsRight: true),
            new("pri", "p,shards.primary,shardsPrimary", AlignsRight: true), new("relo", "r,shards.relocating,shardsRelocating", AlignsRight: true),
            new("init", "i,shards.initializing,shardsInitializing", AlignsRight: true), new("unassign", "u,shards.unassigned,shardsUnassigned", AlignsRight: true),
            new("pending_tasks", "pt,pendingTasks", AlignsRight: true), new("max_task_wait_time", "mtwt,maxTaskWaitTime", AlignsRight: true),
            new("active_shards_percent", "asp,activeShardsPercent", AlignsRight: true));
        var primaries = cluster.Indices.Values.Sum(index => index.Shards);
        var missing = cluster.Indices.Values.Sum(index => index.TotalShards) - primaries;
        var status = cluster.Indices.Values.Any(index => index.Replicas > 0) ? "yellow" : "green";
        var percent = primaries + missing == 0 ? 100m : 100m * primaries / (primaries + missing);
        table.Add(
            Epoch(), Clock(), cluster.Options.ClusterName, status, "1", "1", "true", Text(primaries), Text(primaries), "0", "0", Text(missing), "0", "-",
            percent.ToString("0.0", CultureInfo.InvariantCulture) + "%");
        return table.ToReply(request);
    }

    private ApiReply Count(ApiRequest request)
    {
        var table = new TextTable(new("epoch", "t,time"), new("timestamp", "ts,hms,hhmmss"), new("count", "dc,docs.count,docsCount"));
        var count = cluster.Expressions.Resolve(request.Path("index"), ignoresUnavailable: false, allowsNone: true).Sum(found => DocumentSelection.CountOf(found, Query.All, routing: null, cluster.NodeId));
        table.Add(Epoch(), Clock(), Text(count));
        return table.ToReply(request);
    }

    private ApiReply Aliases(ApiRequest request)
    {
        var table = new TextTable(
            new("alias", "a"), new("index", "i,idx"), new("filter", "f,fi"), new("routing.index", "ri,routingIndex"),
            new("routing.search", "rs,routingSearch"), new("is_write_index", "w,isWriteIndex"));
        var names = request.Path("name")?.Split(',');
        foreach (var (alias, index, definition) in cluster.Indices.Values
            .SelectMany(index => index.Aliases.Select(alias => (alias.Key, index.Name, alias.Value)))
            .Where(row => names is null || names.Any(name => IndexExpressions.Fits(name, row.Key)))
            .OrderBy(row => row.Key, StringComparer.Ordinal))
        {
            table.Add(alias, index, definition.Filter is null ? "-" : "*", definition.IndexRouting ?? "-", definition.SearchRouting ?? "-", definition.IsWriteIndex switch
            {
                null => "-",
                true => "true",
                false => "false",
            });
        }

        return table.ToReply(request);
    }

    private ApiReply Allocation(ApiRequest request)
    {
        var table = new TextTable(
            new("shards", "s", AlignsRight: true), new("disk.indices", "di,diskIndices", AlignsRight: true), new("disk.used", "du,diskUsed", AlignsRight: true),
            new("disk.avail", "da,diskAvail", AlignsRight: true), new("disk.total", "dt,diskTotal", AlignsRight: true), new("disk.percent", "dp,diskPercent", AlignsRight: true),
            new("host", "h"), new("ip"), new("node", "n"));
        var unit = request.Parameter("bytes");
        var (used, total) = (cluster.Indices.Values.Sum(StoreBytes), cluster.Options.DiskBytes);
        var primaries = cluster.Indices.Values.Sum(index => index.Shards);
        table.Add(
            Text(primaries), Size(used, unit), Size(used, unit), Size(Math.Max(0, total - used), unit), Size(total, unit), Text(total == 0 ? 100 : 100 * used / total),
            "127.0.0.1", "127.0.0.1", "sandbox-0");
        if (cluster.Indices.Values.Sum(index => index.TotalShards) - primaries is > 0 and var missing)
        {
            table.Add(Text(missing), null, null, null, null, null, null, null, "UNASSIGNED");
        }

        return table.ToReply(request);
    }

    private ApiReply Shards(ApiRequest request)
    {
        var table = new TextTable(
            new("index", "i,idx"), new("shard", "s,sh"), new("prirep", "p,pr,primaryOrReplica"), new("state", "st"),
            new("docs", "d,dc", AlignsRight: true), new("store", "sto", AlignsRight: true), new("ip"), new("node", "n"));
        foreach (var (index, _) in cluster.Expressions.Resolve(request.Path("index"), ignoresUnavailable: false, allowsNone: true))
        {
            for (var shard = 0; shard < index.Shards; shard++)
            {
                var documents = index.InOrder.Where(document => document.Shard == shard).ToArray();
                var size = Size(EmptyShardBytes + documents.Sum(document => (long)document.Source.Length), request.Parameter("bytes"));
                table.Add(index.Name, Text(shard), "p", "STARTED", Text(documents.Length), size, "127.0.0.1", "sandbox-0");
                for (var replica = 0; replica < index.Replicas; replica++)
                {
                    table.Add(index.Name, Text(shard), "r", "UNASSIGNED", null, null, null, null);
                }
            }
        }

        return table.ToReply(request);
    }

    private ApiReply Templates(ApiRequest request)
    {
        var table = new TextTable(new("name", "n"), new("index_patterns", "t"), new("order", "o,p"), new("version", "v"), new("composed_of", "c"));
        var pattern = request.Path("name") ?? "*";
        foreach (var (template, isComposable) in cluster.Templates.Legacy.Values.Select(template => (template, false)).Concat(cluster.Templates.Composable.Values.Select(template => (template, true))))
        {
            if (IndexExpressions.Fits(pattern, template.Name))
            {
                table.Add(
                    template.Name, $"[{string.Join(", ", template.Patterns)}]", Text(template.Rank), template.Shown["version"]?.ToString(),
                    isComposable ? $"[{string.Join(", ", template.ComposedOf)}]" : "");
            }
        }

        return table.ToReply(request);
    }

    private string Epoch() => Text(cluster.Now.ToUnixTimeSeconds());

    private string Clock() => cluster.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A size as the real server shows it: in a fitting unit with one decimal, or whole in the unit that <c>bytes</c> names.</summary>
    private static string Size(long bytes, string? unit)
    {
        string[] units = ["b", "kb", "mb", "gb", "tb"];
        if (unit is not null)
        {
            var power = Array.FindIndex(units, one => one[..1] == unit[..1]);
            return Text(bytes >> (10 * Math.Max(0, power)));
        }

        var size = (decimal)bytes;
        var step = 0;
        while (size >= 1024 && step < units.Length - 1)
        {
            size /= 1024;
            step++;
        }

        return (Math.Floor(size * 10) / 10).ToString("0.#", CultureInfo.InvariantCulture) + units[step];
    }
}
