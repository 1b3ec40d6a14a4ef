using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Portage.Snapshots.Metadata;

namespace Portage.Snapshots.Rebuilding;

/// <summary>
/// How the sources of an index that stores none are put together again, as the server does when it shows them (Elasticsearch: synthetic;
/// OpenSearch: derived): from the doc values of each field, from stored fields, and from what the server set aside. Pure.
/// </summary>
/// <remarks>
/// The order of values and what was there twice are lost where the server does not keep them, and so they are in what the server shows. Only
/// mappings all of whose fields are known to come out as there have a plan; of others <see cref="TryMake"/> says why not.
/// </remarks>
internal sealed class RebuildPlan
{
    private static readonly FrozenDictionary<string, RebuiltKind> Kinds = new Dictionary<string, RebuiltKind>
    {
        ["long"] = RebuiltKind.Long,
        ["integer"] = RebuiltKind.Long,
        ["short"] = RebuiltKind.Long,
        ["byte"] = RebuiltKind.Long,
        ["double"] = RebuiltKind.Double,
        ["float"] = RebuiltKind.Float,
        ["half_float"] = RebuiltKind.HalfFloat,
        ["scaled_float"] = RebuiltKind.ScaledFloat,
        ["boolean"] = RebuiltKind.Boolean,
        ["date"] = RebuiltKind.Date,
        ["ip"] = RebuiltKind.Ip,
        ["keyword"] = RebuiltKind.Keyword,
        ["text"] = RebuiltKind.Text,
        ["geo_point"] = RebuiltKind.GeoPoint,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Written as 2026-03-02T01:02:03.000Z, whatever else they read.
    private static readonly string[] IsoFormats = ["strict_date_optional_time", "date_optional_time"];

    private readonly List<RebuiltField> _fields = [];
    private readonly List<string> _reasons = [];
    private readonly bool _isDerived;

    private RebuildPlan(bool isDerived) => _isDerived = isDerived;

    /// <summary>The fields, each once.</summary>
    public IReadOnlyList<RebuiltField> Fields => _fields;

    /// <summary>The object of which a source is one.</summary>
    public RebuiltObject Root { get; } = new("");

    /// <summary>The fields whose doc values are read, where a segment has them.</summary>
    public IReadOnlyCollection<string> Columns { get; private set; } = [];

    /// <summary>The plan; null where the source of some document may come out otherwise than the server shows it.</summary>
    /// <param name="isDerived">True for OpenSearch, which sets nothing aside.</param>
    /// <param name="reasons">Why there is none: as <c>kids is nested</c>.</param>
    public static RebuildPlan? TryMake(bool isDerived, IReadOnlyList<TypeMapping> mappings, out IReadOnlyList<string> reasons)
    {
        var plan = new RebuildPlan(isDerived);
        foreach (var mapping in mappings)
        {
            plan.AddFields(plan.Root, mapping.Body, "");
            if (IsText(mapping.Body, "subobjects", "false"))
            {
                plan._reasons.Add("names with dots stand for themselves (subobjects)");
            }
        }

        reasons = plan._reasons;
        plan.Columns = [.. plan._fields.SelectMany(field => field.Columns).Distinct(StringComparer.Ordinal)];
        return reasons.Count == 0 ? plan : null;
    }

    private void AddFields(RebuiltObject parent, JsonElement json, string prefix)
    {
        if (!json.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in properties.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Object))
        {
            var (path, field) = (prefix + property.Name, property.Value);
            var type = field.TryGetProperty("type", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "object";
            if (type == "object")
            {
                // What is in an object that is switched off was set aside whole.
                AddFields(parent.Object(property.Name), field, path + ".");
                if (IsText(field, "subobjects", "false"))
                {
                    _reasons.Add($"names with dots in {path} stand for themselves (subobjects)");
                }
                else if (_isDerived && IsText(field, "enabled", "false"))
                {
                    _reasons.Add($"{path} is switched off");
                }
            }
            else if (type != "alias")
            {
                AddField(parent, property.Name, path, type, field);
            }
        }
    }

    private void AddField(RebuiltObject parent, string name, string path, string type, JsonElement field)
    {
        if (!Kinds.TryGetValue(type, out var kind))
        {
            _reasons.Add($"{path} is {type}");
            return;
        }

        var hasColumn = kind != RebuiltKind.Text && !IsText(field, "doc_values", "false");
        if (kind == RebuiltKind.Date && field.TryGetProperty("format", out var format) && !IsoFormats.Contains(format.ToString().Split("||")[0], StringComparer.Ordinal))
        {
            _reasons.Add($"{path} is a date in the format {format}");
        }

        if (_isDerived && !hasColumn && !IsText(field, "store", "true"))
        {
            _reasons.Add($"{path} has no doc values and is not stored");
        }

        var factor = 1.0;
        if (kind == RebuiltKind.ScaledFloat && (!field.TryGetProperty("scaling_factor", out var scaling) || !double.TryParse(scaling.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out factor) || !(factor > 0)))
        {
            _reasons.Add($"{path} has no scaling factor");
        }

        var rebuilt = new RebuiltField(path, kind, hasColumn ? path : null, kind == RebuiltKind.Text ? SubField(field, path) : null, factor);
        _fields.Add(rebuilt);
        parent.Add(name, rebuilt);
    }

    /// <summary>The keyword beside a text that has the same values.</summary>
    private static string? SubField(JsonElement field, string path)
    {
        if (field.TryGetProperty("fields", out var inner) && inner.ValueKind == JsonValueKind.Object)
        {
            foreach (var one in inner.EnumerateObject())
            {
                if (IsText(one.Value, "type", "keyword") && !one.Value.TryGetProperty("normalizer", out _) && !IsText(one.Value, "doc_values", "false"))
                {
                    return $"{path}.{one.Name}";
                }
            }
        }

        return null;
    }

    private static bool IsText(JsonElement json, string name, string text) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What the values of a field become.</summary>
internal enum RebuiltKind
{
    Long,
    Double,
    Float,
    HalfFloat,
    ScaledFloat,
    Boolean,
    Date,
    Ip,
    Keyword,
    Text,
    GeoPoint,
}

/// <summary>A field with values of its own.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Column">The field whose doc values are its values; null where it has none.</param>
/// <param name="SubField">Of a text: the keyword that has its values where they are not stored.</param>
/// <param name="Factor">Of a scaled number.</param>
internal sealed record RebuiltField(string Name, RebuiltKind Kind, string? Column, string? SubField, double Factor)
{
    /// <summary>Which value stands where in an array, where the server notes that.</summary>
    public string Offsets { get; } = Name + ".offsets";

    public IEnumerable<string> Columns => new[] { Column, SubField, Offsets, SubField is null ? null : SubField + ".offsets" }.OfType<string>();
}

/// <summary>An object of a mapping; its members in ordinal order, as the server writes them.</summary>
internal sealed class RebuiltObject(string path)
{
    /// <summary>Its full name; empty for the source itself.</summary>
    public string Path => path;

    public SortedDictionary<string, RebuiltField> Fields { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, RebuiltObject> Objects { get; } = new(StringComparer.Ordinal);

    public void Add(string name, RebuiltField field) => Fields[name] = field;

    public RebuiltObject Object(string name)
    {
        if (!Objects.TryGetValue(name, out var found))
        {
            Objects[name] = found = new(PathOf(name));
        }

        return found;
    }

    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
