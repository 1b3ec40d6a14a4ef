using System.Text.Json.Nodes;

namespace Portage.Sandbox.Mappings;

/// <summary>The mapping of an index. Never changed: a merge makes another.</summary>
/// <param name="Root">The root object with its fields.</param>
/// <param name="Meta">The root's other members, as they were given: <c>_routing</c>, <c>_source</c>, <c>_meta</c>, dynamic templates. Read only.</param>
internal sealed record IndexMapping(FieldMapping Root, JsonObject Meta)
{
    public static IndexMapping Empty { get; } = new(new FieldMapping("", "object"), []);

    public bool RoutingIsRequired => Flag((Meta["_routing"] as JsonObject)?["required"], otherwise: false);

    public bool SourceIsKept => Flag((Meta["_source"] as JsonObject)?["enabled"], otherwise: true);

    public bool DatesAreDetected => Flag(Meta["date_detection"], otherwise: true);

    public bool NumbersAreDetected => Flag(Meta["numeric_detection"], otherwise: false);

    private static bool Flag(JsonNode? node, bool otherwise) => node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : otherwise;

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
