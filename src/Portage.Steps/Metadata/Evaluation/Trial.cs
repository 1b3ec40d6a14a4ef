using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What came of trying an object.</summary>
/// <param name="Refusal">What the target says; null when it takes the object.</param>
/// <param name="Written">The object as the target writes it; null where it was refused.</param>
internal sealed record TrialResult(string? Refusal, JsonObject? Written)
{
    public static TrialResult Refused(string why) => new(why, null);
}

/// <summary>Really creates objects on the target, under scratch names.</summary>
internal sealed class Trial(ClusterClient client, ScratchSpace scratch)
{
    // One that nobody else gives.
    private const long ScratchPriority = 1_730_190_547;

    /// <summary>What a scratch index has less of than the real one.</summary>
    public static ImmutableArray<string> Smaller { get; } = ["index.number_of_shards", "index.number_of_replicas", "index.auto_expand_replicas"];

    private readonly ClusterMetadata _metadata = new(client);
    private readonly Dictionary<string, string> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string? Refusal, JsonObject? Written, Dictionary<string, string?> Aliases)> _indices = new(StringComparer.Ordinal);

    /// <summary>Tries a template. Component templates stay until the end, for the index templates that use them.</summary>
    public async Task<TrialResult> TemplateAsync(MetadataObject template, CancellationToken cancellationToken)
    {
        var kind = TargetState.TemplateKindOf(template.Name.Kind);
        var name = scratch.Name(template.Name.Name);
        var body = template.Definition.DeepClone().AsObject();
        if (kind == TemplateKind.Component)
        {
            _components[template.Name.Name] = name;
        }
        else
        {
            body["index_patterns"] = new JsonArray(ScratchSpace.PatternOf(name));
            if (kind == TemplateKind.Index)
            {
                // A template for every name would rival the scratch one; who rivals the real one is found out without the target.
                body["priority"] = ScratchPriority;
            }

            if (body["composed_of"] is JsonArray components)
            {
                body["composed_of"] = new JsonArray([.. components.Select(component => (JsonNode)JsonValue.Create(_components.GetValueOrDefault(component!.ToString(), component.ToString()))!)]);
            }
        }

        var collection = kind switch
        {
            TemplateKind.Legacy => "_template",
            TemplateKind.Component => "_component_template",
            _ => "_index_template",
        };
        if (await scratch.TryAsync(HttpMethod.Put, $"/{collection}/{name}", body, cancellationToken) is { } refusal)
        {
            return TrialResult.Refused(refusal);
        }

        var written = TargetState.Parse((await _metadata.GetTemplateAsync(kind, name, cancellationToken))!.Json);
        foreach (var own in (string[])["index_patterns", "composed_of", .. kind == TemplateKind.Index ? ["priority"] : (string[])[]])
        {
            written.Remove(own);
            if (template.Definition[own] is { } wanted)
            {
                written[own] = wanted.DeepClone();
            }
        }

        if (kind != TemplateKind.Component)
        {
            await _metadata.DeleteTemplateAsync(kind, name, cancellationToken);
        }

        return new(null, written);
    }

    /// <summary>Tries an index together with its aliases.</summary>
    /// <returns>The result of the index, and what the target says of each alias; null where it takes it.</returns>
    public async Task<(TrialResult Index, IReadOnlyDictionary<string, string?> Aliases)> IndexAsync(
        MetadataObject index, IReadOnlyList<MetadataObject> aliases, CancellationToken cancellationToken)
    {
        // Indices of a series differ in nothing but their names: one of them is enough.
        var body = BodyOf(index.Definition);
        var key = $"{CanonicalText.Of(body)} {string.Join(' ', aliases.Select(alias => CanonicalText.Of(alias.Definition)))}";
        if (!_indices.TryGetValue(key, out var had))
        {
            had = _indices[key] = await TryIndexAsync(index.Name.Name, body, aliases, cancellationToken);
        }

        if (had.Refusal is not null)
        {
            // Perhaps because of what was changed for the trial: that it has one shard and no copies.
            key = $"{CanonicalText.Of(index.Definition)} {string.Join(' ', aliases.Select(alias => CanonicalText.Of(alias.Definition)))}";
            if (!_indices.TryGetValue(key, out had))
            {
                had = _indices[key] = await TryIndexAsync(index.Name.Name, index.Definition, aliases, cancellationToken);
            }
        }

        var byAlias = aliases.ToDictionary(alias => alias.Name.Name, alias => had.Aliases.GetValueOrDefault(CanonicalText.Of(alias.Definition)), StringComparer.Ordinal);
        if (had.Written is null)
        {
            return (new(had.Refusal, null), byAlias);
        }

        // The scratch index had fewer shards; that much is known without it.
        var written = had.Written.DeepClone().AsObject();
        var settings = FlatSettings.Of(written["settings"] as JsonObject);
        var wanted = FlatSettings.Of(index.Definition["settings"] as JsonObject);
        foreach (var name in Smaller)
        {
            settings.Remove(name);
            if (wanted.TryGetValue(name, out var value))
            {
                settings[name] = value;
            }
        }

        written["settings"] = FlatSettings.ToJson(settings);
        return (new(null, written), byAlias);
    }

    /// <summary>Tries to change an index that is there, on one like it.</summary>
    /// <param name="there">As the target has it.</param>
    /// <returns>What the target says when it refuses, and whether that was the index without the change; null when it takes the change.</returns>
    public async Task<(string? Refusal, bool IsOfCopy)> ChangeAsync(string real, JsonObject there, IndexChange change, CancellationToken cancellationToken)
    {
        var like = there.DeepClone().AsObject();
        like.Remove("aliases");
        var settings = FlatSettings.Of(like["settings"] as JsonObject);
        foreach (var generated in settings.Keys.Where(name => SettingRules.IsGenerated(name) || name.StartsWith("index.blocks.", StringComparison.Ordinal)).ToArray())
        {
            settings.Remove(generated);
        }

        like["settings"] = FlatSettings.ToJson(settings);
        var name = scratch.Name(real);
        if (await CreateAsync(scratch, name, like, cancellationToken) is { } refusal)
        {
            return (refusal, true);
        }

        refusal = change.Settings.Count > 0 ? await scratch.TryAsync(HttpMethod.Put, $"/{name}/_settings", change.Settings, cancellationToken) : null;
        refusal ??= change.Mapping is { } mapping ? await scratch.TryAsync(HttpMethod.Put, $"/{name}/_mapping", mapping, cancellationToken) : null;
        await scratch.DeleteIndexAsync(name, cancellationToken);
        return (refusal, false);
    }

    /// <summary>Creates an index as small as it can be, and where the target refuses that, as it is; what the target says where it takes neither.</summary>
    public static async Task<string?> CreateAsync(ScratchSpace scratch, string name, JsonObject definition, CancellationToken cancellationToken) =>
        await scratch.TryAsync(HttpMethod.Put, PathOf(name), BodyOf(definition), cancellationToken) is null
            ? null
            : await scratch.TryAsync(HttpMethod.Put, PathOf(name), definition, cancellationToken);

    // Whether a shard finds a node is not what is asked, and waiting for it would take half a minute.
    private static string PathOf(string index) => $"/{index}?wait_for_active_shards=0";

    private async Task<(string? Refusal, JsonObject? Written, Dictionary<string, string?> Aliases)> TryIndexAsync(
        string real, JsonObject body, IReadOnlyList<MetadataObject> aliases, CancellationToken cancellationToken)
    {
        var refusals = new Dictionary<string, string?>(StringComparer.Ordinal);
        var name = scratch.Name(real);
        if (await scratch.TryAsync(HttpMethod.Put, PathOf(name), body, cancellationToken) is { } refusal)
        {
            return (refusal, null, refusals);
        }

        var written = TargetState.Parse((await _metadata.GetIndexAsync(name, cancellationToken))!.Json);
        written.Remove("aliases");
        foreach (var alias in aliases)
        {
            var definition = CanonicalText.Of(alias.Definition);
            if (!refusals.ContainsKey(definition))
            {
                refusals[definition] = await scratch.TryAsync(HttpMethod.Put, $"/{name}/_alias/{scratch.Name(alias.Name.Name)}", alias.Definition, cancellationToken);
            }
        }

        await scratch.DeleteIndexAsync(name, cancellationToken);
        return (null, written, refusals);
    }

    /// <summary>The index with one shard and no replicas, where its settings allow that.</summary>
    private static JsonObject BodyOf(JsonObject definition)
    {
        var body = definition.DeepClone().AsObject();
        var settings = FlatSettings.Of(body["settings"] as JsonObject);
        settings.Remove("index.auto_expand_replicas");
        settings["index.number_of_replicas"] = JsonValue.Create("0")!;

        // These two are checked against the number of shards.
        if (!settings.ContainsKey("index.routing_partition_size") && !settings.ContainsKey("index.number_of_routing_shards"))
        {
            settings["index.number_of_shards"] = JsonValue.Create("1")!;
        }

        body["settings"] = FlatSettings.ToJson(settings);
        return body;
    }
}
