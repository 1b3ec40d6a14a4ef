using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

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
    private readonly Dictionary<string, TemplateEffect> _tried = new(StringComparer.Ordinal);

    /// <summary>What they do to an index that the target takes without them.</summary>
    /// <param name="written">The index as the target writes it without them; null where it does not take it.</param>
    /// <param name="templates">Those that will be for its name.</param>
    public async Task<TemplateEffect> TryAsync(MetadataObject index, JsonObject? written, ImmutableArray<(ObjectName Name, JsonObject Json)> templates, CancellationToken cancellationToken)
    {
        if (templates.IsEmpty || written is null)
        {
            return TemplateEffect.None;
        }

        // Indices of a series differ in nothing but their names.
        var key = $"{CanonicalText.Of(index.Definition)} {string.Join(' ', templates.Select(template => template.Name.ToString()))}";
        if (!_tried.TryGetValue(key, out var effect))
        {
            effect = _tried[key] = await TryOneAsync(index, written, templates, cancellationToken);
        }

        return effect;
    }

    private async Task<TemplateEffect> TryOneAsync(MetadataObject index, JsonObject written, ImmutableArray<(ObjectName Name, JsonObject Json)> templates, CancellationToken cancellationToken)
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
                    return TemplateEffect.None;
                }

                made.Add((kind, copy));
            }

            if (await Trial.CreateAsync(scratch, name, index.Definition, cancellationToken) is { } refusal)
            {
                return new(refusal, []);
            }

            var there = TargetState.Parse((await _metadata.GetIndexAsync(name, cancellationToken))!.Json);
            await scratch.DeleteIndexAsync(name, cancellationToken);
            return Effect(there, written);
        }
        finally
        {
            foreach (var (kind, copy) in made)
            {
                await _metadata.DeleteTemplateAsync(kind, copy, cancellationToken);
            }
        }
    }

    /// <summary>What stays different: aliases are taken away again, and <c>dynamic</c> is put back.</summary>
    private static TemplateEffect Effect(JsonObject there, JsonObject written)
    {
        // The scratch index is smaller than the real one will be.
        var (settings, wanted) = (FlatSettings.Of(there["settings"] as JsonObject), FlatSettings.Of(written["settings"] as JsonObject));
        foreach (var name in Trial.Smaller)
        {
            settings.Remove(name);
            if (wanted.TryGetValue(name, out var value))
            {
                settings[name] = value;
            }
        }

        there["settings"] = FlatSettings.ToJson(settings);
        if (there["mappings"] is JsonObject mapping && written["mappings"]?["dynamic"] is null)
        {
            mapping.Remove("dynamic");
        }

        return new(null, Differences.Between(ObjectKind.Index, there, written, TargetFacts.None, withTuning: true))
        {
            Lost = FilteredSources.Among(Differences.Each(ObjectKind.Index, there, written, TargetFacts.None), written),
        };
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

/// <summary>What templates do to an index when it is created.</summary>
/// <param name="Refusal">What the target says, where it does not take the index with them.</param>
/// <param name="Added">What is otherwise than without them, for good; as <c>field host: type is keyword there, not set here</c>.</param>
internal sealed record TemplateEffect(string? Refusal, ImmutableArray<string> Added)
{
    public static TemplateEffect None { get; } = new(null, []);

    /// <summary>What of it keeps something out of the stored sources; as <c>_source.enabled is false</c>.</summary>
    public ImmutableArray<string> Lost { get; init; } = [];
}
