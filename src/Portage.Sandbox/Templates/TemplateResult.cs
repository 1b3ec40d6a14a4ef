using System.Text.Json.Nodes;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Templates;

/// <summary>What all templates of a new index say together. Later ones win.</summary>
/// <param name="mergesDeeply">True for legacy templates, which merge mappings member by member; composable ones replace a field whole.</param>
internal sealed class TemplateResult(bool mergesDeeply)
{
    private readonly JsonObject _mapping = [];
    private readonly SortedDictionary<string, AliasDefinition> _aliases = new(StringComparer.Ordinal);

    public IndexSettings Settings { get; } = [];

    public IEnumerable<KeyValuePair<string, AliasDefinition>> Aliases => _aliases;

    public void Add(IndexDefinition definition)
    {
        Settings.Apply(definition.Settings);
        Overlay(_mapping, definition.Mapping, depth: 0);
        foreach (var (alias, value) in definition.Aliases)
        {
            _aliases[alias] = value;
        }
    }

    /// <summary>The templates' mapping under the request's own.</summary>
    public JsonObject MappingWith(JsonObject wanted)
    {
        var mapping = (JsonObject)_mapping.DeepClone();
        Overlay(mapping, wanted, depth: 0);
        return mapping;
    }

    private void Overlay(JsonObject onto, JsonObject from, int depth)
    {
        foreach (var (name, value) in from)
        {
            if (value is JsonObject inner && onto[name] is JsonObject had && (mergesDeeply || depth == 0))
            {
                if (!mergesDeeply && name == "properties")
                {
                    CheckObjects(had, inner);
                }

                Overlay(had, inner, depth + 1);
            }
            else if (name == "dynamic_templates" && value is JsonArray templates && onto[name] is JsonArray others)
            {
                // The same name once, and what comes later first.
                onto[name] = new JsonArray([.. templates.Concat(others).DistinctBy(NameOf).Select(template => template?.DeepClone())]);
            }
            else
            {
                onto[name] = value?.DeepClone();
            }
        }
    }

    /// <summary>A field is replaced whole, but for an object by what is none, and the reverse.</summary>
    private static void CheckObjects(JsonObject had, JsonObject has)
    {
        foreach (var (name, field) in has)
        {
            if (field is JsonObject ours && had[name] is JsonObject theirs && IsObject(ours) != IsObject(theirs))
            {
                throw ApiException.IllegalArgument($"can't merge a non object mapping [{name}] with an object mapping");
            }
        }
    }

    private static bool IsObject(JsonObject field) => field.ContainsKey("properties") || field["type"]?.ToString() is null or "object" or "nested";

    private static string NameOf(JsonNode? template) => template is JsonObject { Count: 1 } named ? named.First().Key : "";
}
