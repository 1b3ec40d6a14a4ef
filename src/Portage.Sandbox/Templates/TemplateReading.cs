using System.Text.Json.Nodes;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;
using Portage.Sandbox.Mappings;

namespace Portage.Sandbox.Templates;

/// <summary>What the three kinds of templates have in common when they are read and shown.</summary>
internal static class TemplateReading
{
    public static IReadOnlyList<string> Patterns(JsonObject body) => body["index_patterns"] switch
    {
        null => [],
        JsonArray items => [.. items.Select(item => item!.ToString())],
        var single => [single.ToString()],
    };

    public static long Number(JsonNode? node) => node is null ? 0 : long.TryParse(node.ToString(), out var number) ? number : throw ApiException.IllegalArgument($"Failed to parse value [{node}]");

    /// <exception cref="ApiException">The name is not one a template can have.</exception>
    public static void CheckName(string name)
    {
        var fault = name.Any(char.IsUpper) ? "name must be lower cased"
            : name.Contains(' ', StringComparison.Ordinal) ? "name must not contain a space"
            : name.Contains(',', StringComparison.Ordinal) ? "name must not contain a ','"
            : name.Contains('#', StringComparison.Ordinal) ? "name must not contain a '#'"
            : name[0] == '_' ? "name must not start with '_'"
            : null;
        if (fault is not null)
        {
            throw Invalid(name, $"Validation Failed: 1: {fault};");
        }
    }

    public static ApiException Invalid(string name, string cause) =>
        new(400, "invalid_index_template_exception", $"index_template [{name}] invalid, cause [{cause}]");

    /// <summary>A mapping as it will be used: read with the analyzers that the settings define.</summary>
    /// <exception cref="ApiException">It cannot be read.</exception>
    public static void CheckMapping(JsonObject mapping, IndexSettings settings) =>
        new MappingReader(settings.NamesBelow("index.analysis.analyzer."), settings.NamesBelow("index.analysis.normalizer.")).ReadNew(mapping);

    public static IndexSettings SettingsOf(IndexDefinition definition)
    {
        var settings = new IndexSettings();
        settings.Apply(definition.Settings);
        return settings;
    }

    /// <summary>Settings, mapping and aliases as an answer shows them; members that were not given are left out.</summary>
    public static JsonObject Shown(JsonObject given, IndexDefinition definition)
    {
        var shown = new JsonObject();
        if (given["settings"] is not null)
        {
            shown["settings"] = SettingsOf(definition).ToJson(isFlat: false);
        }

        if (given["mappings"] is not null)
        {
            shown["mappings"] = definition.Mapping.DeepClone();
        }

        if (given["aliases"] is not null)
        {
            shown["aliases"] = AliasesOf(definition);
        }

        return shown;
    }

    public static JsonObject AliasesOf(IndexDefinition definition) =>
        new(definition.Aliases.Select(alias => KeyValuePair.Create<string, JsonNode?>(alias.Key, alias.Value.ToJson())));

    /// <summary>The templates that a name or pattern selects, in order.</summary>
    public static IReadOnlyList<Template> Select(SortedDictionary<string, Template> templates, string? name) =>
        [.. templates.Values.Where(template => name is null || name.Split(',').Any(one => IndexExpressions.Fits(one, template.Name)))];

    public static ApiException Missing(string name) => new(404, "index_template_missing_exception", $"index_template [{name}] missing");
}
