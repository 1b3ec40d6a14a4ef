using System.Text.Json;
using Portage.Snapshots.Metadata;

namespace Portage.Steps.Validate;

/// <summary>A field that searches may name.</summary>
/// <param name="Name">As a query names it: <c>user.name</c>, <c>title.raw</c>.</param>
/// <param name="Path">Where its value stands in a source.</param>
/// <param name="IsText">True where values are taken apart, so that whole ones are not found by <c>term</c>.</param>
/// <param name="HasTerms">True where a value as it stands in a source can be searched for.</param>
internal sealed record SearchField(string Name, string Path, bool IsText, bool HasTerms);

/// <summary>Which fields of an index searches may name, and with which values.</summary>
internal static class SearchFields
{
    private const int TextMax = 100;

    private static readonly HashSet<string> Exact = new(StringComparer.Ordinal)
    {
        "keyword", "constant_keyword", "wildcard", "long", "integer", "short", "byte", "double", "float", "half_float", "scaled_float", "unsigned_long", "boolean", "date", "date_nanos", "ip",
    };

    // What has no terms of its own, or is found below something that only its own queries look into.
    private static readonly HashSet<string> Others = new(StringComparer.Ordinal) { "nested", "alias", "percolator", "join", "completion", "object" };

    /// <summary>The fields of a mapping, in its order; those of nested objects are found by nested queries alone, and are left out.</summary>
    public static List<SearchField> Of(TypeMapping mapping)
    {
        var fields = new List<SearchField>();
        var open = new Stack<(string Path, JsonElement Properties)>();
        Push("", mapping.Body);
        while (open.TryPop(out var at))
        {
            foreach (var member in at.Properties.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object))
            {
                var path = at.Path + member.Name;
                var type = Text(member.Value, "type") ?? "object";
                if (type == "object" && !IsOff(member.Value, "enabled"))
                {
                    Push(path + ".", member.Value);
                }

                Add(path, path, type, member.Value);
                foreach (var more in member.Value.TryGetProperty("fields", out var multi) && multi.ValueKind == JsonValueKind.Object ? multi.EnumerateObject().ToArray() : [])
                {
                    Add($"{path}.{more.Name}", path, Text(more.Value, "type") ?? "object", more.Value);
                }
            }
        }

        return fields;

        void Push(string path, JsonElement parent)
        {
            if (parent.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
            {
                open.Push((path, properties));
            }
        }

        void Add(string name, string path, string type, JsonElement field)
        {
            if (!Others.Contains(type))
            {
                var isText = type == "text" || (type == "string" && Text(field, "index") is null or "analyzed");
                fields.Add(new(name, path, isText, HasTerms: (isText || type == "string" || Exact.Contains(type)) && !IsOff(field, "index") && Text(field, "index") != "no"));
            }
        }
    }

    /// <summary>The first value that a source has at a path, as JSON; null where it has none that can be searched for.</summary>
    public static string? ValueAt(JsonElement source, string path)
    {
        while (true)
        {
            if (source.ValueKind == JsonValueKind.Array)
            {
                if (source.GetArrayLength() == 0)
                {
                    return null;
                }

                source = source[0];
            }
            else if (path.Length == 0)
            {
                return source.ValueKind switch
                {
                    JsonValueKind.String when source.GetString() is { Length: > 0 and <= TextMax } => source.GetRawText(),
                    JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => source.GetRawText(),
                    _ => null,
                };
            }
            else if (source.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            else if (source.TryGetProperty(path, out var whole))
            {
                // A dotted name stands for objects inside objects.
                (source, path) = (whole, "");
            }
            else
            {
                var dot = path.IndexOf('.', StringComparison.Ordinal);
                if (dot < 0 || !source.TryGetProperty(path[..dot], out var inner))
                {
                    return null;
                }

                (source, path) = (inner, path[(dot + 1)..]);
            }
        }
    }

    private static string? Text(JsonElement field, string name) => field.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsOff(JsonElement field, string name) =>
        field.TryGetProperty(name, out var value) && (value.ValueKind == JsonValueKind.False || (value.ValueKind == JsonValueKind.String && value.ValueEquals("false")));
}
