using System.Text.Json;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Documents;

/// <summary>The part of a reply that says what a write did: the same for a bulk item and a write of its own.</summary>
internal static class WriteReply
{
    /// <summary>Every write is visible at once here; the parameter is only checked, and shown where the real server shows it.</summary>
    /// <exception cref="ApiException">The value is none of the three.</exception>
    public static bool RefreshIsForced(ApiRequest request) => request.Parameter("refresh") switch
    {
        null or "false" or "wait_for" => false,
        "" or "true" => true,
        var other => throw ApiException.IllegalArgument($"Unknown value for refresh: [{other}]."),
    };

    public static void WriteMembers(Utf8JsonWriter json, WriteResult result, bool isRefreshed, int? copies = null, int done = 1)
    {
        json.WriteString("_index", result.Index);
        json.WriteString("_id", result.Id);
        json.WriteNumber("_version", result.Version);
        json.WriteString("result", result.Result);
        if (isRefreshed)
        {
            json.WriteBoolean("forced_refresh", true);
        }

        WriteShards(json, copies ?? result.Copies, done);
        json.WriteNumber("_seq_no", result.SequenceNumber);
        json.WriteNumber("_primary_term", StoredDocument.PrimaryTerm);
    }

    public static void WriteShards(Utf8JsonWriter json, int total, int successful, bool withSkipped = false)
    {
        json.WriteStartObject("_shards");
        json.WriteNumber("total", total);
        json.WriteNumber("successful", successful);
        if (withSkipped)
        {
            json.WriteNumber("skipped", 0);
        }

        json.WriteNumber("failed", 0);
        json.WriteEndObject();
    }
}
