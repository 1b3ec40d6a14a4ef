using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Rules;

/// <summary>Merges the mappings of several types into one. What cannot be both at once is said to be impossible.</summary>
/// <remarks>
/// Since Elasticsearch 2 fields of the same name have the same type and analysis in all types of an index; they may differ in
/// <c>ignore_above</c>, <c>copy_to</c>, <c>dynamic</c>, <c>enabled</c> and their multi-fields.
/// </remarks>
internal static class MergedTypes
{
    public static JsonObject Merge(Draft draft, IReadOnlyList<(string Type, JsonObject Body)> mappings)
    {
        var merged = new JsonObject();
        foreach (var name in mappings.SelectMany(mapping => mapping.Body.Select(member => member.Key)).Distinct(StringComparer.Ordinal))
        {
            var values = mappings.Select(mapping => (mapping.Type, Value: mapping.Body[name])).ToArray();
            switch (name)
            {
                case "properties":
                    merged[name] = MergeFields(draft, values, "");
                    break;
                case "_routing":
                    // Documents of the other types come without a routing.
                    if (values.All(value => value.Value?["required"]?.ToString() == "true"))
                    {
                        merged[name] = values[0].Value!.DeepClone();
                    }
                    else
                    {
                        draft.Change($"_routing: required by {Types(values.Where(value => value.Value is not null))} only → not required");
                    }

                    break;
                case "dynamic_templates":
                    merged[name] = MergeTemplates(draft, values);
                    break;
                default:
                    MergeOne(draft, merged, name, values);
                    break;
            }
        }

        return merged;
    }

    private static JsonObject MergeFields(Draft draft, IReadOnlyList<(string Type, JsonNode? Value)> properties, string prefix)
    {
        var merged = new JsonObject();
        foreach (var (type, fields) in properties)
        {
            foreach (var (name, field) in fields as JsonObject ?? [])
            {
                if (merged[name] is not JsonObject had)
                {
                    merged[name] = field?.DeepClone();
                }
                else if (field is JsonObject more)
                {
                    MergeField(draft, had, more, type, prefix + name);
                }
            }
        }

        return merged;
    }

    private static void MergeField(Draft draft, JsonObject had, JsonObject more, string type, string path)
    {
        if (TypeOf(had) != TypeOf(more))
        {
            draft.Refuse($"field {path} is {TypeOf(more)} in type {type} and {TypeOf(had)} in another");
            return;
        }

        foreach (var name in had.Select(member => member.Key).Union(more.Select(member => member.Key)).ToArray())
        {
            var (left, right) = (had[name], more[name]);
            if (JsonNode.DeepEquals(left, right))
            {
                continue;
            }

            switch (name)
            {
                case "properties":
                    had[name] = MergeFields(draft, [("", left), (type, right)], path + ".");
                    break;
                case "fields":
                    had[name] = MergeFields(draft, [("", left), (type, right)], path + ".");
                    break;
                case "ignore_above" when left is null || right is null:
                    draft.Change($"field {path}: ignore_above {left ?? right} in some types only → none");
                    had.Remove(name);
                    break;
                case "ignore_above":
                    var larger = Math.Max(int.Parse(left!.ToString(), provider: null), int.Parse(right!.ToString(), provider: null));
                    draft.Change($"field {path}: ignore_above {left} and {right} → {larger}");
                    had[name] = larger;
                    break;
                case "dynamic" or "enabled":
                    draft.Change($"field {path}: {name} {left ?? "true"} and {right ?? "true"} → true");
                    had[name] = true;
                    break;
                default:
                    draft.Refuse($"field {path}: {name} is {right?.ToJsonString() ?? "not set"} in type {type} and {left?.ToJsonString() ?? "not set"} in another");
                    break;
            }
        }
    }

    private static JsonArray MergeTemplates(Draft draft, IReadOnlyList<(string Type, JsonNode? Value)> templates)
    {
        var merged = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (type, list) in templates)
        {
            foreach (var (name, template) in (list as JsonArray ?? []).SelectMany(entry => entry as JsonObject ?? []))
            {
                if (!merged.TryAdd(name, template?.DeepClone()) && !JsonNode.DeepEquals(merged[name], template))
                {
                    draft.Refuse($"dynamic template {name} differs between type {type} and another");
                }
            }
        }

        return new JsonArray([.. merged.Select(template => (JsonNode)new JsonObject { [template.Key] = template.Value })]);
    }

    private static void MergeOne(Draft draft, JsonObject merged, string name, (string Type, JsonNode? Value)[] values)
    {
        if (values.All(value => JsonNode.DeepEquals(value.Value, values[0].Value)))
        {
            merged[name] = values[0].Value?.DeepClone();
            return;
        }

        var differ = string.Join(", ", values.Select(value => $"{value.Value?.ToJsonString() ?? "not set"} in {value.Type}"));
        switch (name)
        {
            case "_source":
                draft.Change($"_source: {differ} → stored whole");
                break;
            case "dynamic":
                draft.Change($"dynamic: {differ} → true");
                merged[name] = true;
                break;
            case "_meta":
                draft.Change($"_meta: {differ} → below the types' names");
                merged[name] = new JsonObject(values.Where(value => value.Value is not null).Select(value => KeyValuePair.Create(value.Type, value.Value?.DeepClone())));
                break;
            default:
                draft.Refuse($"{name}: {differ}");
                break;
        }
    }

    // An object has no type of its own.
    private static string TypeOf(JsonObject field) => field["type"]?.ToString() ?? "object";

    private static string Types(IEnumerable<(string Type, JsonNode? Value)> values) => string.Join(", ", values.Select(value => value.Type));
}
