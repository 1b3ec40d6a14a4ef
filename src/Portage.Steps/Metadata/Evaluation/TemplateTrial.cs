using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Really creates an index together with copies of the templates that will be for its name: a target merges them with it, and refuses what does not go together.</summary>
/// <remarks>The copies have no aliases, so that no scratch index is found by a name that people search.</remarks>
/// <param name="componentOf">A component template as it will be there; null where there is none of the name.</param>
internal sealed class TemplateTrial(ClusterClient client, ScratchSpace scratch, Func<string, JsonObject?> componentOf)
{
    // Above whatever else is for the scratch name, so that this one alone is taken, as for the real name.
    private const long Priority = 1_730_190_548;

    private readonly ClusterMetadata _metadata = new(client);
    private readonly Dictionary<string, string> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _tried = new(StringComparer.Ordinal);

    /// <summary>What the target says of an index that it takes without them; null where it takes it with them as well.</summary>
    /// <param name="templates">Those that will be for its name.</param>
    public async Task<string?> TryAsync(MetadataObject index, ImmutableArray<(ObjectName Name, JsonObject Json)> templates, CancellationToken cancellationToken)
    {
        if (templates.IsEmpty)
        {
            return null;
        }

        // Indices of a series differ in nothing but their names.
        var key = $"{CanonicalText.Of(index.Definition)} {string.Join(' ', templates.Select(template => template.Name.ToString()))}";
        if (!_tried.TryGetValue(key, out var refusal))
        {
            refusal = _tried[key] = await TryOneAsync(index, templates, cancellationToken);
        }

        return refusal;
    }

    private async Task<string?> TryOneAsync(MetadataObject index, ImmutableArray<(ObjectName Name, JsonObject Json)> templates, CancellationToken cancellationToken)
    {
        var name = scratch.Name(index.Name.Name);
        var made = new List<(TemplateKind Kind, string Name)>();
        try
        {
            foreach (var (of, json) in templates)
            {
                var (kind, copy) = (TargetState.TemplateKindOf(of.Kind), scratch.Name(of.Name));
                var body = WithoutAliases(json);
                body["index_patterns"] = new JsonArray(name);
                if (kind == TemplateKind.Index)
                {
                    body["priority"] = Priority;
                    body.Remove("data_stream");
                    if (body["composed_of"] is JsonArray components)
                    {
                        body["composed_of"] = await ComponentsAsync(components, cancellationToken);
                    }
                }

                if (await scratch.TryAsync(HttpMethod.Put, $"/{(kind == TemplateKind.Index ? "_index_template" : "_template")}/{copy}", body, cancellationToken) is not null)
                {
                    // It is refused by itself, which is told of it.
                    return null;
                }

                made.Add((kind, copy));
            }

            var refusal = await Trial.CreateAsync(scratch, name, index.Definition, cancellationToken);
            if (refusal is null)
            {
                await scratch.DeleteIndexAsync(name, cancellationToken);
            }

            return refusal;
        }
        finally
        {
            foreach (var (kind, copy) in made)
            {
                await _metadata.DeleteTemplateAsync(kind, copy, cancellationToken);
            }
        }
    }

    private async Task<JsonArray> ComponentsAsync(JsonArray components, CancellationToken cancellationToken)
    {
        var copies = new JsonArray();
        foreach (var component in components.Select(one => one!.ToString()))
        {
            if (!_components.TryGetValue(component, out var copy) && componentOf(component) is { } json)
            {
                copy = scratch.Name(component);
                if (await scratch.TryAsync(HttpMethod.Put, $"/_component_template/{copy}", WithoutAliases(json), cancellationToken) is not null)
                {
                    continue;
                }

                _components[component] = copy;
            }

            if (copy is not null)
            {
                copies.Add(copy);
            }
        }

        return copies;
    }

    private static JsonObject WithoutAliases(JsonObject template)
    {
        var body = template.DeepClone().AsObject();
        body.Remove("aliases");
        (body["template"] as JsonObject)?.Remove("aliases");
        return body;
    }
}
