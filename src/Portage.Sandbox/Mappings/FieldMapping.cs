using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Portage.Sandbox.Mappings;

/// <summary>One field of a mapping: a leaf, an object, or the root. Never changed: a merge makes another.</summary>
/// <param name="Name">The last part of its path; empty for the root.</param>
/// <param name="Type">Its type, <c>object</c> for objects and the root.</param>
internal sealed record FieldMapping(string Name, string Type)
{
    public static ImmutableSortedDictionary<string, FieldMapping> None { get; } = ImmutableSortedDictionary.Create<string, FieldMapping>(StringComparer.Ordinal);

    /// <summary>Its parameters without type, properties and fields; those that say the default are left out. Read only.</summary>
    public JsonObject Parameters { get; init; } = [];

    public ImmutableSortedDictionary<string, FieldMapping> Properties { get; init; } = None;

    /// <summary>The same value indexed otherwise, as <c>keyword</c> below a text.</summary>
    public ImmutableSortedDictionary<string, FieldMapping> Fields { get; init; } = None;

    public bool IsObject => Type is "object" or "nested";

    /// <summary>What happens to unknown fields here; null: as above.</summary>
    public string? Dynamic => Parameters["dynamic"]?.ToString();

    public bool IsEnabled => Flag("enabled", otherwise: true);

    public string? Text(string parameter) => Parameters[parameter]?.ToString();

    public bool Flag(string parameter, bool otherwise) => Parameters[parameter] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : otherwise;

    /// <summary>The field at a path below this one, looking into multi-fields too; null where there is none.</summary>
    public FieldMapping? Find(string path)
    {
        var field = this;
        foreach (var part in path.Split('.'))
        {
            field = field.Properties.GetValueOrDefault(part) ?? field.Fields.GetValueOrDefault(part);
            if (field is null)
            {
                return null;
            }
        }

        return field;
    }

    /// <summary>How many fields there are here and below, as <c>index.mapping.total_fields.limit</c> counts.</summary>
    public int CountBelow() => Properties.Values.Sum(field => 1 + field.CountBelow()) + Fields.Values.Sum(field => 1 + field.CountBelow());

    public bool HasNested() => Type == "nested" || Properties.Values.Any(field => field.HasNested());

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Type != "object" || (Properties.IsEmpty && Parameters.Count == 0) || (Name.Length > 0 && Properties.IsEmpty))
        {
            json["type"] = Type;
        }

        foreach (var (name, value) in Parameters)
        {
            json[name] = value?.DeepClone();
        }

        AddChildren(json, "properties", Properties);
        AddChildren(json, "fields", Fields);
        return json;
    }

    private static void AddChildren(JsonObject json, string name, ImmutableSortedDictionary<string, FieldMapping> children)
    {
        if (!children.IsEmpty)
        {
            json[name] = new JsonObject(children.Select(child => KeyValuePair.Create<string, JsonNode?>(child.Key, child.Value.ToJson())));
        }
    }
}
