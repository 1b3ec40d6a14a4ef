using System.Text.Json.Nodes;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Templates;

/// <summary><c>_template</c>.</summary>
internal sealed class LegacyTemplateApi(ClusterState cluster)
{
    private const string Parameters = "flat_settings local timeout master_timeout cluster_manager_timeout";
    private readonly SortedDictionary<string, Template> _templates = cluster.Templates.Legacy;

    public IEnumerable<Route> Routes =>
    [
        new("GET", "/_template", Parameters, Show),
        new("GET", "/_template/{name}", Parameters, Show),
        new("HEAD", "/_template/{name}", Parameters, Show),
        new("PUT", "/_template/{name}", Parameters + " create order", Put),
        new("POST", "/_template/{name}", Parameters + " create order", Put),
        new("DELETE", "/_template/{name}", Parameters, Delete),
    ];

    private ApiReply Show(ApiRequest request)
    {
        var name = request.Path("name");
        var found = TemplateReading.Select(_templates, name);
        var isMissing = found.Count == 0 && name is not null && !name.Contains('*', StringComparison.Ordinal);
        return ApiReply.Json(isMissing ? 404 : 200, json =>
            new JsonObject(found.Select(template => KeyValuePair.Create<string, JsonNode?>(template.Name, template.Shown.DeepClone()))).WriteTo(json));
    }

    private ApiReply Put(ApiRequest request)
    {
        var name = request.RequiredPath("name");
        var body = request.RequiredMapBody();
        foreach (var (key, _) in body)
        {
            if (key is not ("index_patterns" or "order" or "version" or "settings" or "mappings" or "aliases"))
            {
                throw new ApiException(400, "parse_exception", $"unknown key [{key}] in the template ");
            }
        }

        var patterns = TemplateReading.Patterns(body);
        if (patterns.Count == 0)
        {
            throw ApiException.Validation("index patterns are missing");
        }

        TemplateReading.CheckName(name);
        if (request.Flag("create") && _templates.ContainsKey(name))
        {
            throw ApiException.IllegalArgument($"index_template [{name}] already exists");
        }

        var definition = Definition(body);
        IndexSettings.Check(definition.Settings);
        TemplateReading.CheckMapping(definition.Mapping, TemplateReading.SettingsOf(definition));
        var order = TemplateReading.Number(body["order"] ?? (JsonNode?)request.Parameter("order"));
        _templates[name] = new(name, patterns, order, [], definition, Shown(body, patterns, order, definition));
        return ApiReply.Acknowledged;
    }

    private ApiReply Delete(ApiRequest request)
    {
        var name = request.RequiredPath("name");
        var found = TemplateReading.Select(_templates, name);
        if (found.Count == 0 && name != "*")
        {
            throw TemplateReading.Missing(name);
        }

        foreach (var template in found)
        {
            _templates.Remove(template.Name);
        }

        return ApiReply.Acknowledged;
    }

    private static IndexDefinition Definition(JsonObject body) => IndexDefinition.Read(new JsonObject(
        body.Where(member => member.Key is "settings" or "mappings" or "aliases").Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))));

    private static JsonObject Shown(JsonObject body, IReadOnlyList<string> patterns, long order, IndexDefinition definition)
    {
        var shown = new JsonObject { ["order"] = order };
        if (body["version"] is { } version)
        {
            shown["version"] = version.DeepClone();
        }

        shown["index_patterns"] = new JsonArray([.. patterns.Select(pattern => JsonValue.Create(pattern))]);
        shown["settings"] = TemplateReading.SettingsOf(definition).ToJson(isFlat: false);
        shown["mappings"] = definition.Mapping.DeepClone();
        shown["aliases"] = TemplateReading.AliasesOf(definition);
        return shown;
    }
}
