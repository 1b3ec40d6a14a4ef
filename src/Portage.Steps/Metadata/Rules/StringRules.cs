using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Rules;

/// <summary>
/// Fields as Elasticsearch up to 2 wrote them, which 5 still keeps in indices that it took over: <c>string</c>, and <c>index</c>,
/// <c>norms</c> and <c>fielddata</c> as texts and objects. The translation is that of Elasticsearch 5's own upgrade
/// (<c>StringFieldMapper.TypeParser</c>): analyzed strings become <c>text</c>, all others <c>keyword</c>.
/// </summary>
internal static class StringRules
{
    // What both sides of the translation know; everything else of a string is dropped.
    private static readonly string[] OfText =
        ["type", "index", "store", "boost", "copy_to", "fields", "analyzer", "search_analyzer", "search_quote_analyzer", "norms", "index_options", "position_increment_gap", "similarity", "term_vector", "fielddata"];

    private static readonly string[] OfKeyword =
        ["type", "index", "store", "boost", "copy_to", "fields", "doc_values", "null_value", "ignore_above", "norms", "index_options", "similarity"];

    public static void Replace(Draft draft)
    {
        foreach (var field in MappedField.AllOf(draft.Mapping))
        {
            var index = (field.Json["index"] as JsonValue)?.ToString();
            if (field.Type == "string" || (field.OfStrings && field.Type is null && index is "analyzed" or "not_analyzed" or "no"))
            {
                ReplaceString(draft, field, index);
            }
            else if (index is "not_analyzed" or "analyzed" or "no")
            {
                // Numbers, dates and the rest were either findable or not.
                draft.Change($"{field.Label}: index {index} → {(index == "no" ? "false" : "true")}");
                field.Json["index"] = index != "no";
            }
        }
    }

    private static void ReplaceString(Draft draft, MappedField field, string? index)
    {
        var json = field.Json;
        var type = index is null or "analyzed" or "true" ? "text" : "keyword";
        json["type"] = type;
        json.Remove("index");
        draft.Change($"{field.Label}: string → {type}");
        if (index is "no" or "false")
        {
            json["index"] = false;
        }

        if (json["norms"] is JsonObject norms)
        {
            json["norms"] = norms["enabled"]?.ToString() != "false";
        }

        if (json["omit_norms"]?.ToString() == "true")
        {
            json["norms"] = false;
        }

        // Written by the server for every string; it was how numbers were kept.
        json.Remove("omit_norms");
        json.Remove("precision_step");
        if (json["fielddata"] is JsonObject fielddata)
        {
            json.Remove("fielddata");
            if (type == "text" && fielddata["format"]?.ToString() != "disabled")
            {
                json["fielddata"] = true;
            }
        }

        var kept = type == "text" ? OfText : OfKeyword;
        foreach (var parameter in json.Select(parameter => parameter.Key).Where(parameter => !kept.Contains(parameter)).ToArray())
        {
            draft.Drop($"{field.Label}: {parameter} = {json[parameter]?.ToJsonString()} ({type} has none)");
            json.Remove(parameter);
        }
    }
}
