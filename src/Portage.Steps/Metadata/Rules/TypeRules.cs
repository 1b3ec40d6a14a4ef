using System.Text.Json.Nodes;
using Portage.Snapshots.Metadata;

namespace Portage.Steps.Metadata.Rules;

/// <summary>Makes one mapping without types out of the mappings of an index or template.</summary>
internal static class TypeRules
{
    private const string Default = "_default_";

    /// <summary>Sets the draft's mapping.</summary>
    /// <param name="only">The one type that goes into this index; null for all.</param>
    /// <param name="isTemplate">A type takes what <c>_default_</c> says when it comes into being: those of an index have it already.</param>
    public static void Unwrap(Draft draft, IEnumerable<TypeMapping> mappings, string? only, bool isTemplate)
    {
        var all = mappings.Select(mapping => (mapping.Type, Body: JsonObject.Create(mapping.Body)!)).ToArray();
        foreach (var (type, body) in all)
        {
            DropMetaFields(draft, body, type == TypeMapping.NoType ? "" : $" of type {type}");
        }

        var given = all.Where(mapping => mapping.Type != Default && (only is null || mapping.Type == only)).ToArray();
        var start = all.FirstOrDefault(mapping => mapping.Type == Default).Body;
        switch (given)
        {
            case []:
                if (start is not null)
                {
                    draft.Change($"mapping {Default} → the mapping, as there are no types");
                }

                draft.Mapping = start ?? [];
                break;
            case [var (type, body)]:
                draft.Mapping = body;
                if (type != TypeMapping.NoType)
                {
                    draft.Change($"type {type}: its mapping → the index's own, as there are no types");
                }

                break;
            default:
                draft.Change($"types {string.Join(", ", given.Select(mapping => mapping.Type))}: their mappings → one, as there are no types");
                draft.Mapping = MergedTypes.Merge(draft, given);
                break;
        }

        if (start is not null && given.Length > 0)
        {
            draft.Change(isTemplate ? $"mapping {Default} → part of the mapping" : $"mapping {Default} → left out, as there will be no further types");
            if (isTemplate)
            {
                AddMissing(draft.Mapping, start);
            }
        }
    }

    /// <summary>Fields of Elasticsearch's own that are gone.</summary>
    private static void DropMetaFields(Draft draft, JsonObject mapping, string of)
    {
        if (mapping.Remove("_all", out var all))
        {
            if (all?["enabled"]?.ToString() == "false")
            {
                draft.Change($"_all{of}: off → left out, as there is none");
            }
            else
            {
                draft.Drop($"_all{of} (removed in 7.0; queries without a field ask all fields)");
            }
        }

        if (mapping.Remove("_parent", out var parent))
        {
            draft.Drop($"_parent{of} = {parent?["type"]} (removed in 6.0; children keep their parent's routing only, so has_child and has_parent find nothing)");
        }

        foreach (var (name, why) in ((string, string)[])[("_timestamp", "when documents were written is in no source, and not moved"), ("_ttl", "nothing expires by itself")])
        {
            if (mapping.Remove(name, out var field) && field?["enabled"]?.ToString() == "true")
            {
                draft.Drop($"{name}{of} (removed in 5.0: {why})");
            }
        }
    }

    private static void AddMissing(JsonObject to, JsonObject from)
    {
        foreach (var (name, value) in from)
        {
            if (!to.ContainsKey(name))
            {
                to[name] = value?.DeepClone();
            }
            else if (name == "properties" && to[name] is JsonObject had && value is JsonObject more)
            {
                AddMissing(had, more);
            }
        }
    }
}
