using System.Text.Json;

namespace Portage.Clusters.Snapshots;

/// <summary>Reads the answers of the snapshot API (Elasticsearch 5 to 8, OpenSearch 1 to 3).</summary>
internal static class SnapshotReplies
{
    /// <summary><c>GET _snapshot/repository/name</c>: <c>{"snapshots":[…]}</c>.</summary>
    public static List<SnapshotInfo> Infos(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return [.. document.RootElement.GetProperty("snapshots").EnumerateArray().Select(Info)];
    }

    /// <summary><c>GET _snapshot/repository/name/_status</c>: <c>{"snapshots":[{"state","shards_stats","stats"}]}</c>; null when it lists none.</summary>
    public static SnapshotProgress? Progress(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var snapshots = document.RootElement.GetProperty("snapshots");
        if (snapshots.GetArrayLength() == 0)
        {
            return null;
        }

        var snapshot = snapshots[0];
        var shards = snapshot.GetProperty("shards_stats");
        var (done, total) = Bytes(snapshot.GetProperty("stats"));
        return new(
            StateOf(snapshot.GetProperty("state").GetString()), shards.GetProperty("done").GetInt32(), shards.GetProperty("total").GetInt32(),
            shards.GetProperty("failed").GetInt32(), done, total);
    }

    // Since 6.4 {"incremental":{"size_in_bytes"},"processed":{"size_in_bytes"}}, where "processed" is left out when all of it is;
    // before, {"processed_size_in_bytes","total_size_in_bytes"}.
    private static (long Done, long Total) Bytes(JsonElement stats)
    {
        if (!stats.TryGetProperty("incremental", out var incremental))
        {
            return (Number(stats, "processed_size_in_bytes"), Number(stats, "total_size_in_bytes"));
        }

        var total = Number(incremental, "size_in_bytes");
        return (stats.TryGetProperty("processed", out var processed) ? Number(processed, "size_in_bytes") : total, total);
    }

    private static SnapshotInfo Info(JsonElement snapshot)
    {
        var shards = snapshot.TryGetProperty("shards", out var counts) ? counts : default;
        return new(
            snapshot.GetProperty("snapshot").GetString()!, Text(snapshot, "uuid") ?? "", StateOf(Text(snapshot, "state")), Text(snapshot, "version"),
            [.. snapshot.GetProperty("indices").EnumerateArray().Select(index => index.GetString()!)],
            Time(snapshot, "start_time_in_millis"), Time(snapshot, "end_time_in_millis"),
            (int)Number(shards, "total"), (int)Number(shards, "failed"),
            snapshot.TryGetProperty("failures", out var failures)
                ? [.. failures.EnumerateArray().Select(failure => new SnapshotFailure(Text(failure, "index") ?? "", (int)Number(failure, "shard_id"), Text(failure, "reason") ?? ""))]
                : []);
    }

    private static SnapshotState StateOf(string? state) => state switch
    {
        "SUCCESS" => SnapshotState.Success,
        "PARTIAL" => SnapshotState.Partial,
        "FAILED" or "ABORTED" or "MISSING" => SnapshotState.Failed,
        "INCOMPATIBLE" => SnapshotState.Incompatible,
        "IN_PROGRESS" or "INIT" or "STARTED" or "WAITING" or "QUEUED" => SnapshotState.InProgress,
        _ => throw new JsonException($"'{state}' is not a known state of a snapshot."),
    };

    // A snapshot in progress has end time 0 (1970).
    private static DateTimeOffset? Time(JsonElement snapshot, string name) =>
        Number(snapshot, name) is var millis and > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(millis) : null;

    private static long Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
