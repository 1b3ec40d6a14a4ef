using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portage.Sandbox.Mappings;

/// <summary>The mapping that a field gets which nobody mapped: from a dynamic template, or else from its value.</summary>
internal static class DynamicFields
{
    /// <summary>The new field; null where the value says nothing (null, an empty array).</summary>
    public static FieldMapping? For(IndexMapping mapping, MappingReader reader, string name, string path, JsonElement value)
    {
        var kind = KindOf(mapping, value);
        if (kind is null)
        {
            return null;
        }

        return FromTemplate(mapping, reader, name, path, kind) ?? kind switch
        {
            "object" => new(name, "object"),
            "string" => new(name, "text")
            {
                Fields = FieldMapping.None.Add("keyword", new("keyword", "keyword") { Parameters = new() { ["ignore_above"] = 256 } }),
            },
            "long" => new(name, "long"),
            "double" => new(name, "float"),
            "boolean" => new(name, "boolean"),
            _ => new FieldMapping(name, "date") { Parameters = DateParameters(mapping, value) },
        };
    }

    private static string? KindOf(IndexMapping mapping, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => IsWhole(value.GetRawText()) ? "long" : "double",
        JsonValueKind.String => KindOfText(mapping, value.GetString()!),
        _ => null,
    };

    private static string KindOfText(IndexMapping mapping, string text)
    {
        if (mapping.NumbersAreDetected)
        {
            if (long.TryParse(text, out _))
            {
                return "long";
            }

            if (double.TryParse(text, out _))
            {
                return "double";
            }
        }

        return mapping.DatesAreDetected && DetectedFormat(mapping, text) is not null ? "date" : "string";
    }

    private static string? DetectedFormat(IndexMapping mapping, string text)
    {
        // A number is never taken for a date, though a year would fit the ISO format.
        if (text.Length == 0 || double.TryParse(text, out _))
        {
            return null;
        }

        string[] formats = mapping.Meta["dynamic_date_formats"] is JsonArray own
            ? [.. own.Select(format => format!.ToString())]
            : ["strict_date_optional_time", "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd"];
        return formats.FirstOrDefault(format => DateFormats.TryParse(text, format, out var millis) && millis is not null);
    }

    // What the real server writes into the mapping for its two formats (2.19.1).
    private static JsonObject DateParameters(IndexMapping mapping, JsonElement value) => DetectedFormat(mapping, value.GetString()!) switch
    {
        "strict_date_optional_time" => [],
        "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd" => new() { ["format"] = "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis", ["print_format"] = "yyyy/MM/dd HH:mm:ss" },
        var format => new() { ["format"] = format },
    };

    private static FieldMapping? FromTemplate(IndexMapping mapping, MappingReader reader, string name, string path, string kind)
    {
        foreach (var entry in mapping.Meta["dynamic_templates"] as JsonArray ?? [])
        {
            if (entry is JsonObject { Count: 1 } named && named.First().Value is JsonObject template && Fits(template, name, path, kind))
            {
                var type = kind switch
                {
                    "string" => "text",
                    "double" => "float",
                    _ => kind,
                };
                var filled = Filled(template["mapping"], name, type) as JsonObject ?? [];
                if (!filled.ContainsKey("type"))
                {
                    filled["type"] = type;
                }

                return reader.ReadField(name, filled);
            }
        }

        return null;
    }

    private static bool Fits(JsonObject template, string name, string path, string kind)
    {
        var isRegex = template["match_pattern"]?.ToString() == "regex";
        bool Matches(string key, string text) => template[key] is not { } patterns
            || (patterns is JsonArray several ? several.Select(item => item!.ToString()) : [patterns.ToString()]).Any(pattern => isRegex
                ? Regex.IsMatch(text, $@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)
                : FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false));
        bool IsExcluded(string key, string text) => template[key] is not null && Matches(key, text);

        return (template["match_mapping_type"]?.ToString() is not { } wanted || wanted == "*" || wanted == kind)
            && Matches("match", name) && !IsExcluded("unmatch", name)
            && Matches("path_match", path) && !IsExcluded("path_unmatch", path);
    }

    private static JsonNode? Filled(JsonNode? node, string name, string type) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(Filled(member.Key, name, type), Filled(member.Value, name, type)))),
        JsonArray items => new JsonArray([.. items.Select(item => Filled(item, name, type))]),
        JsonValue text when text.GetValueKind() == JsonValueKind.String => Filled(text.ToString(), name, type),
        null => null,
        _ => node.DeepClone(),
    };

    private static string Filled(string text, string name, string type) =>
        text.Replace("{name}", name, StringComparison.Ordinal).Replace("{dynamic_type}", type, StringComparison.Ordinal).Replace("{dynamicType}", type, StringComparison.Ordinal);

    private static bool IsWhole(string raw) => raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0;
}
