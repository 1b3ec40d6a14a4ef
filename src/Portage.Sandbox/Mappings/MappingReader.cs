using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Mappings;

/// <summary>Reads a mapping as clients send it, and refuses what the real server refuses, in its words.</summary>
/// <param name="analyzers">The analyzers the index defines beside the built-in ones.</param>
/// <param name="normalizers">The normalizers the index defines.</param>
internal sealed class MappingReader(IReadOnlySet<string> analyzers, IReadOnlySet<string> normalizers)
{
    private static readonly HashSet<string> RootMembers = new(StringComparer.Ordinal)
    {
        "_routing", "_source", "_meta", "_field_names", "_size", "_data_stream_timestamp", "_ignored", "_id", "_index",
        "date_detection", "numeric_detection", "dynamic_date_formats", "dynamic_templates", "derived", "composite",
    };

    // modules/analysis-common and the server itself, OpenSearch 2.19.1.
    private static readonly HashSet<string> BuiltInAnalyzers = new(StringComparer.Ordinal)
    {
        "default", "standard", "simple", "stop", "whitespace", "keyword", "pattern", "fingerprint", "snowball", "standard_html_strip",
        "arabic", "armenian", "basque", "bengali", "brazilian", "bulgarian", "catalan", "chinese", "cjk", "czech", "danish", "dutch",
        "english", "estonian", "finnish", "french", "galician", "german", "greek", "hindi", "hungarian", "indonesian", "irish",
        "italian", "latvian", "lithuanian", "norwegian", "persian", "portuguese", "romanian", "russian", "sorani", "spanish",
        "swedish", "thai", "turkish",
    };

    /// <summary>The mapping of a new index or a template, whose faults the real server wraps.</summary>
    /// <exception cref="ApiException">It cannot be read.</exception>
    public IndexMapping ReadNew(JsonObject json)
    {
        if (json.Count == 1 && json["_doc"] is JsonObject)
        {
            throw ApiException.IllegalArgument("The mapping definition cannot be nested under a type");
        }

        try
        {
            return Read(json);
        }
        catch (ApiException inner)
        {
            var outer = new ApiException(400, "mapper_parsing_exception", $"Failed to parse mapping [_doc]: {inner.Message}", inner);
            throw inner.Type == "mapper_parsing_exception" ? new ApiException(400, outer.Type, outer.Message, inner) { Root = inner } : outer;
        }
    }

    /// <exception cref="ApiException">It cannot be read.</exception>
    public IndexMapping Read(JsonObject json)
    {
        var meta = new JsonObject();
        var parameters = new JsonObject();
        var properties = FieldMapping.None;
        var unsupported = new JsonObject();
        foreach (var (name, value) in json)
        {
            if (name == "properties" && value is JsonObject children)
            {
                properties = ReadProperties(children);
            }
            else if (name is "dynamic" or "enabled")
            {
                parameters[name] = Canonical(name, value);
            }
            else if (name is "_routing" or "_source")
            {
                // Flags are kept only where they say something.
                if (value is JsonObject flags && Canonical(flags, name == "_source" ? "enabled" : "required", name == "_source") is { Count: > 0 } kept)
                {
                    meta[name] = kept;
                }
            }
            else if (RootMembers.Contains(name))
            {
                meta[name] = value is JsonValue ? Canonical(name, value) : value?.DeepClone();
            }
            else
            {
                unsupported[name] = value?.DeepClone();
            }
        }

        return unsupported.Count == 0
            ? new(new FieldMapping("", "object") { Parameters = parameters, Properties = properties }, meta)
            : throw Failure($"Root mapping definition has unsupported parameters:  {string.Join(' ', unsupported.Select(member => $"[{member.Key} : {JavaText.Of(member.Value)}]"))}");
    }

    private ImmutableSortedDictionary<string, FieldMapping> ReadProperties(JsonObject children)
    {
        var root = new FieldMapping("", "object");
        foreach (var (path, value) in children)
        {
            var parts = path.Split('.');
            if (parts.Any(string.IsNullOrWhiteSpace))
            {
                throw ApiException.IllegalArgument(path.Length == 0 ? "name cannot be empty string" : $"object field starting or ending with a [.] makes object resolution ambiguous: [{path}]");
            }

            var field = ReadField(parts[^1], value);
            root = MappingMerge.Merge(root, MappingMerge.Wrap(parts.AsSpan(..^1), field), "");
        }

        return root.Properties;
    }

    /// <summary>One field, as it stands below <c>properties</c>, <c>fields</c> or a dynamic template.</summary>
    public FieldMapping ReadField(string name, JsonNode? definition)
    {
        if (definition is not JsonObject json)
        {
            throw Failure($"Expected map for property [fields] on field [{name}] but got a class java.lang.String");
        }

        var type = json["type"]?.ToString() ?? (json["properties"] is JsonObject ? "object" : throw Failure($"No type specified for field [{name}]"));
        if (!FieldTypes.IsKnown(type))
        {
            throw Failure($"No handler for type [{type}] declared on field [{name}]");
        }

        var parameters = new JsonObject();
        var properties = FieldMapping.None;
        var fields = FieldMapping.None;
        foreach (var (parameter, value) in json)
        {
            switch (parameter)
            {
                case "type":
                    break;
                case "properties" when value is JsonObject children && FieldTypes.Takes(type, "properties"):
                    properties = ReadProperties(children);
                    break;
                case "fields" when value is JsonObject children && FieldTypes.Takes(type, "fields"):
                    fields = FieldMapping.None.AddRange(children.Select(child => KeyValuePair.Create(child.Key, ReadField(child.Key, child.Value))));
                    break;
                default:
                    AddParameter(parameters, name, type, parameter, value);
                    break;
            }
        }

        if (type == "join")
        {
            parameters.TryAdd("eager_global_ordinals", JsonValue.Create(true));
        }

        CheckRequired(name, type, parameters);
        return new(name, type) { Parameters = parameters, Properties = properties, Fields = fields };
    }

    private void AddParameter(JsonObject parameters, string field, string type, string parameter, JsonNode? value)
    {
        if (!FieldTypes.Takes(type, parameter))
        {
            throw Failure(FieldTypes.IsOldFashioned(type)
                ? $"Mapping definition for [{field}] has unsupported parameters:  [{parameter} : {JavaText.Of(value)}]"
                : $"unknown parameter [{parameter}] on mapper [{field}] of type [{type}]");
        }

        if (parameter is "analyzer" or "search_analyzer" or "search_quote_analyzer")
        {
            var analyzer = value?.ToString() ?? "";
            if (!BuiltInAnalyzers.Contains(analyzer) && !analyzers.Contains(analyzer))
            {
                throw ApiException.IllegalArgument($"analyzer [{analyzer}] has not been configured in mappings");
            }
        }

        if (parameter == "normalizer" && value?.ToString() is { } normalizer && normalizer != "lowercase" && !normalizers.Contains(normalizer))
        {
            throw Failure($"normalizer [{normalizer}] not found for field [{field}]");
        }

        var canonical = Canonical(parameter, value);
        if (canonical?.ToString() is var text && (text != FieldTypes.Default(type, parameter) || IsAlwaysShown(parameter)))
        {
            parameters[parameter] = canonical;
        }
    }

    // Shown even where they say the default.
    private static bool IsAlwaysShown(string parameter) => parameter is "coerce" or "ignore_malformed";

    private static void CheckRequired(string field, string type, JsonObject parameters)
    {
        if (type == "scaled_float" && !parameters.ContainsKey("scaling_factor"))
        {
            throw ApiException.IllegalArgument("Field [scaling_factor] is required");
        }

        if (type == "alias" && !parameters.ContainsKey("path"))
        {
            throw Failure($"The [path] property must be specified for field [{field}].");
        }
    }

    private static JsonObject Canonical(JsonObject flags, string flag, bool byDefault)
    {
        var canonical = new JsonObject(flags.Select(member => KeyValuePair.Create(member.Key, member.Key == flag ? Canonical("enabled", member.Value) : member.Value?.DeepClone())));
        if (canonical[flag] is JsonValue value && value.GetValueKind() is JsonValueKind.True == byDefault)
        {
            canonical.Remove(flag);
        }

        return canonical;
    }

    private static JsonNode? Canonical(string parameter, JsonNode? value)
    {
        if (parameter == "dynamic")
        {
            return value?.ToString().ToLowerInvariant();
        }

        if (parameter == "copy_to" && value is JsonValue)
        {
            return new JsonArray(value.DeepClone());
        }

        if (parameter == "scaling_factor" && value is JsonValue)
        {
            // A double, and Java prints it as one.
            var text = value.ToString();
            return JsonNode.Parse(text.AsSpan().ContainsAny('.', 'e', 'E') ? text : $"{text}.0");
        }

        return value is JsonValue && value.GetValueKind() == JsonValueKind.String && value.ToString() is "true" or "false" && parameter is not ("null_value" or "value")
            ? JsonValue.Create(value!.ToString() == "true")
            : value?.DeepClone();
    }

    private static ApiException Failure(string reason) => new(400, "mapper_parsing_exception", reason);
}
