using System.Text.Json.Nodes;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Templates;

/// <summary><c>_index_template</c>.</summary>
internal sealed class IndexTemplateApi(ClusterState cluster)
{
    private const string Parameters = "local timeout master_timeout cluster_manager_timeout";
    private readonly SortedDictionary<string, Template> _templates = cluster.Templates.Composable;

    public IEnumerable<Route> Routes =>
    [
        new("GET", "/_index_template", Parameters + " flat_settings", Show),
        new("GET", "/_index_template/{name}", Parameters + " flat_settings", Show),
        new("HEAD", "/_index_template/{name}", Parameters, Show),
        new("PUT", "/_index_template/{name}", Parameters + " create cause", Put),
        new("POST", "/_index_template/{name}", Parameters + " create cause", Put),
        new("DELETE", "/_index_template/{name}", Parameters, Delete),
        new("POST", "/_index_template/_simulate_index/{index}", Parameters, Simulate),
    ];

    private ApiReply Show(ApiRequest request)
    {
        var name = request.Path("name");
        var found = TemplateReading.Select(_templates, name);
        if (found.Count == 0 && name is not null && !name.Contains('*', StringComparison.Ordinal))
        {
            throw new ApiException(404, "resource_not_found_exception", $"index template matching [{name}] not found");
        }

        return ApiReply.Json(200, json => new JsonObject
        {
            ["index_templates"] = new JsonArray([.. found.Select(template => new JsonObject { ["name"] = template.Name, ["index_template"] = template.Shown.DeepClone() })]),
        }.WriteTo(json));
    }

    private ApiReply Put(ApiRequest request)
    {
        var name = request.RequiredPath("name");
        var body = request.RequiredJsonBody();
        foreach (var (key, _) in body)
        {
            if (key is not ("index_patterns" or "template" or "composed_of" or "priority" or "version" or "_meta" or "data_stream"))
            {
                throw new ApiException(400, "x_content_parse_exception", $"[index_template] unknown field [{key}]");
            }
        }

        if (body["data_stream"] is not null)
        {
            throw ApiException.IllegalArgument("the sandbox has no data streams");
        }

        var patterns = body["index_patterns"] is null ? throw ApiException.IllegalArgument("Required [index_patterns]") : TemplateReading.Patterns(body);
        TemplateReading.CheckName(name);
        if (request.Flag("create") && _templates.ContainsKey(name))
        {
            throw ApiException.IllegalArgument($"index template [{name}] already exists");
        }

        var given = body["template"] as JsonObject ?? [];
        var definition = IndexDefinition.Read(given);
        var components = body["composed_of"] is JsonArray items ? items.Select(item => item!.ToString()).ToArray() : [];
        var template = new Template(name, patterns, TemplateReading.Number(body["priority"]), components, definition, Shown(body, patterns, given, definition));
        Check(template);
        _templates[name] = template;
        return ApiReply.Acknowledged;
    }

    private void Check(Template template)
    {
        var name = template.Name;
        CheckOverlaps(template);
        var missing = template.ComposedOf.Where(component => !cluster.Templates.Components.ContainsKey(component)).ToArray();
        if (missing.Length > 0)
        {
            throw TemplateReading.Invalid(name, $"index template [{name}] specifies component templates [{string.Join(", ", missing)}] that do not exist");
        }

        try
        {
            IndexSettings.Check(template.Definition.Settings);
        }
        catch (ApiException e)
        {
            // A name that is not known is not private either, and the real server says both.
            var unknown = template.Definition.Settings.Select(setting => setting.Key).FirstOrDefault(key => KnownSettings.Find(key) is null);
            throw unknown is null ? e : TemplateReading.Invalid(name, $"Validation Failed: 1: {e.Message};2: expected [{unknown}] to be private but it was not;");
        }

        try
        {
            var composed = cluster.Templates.Compose(template);
            TemplateReading.CheckMapping(composed.MappingWith([]), composed.Settings);
        }
        catch (ApiException e)
        {
            throw ApiException.IllegalArgument($"composable template [{name}] template after composition is invalid", ApiException.IllegalArgument($"invalid composite mappings for [{name}]", e));
        }
    }

    // The real server compares the patterns as automata; here two overlap when one, read as a name, fits the other.
    private IEnumerable<Template> Overlapping(Template template) => _templates.Values.Where(other => other.Name != template.Name
        && other.Patterns.Any(theirs => template.Patterns.Any(ours => IndexExpressions.Fits(theirs, ours) || IndexExpressions.Fits(ours, theirs))));

    private void CheckOverlaps(Template template)
    {
        var overlapping = Overlapping(template).Where(other => other.Rank == template.Rank).ToArray();
        if (overlapping.Length > 0)
        {
            var names = string.Join(", ", overlapping.Select(other => other.Name));
            var patterns = string.Join(", ", overlapping.Select(other => $"{other.Name} => [{string.Join(", ", other.Patterns)}]"));
            throw ApiException.IllegalArgument($"index template [{template.Name}] has index patterns [{string.Join(", ", template.Patterns)}] matching patterns from existing templates [{names}] with patterns ({patterns}) that have the same priority [{template.Rank}], multiple index templates may not match during index creation, please use a different priority");
        }
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

    private ApiReply Simulate(ApiRequest request)
    {
        var index = request.RequiredPath("index");
        if (_templates.Values.Where(template => template.Fits(index)).MaxBy(template => template.Rank) is not { } winner)
        {
            return ApiReply.Json(200, json => new JsonObject().WriteTo(json));
        }

        var composed = cluster.Templates.Compose(winner);
        return ApiReply.Json(200, json => new JsonObject
        {
            ["template"] = new JsonObject
            {
                ["settings"] = composed.Settings.ToJson(isFlat: false),
                ["mappings"] = composed.MappingWith([]),
                ["aliases"] = new JsonObject(composed.Aliases.Select(alias => KeyValuePair.Create<string, JsonNode?>(alias.Key, alias.Value.ToJson()))),
            },
            ["overlapping"] = new JsonArray([.. Overlapping(winner).Select(template => new JsonObject
            {
                ["name"] = template.Name,
                ["index_patterns"] = new JsonArray([.. template.Patterns.Select(pattern => JsonValue.Create(pattern))]),
            })]),
        }.WriteTo(json));
    }

    private static JsonObject Shown(JsonObject body, IReadOnlyList<string> patterns, JsonObject given, IndexDefinition definition)
    {
        var shown = new JsonObject { ["index_patterns"] = new JsonArray([.. patterns.Select(pattern => JsonValue.Create(pattern))]) };
        if (body["template"] is not null)
        {
            shown["template"] = TemplateReading.Shown(given, definition);
        }

        foreach (var member in (string[])["composed_of", "priority", "version", "_meta"])
        {
            if (body[member] is { } value)
            {
                shown[member] = value.DeepClone();
            }
        }

        return shown;
    }
}
