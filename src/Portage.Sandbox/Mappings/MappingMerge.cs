using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Mappings;

/// <summary>Puts one mapping on top of another, and refuses what would change fields that documents already use.</summary>
internal static class MappingMerge
{
    // Every other parameter is fixed once a field exists (OpenSearch 2.19.1).
    private static readonly HashSet<string> Changeable = new(StringComparer.Ordinal)
    {
        "ignore_above", "coerce", "ignore_malformed", "meta", "boost", "search_analyzer", "search_quote_analyzer",
        "eager_global_ordinals", "fielddata", "fielddata_frequency_filter", "split_queries_on_whitespace", "copy_to", "dynamic",
        "max_input_length", "ignore_z_value", "path", "relations", "include_in_all",
    };

    public static IndexMapping Merge(IndexMapping had, IndexMapping wanted)
    {
        var meta = (JsonObject)had.Meta.DeepClone();
        foreach (var (name, value) in wanted.Meta)
        {
            if (name == "_source" && !JsonNode.DeepEquals(had.Meta[name], value) && had != IndexMapping.Empty)
            {
                throw ApiException.IllegalArgument($"Mapper for [_source] conflicts with existing mapper:\n\tCannot update parameter [enabled] from [{Lower(had.SourceIsKept)}] to [{Lower(wanted.SourceIsKept)}]");
            }

            meta[name] = value?.DeepClone();
        }

        return new(Merge(had.Root, wanted.Root, ""), meta);
    }

    public static FieldMapping Merge(FieldMapping had, FieldMapping wanted, string path)
    {
        if (had.IsObject != wanted.IsObject)
        {
            throw ApiException.IllegalArgument($"can't merge a non object mapping [{path}] with an object mapping");
        }

        if (had.IsObject)
        {
            return MergeObjects(had, wanted, path);
        }

        if (had.Type != wanted.Type)
        {
            throw ApiException.IllegalArgument($"mapper [{path}] cannot be changed from type [{had.Type}] to [{wanted.Type}]");
        }

        var conflicts = had.Parameters.Select(member => member.Key).Union(wanted.Parameters.Select(member => member.Key))
            .Where(name => !Changeable.Contains(name) && Shown(had, name) != Shown(wanted, name))
            .OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal)
            .Select(name => $"\n\tCannot update parameter [{name}] from [{Shown(had, name)}] to [{Shown(wanted, name)}]").ToArray();
        return conflicts.Length == 0
            ? wanted with { Fields = MergeChildren(had.Fields, wanted.Fields, path) }
            : throw ApiException.IllegalArgument($"Mapper for [{path}] conflicts with existing mapper:{string.Concat(conflicts)}");
    }

    /// <summary>The field inside new objects, one for each name; the outermost result is a nameless root.</summary>
    public static FieldMapping Wrap(ReadOnlySpan<string> objects, FieldMapping field)
    {
        for (var i = objects.Length - 1; i >= 0; i--)
        {
            field = new(objects[i], "object") { Properties = FieldMapping.None.Add(field.Name, field) };
        }

        return new("", "object") { Properties = FieldMapping.None.Add(field.Name, field) };
    }

    private static FieldMapping MergeObjects(FieldMapping had, FieldMapping wanted, string path)
    {
        if (had.Type != wanted.Type)
        {
            throw ApiException.IllegalArgument(had.Type == "nested"
                ? "cannot change object mapping from nested to non-nested"
                : "cannot change object mapping from non-nested to nested");
        }

        var parameters = had.Parameters;
        foreach (var (name, value) in wanted.Parameters)
        {
            parameters = parameters == had.Parameters ? (JsonObject)had.Parameters.DeepClone() : parameters;
            parameters[name] = value?.DeepClone();
        }

        return had with { Parameters = parameters, Properties = MergeChildren(had.Properties, wanted.Properties, path) };
    }

    private static ImmutableSortedDictionary<string, FieldMapping> MergeChildren(
        ImmutableSortedDictionary<string, FieldMapping> had, ImmutableSortedDictionary<string, FieldMapping> wanted, string path)
    {
        foreach (var (name, field) in wanted)
        {
            var childPath = path.Length == 0 ? name : $"{path}.{name}";
            had = had.SetItem(name, had.TryGetValue(name, out var existing) ? Merge(existing, field, childPath) : field);
        }

        return had;
    }

    private static string Shown(FieldMapping field, string parameter) =>
        field.Parameters[parameter] is { } value ? JavaText.Of(value) : FieldTypes.Default(field.Type, parameter) ?? "null";

    // The order in which the real server declares the most frequent ones.
    private static int Rank(string parameter) => parameter switch
    {
        "index" => 0,
        "doc_values" => 1,
        "store" => 2,
        _ => 3,
    };

    private static string Lower(bool flag) => flag ? "true" : "false";
}
