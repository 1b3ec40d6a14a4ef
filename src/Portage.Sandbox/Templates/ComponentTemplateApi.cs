using System.Text.Json.Nodes;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Templates;

/// <summary><c>_component_template</c>.</summary>
internal sealed class ComponentTemplateApi(ClusterState cluster)
{
    private const string Parameters = "local timeout master_timeout cluster_manager_timeout";
    private readonly SortedDictionary<string, Template> _templates = cluster.Templates.Components;

    public IEnumerable<Route> Routes =>
    [
        new("GET", "/_component_template", Parameters, Show),
        new("GET", "/_component_template/{name}", Parameters, Show),
        new("HEAD", "/_component_template/{name}", Parameters, Show),
        new("PUT", "/_component_template/{name}", Parameters + " create", Put),
        new("POST", "/_component_template/{name}", Parameters + " create", Put),
        new("DELETE", "/_component_template/{name}", Parameters, Delete),
    ];

    private ApiReply Show(ApiRequest request)
    {
        var name = request.Path("name");
        var found = TemplateReading.Select(_templates, name);
        if (found.Count == 0 && name is not null && !name.Contains('*', StringComparison.Ordinal))
        {
            throw new ApiException(404, "resource_not_found_exception", $"component template matching [{name}] not found");
        }

        return ApiReply.Json(200, json => new JsonObject
        {
            ["component_templates"] = new JsonArray([.. found.Select(template => new JsonObject { ["name"] = template.Name, ["component_template"] = template.Shown.DeepClone() })]),
        }.WriteTo(json));
    }

    private ApiReply Put(ApiRequest request)
    {
        var name = request.RequiredPath("name");
        var body = request.RequiredJsonBody();
        foreach (var (key, _) in body)
        {
            if (key is not ("template" or "version" or "_meta"))
            {
                throw new ApiException(400, "x_content_parse_exception", $"[component_template] unknown field [{key}]");
            }
        }

        if (body["template"] is not JsonObject template)
        {
            throw ApiException.IllegalArgument("Required [template]");
        }

        TemplateReading.CheckName(name);
        if (request.Flag("create") && _templates.ContainsKey(name))
        {
            throw ApiException.IllegalArgument($"component template [{name}] already exists");
        }

        var definition = IndexDefinition.Read(template);
        IndexSettings.Check(definition.Settings);
        TemplateReading.CheckMapping(definition.Mapping, TemplateReading.SettingsOf(definition));
        var shown = new JsonObject { ["template"] = TemplateReading.Shown(template, definition) };
        foreach (var member in (string[])["version", "_meta"])
        {
            if (body[member] is { } value)
            {
                shown[member] = value.DeepClone();
            }
        }

        _templates[name] = new(name, [], 0, [], definition, shown);
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

        var inUse = found.Where(template => cluster.Templates.Composable.Values.Any(user => user.ComposedOf.Contains(template.Name))).ToArray();
        if (inUse.Length > 0)
        {
            var users = cluster.Templates.Composable.Values.Where(user => inUse.Any(template => user.ComposedOf.Contains(template.Name))).Select(user => user.Name);
            throw ApiException.IllegalArgument($"component templates [{string.Join(", ", inUse.Select(template => template.Name))}] cannot be removed as they are still in use by index templates [{string.Join(", ", users)}]");
        }

        foreach (var template in found)
        {
            _templates.Remove(template.Name);
        }

        return ApiReply.Acknowledged;
    }
}
