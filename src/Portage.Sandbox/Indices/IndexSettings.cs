using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary>The settings of an index by full name; each a text or a list of texts, as the real server keeps them.</summary>
internal sealed partial class IndexSettings : SortedDictionary<string, JsonNode>
{
    public IndexSettings()
        : base(StringComparer.Ordinal)
    {
    }

    public IndexSettings(IndexSettings other)
        : base(other, StringComparer.Ordinal)
    {
    }

    /// <summary>Flattens settings as clients send them: nested or dotted, with or without <c>index.</c> in front. Null asks for removal.</summary>
    public static IReadOnlyList<KeyValuePair<string, JsonNode?>> Flatten(JsonObject json)
    {
        var flat = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        void Add(string name, JsonNode? value)
        {
            if (value is JsonObject members)
            {
                foreach (var (key, inner) in members)
                {
                    Add(name.Length == 0 ? key : $"{name}.{key}", inner);
                }
            }
            else
            {
                var full = name.StartsWith("index.", StringComparison.Ordinal) ? name : $"index.{name}";
                flat[full] = value switch
                {
                    JsonArray items => new JsonArray([.. items.Select(item => (JsonNode?)item?.ToString())]),
                    null => null,
                    _ => value.GetValueKind() == JsonValueKind.String ? value.ToString() : value.ToJsonString(),
                };
            }
        }

        Add("", json);
        return [.. flat];
    }

    /// <summary>Checks names and values as for a new index, or a template.</summary>
    /// <exception cref="ApiException">A setting is unknown, private or has a value that it cannot have.</exception>
    public static void Check(IEnumerable<KeyValuePair<string, JsonNode?>> settings)
    {
        foreach (var (name, value) in settings)
        {
            if (name == "index.mapper.dynamic")
            {
                throw ApiException.IllegalArgument("Setting index.mapper.dynamic was removed after version 6.0.0");
            }

            var known = KnownSettings.Find(name) ?? throw Unknown(name);
            if (known.Use == SettingUse.Private)
            {
                throw new ApiException(400, "validation_exception", $"Validation Failed: 1: private index setting [{name}] can not be set explicitly;");
            }

            if (value is JsonValue)
            {
                CheckValue(name, known.Kind, value.ToString());
            }
        }
    }

    public static ApiException Unknown(string name) =>
        ApiException.IllegalArgument($"unknown setting [{name}] please check that any required plugins are installed, or check the breaking changes documentation for removed settings");

    public string? Text(string name) => TryGetValue(name, out var value) ? value.ToString() : null;

    public bool Flag(string name, bool otherwise = false) => Text(name) is { } text ? text == "true" : otherwise;

    public int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Names defined below a group, as the analyzers in <c>index.analysis.analyzer.</c>.</summary>
    public HashSet<string> NamesBelow(string group) =>
        [.. Keys.Where(name => name.StartsWith(group, StringComparison.Ordinal)).Select(name => name[group.Length..].Split('.')[0])];

    public IEnumerable<KeyValuePair<string, JsonNode?>> AsGiven() => this.Select(setting => KeyValuePair.Create<string, JsonNode?>(setting.Key, setting.Value));

    /// <summary>What <c>auto_expand_replicas</c> comes to with one node: its lower end.</summary>
    public void ExpandReplicas()
    {
        if (Text("index.auto_expand_replicas")?.Split('-') is [var least, _] && int.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            this["index.number_of_replicas"] = least;
        }
    }

    /// <summary>Writes cannot wait for more copies than there are.</summary>
    public void CheckCopies()
    {
        const string Wait = "index.write.wait_for_active_shards";
        var copies = 1 + Number("index.number_of_replicas", 1);
        if (int.TryParse(Text(Wait), NumberStyles.None, CultureInfo.InvariantCulture, out var waits) && waits > copies)
        {
            throw ApiException.IllegalArgument($"invalid {Wait}[{waits}]: cannot be greater than number of shard copies [{copies}]");
        }
    }

    public void Apply(IEnumerable<KeyValuePair<string, JsonNode?>> settings)
    {
        foreach (var (name, value) in settings)
        {
            if (value is null)
            {
                Remove(name);
            }
            else
            {
                this[name] = value.DeepClone();
            }
        }
    }

    /// <summary>The settings as an answer shows them: nested, or flat where the client wants it.</summary>
    public JsonObject ToJson(bool isFlat)
    {
        if (isFlat)
        {
            return new JsonObject(this.Select(setting => KeyValuePair.Create<string, JsonNode?>(setting.Key, setting.Value.DeepClone())));
        }

        var root = new JsonObject();
        foreach (var (name, value) in this)
        {
            var parts = name.Split('.');
            var here = root;
            var i = 0;
            for (; i < parts.Length - 1; i++)
            {
                if (here[parts[i]] is JsonValue or JsonArray)
                {
                    // A setting that is also the start of another keeps the rest dotted.
                    break;
                }

                if (here[parts[i]] is not JsonObject next)
                {
                    here[parts[i]] = next = [];
                }

                here = next;
            }

            here[string.Join('.', parts[i..])] = value.DeepClone();
        }

        return root;
    }

    private static void CheckValue(string name, SettingKind kind, string text)
    {
        switch (kind)
        {
            case SettingKind.Flag when text is not ("true" or "false"):
                throw ApiException.IllegalArgument($"Failed to parse value [{text}] as only [true] or [false] are allowed.");
            case SettingKind.Number when !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
            case SettingKind.Fraction when !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _):
                throw ApiException.IllegalArgument($"Failed to parse value [{text}] for setting [{name}]", new ApiException(400, "number_format_exception", $"For input string: \"{text}\""));
            case SettingKind.Time when !TimeValue().IsMatch(text):
                throw ApiException.IllegalArgument($"failed to parse setting [{name}] with value [{text}] as a time value: unit is missing or unrecognized");
            case SettingKind.Bytes when !ByteSize().IsMatch(text):
                throw ApiException.IllegalArgument($"failed to parse [{text}]", new ApiException(400, "parse_exception", $"failed to parse [{text}]"));
            case SettingKind.Number when Least(name) is { } least && long.Parse(text, CultureInfo.InvariantCulture) < least:
                throw ApiException.IllegalArgument($"Failed to parse value [{text}] for setting [{name}] must be >= {least}");
            default:
                break;
        }

        if (name == "index.codec" && text is not ("default" or "lz4" or "best_compression" or "zlib"))
        {
            throw ApiException.IllegalArgument($"unknown value for [index.codec] must be one of [default, lz4, best_compression, zlib] but was: {text}");
        }

        if (name == "index.soft_deletes.enabled" && text == "false")
        {
            throw ApiException.IllegalArgument("Creating indices with soft-deletes disabled is no longer supported. Please do not specify a value for setting [index.soft_deletes.enabled].");
        }

        if (name == "index.number_of_shards" && int.Parse(text, CultureInfo.InvariantCulture) > 1_024)
        {
            throw ApiException.IllegalArgument($"Failed to parse value [{text}] for setting [{name}] must be <= 1024");
        }
    }

    private static long? Least(string name) => name switch
    {
        "index.number_of_shards" or "index.max_result_window" or "index.number_of_routing_shards" or "index.routing_partition_size" => 1,
        "index.number_of_replicas" or "index.mapping.total_fields.limit" => 0,
        _ => null,
    };

    [GeneratedRegex(@"\A(-1|0|[0-9]+(\.[0-9]+)?\s*(nanos|micros|ms|s|m|h|d))\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TimeValue();

    [GeneratedRegex(@"\A(-1|0|[0-9]+(\.[0-9]+)?\s*(b|k|kb|m|mb|g|gb|t|tb|p|pb|%))\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ByteSize();
}
