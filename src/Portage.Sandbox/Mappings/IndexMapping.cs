using System.Text.Json.Nodes;

namespace Portage.Sandbox.Mappings;

/// <summary>The mapping of an index. Never changed: a merge makes another.</summary>
/// <param name="Root">The root object with its fields.</param>
/// <param name="Meta">The root's other members, as they were given: <c>_routing</c>, <c>_source</c>, <c>_meta</c>, dynamic templates. Read only.</param>
internal sealed record IndexMapping(FieldMapping Root, JsonObject Meta)
{
    public static IndexMapping Empty { get; } = new(new FieldMapping("", "object"), []);

    public bool RoutingIsRequired => Meta["_routing"]?["required"]?.GetValue<bool>() ?? false;

    public bool SourceIsKept => Meta["_source"]?["enabled"]?.GetValue<bool>() ?? true;

    public bool DatesAreDetected => Meta["date_detection"]?.GetValue<bool>() ?? true;

    public bool NumbersAreDetected => Meta["numeric_detection"]?.GetValue<bool>() ?? false;

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Root.Dynamic is { } dynamic)
        {
            json["dynamic"] = dynamic;
        }

        foreach (var (name, value) in Meta)
        {
            json[name] = value?.DeepClone();
        }

        if (!Root.Properties.IsEmpty)
        {
            json["properties"] = new JsonObject(Root.Properties.Select(child => KeyValuePair.Create<string, JsonNode?>(child.Key, child.Value.ToJson())));
        }

        return json;
    }
}
