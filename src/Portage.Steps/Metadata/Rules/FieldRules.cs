using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Rules;

/// <summary>Fields whose type or parameters the target writes otherwise.</summary>
internal static class FieldRules
{
    // Elasticsearch 7.11 and later, for fields that are computed when they are indexed.
    private static readonly string[] ComputedParameters = ["script", "on_script_error"];
    private static readonly string[] TimeSeriesParameters = ["time_series_dimension", "time_series_metric"];

    /// <summary>There is no <c>_all</c> to be included in. Refused by targets at fields, so left out everywhere.</summary>
    public static void DropIncludeInAll(Draft draft)
    {
        var where = MappedField.AllOf(draft.Mapping).Where(field => field.Json.Remove("include_in_all")).Select(field => field.Label).ToArray();
        if (draft.Mapping.Remove("include_in_all"))
        {
            where = ["the mapping itself", .. where];
        }

        if (where.Length > 0)
        {
            draft.Drop($"include_in_all of {string.Join(", ", where)} (there is no _all)");
        }
    }

    /// <summary><c>flattened</c> is Elasticsearch's; OpenSearch's <c>flat_object</c> takes no parameters.</summary>
    public static void ReplaceFlattened(Draft draft)
    {
        if (draft.Target.Can.HasFlattened || !draft.Target.Can.HasFlatObject)
        {
            return;
        }

        foreach (var field in MappedField.AllOf(draft.Mapping).Where(field => field.Type == "flattened"))
        {
            draft.Change($"{field.Label}: flattened → flat_object");
            foreach (var parameter in field.Json.Where(parameter => parameter.Key != "type").ToArray())
            {
                draft.Drop($"{field.Label}: {parameter.Key} = {Text(parameter.Value)} (flat_object has no parameters)");
                field.Json.Remove(parameter.Key);
            }

            field.Json["type"] = "flat_object";
        }
    }

    /// <summary>Fields that are computed when they are searched, or when they are indexed: nothing of them is in the documents.</summary>
    public static void DropComputed(Draft draft)
    {
        if (draft.Target.Can.HasRuntimeFields)
        {
            return;
        }

        if (draft.Mapping["runtime"] is JsonObject runtime)
        {
            draft.Mapping.Remove("runtime");
            if (runtime.Count > 0)
            {
                draft.Drop($"runtime {(runtime.Count == 1 ? "field" : "fields")} {string.Join(", ", runtime.Select(field => field.Key))} (the target computes none)");
            }
        }

        MakeDynamic(draft, draft.Mapping, "dynamic");
        foreach (var field in MappedField.AllOf(draft.Mapping))
        {
            MakeDynamic(draft, field.Json, $"{field.Label}: dynamic");
            DropParameters(draft, field, ComputedParameters, "the target computes none");
        }

        foreach (var (name, template) in MappedField.DynamicTemplates(draft.Mapping).ToArray())
        {
            if (template["runtime"] is not null)
            {
                draft.Drop($"dynamic template {name} (it makes runtime fields, and the target has none)");
                template.Parent!.Parent!.AsArray().Remove(template.Parent);
            }
        }
    }

    public static void DropTimeSeries(Draft draft)
    {
        if (!draft.Target.Can.HasTimeSeriesFields)
        {
            foreach (var field in MappedField.AllOf(draft.Mapping))
            {
                DropParameters(draft, field, TimeSeriesParameters, "time series are Elasticsearch's own");
            }
        }
    }

    private static void DropParameters(Draft draft, MappedField field, string[] parameters, string why)
    {
        foreach (var parameter in parameters)
        {
            if (field.Json.TryGetPropertyValue(parameter, out var value) && field.Json.Remove(parameter))
            {
                draft.Drop($"{field.Label}: {parameter} = {Text(value)} ({why})");
            }
        }
    }

    private static void MakeDynamic(Draft draft, JsonObject json, string label)
    {
        if (json["dynamic"]?.ToString() == "runtime")
        {
            draft.Change($"{label}: runtime → true");
            json["dynamic"] = "true";
        }
    }

    private static string Text(JsonNode? value) => value is null ? "null" : value is JsonValue ? value.ToString() : value.ToJsonString();
}
