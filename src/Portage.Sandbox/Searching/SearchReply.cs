using System.Text.Json;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Searching;

/// <summary>What a search answers.</summary>
internal static class SearchReply
{
    public static ApiReply Of(SearchRequest search, Sorter sorter, IReadOnlyList<ResolvedIndex> indices, int total, IEnumerable<SortedDocument> hits, string? scrollId = null, string? pointInTime = null) =>
        ApiReply.Json(200, json =>
        {
            json.WriteStartObject();
            if (scrollId is not null)
            {
                json.WriteString("_scroll_id", scrollId);
            }

            if (pointInTime is not null)
            {
                json.WriteString("pit_id", pointInTime);
            }

            json.WriteNumber("took", 0);
            json.WriteBoolean("timed_out", false);
            var shards = DocumentSelection.ShardsOf(indices, search.Routing);
            WriteReply.WriteShards(json, shards, shards, withSkipped: true);
            json.WriteStartObject("hits");
            WriteTotal(json, search, total);
            var shown = hits.ToArray();
            json.WritePropertyName("max_score");
            WriteScore(json, sorter.Keys.Count > 0 || shown.Length == 0 ? null : search.Query.Score);
            json.WriteStartArray("hits");
            foreach (var hit in shown)
            {
                WriteHit(json, search, sorter, hit);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        });

    private static void WriteTotal(Utf8JsonWriter json, SearchRequest search, int total)
    {
        if (search.TotalIsNumber)
        {
            json.WriteNumber("total", search.TotalMax == 0 ? -1 : total);
        }
        else if (search.TotalMax > 0)
        {
            json.WriteStartObject("total");
            json.WriteNumber("value", Math.Min(total, search.TotalMax));
            json.WriteString("relation", total > search.TotalMax ? "gte" : "eq");
            json.WriteEndObject();
        }
    }

    private static void WriteHit(Utf8JsonWriter json, SearchRequest search, Sorter sorter, SortedDocument hit)
    {
        var (index, document) = hit.Found;
        json.WriteStartObject();
        json.WriteString("_index", index.Name);
        json.WriteString("_id", document.Id);
        if (search.ShowsVersion)
        {
            json.WriteNumber("_version", document.Version);
        }

        if (search.ShowsSequenceNumber)
        {
            json.WriteNumber("_seq_no", document.SequenceNumber);
            json.WriteNumber("_primary_term", StoredDocument.PrimaryTerm);
        }

        json.WritePropertyName("_score");
        WriteScore(json, sorter.Keys.Count == 0 || sorter.Keys.Any(key => key.Field == "_score") ? search.Query.Score : null);
        if (document.Routing is not null)
        {
            json.WriteString("_routing", document.Routing);
        }

        search.Source.Write(json, document);
        if (sorter.Keys.Count > 0)
        {
            SortValues.Write(json, sorter.Keys, sorter.AreNumbers, hit.Values);
        }

        json.WriteEndObject();
    }

    private static void WriteScore(Utf8JsonWriter json, string? score)
    {
        if (score is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(score, skipInputValidation: true);
        }
    }
}
