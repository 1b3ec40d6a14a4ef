using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Capabilities;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What is on a target, as far as it matters to metadata: read once, at the beginning of an evaluation.</summary>
internal sealed class TargetState
{
    private readonly ClusterMetadata _metadata;
    private readonly FrozenDictionary<(ObjectKind, string), JsonObject> _templates;
    private readonly FrozenDictionary<string, IndexSummary> _indices;
    private readonly ImmutableArray<(string Index, string Alias, JsonObject Definition)> _aliases;

    private TargetState(
        ClusterMetadata metadata,
        FrozenDictionary<(ObjectKind, string), JsonObject> templates,
        FrozenDictionary<string, IndexSummary> indices,
        ImmutableArray<(string Index, string Alias, JsonObject Definition)> aliases) =>
        (_metadata, _templates, _indices, _aliases) = (metadata, templates, indices, aliases);

    public static async Task<TargetState> ReadAsync(ClusterClient client, ClusterCapabilities can, CancellationToken cancellationToken)
    {
        var metadata = new ClusterMetadata(client);
        var templates = new Dictionary<(ObjectKind, string), JsonObject>();
        foreach (var kind in can.HasComposableTemplates ? (ObjectKind[])[ObjectKind.LegacyTemplate, ObjectKind.ComponentTemplate, ObjectKind.IndexTemplate] : [ObjectKind.LegacyTemplate])
        {
            foreach (var template in await metadata.ListTemplatesAsync(TemplateKindOf(kind), cancellationToken))
            {
                templates[(kind, template.Name)] = Parse(template.Json);
            }
        }

        var indices = await metadata.ListIndicesAsync(cancellationToken);
        var aliases = await metadata.ListAliasesAsync(cancellationToken);
        return new(
            metadata,
            templates.ToFrozenDictionary(),
            indices.ToFrozenDictionary(index => index.Name, StringComparer.Ordinal),
            [.. from index in aliases
                from alias in Parse(index.Json)
                select (index.Name, alias.Key, alias.Value as JsonObject ?? [])]);
    }

    public static TemplateKind TemplateKindOf(ObjectKind kind) => kind switch
    {
        ObjectKind.LegacyTemplate => TemplateKind.Legacy,
        ObjectKind.ComponentTemplate => TemplateKind.Component,
        _ => TemplateKind.Index,
    };

    /// <summary>All templates, of all kinds, in order.</summary>
    public IEnumerable<(ObjectName Name, JsonObject Json)> Templates =>
        _templates.Select(template => (Name: new ObjectName(template.Key.Item1, template.Key.Item2), template.Value)).OrderBy(template => template.Name.ToString(), StringComparer.Ordinal);

    /// <summary>A template as the target has it; null when it has none of the name.</summary>
    public JsonObject? Template(ObjectName name) => _templates.GetValueOrDefault((name.Kind, name.Name));

    /// <summary>A template or an alias as the target has it; null when it has none of the name.</summary>
    public JsonObject? Find(ObjectName name) => name.Kind == ObjectKind.Alias ? Alias(name.Name).FirstOrDefault(other => other.Index == name.Index).Definition : Template(name);

    public bool HasIndex(string name) => _indices.ContainsKey(name);

    /// <summary>All indices, in no order.</summary>
    public IEnumerable<IndexSummary> Summaries => _indices.Values;

    /// <summary>How large an index is, and which one it is; null when there is none of the name.</summary>
    public IndexSummary? Summary(string name) => _indices.GetValueOrDefault(name);

    /// <summary>An index as the target has it.</summary>
    public async Task<JsonObject?> IndexAsync(string name, CancellationToken cancellationToken) =>
        await _metadata.GetIndexAsync(name, cancellationToken) is { } found ? Parse(found.Json) : null;

    /// <summary>The indices that have an alias of the name.</summary>
    public IEnumerable<(string Index, JsonObject Definition)> Alias(string name) =>
        _aliases.Where(alias => alias.Alias == name).Select(alias => (alias.Index, alias.Definition)).OrderBy(alias => alias.Index, StringComparer.Ordinal);

    /// <summary>An object that is kept as text.</summary>
    public static JsonObject Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>An object that a target wrote, as deep as a mapping may be.</summary>
    public static JsonObject Parse(ReadOnlyMemory<byte> json) =>
        JsonNode.Parse(json.Span, documentOptions: new JsonDocumentOptions { MaxDepth = CanonicalText.DepthMax }) as JsonObject ?? [];
}
