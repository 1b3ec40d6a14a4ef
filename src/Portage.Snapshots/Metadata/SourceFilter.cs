using System.Text.Json;

namespace Portage.Snapshots.Metadata;

/// <summary>Which fields <c>_source.includes</c> and <c>_source.excludes</c> keep out of the stored source. Pure.</summary>
/// <remarks>
/// A pattern is for a field and for everything below it; <c>*</c> stands for dots too. What is copied into a field (<c>copy_to</c>) was in no source
/// before, and is copied again by a target.
/// </remarks>
internal static class SourceFilter
{
    /// <summary>The mapped fields of a type that are in no source, by their full names.</summary>
    public static IEnumerable<string> LostFields(TypeMapping mapping)
    {
        var (includes, excludes) = (Patterns(mapping, "includes"), Patterns(mapping, "excludes"));
        if (includes.Length == 0 && excludes.Length == 0)
        {
            return [];
        }

        var copied = new HashSet<string>(StringComparer.Ordinal);
        var fields = new List<string>();
        AddFields(mapping.Body, "", fields, copied);
        return fields.Where(field => !copied.Contains(field) && (Meets(excludes, field) || (includes.Length > 0 && !Meets(includes, field))));
    }

    private static bool Meets(string[] patterns, string field)
    {
        for (var end = field.IndexOf('.', StringComparison.Ordinal); ; end = field.IndexOf('.', end + 1))
        {
            var path = end < 0 ? field : field[..end];
            if (patterns.Any(pattern => Matches(pattern, path)))
            {
                return true;
            }

            if (end < 0)
            {
                return false;
            }
        }
    }

    /// <summary>Nothing but <c>*</c> means anything in a pattern.</summary>
    private static bool Matches(string pattern, string path)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return pattern == path;
        }

        if (path.Length < parts[0].Length + parts[^1].Length || !path.StartsWith(parts[0], StringComparison.Ordinal) || !path.EndsWith(parts[^1], StringComparison.Ordinal))
        {
            return false;
        }

        var (at, end) = (parts[0].Length, path.Length - parts[^1].Length);
        foreach (var part in parts[1..^1])
        {
            var found = path.IndexOf(part, at, end - at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return true;
    }

    private static void AddFields(JsonElement json, string prefix, List<string> fields, HashSet<string> copied)
    {
        if (!json.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in properties.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Object))
        {
            var (path, field) = (prefix + property.Name, property.Value);
            if (field.TryGetProperty("copy_to", out var to))
            {
                copied.UnionWith(Texts(to));
            }

            if (field.TryGetProperty("properties", out _))
            {
                AddFields(field, path + ".", fields, copied);
            }
            else if (!(field.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("alias")))
            {
                fields.Add(path);
            }
        }
    }

    private static string[] Patterns(TypeMapping mapping, string name) =>
        mapping.Body.TryGetProperty("_source", out var source) && source.ValueKind == JsonValueKind.Object && source.TryGetProperty(name, out var list) ? Texts(list) : [];

    private static string[] Texts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => [json.GetString()!],
        JsonValueKind.Array => [.. json.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)],
        _ => [],
    };
}
