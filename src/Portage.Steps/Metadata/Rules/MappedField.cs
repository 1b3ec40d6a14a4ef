using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Rules;

/// <summary>A field of a mapping, one of its multi-fields, or what a dynamic template gives to fields.</summary>
/// <param name="Label">As <c>field client.ip</c>, <c>dynamic template strings</c>.</param>
/// <param name="Json">Its own object in the mapping: rules rewrite it.</param>
/// <param name="OfStrings">True for a dynamic template that is for strings.</param>
internal sealed record MappedField(string Label, JsonObject Json, bool OfStrings)
{
    public string? Type => (Json["type"] as JsonValue)?.ToString();

    /// <summary>All of a mapping, the outer ones first. Taken at once, so that rules may rewrite what they get.</summary>
    public static IReadOnlyList<MappedField> AllOf(JsonObject mapping)
    {
        var found = new List<MappedField>();
        AddFields(mapping["properties"], "", found);
        foreach (var (name, template) in DynamicTemplates(mapping))
        {
            if (template["mapping"] is JsonObject given)
            {
                var label = $"dynamic template {name}";
                found.Add(new(label, given, template["match_mapping_type"]?.ToString() == "string"));
                AddMultiFields(given, label, found);
            }
        }

        return found;
    }

    /// <summary>The dynamic templates of a mapping: a list of objects with one name each.</summary>
    public static IEnumerable<(string Name, JsonObject Template)> DynamicTemplates(JsonObject mapping) =>
        from entry in mapping["dynamic_templates"] as JsonArray ?? []
        from template in entry as JsonObject ?? []
        where template.Value is JsonObject
        select (template.Key, (JsonObject)template.Value!);

    private static void AddFields(JsonNode? properties, string prefix, List<MappedField> found)
    {
        foreach (var (name, value) in properties as JsonObject ?? [])
        {
            if (value is JsonObject field)
            {
                var path = prefix + name;
                found.Add(new($"field {path}", field, OfStrings: false));
                AddMultiFields(field, $"field {path}", found);
                AddFields(field["properties"], path + ".", found);
            }
        }
    }

    private static void AddMultiFields(JsonObject field, string label, List<MappedField> found)
    {
        foreach (var (name, value) in field["fields"] as JsonObject ?? [])
        {
            if (value is JsonObject inner)
            {
                found.Add(new($"{label}.{name}", inner, OfStrings: false));
            }
        }
    }
}
